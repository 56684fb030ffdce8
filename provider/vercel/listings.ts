import type { Clock } from "./clock";

/** How long a listing waits for others of the same project that are wanted at the same time. */
const GATHER_MS = 5;
/** How long it waits for those that are about to be wanted: an upload that hangs must not hold others up. */
const GATHER_MOST_MS = 250;
/** A refresh asks for every resource, one soon after the other; what Vercel lists is one answer for all of a project. */
const RECENT_MS = 30_000;

/** Who may share a request, and for how long. The keys say whose certificates are listed, and with which right. */
export class SharedListings<Listing> {
    readonly #clock: Clock;
    readonly #gathering = new Map<string, Promise<Listing>>();
    readonly #underWay = new Map<string, number>();
    readonly #recent = new Map<string, { readonly askedAt: number; readonly listing: Promise<Listing> }>();

    constructor(clock: Clock) {
        this.#clock = clock;
    }

    /** By a request that is sent after this call. Calls that arrive before it is sent share it. */
    fresh(key: string, request: () => Promise<Listing>): Promise<Listing> {
        const shared = this.#gathering.get(key);
        if (shared !== undefined) {
            return shared;
        }
        const listing = this.#gather(key, request);
        this.#gathering.set(key, listing);
        return listing;
    }

    /** For those who only look: the answer may be some seconds old, but never older than a write of this process. */
    recent(key: string, request: () => Promise<Listing>): Promise<Listing> {
        const now = this.#clock.steady();
        const known = this.#recent.get(key);
        if (known !== undefined && now - known.askedAt < RECENT_MS) {
            return known.listing;
        }
        const listing = this.fresh(key, request);
        const entry = { askedAt: now, listing };
        this.#recent.set(key, entry);
        // Who asked gets the error; who asks next asks anew.
        listing.catch(() => {
            if (this.#recent.get(key) === entry) {
                this.#recent.delete(key);
            }
        });
        return listing;
    }

    /** Something is written, or was: nothing that was listed so far is to be relied on. */
    forget(): void {
        this.#recent.clear();
    }

    /** Does what comes right before a listing. Others of the same project wait for it a moment, and so share one request. */
    async ahead<T>(key: string, work: () => Promise<T>): Promise<T> {
        this.#count(key, 1);
        try {
            return await work();
        } finally {
            this.#count(key, -1);
        }
    }

    #count(key: string, change: 1 | -1): void {
        const count = (this.#underWay.get(key) ?? 0) + change;
        if (count === 0) {
            this.#underWay.delete(key);
        } else {
            this.#underWay.set(key, count);
        }
    }

    async #gather(key: string, request: () => Promise<Listing>): Promise<Listing> {
        try {
            let waitedMs = 0;
            do {
                await this.#clock.sleep(GATHER_MS);
                waitedMs += GATHER_MS;
            } while (this.#underWay.has(key) && waitedMs < GATHER_MOST_MS);
        } finally {
            this.#gathering.delete(key);
        }
        return await request();
    }
}
