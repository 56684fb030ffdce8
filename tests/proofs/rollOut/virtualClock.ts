import diagnostics from "node:diagnostics_channel";
import type { ClientRequest } from "node:http";
import type { Clock } from "../../../provider/vercel/clock";

/**
 * How many turns of the event loop pass without a request under way before nothing is taken to happen any more without
 * the clock. Client and server are in this process; between two steps of either there are a few turns at most.
 */
const QUIET_TURNS = 40;

interface Sleeper {
    readonly at: number;
    readonly wake: () => void;
}

/**
 * Time that passes only while everybody sleeps: client and stand-in share it, and talk over real sockets in no time at
 * all. So hours of waiting take seconds, and how long something takes is the same on every machine.
 */
export class VirtualClock implements Clock {
    readonly #startMs: number;
    readonly #sleepers: Sleeper[] = [];
    #now: number;
    #underWay = 0;

    constructor(startMs: number) {
        this.#startMs = startMs;
        this.#now = startMs;
    }

    now(): number {
        return this.#now;
    }

    steady(): number {
        return this.#now - this.#startMs;
    }

    sleep(milliseconds: number): Promise<void> {
        return new Promise((wake) => this.#sleepers.push({ at: this.#now + milliseconds, wake }));
    }

    /** Never passes: every request gets its answer. */
    deadline(): AbortSignal {
        return new AbortController().signal;
    }

    /** Part of a request's way: what is under way does not hold the time meanwhile. */
    async transit(milliseconds: number): Promise<void> {
        this.#underWay -= 1;
        await new Promise<void>((resolve) => {
            const wake = (): void => {
                this.#underWay += 1;
                resolve();
            };
            this.#sleepers.push({ at: this.#now + milliseconds, wake });
        });
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
            for (await this.#quiet(); !isOver; await this.#quiet()) {
                this.#wakeNext();
            }
        } finally {
            diagnostics.unsubscribe("http.client.request.start", started);
        }
        return await work;
    }

    async #quiet(): Promise<void> {
        for (let turns = 0; turns < QUIET_TURNS; turns += 1) {
            await new Promise((resolve) => setImmediate(resolve));
            if (this.#underWay > 0) {
                turns = 0;
            }
        }
    }

    #wakeNext(): void {
        this.#sleepers.sort((a, b) => a.at - b.at);
        const next = this.#sleepers.shift();
        // Where nobody sleeps, something is loaded or computed outside the event loop: it takes no virtual time.
        if (next !== undefined) {
            this.#now = next.at;
            next.wake();
        }
    }
}
