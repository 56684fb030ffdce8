import type { JudgedCertificate, WarningCode } from "./judgement";

const DAY_MS = 86_400_000;

/** How a page shows a certificate at first sight: by the gravest that there is to say. */
export type Standing = "fine" | "soon" | "expired" | "attention" | "pending" | "looked-up";

const STANDINGS: Readonly<Record<WarningCode, Standing>> = {
    expired: "expired",
    "not-yet-valid": "attention",
    "expires-soon": "soon",
    drifted: "attention",
    duplicate: "attention",
    "stale-ids": "attention",
    "pending-deletion": "pending",
    "dates-unknown": "attention",
    encrypted: "attention",
};

const WORDS: Readonly<Record<WarningCode, string>> = {
    expired: "Expired",
    "not-yet-valid": "Not valid yet",
    "expires-soon": "Ends soon",
    drifted: "Drifted",
    duplicate: "Declared twice",
    "stale-ids": "Stale ids",
    "pending-deletion": "To be deleted",
    "dates-unknown": "No dates",
    encrypted: "Encrypted",
};

export function standingOf({ warnings, isLookedUp }: JudgedCertificate): Standing {
    const [gravest] = warnings;
    return gravest === undefined ? (isLookedUp ? "looked-up" : "fine") : STANDINGS[gravest.code];
}

export function standingOfCode(code: WarningCode): Standing {
    return STANDINGS[code];
}

export function wordsOf(code: WarningCode): string {
    return WORDS[code];
}

/** How long it lasts, in words. */
export function lastingOf({ toMs, daysLeft }: JudgedCertificate, nowMs: number): string {
    if (toMs === undefined || daysLeft === undefined) {
        return "no dates known";
    }
    if (toMs < nowMs) {
        const ago = Math.floor((nowMs - toMs) / DAY_MS);
        return ago === 0 ? "ended within the last day" : `ended ${daysText(ago)} ago`;
    }
    return daysLeft === 0 ? "ends within a day" : `${daysText(daysLeft)} left`;
}

function daysText(days: number): string {
    return `${String(days)} day${days === 1 ? "" : "s"}`;
}
