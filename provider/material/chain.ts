import type { X509Certificate } from "node:crypto";
import { describeCertificate } from "./certificate";
import { finding, type Finding } from "./findings";
import { Issuance } from "./issuance";

export interface ChainReading {
    /** Leaf first, each followed by its issuer; empty where there is no one leaf. */
    readonly chain: readonly X509Certificate[];
    readonly findings: readonly Finding[];
}

/** More than any chain in use. */
const MOST_CERTIFICATES = 32;
/** One for each certificate, and some for authorities of one name. */
const MOST_SIGNATURES = 40;

/**
 * Orders the certificates of `cert`, which come in any order. The leaf is the one that issued none of the others: the
 * key is not asked, since a fingerprint must not need it.
 */
export function orderChain(certificates: readonly X509Certificate[]): ChainReading {
    if (certificates.length === 0) {
        return { chain: [], findings: [] };
    }
    if (certificates.length > MOST_CERTIFICATES) {
        const facts = `expected at most ${String(MOST_CERTIFICATES)} certificates, got ${String(certificates.length)}`;
        return { chain: [], findings: [finding("too-many-certificates", "cert", facts)] };
    }
    const issuance = new Issuance(MOST_SIGNATURES);
    const [leaf, ...others] = certificates.filter((candidate) => issuedNone(candidate, certificates, issuance));
    const chain = leaf === undefined || others.length > 0 ? [] : follow(leaf, certificates, issuance);
    if (issuance.exhausted) {
        const facts = `expected names that tell who issued whom, got ${String(certificates.length)} certificates of which many could have issued the others`;
        return { chain: [], findings: [finding("too-many-certificates", "cert", facts)] };
    }
    if (leaf === undefined) {
        const facts = "expected a leaf among the certificates, got only certificates that issued each other";
        return { chain: [], findings: [finding("no-leaf", "cert", facts)] };
    }
    if (others.length > 0) {
        const names = [leaf, ...others].slice(0, 5).map(describeCertificate).join(", ");
        const facts = `expected one leaf, got ${String(others.length + 1)} certificates that issued none of the others: ${names}`;
        return { chain: [], findings: [finding("several-leaves", "cert", facts)] };
    }
    return { chain, findings: [] };
}

/** A self-signed leaf issued itself, but none of the others. */
function issuedNone(candidate: X509Certificate, certificates: readonly X509Certificate[], issuance: Issuance): boolean {
    return certificates.every((other) => other === candidate || !issuance.holds(other, candidate));
}

/** Each certificate is used once, so that authorities that issued each other cannot make this endless. */
function follow(
    leaf: X509Certificate,
    certificates: readonly X509Certificate[],
    issuance: Issuance,
): readonly X509Certificate[] {
    const chain = [leaf];
    // In an order of their own, so that it does not matter in which they came where a certificate has two issuers.
    const left = new Set(
        certificates.filter((certificate) => certificate !== leaf).sort((a, b) => Buffer.compare(a.raw, b.raw)),
    );
    for (;;) {
        const last = chain.at(-1) ?? leaf;
        const issuer = [...left].find((candidate) => issuance.holds(last, candidate));
        if (issuer === undefined) {
            // What is left issued something, yet not this path: a second one, as with cross-signed authorities.
            return [...chain, ...left];
        }
        chain.push(issuer);
        left.delete(issuer);
    }
}
