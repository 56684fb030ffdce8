import { warningMsOf } from "../../../certificates/checks/expiries";
import { SharedBy } from "./neighbours";
import { earliest, type StoredCertificate } from "./storedCertificate";
import { WARNING_CODES, WARNINGS, type Note, type Standing, type Warning, type WarningCode } from "./warningTable";
import { DAY_MS, shownDate } from "../../../text/isoDates";
import { counted, enumerated } from "../../../text/quoting";

export type JudgedCertificate = Readonly<ReturnType<typeof judgeAll>[number]>;

export interface StatusMoment {
    readonly nowMs: number;
    /** In place of what the resources say. */
    readonly warningDays: number | undefined;
}

/** What is to be said about certificates by what the states tell of them, each by itself and all together. */
export function judgeAll(certificates: readonly StoredCertificate[], moment: StatusMoment) {
    const places = new SharedBy(certificates, (one) => (isOwner(one) ? [placeOf(one)] : []));
    const ids = new SharedBy(certificates, idsOf);
    const copies = new SharedBy(certificates, ({ certFingerprint, isPendingDeletion }) =>
        certFingerprint === "" || isPendingDeletion ? [] : [certFingerprint],
    );
    return certificates.map((certificate) => {
        const { toMs } = certificate;
        const warnsFromMs = warnsFrom(certificate, moment);
        const warnings = [
            ...judgeDates(certificate, warnsFromMs, moment.nowMs),
            ...judgeState(certificate, ids),
            ...judgeOwners(certificate, places, ids),
        ].sort((a, b) => WARNING_CODES.indexOf(a.code) - WARNING_CODES.indexOf(b.code));
        // Negative once it has expired.
        const daysLeft = toMs === undefined ? undefined : Math.floor((toMs - moment.nowMs) / DAY_MS);
        const copiesOf = copies.namesFor(certificate);
        const message = `the same certificate is that of ${copiesOf ?? ""}`;
        const notes: readonly Note[] = copiesOf === undefined ? [] : [{ code: "same-certificate", message }];
        return { ...certificate, daysLeft, warnsFromMs, warnings, notes };
    });
}

export function standingOf({ warnings: [gravest], isLookedUp }: JudgedCertificate): Standing {
    return gravest === undefined ? (isLookedUp ? "looked-up" : "fine") : WARNINGS[gravest.code].standing;
}

/** As `pulumi up` does it. States of 0.1.0 tell only the earliest end, so the rule is applied to that. */
function warnsFrom(
    { fromMs, toMs, expiries, expiryWarningDays }: StoredCertificate,
    { warningDays }: StatusMoment,
): number | undefined {
    if (toMs === undefined || (warningDays === undefined && expiries.length > 0)) {
        return earliest(expiries.map(({ warnsFromMs }) => warnsFromMs));
    }
    const lifetimeMs = fromMs === undefined ? Infinity : toMs - fromMs;
    // Not before it begins; and no number of days leads to a time that JavaScript does not have.
    return Math.max(fromMs ?? 0, toMs - warningMsOf(warningDays ?? expiryWarningDays, lifetimeMs));
}

function judgeDates(
    { fromMs, toMs, isLookedUp, isPendingDeletion, fingerprint, encrypted }: StoredCertificate,
    warnsFromMs: number | undefined,
    nowMs: number,
): readonly Warning[] {
    if (isPendingDeletion) {
        // It is to go; that it is still there is said, and its dates are of no interest.
        return [];
    }
    if (toMs === undefined || warnsFromMs === undefined) {
        // A lookup never tells dates, by design; where it is not known what is in place, there are none.
        const isExplained = isLookedUp || fingerprint === "" || encrypted.includes("notAfter");
        const message = "the state does not say when it expires; run pulumi up, which records it";
        return isExplained ? [] : warning("dates-unknown", message);
    }
    const renewal = `${describeEnd(toMs, nowMs)} (${shownDate(toMs).slice(0, 10)}): renew it`;
    if (toMs < nowMs) {
        return warning("expired", renewal);
    }
    const beginsMs = fromMs ?? 0;
    const future = `is valid only from ${shownDate(beginsMs)} on: wait, or check this machine's clock`;
    return [
        ...(beginsMs > nowMs ? warning("not-yet-valid", future) : []),
        ...(nowMs >= warnsFromMs ? warning("expires-soon", renewal) : []),
    ];
}

function judgeState(certificate: StoredCertificate, ids: SharedBy): readonly Warning[] {
    const { staleCertIds, isPendingDeletion, encrypted } = certificate;
    const stale = `${enumerated(staleCertIds)} of earlier rotations could not be deleted; run pulumi up, which tries again`;
    const secret = `the state keeps ${encrypted.join(", ")} as a secret, which status cannot read; take it out of additionalSecretOutputs`;
    return [
        ...(isPendingDeletion
            ? warning("pending-deletion", "was replaced, and is not deleted yet; run pulumi up, which deletes it")
            : judgePlace(certificate, ids)),
        ...(staleCertIds.length > 0 ? warning("stale-ids", stale) : []),
        ...(encrypted.length > 0 ? warning("encrypted", secret) : []),
    ];
}

/** What is at the origin, as far as the last write or refresh told. */
function judgePlace(certificate: StoredCertificate, ids: SharedBy): readonly Warning[] {
    const { fingerprint, otherCertIds, isLookedUp, isUnconfirmed, encrypted } = certificate;
    if (isLookedUp) {
        return [];
    }
    if (isUnconfirmed) {
        return warning(
            "unconfirmed",
            "no listing has shown the last upload so far; run pulumi refresh, then pulumi up",
        );
    }
    const others = otherCertIds.map((id) => {
        const owners = ids.namesAt(id, certificate);
        return owners === undefined ? id : `${id} (${owners})`;
    });
    const there = `${enumerated(others)} is at the origin`;
    if (fingerprint === "" && !encrypted.includes("fingerprint")) {
        const seen = others.length === 0 ? "" : `: ${there}`;
        return warning(
            "drifted",
            `may no longer be in place${seen}; run pulumi up, which uploads the declared certificate`,
        );
    }
    const message =
        `${there} as well, and nobody but Vercel knows which one it presents; ` +
        "remove what does not belong there, then run pulumi refresh";
    return others.length > 0 ? warning("other-certificate", message) : [];
}

/** Vercel has one certificate for an origin: what one resource uploads or deletes, the other one loses. */
function judgeOwners(certificate: StoredCertificate, places: SharedBy, ids: SharedBy): readonly Warning[] {
    const sharers = ids.namesFor(certificate);
    if (sharers !== undefined) {
        const message =
            `its id is also in the state of ${sharers}: when one is rotated or destroyed, the other loses its certificate; ` +
            "keep one, and take the other out of its state with pulumi state delete";
        return warning("shared-id", message);
    }
    const twins = places.namesFor(certificate) ?? "";
    const message = `${twins} has a certificate for ${placeOf(certificate)} as well; declare it once, and look it up elsewhere with .get`;
    return twins === "" ? [] : warning("duplicate", message);
}

function isOwner({ isLookedUp, isPendingDeletion, origin }: StoredCertificate): boolean {
    return !isLookedUp && !isPendingDeletion && origin !== "";
}

/** The ids that a resource would delete. */
function idsOf({ certId, staleCertIds, isLookedUp }: StoredCertificate): readonly string[] {
    return isLookedUp ? [] : [...(certId === "" ? [] : [certId]), ...staleCertIds];
}

function warning(code: WarningCode, message: string): readonly Warning[] {
    return [{ code, message }];
}

function describeEnd(toMs: number, nowMs: number): string {
    const days = Math.floor(Math.abs(toMs - nowMs) / DAY_MS);
    return toMs < nowMs
        ? `expired ${days === 0 ? "within the last day" : `${counted(days, "day")} ago`}`
        : `expires ${days === 0 ? "within a day" : `in ${counted(days, "day")}`}`;
}

/** How long it lasts, in words. */
export function lastingOf({ toMs, daysLeft = 0 }: Pick<JudgedCertificate, "toMs" | "daysLeft">, nowMs: number): string {
    if (toMs === undefined) {
        return "no dates known";
    }
    return daysLeft > 0 ? `${counted(daysLeft, "day")} left` : describeEnd(toMs, nowMs);
}

/** How lines name where a certificate is presented. */
export function placeOf({ team, project, origin }: Pick<StoredCertificate, "team" | "project" | "origin">): string {
    const scope = team === undefined ? [] : [team];
    return [...scope, project || "?", origin || "?"].join("/");
}
