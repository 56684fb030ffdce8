import type { ErrorKind, Operation } from "./errors";

/** What is known of an attempt that failed. */
export interface FailedAttempt {
    readonly operation: Operation;
    readonly kind: ErrorKind;
    /** How many attempts this request has had, 1 after the first. */
    readonly attempts: number;
    /** What the answer says about when to come back: headers first, then the body. */
    readonly retryAfter?: string | undefined;
    readonly reset?: string | undefined;
    readonly bodyReset?: number | undefined;
    /** When this request was first refused for the limit, in milliseconds since the epoch. */
    readonly firstLimitedAt?: number | undefined;
}

export type RetryDecision =
    { readonly retry: true; readonly delayMs: number } | { readonly retry: false; readonly until?: string };

/** From the first 429 of a request on; what waits longer than that is better run again later. */
export const LONGEST_LIMITED_MS = 10 * 60_000;
const LIMITED_FALLBACK_MS = 5_000;
/** A shorter announcement would have the ten minutes filled with requests. */
const SHORTEST_LIMITED_MS = 1_000;
const FIRST_BACKOFF_MS = 500;
const LONGEST_BACKOFF_MS = 8_000;

/** How many attempts a request has, by kind; what is not here, and every other write, has one. */
const LISTING_ATTEMPTS: Readonly<Partial<Record<ErrorKind, number>>> = { network: 4, timeout: 3, server: 4 };

/**
 * Whether and when to send a request again: a 429 whatever the method, since it says that nothing happened; faults of
 * network and server only for listings, since a write may have had its effect.
 *
 * @param now Milliseconds since the epoch. @param random From 0 to 1, for the jitter.
 */
export function decideRetry(attempt: FailedAttempt, now: number, random: number): RetryDecision {
    if (attempt.kind === "rate-limited") {
        return decideLimited(attempt, now, random);
    }
    const most = attempt.operation === "list" ? (LISTING_ATTEMPTS[attempt.kind] ?? 1) : 1;
    if (attempt.attempts >= most) {
        return { retry: false };
    }
    const backoffMs = Math.min(FIRST_BACKOFF_MS * 2 ** (attempt.attempts - 1), LONGEST_BACKOFF_MS);
    return { retry: true, delayMs: Math.round(backoffMs * (0.5 + random / 2)) };
}

function decideLimited(attempt: FailedAttempt, now: number, random: number): RetryDecision {
    const announcedMs = announcedDelay(attempt, now);
    // A delay that is absent, negative or zero has been seen; coming back at once would only be refused again.
    const delayMs =
        announcedMs !== undefined && announcedMs > 0
            ? Math.max(announcedMs, SHORTEST_LIMITED_MS)
            : Math.round(LIMITED_FALLBACK_MS * attempt.attempts * (0.75 + random / 2));
    const startedAt = attempt.firstLimitedAt ?? now;
    if (now + delayMs - startedAt > LONGEST_LIMITED_MS) {
        return { retry: false, until: isoTime(now + delayMs) };
    }
    return { retry: true, delayMs };
}

function isoTime(ms: number): string {
    const date = new Date(ms);
    return Number.isNaN(date.getTime()) ? "a time far away" : date.toISOString();
}

/** Milliseconds from now, from the first source that can be read. */
export function announcedDelay(
    { retryAfter, reset, bodyReset }: Pick<FailedAttempt, "retryAfter" | "reset" | "bodyReset">,
    now: number,
): number | undefined {
    if (retryAfter !== undefined && retryAfter.trim() !== "") {
        const seconds = Number(retryAfter);
        const delayMs = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(retryAfter) - now;
        if (!Number.isNaN(delayMs)) {
            return delayMs;
        }
    }
    const header = Number(reset?.trim() === "" ? undefined : reset);
    const resetAt = Number.isFinite(header) ? header : bodyReset;
    return resetAt === undefined || !Number.isFinite(resetAt) ? undefined : resetTime(resetAt) - now;
}

/** Vercel documents seconds and has sent milliseconds; no time in seconds is that large. */
const SMALLEST_MS = 1e12;
/** A reset in whole seconds may have been rounded down. Coming back within that second could be too early. */
const ROUNDING_MS = 1_000;

/** When a limit is reset for certain, in milliseconds since the epoch. */
export function resetTime(secondsOrMs: number): number {
    return secondsOrMs > SMALLEST_MS ? secondsOrMs : secondsOrMs * 1000 + ROUNDING_MS;
}
