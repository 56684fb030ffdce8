export type LimitedOperation = "upload" | "list" | "delete";

export interface LimitSizes {
    readonly uploads: number;
    readonly deletions: number;
    readonly listings: number;
    readonly windowMs: number;
}

/** What vercel.com/docs/limits has for client certificates. */
export const DOCUMENTED_LIMITS: LimitSizes = { uploads: 5, deletions: 5, listings: 300, windowMs: 60_000 };

export interface LimitReading {
    readonly allowed: boolean;
    readonly total: number;
    readonly remaining: number;
    /** Milliseconds since the epoch. */
    readonly resetMs: number;
}

/** Counts requests per owner and operation, in windows that begin with the first request. */
export class Limits {
    readonly #sizes: LimitSizes;
    readonly #windows = new Map<string, { count: number; endsMs: number }>();

    constructor(sizes: LimitSizes) {
        this.#sizes = sizes;
    }

    take(owner: string, operation: LimitedOperation, nowMs: number): LimitReading {
        const total = this.#totalOf(operation);
        const key = `${owner} ${operation}`;
        const open = this.#windows.get(key);
        const window =
            open !== undefined && open.endsMs > nowMs ? open : { count: 0, endsMs: nowMs + this.#sizes.windowMs };
        this.#windows.set(key, window);
        const allowed = window.count < total;
        window.count += allowed ? 1 : 0;
        return { allowed, total, remaining: total - window.count, resetMs: window.endsMs };
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
