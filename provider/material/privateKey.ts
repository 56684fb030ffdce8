import { createPrivateKey, getCiphers, X509Certificate, type KeyObject } from "node:crypto";
import { inspect } from "node:util";
import { decrypt, UnsupportedEncryption } from "./decryption";
import { childrenOf, isWholeSequence, octetsOf, readElement } from "./der";
import { finding, shown, type Finding } from "./findings";
import { describeForeignBlock } from "./foreign";
import { algorithmOf, fromBareBase64, shapeOf } from "./keyEncoding";
import { explainUnsupported, isCommonType } from "./keyTypes";
import { encodePem, readPem, type PemBlock } from "./pem";
import { openPkcs12 } from "./pkcs12";
import { decodeText } from "./repair";

/** A private key that was read. Looking at it, by mistake or in a log, shows nothing. */
export class PrivateKey {
    readonly #pem: string;
    readonly #key: KeyObject;

    constructor(pem: string, key: KeyObject) {
        this.#pem = pem;
        this.#key = key;
    }

    /** As it is sent: repaired, 64 columns. */
    get pem(): string {
        return this.#pem;
    }

    get key(): KeyObject {
        return this.#key;
    }

    toJSON(): string {
        return "[private key]";
    }

    [inspect.custom](): string {
        return "[private key]";
    }
}

export interface PrivateKeyReading {
    readonly value: PrivateKey | undefined;
    readonly findings: readonly Finding[];
}

/**
 * @param input PEM, DER, its base64, or PKCS #12; as bytes, since a file may hold DER, which decoding as text would destroy.
 * @param passphrase Of an encrypted key. Where none is needed, it is not looked at.
 */
export function readPrivateKey(input: string | Buffer, passphrase?: string): PrivateKeyReading {
    if (typeof input !== "string" && isWholeSequence(input)) {
        return readDer(input, passphrase, [fromOther("DER")]);
    }
    const text = typeof input === "string" ? input : decodeText(input);
    const der = fromBareBase64(text);
    return der === undefined
        ? readText(text, passphrase)
        : readDer(der, passphrase, [fromOther("base64 without BEGIN and END lines")]);
}

function readText(text: string, passphrase: string | undefined): PrivateKeyReading {
    const { blocks, findings } = readPem(text, "key");
    // OpenSSL writes the curve of an EC key into a block of its own, before the key, which has it too.
    const relevant = blocks.filter(({ label }) => label !== "EC PARAMETERS");
    const keys = relevant.filter(({ label }) => label.includes("PRIVATE KEY"));
    if (keys.length === 0) {
        const isSaid = findings.some(({ severity }) => severity === "error");
        return { value: undefined, findings: isSaid ? findings : [...findings, describeOthers(relevant)] };
    }
    return oneOf(
        keys.map((block) => readBlock(block, passphrase)),
        findings,
    );
}

function readBlock({ label, der, encrypted }: PemBlock, passphrase: string | undefined): PrivateKeyReading {
    if (encrypted === undefined) {
        return readDer(der, passphrase, [], label);
    }
    if (passphrase === undefined) {
        return refuse([], withoutPassphrase("a private key"));
    }
    if (!getCiphers().includes(encrypted.cipher.toLowerCase())) {
        return refuse([], unsupportedEncryption(`the cipher ${shown(encrypted.cipher)}`));
    }
    try {
        return { value: privateKeyOf(createPrivateKey({ key: encrypted.pem, passphrase })), findings: [] };
    } catch {
        // Another passphrase leaves a wrong padding, or bytes that are no key.
        return refuse([], wrongPassphrase("a private key"));
    }
}

/** The one key among several, which may be the same one: a file that was put together twice. */
function oneOf(readings: readonly PrivateKeyReading[], findings: readonly Finding[]): PrivateKeyReading {
    const [first, ...others] = readings;
    return first === undefined || !others.every(({ value }) => isSame(value, first.value))
        ? refuse(findings, finding("several-keys", "key", `expected one private key, got ${String(readings.length)}`))
        : { value: first.value, findings: [...findings, ...first.findings] };
}

/** Not `equals`: it leaves an error of OpenSSL behind, which the next call takes for its own. */
function isSame(some: PrivateKey | undefined, other: PrivateKey | undefined): boolean {
    const [a, b] = [some, other].map((one) => one?.key.export({ type: "pkcs8", format: "der" }));
    return a !== undefined && b !== undefined && a.equals(b);
}

/** The form of the DER tells what it is; labels are often wrong. */
function readDer(
    der: Buffer,
    passphrase: string | undefined,
    noted: readonly Finding[],
    label = "PRIVATE KEY",
): PrivateKeyReading {
    const shape = shapeOf(der);
    switch (shape) {
        case "PRIVATE KEY":
        case "RSA PRIVATE KEY":
        case "EC PRIVATE KEY":
            return parse(shape, der, noted);
        case "encrypted":
            return readEncrypted(der, passphrase, noted);
        case "PKCS #12":
            return readPkcs12(der, passphrase);
        case "public":
            return refuse([], describeForeignBlock("PUBLIC KEY", "key"));
        case "other":
            return refuse(
                [],
                isCertificate(der) ? describeForeignBlock("CERTIFICATE", "key") : unreadable(`a ${shown(label)} block`),
            );
    }
}

/** PKCS #8, encrypted. */
function readEncrypted(der: Buffer, passphrase: string | undefined, noted: readonly Finding[]): PrivateKeyReading {
    if (passphrase === undefined) {
        return refuse([], withoutPassphrase("a private key"));
    }
    const [algorithm, data] = childrenOf(readElement(der));
    try {
        const key = decrypt(algorithm, octetsOf(data), passphrase);
        return key === undefined || !isWholeSequence(key)
            ? refuse([], wrongPassphrase("a private key"))
            : parse("PRIVATE KEY", key, noted);
    } catch (error) {
        return refuse([], unsupportedEncryption(nameOf(error)));
    }
}

function readPkcs12(der: Buffer, passphrase: string | undefined): PrivateKeyReading {
    try {
        const opened = openPkcs12(der, passphrase);
        if (opened === "passphrase") {
            return refuse([], passphrase === undefined ? withoutPassphrase("PKCS #12") : wrongPassphrase("PKCS #12"));
        }
        const keys = opened === "damaged" ? [] : opened.keys;
        if (keys.length === 0) {
            const got = opened === "damaged" ? "PKCS #12 that is damaged" : "PKCS #12 without any";
            return refuse([], finding("pkcs12", "key", `expected a private key, got ${got}`));
        }
        const noted = fromOther("PKCS #12");
        return oneOf(
            keys.map((key) => parse("PRIVATE KEY", key, [])),
            [noted],
        );
    } catch (error) {
        return refuse([], unsupportedEncryption(nameOf(error)));
    }
}

function refuse(findings: readonly Finding[], reason: Finding): PrivateKeyReading {
    return { value: undefined, findings: [...findings, reason] };
}

function fromOther(form: string): Finding {
    return finding("key-from-der", "key", `expected the private key as PEM text, got ${form}`);
}

function withoutPassphrase(what: string): Finding {
    return finding("key-encrypted", "key", `expected a passphrase, for ${what} that is encrypted, got none`);
}

function wrongPassphrase(what: string): Finding {
    return finding("wrong-passphrase", "key", `expected the passphrase that ${what} was encrypted with, got another`);
}

function unsupportedEncryption(got: string): Finding {
    return finding("encryption-unsupported", "key", `expected an encryption that can be read here, got ${got}`);
}

/** Whatever else was thrown is a mistake of this package, and not to be taken for an answer. */
function nameOf(error: unknown): string {
    if (error instanceof UnsupportedEncryption) {
        return error.message;
    }
    throw error;
}

function unreadable(got: string): Finding {
    const facts = `expected a private key in PKCS #8, PKCS #1 or SEC 1, got ${got} that this Node (${process.version}) cannot read`;
    return finding("unreadable-key", "key", facts);
}

function describeOthers([block]: readonly PemBlock[]): Finding {
    return block === undefined
        ? finding("wrong-content", "key", "expected a private key, got parameters only")
        : describeForeignBlock(block.label, "key");
}

function isCertificate(der: Buffer): boolean {
    try {
        return new X509Certificate(der).raw.length > 0;
    } catch {
        // That it throws is the answer.
        return false;
    }
}

function parse(label: string, der: Buffer, findings: readonly Finding[]): PrivateKeyReading {
    const pem = encodePem(label, der);
    try {
        return { value: new PrivateKey(pem, createPrivateKey(pem)), findings };
    } catch {
        // OpenSSL's reason may quote what it read.
        const oid = label === "PRIVATE KEY" ? algorithmOf(der) : "";
        return oid === "" || isCommonType(oid)
            ? refuse(findings, unreadable(`a ${label} block`))
            : refuse(findings, finding("key-type-unsupported", "key", explainUnsupported(oid)));
    }
}

function privateKeyOf(key: KeyObject): PrivateKey {
    return new PrivateKey(key.export({ type: "pkcs8", format: "pem" }).toString(), key);
}

/** Whether the certificate is for this key. */
export function isKeyOf(certificate: X509Certificate, { key }: PrivateKey): boolean {
    try {
        return certificate.checkPrivateKey(key);
    } catch {
        // A key type that this Node cannot compare.
        return false;
    }
}
