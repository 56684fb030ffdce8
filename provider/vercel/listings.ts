import type { Clock } from "./clock";
import { OutOfTimeError } from "./errors";

/** How long a listing waits for others of the same project that are wanted at the same moment. */
const GATHER_MS = 5;
/** A refresh asks for every resource, one soon after the other; what Vercel lists is one answer for all of a project. */
const RECENT_MS = 30_000;
/** How far apart two listings are that have to agree that a certificate is gone: listings may lag behind. */
export const SECOND_LOOK_MS = 15_000;

interface Look<Listing> {
    readonly askedAt: number;
    readonly listing: Promise<Listing>;
    again?: Promise<Listing>;
}

/** Who may share a request: those who give the same address, which says whose certificates are listed, with which right. */
export class SharedListings<Address, Listing> {
    readonly #gathering = new Map<string, Promise<Listing>>();
    readonly #looks = new Map<string, Look<Listing>>();
    readonly #underWay = new Map<string, Promise<unknown>>();

    constructor(
        private readonly clock: Clock,
        private readonly request: (address: Address) => Promise<Listing>,
    ) {}

    /** By a request that is sent after this call. Calls that arrive before it is sent share it. */
    fresh(address: Address): Promise<Listing> {
        return this.#inTime(address, () => this.#share(address));
    }

    #share(address: Address): Promise<Listing> {
        const key = JSON.stringify(address);
        const gathering = this.#gathering.get(key) ?? this.#gather(key, address);
        this.#gathering.set(key, gathering);
        return gathering;
    }

    async #gather(key: string, address: Address): Promise<Listing> {
        try {
            await this.clock.sleep(GATHER_MS);
        } finally {
            this.#gathering.delete(key);
        }
        return await this.request(address);
    }

    /** For those who only look: the answer may be half a minute old, but never older than a write of this process. */
    recent(address: Address): Promise<Listing> {
        return this.#inTime(address, () => this.#look(address).listing);
    }

    /** A second answer, some time after the one that `recent` gives. All who want it share it, and the wait for it. */
    again(address: Address, onWait: () => void): Promise<Listing> {
        return this.#inTime(address, () => {
            const look = this.#look(address);
            return (look.again ??= this.#lookAgain(look, address, onWait));
        });
    }

    /** A request of a listing has been sent: nobody stops waiting for its answer. */
    sent(address: Address, answer: Promise<unknown>): void {
        this.#underWay.set(
            JSON.stringify(address),
            answer.catch(() => undefined),
        );
    }

    /** A listing goes on for all who share it; whoever may not wait so long stops waiting before the next request of it. */
    async #inTime(address: Address, share: () => Promise<Listing>): Promise<Listing> {
        const patienceMs = this.clock.remaining?.() ?? Number.POSITIVE_INFINITY;
        if (patienceMs <= 0) {
            throw new OutOfTimeError();
        }
        if (patienceMs === Number.POSITIVE_INFINITY) {
            return await share();
        }
        const over = this.clock.sleep(patienceMs).then(async () => {
            await this.#underWay.get(JSON.stringify(address));
            // What it led to comes first.
            await this.clock.sleep(GATHER_MS);
            throw new OutOfTimeError();
        });
        return await Promise.race([share(), over]);
    }

    async #lookAgain({ listing }: Look<Listing>, address: Address, onWait: () => void): Promise<Listing> {
        await listing;
        onWait();
        await this.clock.sleep(SECOND_LOOK_MS);
        return await this.#share(address);
    }

    #look(address: Address): Look<Listing> {
        const key = JSON.stringify(address);
        const known = this.#looks.get(key);
        const now = this.clock.steady();
        if (known !== undefined && now - known.askedAt < RECENT_MS) {
            return known;
        }
        const look = { askedAt: now, listing: this.#share(address) };
        this.#looks.set(key, look);
        // Who asked gets the error; who asks next asks anew.
        look.listing.catch(() => {
            if (this.#looks.get(key) === look) {
                this.#looks.delete(key);
            }
        });
        return look;
    }

    /** Something is written, or was. Both are to be said: a listing in between may show either. */
    forget(): void {
        this.#looks.clear();
    }
}
