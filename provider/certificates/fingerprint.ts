import { createHash } from "node:crypto";

const DOMAIN_TAG = "pulumi-vercel-client-cert v1\0";
const SEPARATOR = Buffer.alloc(4, 0xff);

/**
 * The identity of what is uploaded, version 1: SHA-256 over a domain tag, then the length (32 bit, big endian) and the
 * DER of each certificate of the chain, leaf first, then four bytes 0xff, which no length is, then the same for the
 * issuers as a set. Never over text, which gets reformatted, and never over the private key.
 */
export function fingerprintOf(chain: readonly Buffer[], authorities: readonly Buffer[]): string {
    const hash = createHash("sha256").update(DOMAIN_TAG);
    const add = (der: Buffer): void => {
        const length = Buffer.alloc(4);
        length.writeUInt32BE(der.length);
        hash.update(length).update(der);
    };
    chain.forEach(add);
    hash.update(SEPARATOR);
    // Sorted by DER, without duplicates: neither order nor repetition of issuers means anything.
    const distinct = new Set(authorities.map((der) => der.toString("hex")));
    [...distinct].sort().forEach((der) => add(Buffer.from(der, "hex")));
    return `v1:${hash.digest("hex")}`;
}
