import type { X509Certificate } from "node:crypto";
import { describeCertificate } from "../parse/certificate";
import { CERT_SIGN, fieldsOf } from "../parse/certificateFields";
import { finding, type Finding } from "../findings";
import { isNamedBy, mayHaveIssued, SignatureChecks } from "../parse/issuance";

export interface ChainReading {
    /** As it is sent: leaf first, each followed by its issuer, then the others as they came; empty where there is no one leaf. */
    readonly chain: readonly X509Certificate[];
    /** The same in an order that does not depend on the one they came in, for the fingerprint. */
    readonly canonical: readonly X509Certificate[];
    readonly findings: readonly Finding[];
}

type IsIssuedBy = (certificate: X509Certificate, issuer: X509Certificate) => boolean;

/** More than any chain in use. */
const MOST_CERTIFICATES = 32;
/** One for each certificate, and some for authorities of one name; each is asked for twice. */
const MOST_SIGNATURES = 80;

/**
 * Orders the certificates of `cert`, which come in any order. The leaf is the one that issued none of the others: the
 * key is not asked, since a fingerprint must not need it.
 */
export function orderChain(certificates: readonly X509Certificate[]): ChainReading {
    if (certificates.length === 0) {
        return { chain: [], canonical: [], findings: [] };
    }
    if (certificates.length > MOST_CERTIFICATES) {
        return refused(
            "too-many-certificates",
            `holds ${String(certificates.length)} certificates, more than ${String(MOST_CERTIFICATES)}`,
        );
    }
    const checks = new SignatureChecks(MOST_SIGNATURES);
    const isIssuedBy: IsIssuedBy = (certificate, issuer) =>
        certificate.checkIssued(issuer) && checks.isSigned(certificate, issuer);
    const [leaf, ...others] = leavesOf(certificates, isIssuedBy);
    const byBytes = [...certificates].sort((a, b) => Buffer.compare(a.raw, b.raw));
    const canonical = leaf === undefined ? [] : follow(leaf, byBytes, isIssuedBy);
    if (checks.exhausted) {
        return refused(
            "too-many-certificates",
            `holds ${String(certificates.length)} certificates, of which too many could have issued the others by their names`,
        );
    }
    if (leaf === undefined) {
        return refused("no-leaf", "holds only certificates that issued each other, so none is the leaf");
    }
    if (others.length > 0) {
        const names = [leaf, ...others].slice(0, 5).map(describeCertificate).join(", ");
        return refused(
            "several-leaves",
            `holds ${String(others.length + 1)} certificates that could be the leaf, since they issued none of the others: ${names}`,
        );
    }
    return { chain: follow(leaf, certificates, (a, b) => mayHaveIssued(b, a)), canonical, findings: [] };
}

function refused(code: "too-many-certificates" | "no-leaf" | "several-leaves", fact: string): ChainReading {
    return { chain: [], canonical: [], findings: [finding(code, "cert", fact)] };
}

/**
 * The certificates that may be the leaf. Where several issued none of the others, an issuer that broke a rule may be
 * among them, which the others name all the same, or an authority that has nothing to do with the leaf.
 */
function leavesOf(certificates: readonly X509Certificate[], isIssuedBy: IsIssuedBy): readonly X509Certificate[] {
    // A self-signed leaf issued itself, but none of the others.
    const issuedNone = certificates.filter((candidate) =>
        certificates.every((other) => other === candidate || !isIssuedBy(other, candidate)),
    );
    const unnamed = (candidate: X509Certificate): boolean =>
        certificates.every((other) => other === candidate || !isNamedBy(other, candidate));
    return [unnamed, isNoAuthority, maySignNoCertificate].reduce((candidates, isLikely) => {
        const likely = candidates.length > 1 ? candidates.filter(isLikely) : [];
        return likely.length > 0 ? likely : candidates;
    }, issuedNone);
}

/** A certificate of version 1 has no extension to say so; a root of that kind signs itself. */
function isNoAuthority(certificate: X509Certificate): boolean {
    const { isAuthority, version } = fieldsOf(certificate);
    return !(isAuthority ?? (version === 1 && isNamedBy(certificate, certificate)));
}

/** What is made to sign certificates is no leaf, even if it is no authority. */
function maySignNoCertificate(certificate: X509Certificate): boolean {
    return ((fieldsOf(certificate).keyUsage ?? 0) & CERT_SIGN) === 0;
}

/**
 * Each certificate is used once, so that authorities that issued each other cannot make this endless. What is left is no
 * part of this path: a second one, as with cross-signed authorities.
 */
function follow(
    leaf: X509Certificate,
    certificates: readonly X509Certificate[],
    isIssuedBy: IsIssuedBy,
): readonly X509Certificate[] {
    const chain = [leaf];
    const left = new Set(certificates.filter((certificate) => certificate !== leaf));
    for (;;) {
        const last = chain.at(-1) ?? leaf;
        const issuer = [...left].find((candidate) => isIssuedBy(last, candidate));
        if (issuer === undefined) {
            return [...chain, ...left];
        }
        chain.push(issuer);
        left.delete(issuer);
    }
}
