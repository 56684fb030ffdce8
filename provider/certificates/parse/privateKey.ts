import { createPrivateKey, getCiphers, type JsonWebKey, type KeyObject, type X509Certificate } from "node:crypto";
import { inspect } from "node:util";
import { decrypt, UnsupportedEncryption, WrongPassphrase } from "./decryption";
import { childrenOf, octetsOf, readElement, sequenceOfFile } from "./der";
import { finding, type Finding, type Reading } from "../findings";
import { describeForeignBlock } from "./unexpectedContent";
import { algorithmOf, shapeOf } from "./keyEncoding";
import { explainUnsupported, isCommonType } from "./keyTypes";
import { encodePem, readPem, type PemBlock } from "./pem";
import { commandToOpen, openPkcs12 } from "./pkcs12";
import { decodeText } from "./repair";
import { shown } from "../../text/quoting";
import { limitsOfRuntime, runtimeName } from "../../text/runtime";

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

/**
 * @param input PEM, DER, its base64, PKCS #12, or a JWK; as bytes, since a file may hold DER, which decoding as text would destroy.
 * @param passphrase Of an encrypted key. Where none is needed, it is not looked at.
 */
export function readPrivateKey(input: string | Buffer, passphrase?: string): Reading<PrivateKey> {
    const der = typeof input === "string" ? undefined : sequenceOfFile(input);
    if (der === undefined) {
        return readText(typeof input === "string" ? input : decodeText(input), passphrase);
    }
    const { value, findings } = readDer(der, passphrase);
    return { value, findings: [...findings, ...noteForm(value, shapeOf(der) === "PKCS12" ? "PKCS #12" : "DER")] };
}

function readText(text: string, passphrase: string | undefined): Reading<PrivateKey> {
    const { blocks, form, findings } = readPem(text, "key");
    const keys = blocks.filter(({ label }) => label.includes("PRIVATE KEY") || label === "PKCS12");
    if (keys.length > 0) {
        const { value, findings: ofKey } = oneOf(keys.map((block) => readBlock(block, passphrase)));
        return { value, findings: [...findings, ...ofKey, ...noteForm(value, form)] };
    }
    const value = readJwk(text);
    if (value !== undefined) {
        return { value, findings: noteForm(value, "a JWK") };
    }
    const isSaid = findings.some(({ severity }) => severity === "error");
    // OpenSSL writes the curve of an EC key into a block of its own, before what else there is.
    const others = blocks.slice(-1).map(({ label }) => describeForeignBlock(label, "key"));
    return { value, findings: isSaid ? findings : [...findings, ...others] };
}

function noteForm(value: PrivateKey | undefined, form: string | undefined): readonly Finding[] {
    return value === undefined || form === undefined
        ? []
        : [finding("key-from-der", "key", `came as ${form}, and is sent as PEM`)];
}

/** RFC 7517: JSON with the numbers of the key. */
function readJwk(text: string): PrivateKey | undefined {
    try {
        return privateKeyOf(createPrivateKey({ key: JSON.parse(text) as JsonWebKey, format: "jwk" }));
    } catch {
        // The answer: nothing that JSON, or this Node, takes for a key.
        return undefined;
    }
}

function readBlock({ label, der, encrypted }: PemBlock, passphrase: string | undefined): Reading<PrivateKey> {
    if (encrypted === undefined) {
        return readDer(der, passphrase, label);
    }
    if (passphrase === undefined) {
        return refuse(notOpened(passphrase));
    }
    if (!getCiphers().includes(encrypted.cipher.toLowerCase())) {
        const unsupported = new UnsupportedEncryption(`the cipher ${shown(encrypted.cipher)}`);
        return refuse(unsupportedEncryption(unsupported, ENCRYPT_ANEW));
    }
    try {
        return { value: privateKeyOf(createPrivateKey({ key: encrypted.pem, passphrase })), findings: [] };
    } catch {
        // Another passphrase leaves a wrong padding, or bytes that are no key.
        return refuse(notOpened(passphrase));
    }
}

/** The one key among several, which may be the same one: a file that was put together twice. */
function oneOf(readings: readonly Reading<PrivateKey>[]): Reading<PrivateKey> {
    const [first, ...others] = readings;
    return first !== undefined && others.every(({ value }) => isSame(value, first.value))
        ? first
        : refuse(finding("several-keys", "key", `holds ${String(readings.length)} private keys`));
}

/** Not `equals`: it leaves an error of OpenSSL behind, which the next call takes for its own. */
function isSame(some: PrivateKey | undefined, other: PrivateKey | undefined): boolean {
    const [a, b] = [some, other].map((one) => one?.key.export({ type: "pkcs8", format: "der" }));
    return a !== undefined && b !== undefined && a.equals(b);
}

const KEY_LABEL = /^(?:(?:EC|RSA|DSA|ENCRYPTED|ANY) )?PRIVATE KEY$/;

/** The form of the DER tells what it is; labels are often wrong. */
function readDer(der: Buffer, passphrase: string | undefined, label = "PRIVATE KEY"): Reading<PrivateKey> {
    const shape = shapeOf(der);
    switch (shape) {
        case "PRIVATE KEY":
        case "RSA PRIVATE KEY":
        case "EC PRIVATE KEY":
            return parse(shape, der);
        case "ENCRYPTED PRIVATE KEY":
            return readEncrypted(der, passphrase);
        case "PKCS12":
            return readPkcs12(der, passphrase);
        case "PUBLIC KEY":
        case "CERTIFICATE":
        case "CERTIFICATE REQUEST":
        case "PKCS7":
            return refuse(describeForeignBlock(shape, "key"));
        case "other":
            return refuse(KEY_LABEL.test(label) ? unreadable(label) : describeForeignBlock(label, "key"));
    }
}

/** PKCS #8, encrypted. */
function readEncrypted(der: Buffer, passphrase: string | undefined): Reading<PrivateKey> {
    if (passphrase === undefined) {
        return refuse(notOpened(passphrase));
    }
    const [algorithm, data] = childrenOf(readElement(der));
    try {
        return parse("PRIVATE KEY", decrypt(algorithm, octetsOf(data), passphrase));
    } catch (error) {
        return refuse(
            error instanceof WrongPassphrase ? notOpened(passphrase) : unsupportedEncryption(error, ENCRYPT_ANEW),
        );
    }
}

function readPkcs12(der: Buffer, passphrase: string | undefined): Reading<PrivateKey> {
    try {
        const opened = openPkcs12(der, passphrase);
        if (opened === "passphrase") {
            return refuse(notOpened(passphrase, der));
        }
        const keys = opened === "damaged" ? [] : opened.keys;
        const reason = opened === "damaged" ? "is damaged" : "holds no private key";
        return keys.length === 0
            ? refuse(finding("pkcs12", "key", `is PKCS #12 (.p12, .pfx) that ${reason}`))
            : oneOf(keys.map((key) => parse("PRIVATE KEY", key)));
    } catch (error) {
        return refuse(unsupportedEncryption(error));
    }
}

function refuse(reason: Finding): Reading<PrivateKey> {
    return { value: undefined, findings: [reason] };
}

/** @param pkcs12 Where the key is in one. */
function notOpened(passphrase: string | undefined, pkcs12?: Buffer): Finding {
    const what = pkcs12 === undefined ? "an encrypted private key" : "PKCS #12 (.p12, .pfx)";
    if (passphrase === undefined) {
        return finding("key-encrypted", "key", `is ${what}, and no passphrase is given`);
    }
    const step = pkcs12 && `try the passphrase with \`${commandToOpen(pkcs12, "FILE")}\``;
    return finding("wrong-passphrase", "key", `is ${what} that the passphrase does not open`, step);
}

/** Of a key alone; the table has the same for PKCS #12. */
const ENCRYPT_ANEW =
    "encrypt it in another way: `openssl pkey -provider legacy -provider default -in FILE -aes256 -out KEY`";

/** Whatever else was thrown is a mistake of this package, and not to be taken for an answer. */
function unsupportedEncryption(error: unknown, step?: string): Finding {
    if (!(error instanceof UnsupportedEncryption)) {
        throw error;
    }
    const fact = `is protected with ${error.message}, which cannot be read here`;
    return finding("encryption-unsupported", "key", fact, step);
}

function unreadable(label: string): Finding {
    const fact = `holds a ${label} block that ${runtimeName()} cannot read as PKCS #8, PKCS #1 or SEC 1${limitsOfRuntime()}`;
    return finding("unreadable-key", "key", fact);
}

function parse(label: string, der: Buffer): Reading<PrivateKey> {
    const pem = encodePem(label, der);
    try {
        return { value: new PrivateKey(pem, createPrivateKey(pem)), findings: [] };
    } catch {
        // OpenSSL's reason may quote what it read.
        const oid = label === "PRIVATE KEY" ? algorithmOf(der) : "";
        return refuse(
            oid === "" || isCommonType(oid)
                ? unreadable(label)
                : finding("key-type-unsupported", "key", explainUnsupported(oid)),
        );
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
