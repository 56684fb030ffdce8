import type { X509Certificate } from "node:crypto";
import { describeCertificate, validityOf } from "./certificate";
import { finding, type Finding, type MaterialArgument } from "./findings";
import type { PublicMaterial } from "./material";
import { findPath } from "./path";

const DAY_MS = 86_400_000;
const LONGEST_DEFAULT_WARNING_MS = 30 * DAY_MS;
/**
 * An authority signs with its own clock, and this machine has another. Five minutes are what Kerberos has always allowed
 * for; a certificate that becomes valid later than that is not a matter of clocks.
 */
const CLOCK_SKEW_MS = 5 * 60_000;

export interface Moment {
    /** Milliseconds since the epoch. */
    readonly nowMs: number;
    /** How many days before its end a certificate is spoken of; `undefined`: a third of its lifetime, at most 30. */
    readonly expiryWarningDays: number | undefined;
}

/** What only time changes: of the leaf, its intermediates, and the certificates of `ca` that the chain needs. */
export function judgeDates(material: PublicMaterial, moment: Moment): Finding[] {
    const { authorities } = findPath(material, moment.nowMs);
    const inChain = new Set(material.chain.map(({ fingerprint256 }) => fingerprint256));
    return [
        ...material.chain.flatMap((certificate) => judge(certificate, "cert", moment)),
        ...authorities
            .filter(({ fingerprint256 }) => !inChain.has(fingerprint256))
            .flatMap((certificate) => judge(certificate, "ca", moment)),
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

function judge(certificate: X509Certificate, argument: MaterialArgument, moment: Moment): Finding[] {
    const { nowMs } = moment;
    const { fromMs, toMs } = validityOf(certificate);
    const expected = `expected a certificate that is valid on ${iso(nowMs)}`;
    if (toMs < nowMs) {
        const name = describeCertificate(certificate);
        return [finding("expired", argument, `${expected}, got ${name}, which expired on ${iso(toMs)}`)];
    }
    if (fromMs > nowMs) {
        const name = describeCertificate(certificate);
        const code = fromMs - nowMs <= CLOCK_SKEW_MS ? "clock-skew" : "not-yet-valid";
        return [finding(code, argument, `${expected}, got ${name}, which is valid from ${iso(fromMs)} on`)];
    }
    const warningMs = warningMsOf(moment, toMs - fromMs);
    if (toMs - nowMs > warningMs) {
        return [];
    }
    const days = `${String(Math.round(warningMs / DAY_MS))} days`;
    const left = `${String(Math.floor((toMs - nowMs) / DAY_MS))}, until ${iso(toMs)}, of ${describeCertificate(certificate)}`;
    return [finding("expires-soon", argument, `expected more than ${days} of validity, got ${left}`)];
}

/** How long before its end a certificate is spoken of. */
export function warningMsOf({ expiryWarningDays }: Pick<Moment, "expiryWarningDays">, lifetimeMs: number): number {
    return expiryWarningDays === undefined
        ? Math.min(lifetimeMs / 3, LONGEST_DEFAULT_WARNING_MS)
        : expiryWarningDays * DAY_MS;
}

/** Seconds are what certificates have. */
export function iso(ms: number): string {
    return Number.isNaN(ms) ? "an unreadable date" : new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}
