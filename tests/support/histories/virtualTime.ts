import type { Clock } from "../../../provider/vercel/clock";

/** Turns of the event loop without anybody asleep after which nothing will happen any more. */
const MOST_IDLE_TURNS = 10_000;

interface Sleeper {
    readonly at: number;
    readonly wake: () => void;
}

/** Time that passes only while everybody sleeps. Nothing here waits for a socket, so one turn of the loop is enough. */
export class VirtualTime implements Clock {
    readonly #startMs: number;
    #sleepers: readonly Sleeper[] = [];
    #now: number;

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
        for (let idle = 0; ; idle += 1) {
            await new Promise((resolve) => setImmediate(resolve));
            if (isOver) {
                return await work;
            }
            const [next, ...others] = this.#sleepers;
            if (next !== undefined) {
                this.#sleepers = others;
                this.#now = Math.max(this.#now, next.at);
                next.wake();
                idle = 0;
            } else if (idle > MOST_IDLE_TURNS) {
                throw new Error("expected the work to come to an end, but nothing happens any more");
            }
        }
    }
}
