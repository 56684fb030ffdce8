import diagnostics from "node:diagnostics_channel";
import type { ClientRequest } from "node:http";
import type { Clock } from "../../provider/vercel/clock";

/** Turns of the event loop without anybody asleep after which nothing will happen any more. */
const MOST_IDLE_TURNS = 100_000;

interface Sleeper {
    readonly at: number;
    readonly wake: () => void;
}

/**
 * Time that passes only while everybody sleeps, and no request is on a socket. So hours of waiting take seconds, and how
 * long something takes is the same on every machine.
 */
export class VirtualClock implements Clock {
    readonly #startMs: number;
    readonly #quietTurns: number;
    #sleepers: readonly Sleeper[] = [];
    #now: number;
    #underWay = 0;

    /**
     * @param quietTurns How many turns of the event loop pass without a request under way before nothing is taken to happen
     * any more without the clock: one, unless client and server talk over sockets.
     */
    constructor(startMs: number, quietTurns = 1) {
        this.#startMs = startMs;
        this.#now = startMs;
        this.#quietTurns = quietTurns;
    }

    now(): number {
        return this.#now;
    }

    steady(): number {
        return this.#now - this.#startMs;
    }

    sleep(milliseconds: number): Promise<void> {
        return new Promise((wake) => {
            const at = this.#now + milliseconds;
            const later = this.#sleepers.findIndex((sleeper) => sleeper.at > at);
            const index = later === -1 ? this.#sleepers.length : later;
            this.#sleepers = this.#sleepers.toSpliced(index, 0, { at, wake });
        });
    }

    /** Never passes: what gets no answer ends by itself. */
    deadline(): AbortSignal {
        return new AbortController().signal;
    }

    /** Part of a request's way: what is under way does not hold the time meanwhile. */
    async transit(milliseconds: number): Promise<void> {
        this.#underWay -= 1;
        await this.sleep(milliseconds);
        this.#underWay += 1;
    }

    pass(milliseconds: number): void {
        this.#now += milliseconds;
    }

    /** What a process that was killed would have done later, it does not do. */
    forgetSleepers(): void {
        this.#sleepers = [];
    }

    /** Lets time pass until this has come about. */
    async run<T>(work: Promise<T>): Promise<T> {
        let isOver = false;
        const end = (): void => {
            isOver = true;
        };
        work.then(end, end);
        const started = (message: unknown): void => {
            this.#underWay += 1;
            (message as { readonly request: ClientRequest }).request.once("close", () => {
                this.#underWay -= 1;
            });
        };
        diagnostics.subscribe("http.client.request.start", started);
        try {
            for (let idle = 0; idle < MOST_IDLE_TURNS; idle += 1) {
                await this.#quiet();
                if (isOver) {
                    return await work;
                }
                if (this.#wakeNext()) {
                    idle = 0;
                }
            }
        } finally {
            diagnostics.unsubscribe("http.client.request.start", started);
        }
        throw new Error("expected the work to come to an end, but nothing happens any more");
    }

    async #quiet(): Promise<void> {
        for (let turns = 0; turns < this.#quietTurns; turns += 1) {
            await new Promise((resolve) => setImmediate(resolve));
            if (this.#underWay > 0) {
                turns = -1;
            }
        }
    }

    /** Where nobody sleeps, something may be loaded or computed outside the event loop: it takes no virtual time. */
    #wakeNext(): boolean {
        const [next, ...others] = this.#sleepers;
        if (next !== undefined) {
            this.#sleepers = others;
            this.#now = Math.max(this.#now, next.at);
            next.wake();
        }
        return next !== undefined;
    }
}
