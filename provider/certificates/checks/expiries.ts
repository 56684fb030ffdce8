import { finding, type Finding } from "../findings";
import { DAY_MS, shownDate } from "../../text/isoDates";
import { counted, shown } from "../../text/quoting";

/**
 * Until when a certificate is valid, and from when on it is spoken of. Follows from the certificate and the declared days
 * alone, so that whoever has a clock can judge it: the program does, without reading a certificate.
 */
export interface CertificateExpiry {
    /** The argument that holds the certificate. */
    readonly argument: "cert" | "ca";
    /** Its subject on one line, or its serial number if it has no subject. */
    readonly subject: string;
    /** When the certificate becomes valid, ISO 8601 in UTC. */
    readonly notBefore: string;
    /** When it expires, ISO 8601 in UTC. */
    readonly notAfter: string;
    /** When the warnings about its expiry start, ISO 8601 in UTC. */
    readonly warnFrom: string;
}

const LONGEST_DEFAULT_WARNING_MS = 30 * DAY_MS;
/**
 * An authority signs with its own clock, and this machine has another. Five minutes are what Kerberos has always allowed
 * for; a certificate that becomes valid later than that is not a matter of clocks.
 */
export const CLOCK_SKEW_MS = 5 * 60_000;

export function judgeExpiries(expiries: readonly CertificateExpiry[], nowMs: number): Finding[] {
    return expiries.flatMap((expiry) => judge(expiry, nowMs));
}

function judge({ argument, subject, ...dates }: CertificateExpiry, nowMs: number): Finding[] {
    const [fromMs, toMs, warnMs] = [dates.notBefore, dates.notAfter, dates.warnFrom].map((date) => Date.parse(date));
    if (fromMs === undefined || toMs === undefined || warnMs === undefined) {
        return [];
    }
    const name = `"${shown(subject)}"`;
    if (toMs < nowMs) {
        return [finding("expired", argument, `${name} ${describePastEnd(toMs, nowMs)}`)];
    }
    if (fromMs > nowMs) {
        const code = fromMs - nowMs <= CLOCK_SKEW_MS ? "clock-skew" : "not-yet-valid";
        const fact = `${name} becomes valid at ${shownDate(fromMs)}, and this machine's clock says ${shownDate(nowMs)}`;
        return [finding(code, argument, fact)];
    }
    return nowMs < warnMs ? [] : [finding("expires-soon", argument, `${name} ${describeNextEnd(toMs, nowMs)}`)];
}

/** As "expires in 5 hours (2026-12-07T10:00:00Z)". */
export function describeEnd(toMs: number, nowMs: number): string {
    return toMs < nowMs ? describePastEnd(toMs, nowMs) : describeNextEnd(toMs, nowMs);
}

export function describePastEnd(toMs: number, nowMs: number): string {
    return `expired ${durationOf(nowMs - toMs)} ago (${shownDate(toMs)})`;
}

function describeNextEnd(toMs: number, nowMs: number): string {
    return `expires in ${durationOf(toMs - nowMs)} (${shownDate(toMs)})`;
}

const UNITS: readonly (readonly [string, number])[] = [
    ["day", DAY_MS],
    ["hour", 3_600_000],
    ["minute", 60_000],
];

/** In the largest unit of which there are two, rounded down: nobody is to be told of more time than there is. */
function durationOf(ms: number): string {
    const [unit, unitMs] = UNITS.find(([, length]) => ms >= 2 * length) ?? ["second", 1_000];
    return counted(Math.floor(ms / unitMs), unit);
}

/** How long before its end a certificate is spoken of; without a number of days a third of its lifetime, at most 30 days. */
export function warningMsOf(expiryWarningDays: number | undefined, lifetimeMs: number): number {
    return expiryWarningDays === undefined
        ? Math.min(lifetimeMs / 3, LONGEST_DEFAULT_WARNING_MS)
        : expiryWarningDays * DAY_MS;
}
