import type { X509Certificate } from "node:crypto";
import { describeCertificate, nameOf } from "../parse/certificate";
import { fieldsOf } from "../parse/certificateFields";
import { describePastEnd, judgeExpiries, warningMsOf, type CertificateExpiry } from "./expiries";
import { finding, type Finding } from "../findings";
import { includes, type Path, type Pools } from "../pools";
import { shownDate } from "../../text/isoDates";

export interface Moment {
    /** Milliseconds since the epoch. */
    readonly nowMs: number;
    /** How many days before its end a certificate is spoken of; `undefined`: a third of its lifetime, at most 30. */
    readonly expiryWarningDays: number | undefined;
}

interface OnPath {
    readonly path: Path;
}

/** What only time changes: of the leaf, and of the certificates that its path to a root needs. */
export function judgeDates(certificates: OnPath, { nowMs, expiryWarningDays }: Moment): Finding[] {
    return judgeExpiries(expiriesOf(certificates, expiryWarningDays), nowMs);
}

/** The same of new certificates: that an issuer is not valid is for OpenSSL to say, which may take another one. */
export function judgeNewDates({ path }: OnPath, { nowMs, expiryWarningDays }: Moment): Finding[] {
    const [ofLeaf, ...ofIssuers] = path.certificates.map((certificate, index) =>
        judgeExpiries(expiryOf(certificate, index < path.presented ? "cert" : "ca", expiryWarningDays), nowMs),
    );
    return [...(ofLeaf ?? []), ...ofIssuers.flat().filter(({ severity }) => severity === "warning")];
}

/** Whether a certificate is valid at a moment; one that becomes so within minutes is a matter of clocks. */
export function judgeValidity(
    certificate: X509Certificate,
    argument: CertificateExpiry["argument"],
    nowMs: number,
): Finding[] {
    const { fromMs, toMs } = fieldsOf(certificate);
    if (Number.isNaN(fromMs) || Number.isNaN(toMs)) {
        const verb = Number.isNaN(fromMs) ? "begins" : "ends";
        const fact = `the date on which ${describeCertificate(certificate)} ${verb} cannot be read`;
        return [finding("date-unreadable", argument, fact)];
    }
    return judgeExpiries(expiryOf(certificate, argument, undefined), nowMs).filter(
        ({ severity }) => severity === "error",
    );
}

export function expiriesOf({ path }: OnPath, expiryWarningDays: number | undefined): CertificateExpiry[] {
    return path.certificates.flatMap((certificate, index) =>
        expiryOf(certificate, index < path.presented ? "cert" : "ca", expiryWarningDays),
    );
}

/** None where a date is none, which no clock can be compared with. */
function expiryOf(
    certificate: X509Certificate,
    argument: CertificateExpiry["argument"],
    expiryWarningDays: number | undefined,
): CertificateExpiry[] {
    const { fromMs, toMs } = fieldsOf(certificate);
    // A certificate that is not valid yet is spoken of anyway.
    const warnMs = Math.max(fromMs, toMs - warningMsOf(expiryWarningDays, toMs - fromMs));
    const subject = nameOf(certificate.subject) || `serial number ${certificate.serialNumber}`;
    return Number.isNaN(warnMs)
        ? []
        : [{ argument, subject, notBefore: shownDate(fromMs), notAfter: shownDate(toMs), warnFrom: shownDate(warnMs) }];
}

/** Certificates of `ca` that nothing needs and that have expired: harmless, but most often a forgotten rotation. */
export function judgeUnneeded({ path, authorities }: OnPath & Pick<Pools, "authorities">, nowMs: number): Finding[] {
    return authorities
        .filter((certificate) => !includes(path.certificates, certificate) && fieldsOf(certificate).toMs < nowMs)
        .map((certificate) => {
            const fact = `${describeCertificate(certificate)}, which no path needs, ${describePastEnd(fieldsOf(certificate).toMs, nowMs)}`;
            return finding("authority-expired", "ca", fact);
        });
}
