import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { inspect } from "node:util";
import { isWholeSequence } from "./der";
import { finding, type Finding } from "./findings";
import { describeForeignBlock, isPkcs12 } from "./foreign";
import { algorithmOf, fromBareBase64, shapeOf } from "./keyEncoding";
import { explainUnsupported, isCommonType } from "./keyTypes";
import { encodePem, readPem, type PemBlock } from "./pem";
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

/** @param input PEM; as bytes, since a file may hold DER, which decoding as text would destroy. */
export function readPrivateKey(input: string | Buffer): PrivateKeyReading {
    if (typeof input !== "string" && isWholeSequence(input)) {
        return readDer(input, "DER");
    }
    const text = typeof input === "string" ? input : decodeText(input);
    const der = fromBareBase64(text);
    return der === undefined ? readText(text) : readDer(der, "base64 without BEGIN and END lines");
}

function readText(text: string): PrivateKeyReading {
    const { blocks, findings } = readPem(text, "key");
    // OpenSSL writes the curve of an EC key into a block of its own, before the key, which has it too.
    const relevant = blocks.filter(({ label }) => label !== "EC PARAMETERS");
    const keys = relevant.filter(({ label }) => label.includes("PRIVATE KEY"));
    const [block, ...others] = keys;
    if (block === undefined) {
        const isSaid = findings.some(({ severity }) => severity === "error");
        return { value: undefined, findings: isSaid ? findings : [...findings, describeOthers(relevant)] };
    }
    if (others.length > 0) {
        return refuse(findings, finding("several-keys", "key", `expected one private key, got ${String(keys.length)}`));
    }
    return block.encrypted || block.label === "ENCRYPTED PRIVATE KEY"
        ? refuse(findings, encrypted())
        : parse(block, findings);
}

function readDer(der: Buffer, form: string): PrivateKeyReading {
    if (isPkcs12(der)) {
        return refuse([], finding("pkcs12", "key", "expected a private key, got PKCS #12"));
    }
    if (isCertificate(der)) {
        return refuse([], describeForeignBlock("CERTIFICATE", "key"));
    }
    const label = shapeOf(der);
    switch (label) {
        case "encrypted":
            return refuse([], encrypted());
        case "public":
            return refuse([], describeForeignBlock("PUBLIC KEY", "key"));
        case "other":
            return refuse([], unreadable("other content"));
        case "PRIVATE KEY":
        case "RSA PRIVATE KEY":
        case "EC PRIVATE KEY": {
            const noted = finding("key-from-der", "key", `expected the private key as PEM text, got ${form}`);
            return parse({ label, der, encrypted: false }, [noted]);
        }
    }
}

function refuse(findings: readonly Finding[], reason: Finding): PrivateKeyReading {
    return { value: undefined, findings: [...findings, reason] };
}

function encrypted(): Finding {
    return finding("key-encrypted", "key", "expected a private key that is not encrypted, got an encrypted one");
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

function parse({ label, der }: PemBlock, findings: readonly Finding[]): PrivateKeyReading {
    const pem = encodePem(label, der);
    try {
        return { value: new PrivateKey(pem, createPrivateKey(pem)), findings };
    } catch {
        // OpenSSL's reason may quote what it read.
        const oid = shapeOf(der) === "PRIVATE KEY" ? algorithmOf(der) : "";
        return oid === "" || isCommonType(oid)
            ? refuse(findings, unreadable(`a ${label} block`))
            : refuse(findings, finding("key-type-unsupported", "key", explainUnsupported(oid)));
    }
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
