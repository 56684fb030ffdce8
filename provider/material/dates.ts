import type { X509Certificate } from "node:crypto";
import { describeCertificate, nameOf, validityOf } from "./certificate";
import { iso, judgeExpiries, warningMsOf, type CertificateExpiry } from "./expiries";
import { finding, type Finding } from "./findings";
import type { PublicMaterial } from "./material";
import { findPath } from "./path";

export interface Moment {
    /** Milliseconds since the epoch. */
    readonly nowMs: number;
    /** How many days before its end a certificate is spoken of; `undefined`: a third of its lifetime, at most 30. */
    readonly expiryWarningDays: number | undefined;
}

/** What only time changes: of the leaf, its intermediates, and the certificates of `ca` that the chain needs. */
export function judgeDates(material: PublicMaterial, { nowMs, expiryWarningDays }: Moment): Finding[] {
    return judgeExpiries(expiriesOf(material, expiryWarningDays), nowMs);
}

/** Of the leaf, its intermediates, and the certificates of `ca` that the chain needs. */
export function expiriesOf(material: PublicMaterial, expiryWarningDays: number | undefined): CertificateExpiry[] {
    const { authorities } = findPath(material, material.settledMs);
    const inChain = new Set(material.chain.map(({ fingerprint256 }) => fingerprint256));
    const describe = (certificate: X509Certificate, argument: CertificateExpiry["argument"]): CertificateExpiry => {
        const { fromMs, toMs } = validityOf(certificate);
        // A certificate that is not valid yet is spoken of anyway.
        const warnMs = Math.max(fromMs, toMs - warningMsOf(expiryWarningDays, toMs - fromMs));
        const subject = nameOf(certificate.subject) || `serial number ${certificate.serialNumber}`;
        return { argument, subject, notBefore: iso(fromMs), notAfter: iso(toMs), warnFrom: iso(warnMs) };
    };
    return [
        ...material.chain.map((certificate) => describe(certificate, "cert")),
        ...authorities
            .filter(({ fingerprint256 }) => !inChain.has(fingerprint256))
            .map((certificate) => describe(certificate, "ca")),
    ];
}

/** Certificates of `ca` that nothing needs and that have expired: harmless, but most often a forgotten rotation. */
export function judgeUnneeded(material: PublicMaterial, nowMs: number): Finding[] {
    const needed = new Set(findPath(material, nowMs).authorities.map(({ fingerprint256 }) => fingerprint256));
    return material.authorities
        .filter((certificate) => !needed.has(certificate.fingerprint256) && validityOf(certificate).toMs < nowMs)
        .map((certificate) => {
            const until = iso(validityOf(certificate).toMs);
            const facts = `expected issuers that are valid, got ${describeCertificate(certificate)}, which expired on ${until}`;
            return finding("authority-expired", "ca", facts);
        });
}
