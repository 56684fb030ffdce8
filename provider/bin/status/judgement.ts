import { iso, warningMsOf } from "../../material/expiries";
import type { StoredCertificate } from "./storedCertificate";

const DAY_MS = 86_400_000;

/** Why a certificate is not in order. Stable: scripts go by them. The gravest first. */
export const WARNING_CODES = [
    "expired",
    "not-yet-valid",
    "expires-soon",
    "drifted",
    "duplicate",
    "stale-ids",
    "pending-deletion",
    "dates-unknown",
    "encrypted",
] as const;

export type WarningCode = (typeof WARNING_CODES)[number];

export interface Remark<Code extends string> {
    readonly code: Code;
    /** One line: expected, got, how to mend. */
    readonly message: string;
}

export type Warning = Remark<WarningCode>;
/** Worth knowing, and in order. */
export type Note = Remark<"same-certificate">;

export interface JudgedCertificate extends StoredCertificate {
    /** Whole days; negative once it has expired. */
    readonly daysLeft: number | undefined;
    /** From when on it is warned of. */
    readonly warnsFromMs: number | undefined;
    /** The gravest first. */
    readonly warnings: readonly Warning[];
    readonly notes: readonly Note[];
}

export interface StatusMoment {
    readonly nowMs: number;
    /** In place of what the resources say. */
    readonly warningDays: number | undefined;
}

/** What is to be said about certificates by what the states tell of them, each by itself and all together. */
export function judgeAll(
    certificates: readonly StoredCertificate[],
    moment: StatusMoment,
): readonly JudgedCertificate[] {
    return certificates.map((certificate) => {
        const warnsFromMs = warnsFrom(certificate, moment);
        const warnings = [
            ...judgeDates(certificate, warnsFromMs, moment),
            ...judgeState(certificate),
            ...judgeOwners(certificate, certificates),
        ].sort((a, b) => WARNING_CODES.indexOf(a.code) - WARNING_CODES.indexOf(b.code));
        const { toMs } = certificate;
        const daysLeft = toMs === undefined ? undefined : Math.floor((toMs - moment.nowMs) / DAY_MS);
        return { ...certificate, daysLeft, warnsFromMs, warnings, notes: judgeCopies(certificate, certificates) };
    });
}

/** By the same rule as `pulumi up`, though that knows each certificate of the chain, and this only the earliest end. */
function warnsFrom(
    { fromMs, toMs, expiryWarningDays }: StoredCertificate,
    { warningDays = expiryWarningDays }: StatusMoment,
): number | undefined {
    if (toMs === undefined) {
        return undefined;
    }
    const lifetimeMs = fromMs === undefined ? Infinity : toMs - fromMs;
    return toMs - warningMsOf(warningDays, lifetimeMs);
}

const RENEW = "give a renewed one to the program and run pulumi up";

function judgeDates(
    certificate: StoredCertificate,
    warnsFromMs: number | undefined,
    { nowMs }: StatusMoment,
): readonly Warning[] {
    const { fromMs, toMs, isLookedUp, isPendingDeletion, fingerprint, encrypted } = certificate;
    if (isPendingDeletion) {
        // It is to go; that it is still there is said, and its dates are of no interest.
        return [];
    }
    if (toMs === undefined || warnsFromMs === undefined) {
        // A lookup never tells dates, by design; where it is not known what is in place, there are none.
        return isLookedUp || fingerprint === "" || encrypted.includes("notAfter")
            ? []
            : [
                  {
                      code: "dates-unknown",
                      message:
                          "expected the end of the certificate in the state, got none; run pulumi up, which records it",
                  },
              ];
    }
    const expected = `expected a certificate that is valid on ${iso(nowMs)}`;
    if (toMs < nowMs) {
        return [{ code: "expired", message: `${expected}, got one that expired on ${iso(toMs)}; ${RENEW}` }];
    }
    const warnings: Warning[] = [];
    if (fromMs !== undefined && fromMs > nowMs) {
        warnings.push({
            code: "not-yet-valid",
            message: `${expected}, got one that is valid from ${iso(fromMs)} on; wait, or check the clock of this machine`,
        });
    }
    if (nowMs >= warnsFromMs) {
        const days = `${String(Math.round((toMs - warnsFromMs) / DAY_MS))} days`;
        const left = String(Math.floor((toMs - nowMs) / DAY_MS));
        warnings.push({
            code: "expires-soon",
            message: `expected more than ${days} of validity, got ${left}, until ${iso(toMs)}; ${RENEW}`,
        });
    }
    return warnings;
}

function judgeState(certificate: StoredCertificate): readonly Warning[] {
    const { certId, fingerprint, staleCertIds, isLookedUp, isPendingDeletion, encrypted } = certificate;
    const warnings: Warning[] = [];
    if (isPendingDeletion) {
        const message =
            "expected what was replaced to be gone, got a certificate that waits for its deletion; run pulumi up";
        warnings.push({ code: "pending-deletion", message });
    } else if (fingerprint === "" && certId !== "" && !isLookedUp && !encrypted.includes("fingerprint")) {
        const message =
            "expected the certificate of this stack in place, got an empty fingerprint: another one is there, or none was " +
            "confirmed; run pulumi up, which puts it there";
        warnings.push({ code: "drifted", message });
    }
    if (staleCertIds.length > 0) {
        const message = `expected nothing left of earlier rotations, got ${staleCertIds.join(", ")}; run pulumi up, which removes it`;
        warnings.push({ code: "stale-ids", message });
    }
    if (encrypted.length > 0) {
        const message = `expected ${encrypted.join(", ")} in clear, got a secret; take it out of additionalSecretOutputs`;
        warnings.push({ code: "encrypted", message });
    }
    return warnings;
}

/** Vercel has one certificate for an origin: what one resource uploads or deletes, the other one loses. */
function judgeOwners(certificate: StoredCertificate, all: readonly StoredCertificate[]): readonly Warning[] {
    const others = all.filter((other) => other !== certificate && isOwner(other) && isSamePlace(other, certificate));
    if (!isOwner(certificate) || others.length === 0) {
        return [];
    }
    const names = others.map(({ name, stack }) => `${name} of ${stack}`).join(", ");
    const message = `expected one resource for ${placeOf(certificate)}, got ${names} as well; declare it once, and look it up elsewhere with .get`;
    return [{ code: "duplicate", message }];
}

function isOwner({ isLookedUp, isPendingDeletion, origin }: StoredCertificate): boolean {
    return !isLookedUp && !isPendingDeletion && origin !== "";
}

function isSamePlace(one: StoredCertificate, other: StoredCertificate): boolean {
    return one.team === other.team && one.project === other.project && one.origin === other.origin;
}

function judgeCopies(certificate: StoredCertificate, all: readonly StoredCertificate[]): readonly Note[] {
    const { certFingerprint } = certificate;
    const others = all.filter(
        (other) => other !== certificate && !other.isPendingDeletion && other.certFingerprint === certFingerprint,
    );
    if (certFingerprint === "" || certificate.isPendingDeletion || others.length === 0) {
        return [];
    }
    const names = others.map(({ name, stack }) => `${name} of ${stack}`).join(", ");
    return [{ code: "same-certificate", message: `the same certificate is that of ${names}` }];
}

/** How lines name where a certificate is presented. */
export function placeOf({ team, project, origin }: Pick<StoredCertificate, "team" | "project" | "origin">): string {
    return [...(team === undefined ? [] : [team]), project === "" ? "?" : project, origin === "" ? "?" : origin].join(
        "/",
    );
}
