import type { Clock } from "./clock";

/** How long a listing waits for others of the same project that are wanted at the same time. */
const GATHER_MS = 5;
/** How long it waits for those that are about to be wanted: an upload that hangs must not hold others up. */
const GATHER_MOST_MS = 250;
/** Who has confirmed a write in a project lately is not alone there: the next confirmation waits for company. */
const COMPANY_MS = 1_000;
/** The engine starts resources one after the other; who has not come by then does not come for now. */
const COMPANY_GAP_MS = 60;
/** A refresh asks for every resource, one soon after the other; what Vercel lists is one answer for all of a project. */
const RECENT_MS = 30_000;
/** What is in place before a write is to be known better than that. */
const BEFORE_WRITE_MS = 5_000;

interface Gathering<Listing> {
    /** How long nobody has joined. */
    readonly lull: { ms: number };
    readonly listing: Promise<Listing>;
}

interface Recent<Listing> {
    readonly askedAt: number;
    /** How many writes there had been when somebody asked. */
    readonly writes: number;
    readonly listing: Promise<Listing>;
}

/** Who may share a request, and for how long. The keys say whose certificates are listed, and with which right. */
export class SharedListings<Listing, Write> {
    readonly #clock: Clock;
    readonly #gathering = new Map<string, Gathering<Listing>>();
    readonly #underWay = new Map<string, number>();
    readonly #recent = new Map<string, Recent<Listing>>();
    readonly #confirmedAt = new Map<string, number>();
    /** Those that a listing of `RECENT_MS` may have missed, and how many there were before them. */
    #writes: { readonly write: Write; readonly at: number }[] = [];
    #forgotten = 0;

    constructor(clock: Clock) {
        this.#clock = clock;
    }

    /** By a request that is sent after this call. Calls that arrive before it is sent share it. */
    fresh(key: string, request: () => Promise<Listing>): Promise<Listing> {
        return this.#share(key, request, false);
    }

    /** As `fresh`, for those who have written. Where others have confirmed lately, it waits for more who will. */
    confirming(key: string, request: () => Promise<Listing>): Promise<Listing> {
        const isInCompany =
            this.#clock.steady() - (this.#confirmedAt.get(key) ?? Number.NEGATIVE_INFINITY) < COMPANY_MS;
        return this.#share(
            key,
            () => {
                this.#confirmedAt.set(key, this.#clock.steady());
                return request();
            },
            isInCompany,
        );
    }

    /** For those who only look: the answer may be half a minute old, but never older than a write of this process. */
    recent(key: string, request: () => Promise<Listing>): Promise<Listing> {
        const known = this.#known(key, RECENT_MS);
        return known === undefined || this.#since(known).length > 0 ? this.#ask(key, request) : known.listing;
    }

    /**
     * For those who are about to write: the answer may be some seconds old, and older than writes of this process that
     * do not concern them. Whether one does may depend on what was listed.
     */
    async beforeWrite(
        key: string,
        concerns: (write: Write, listing: Listing) => boolean,
        request: () => Promise<Listing>,
    ): Promise<Listing> {
        const known = this.#known(key, BEFORE_WRITE_MS);
        if (known === undefined) {
            return await this.#ask(key, request);
        }
        const listing = await known.listing;
        // Meanwhile, what was written since may have been forgotten.
        const isOutdated =
            this.#isOlder(known, RECENT_MS) || this.#since(known).some(({ write }) => concerns(write, listing));
        return isOutdated ? await this.#ask(key, request) : listing;
    }

    /** Something is written, or was. Both are to be said: a listing in between may show either. */
    note(write: Write): void {
        const at = this.#clock.steady();
        const kept = this.#writes.filter((one) => at - one.at <= RECENT_MS);
        this.#forgotten += this.#writes.length - kept.length;
        this.#writes = [...kept, { write, at }];
    }

    #known(key: string, mostMs: number): Recent<Listing> | undefined {
        const known = this.#recent.get(key);
        return known === undefined || this.#isOlder(known, mostMs) ? undefined : known;
    }

    #isOlder({ askedAt }: Recent<Listing>, mostMs: number): boolean {
        return this.#clock.steady() - askedAt >= mostMs;
    }

    /** What was written since somebody asked. */
    #since({ writes }: Recent<Listing>): readonly { readonly write: Write }[] {
        return this.#writes.slice(Math.max(0, writes - this.#forgotten));
    }

    #ask(key: string, request: () => Promise<Listing>): Promise<Listing> {
        const writes = this.#forgotten + this.#writes.length;
        const askedAt = this.#clock.steady();
        const listing = this.fresh(key, request);
        const entry = { askedAt, writes, listing };
        this.#recent.set(key, entry);
        // Who asked gets the error; who asks next asks anew.
        listing.catch(() => {
            if (this.#recent.get(key) === entry) {
                this.#recent.delete(key);
            }
        });
        return listing;
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

    #share(key: string, request: () => Promise<Listing>, inCompany: boolean): Promise<Listing> {
        const known = this.#gathering.get(key);
        if (known !== undefined) {
            known.lull.ms = 0;
            return known.listing;
        }
        const lull = { ms: 0 };
        const listing = this.#gather(key, request, lull, inCompany);
        this.#gathering.set(key, { lull, listing });
        return listing;
    }

    async #gather(
        key: string,
        request: () => Promise<Listing>,
        lull: { ms: number },
        inCompany: boolean,
    ): Promise<Listing> {
        try {
            let waitedMs = 0;
            do {
                await this.#clock.sleep(GATHER_MS);
                waitedMs += GATHER_MS;
                lull.ms += GATHER_MS;
            } while (waitedMs < GATHER_MOST_MS && (this.#underWay.has(key) || (inCompany && lull.ms < COMPANY_GAP_MS)));
        } finally {
            this.#gathering.delete(key);
        }
        return await request();
    }
}
