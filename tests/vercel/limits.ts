export type LimitedOperation = "upload" | "list" | "delete";

export interface LimitSizes {
    readonly uploads: number;
    readonly deletions: number;
    readonly listings: number;
    readonly windowMs: number;
    readonly window: WindowKind;
    readonly resetUnit: ResetUnit;
}

/**
 * Which kind of limiter counts; Vercel documents none.
 *
 * - `fixed`: a window begins with the first request, and ends for all of its requests at once.
 * - `aligned`: the same, but windows begin at multiples of their length, whoever asks.
 * - `sliding`: each request counts for the length of a window.
 * - `bucket`: a token comes back every window's part, up to the total.
 */
export type WindowKind = "fixed" | "aligned" | "sliding" | "bucket";

/** How a reset is announced in headers: Vercel documents whole seconds, not how they are rounded. */
export type ResetUnit = "seconds-up" | "seconds-down" | "milliseconds";

/** What vercel.com/docs/limits has for client certificates. */
export const DOCUMENTED_LIMITS: LimitSizes = {
    ...{ uploads: 5, deletions: 5, listings: 300, windowMs: 60_000 },
    ...{ window: "fixed", resetUnit: "seconds-up" },
};

export interface LimitReading {
    readonly allowed: boolean;
    readonly total: number;
    readonly remaining: number;
    /** When more will remain than now, in milliseconds since the epoch. */
    readonly resetMs: number;
    readonly resetUnit: ResetUnit;
}

/** How much a limiter counts against its total, and when it will count less. */
interface Counter {
    /** What would be counted now. */
    used(nowMs: number): number;
    take(nowMs: number): void;
    /** When less will be counted, provided that something is. */
    resetMs(nowMs: number): number;
}

/** Counts requests per owner and operation. */
export class Limits {
    readonly #sizes: LimitSizes;
    readonly #counters = new Map<string, Counter>();

    constructor(sizes: LimitSizes) {
        this.#sizes = sizes;
    }

    take(owner: string, operation: LimitedOperation, nowMs: number): LimitReading {
        const { resetUnit } = this.#sizes;
        const total = this.#totalOf(operation);
        const key = `${owner} ${operation}`;
        const counter = this.#counters.get(key) ?? COUNTERS[this.#sizes.window](total, this.#sizes.windowMs);
        this.#counters.set(key, counter);
        const allowed = counter.used(nowMs) < total;
        if (allowed) {
            counter.take(nowMs);
        }
        const remaining = Math.max(0, total - counter.used(nowMs));
        return { allowed, total, remaining, resetMs: counter.resetMs(nowMs), resetUnit };
    }

    #totalOf(operation: LimitedOperation): number {
        switch (operation) {
            case "upload":
                return this.#sizes.uploads;
            case "delete":
                return this.#sizes.deletions;
            case "list":
                return this.#sizes.listings;
        }
    }
}

const COUNTERS: Readonly<Record<WindowKind, (total: number, windowMs: number) => Counter>> = {
    fixed: (_, windowMs) => windows(windowMs, (nowMs) => nowMs),
    aligned: (_, windowMs) => windows(windowMs, (nowMs) => nowMs - (nowMs % windowMs)),
    sliding: (_, windowMs) => log(windowMs),
    bucket: (total, windowMs) => bucket(total, windowMs),
};

function windows(windowMs: number, beginOf: (nowMs: number) => number): Counter {
    let count = 0;
    let endMs = Number.NEGATIVE_INFINITY;
    return {
        used: (nowMs) => (nowMs < endMs ? count : 0),
        take: (nowMs) => {
            if (nowMs >= endMs) {
                count = 0;
                endMs = beginOf(nowMs) + windowMs;
            }
            count += 1;
        },
        resetMs: () => endMs,
    };
}

function log(windowMs: number): Counter {
    let taken: readonly number[] = [];
    const recent = (nowMs: number): readonly number[] => taken.filter((at) => at > nowMs - windowMs);
    return {
        used: (nowMs) => recent(nowMs).length,
        take: (nowMs) => {
            taken = [...recent(nowMs), nowMs];
        },
        resetMs: (nowMs) => (recent(nowMs)[0] ?? nowMs) + windowMs,
    };
}

function bucket(total: number, windowMs: number): Counter {
    const tokenMs = windowMs / total;
    /** When the bucket will be full again. */
    let fullMs = Number.NEGATIVE_INFINITY;
    // Whole tokens only: a part of one lets nothing through.
    const missing = (nowMs: number): number => Math.ceil(Math.max(0, fullMs - nowMs) / tokenMs);
    return {
        used: missing,
        take: (nowMs) => {
            fullMs = Math.max(fullMs, nowMs) + tokenMs;
        },
        resetMs: (nowMs) => fullMs - Math.max(0, missing(nowMs) - 1) * tokenMs,
    };
}
