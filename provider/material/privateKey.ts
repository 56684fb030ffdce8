import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { inspect } from "node:util";
import { describeLabel } from "./certificate";
import { finding, type Finding } from "./findings";
import { encodePem, readPem, type PemBlock } from "./pem";

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

/** @param text PEM; as bytes, since a file may hold DER, which decoding as text would destroy. */
export function readPrivateKey(text: string | Buffer): PrivateKeyReading {
    const { blocks, findings } = readPem(typeof text === "string" ? text : text.toString("utf8"), "key");
    // OpenSSL writes the curve of an EC key into a block of its own, before the key, which has it too.
    const relevant = blocks.filter(({ label }) => label !== "EC PARAMETERS");
    const keys = relevant.filter(({ label }) => label.includes("PRIVATE KEY"));
    const [block, ...others] = keys;
    if (block === undefined) {
        return { value: undefined, findings: findings.length > 0 ? findings : foreign(relevant) };
    }
    if (others.length > 0) {
        const facts = `expected one private key, got ${String(keys.length)}`;
        return { value: undefined, findings: [...findings, finding("several-keys", "key", facts)] };
    }
    if (block.encrypted || block.label === "ENCRYPTED PRIVATE KEY") {
        const facts = "expected a private key that is not encrypted, got an encrypted one";
        return { value: undefined, findings: [...findings, finding("key-encrypted", "key", facts)] };
    }
    return parse(block, findings);
}

function foreign(blocks: readonly PemBlock[]): readonly Finding[] {
    const labels = [...new Set(blocks.map(({ label }) => describeLabel(label)))].slice(0, 3).join(", ");
    return [finding("wrong-content", "key", `expected a private key, got ${labels === "" ? "none" : labels}`)];
}

function parse({ label, der }: PemBlock, findings: readonly Finding[]): PrivateKeyReading {
    const pem = encodePem(label, der);
    try {
        return { value: new PrivateKey(pem, createPrivateKey(pem)), findings };
    } catch {
        // OpenSSL's reason may quote what it read.
        const facts = `expected a private key in PKCS #8, PKCS #1 or SEC 1, got a ${label} block that this Node (${process.version}) cannot read`;
        return { value: undefined, findings: [...findings, finding("unreadable-key", "key", facts)] };
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
