import type { Clock } from "../../../provider/vercel/clock";

export const START_MS = Date.parse("2030-01-01T00:00:00Z");

/** Deadlines that pass when the test says so, and never by themselves. */
class Deadlines {
    readonly #pending: AbortController[] = [];

    open(): AbortSignal {
        const controller = new AbortController();
        this.#pending.push(controller);
        return controller.signal;
    }

    expire(): void {
        this.#pending.splice(0).forEach((controller) => {
            controller.abort();
        });
    }
}

/** Sleeps by moving its own hands: for callers of which only one sleeps at a time. */
export class EagerClock implements Clock {
    readonly #deadlines = new Deadlines();
    readonly slept: number[] = [];
    #now = START_MS;

    now(): number {
        return this.#now;
    }

    steady(): number {
        return this.#now;
    }

    async sleep(milliseconds: number): Promise<void> {
        this.slept.push(milliseconds);
        this.#now += milliseconds;
        await nextTurn();
    }

    deadline(): AbortSignal {
        return this.#deadlines.open();
    }

    /** As if the time of every request that is under way had run out. */
    expireDeadlines(): void {
        this.#deadlines.expire();
    }
}

/** Moves only when told, and wakes sleepers in the order of their times. */
export class ManualClock implements Clock {
    readonly #sleepers: { readonly at: number; readonly wake: () => void }[] = [];
    #now = START_MS;
    #dateOffsetMs = 0;

    now(): number {
        return this.#now + this.#dateOffsetMs;
    }

    /** As if somebody set the machine's date. */
    stepDate(milliseconds: number): void {
        this.#dateOffsetMs += milliseconds;
    }

    steady(): number {
        return this.#now;
    }

    sleep(milliseconds: number): Promise<void> {
        return new Promise((wake) => this.#sleepers.push({ at: this.#now + milliseconds, wake }));
    }

    /** Never passes: no test of this clock waits for an answer that does not come. */
    deadline(): AbortSignal {
        return new AbortController().signal;
    }

    async advance(milliseconds: number): Promise<void> {
        const until = this.#now + milliseconds;
        await nextTurn();
        for (let next = this.#takeDue(until); next !== undefined; next = this.#takeDue(until)) {
            this.#now = next.at;
            next.wake();
            await nextTurn();
        }
        this.#now = until;
    }

    #takeDue(until: number): { readonly at: number; readonly wake: () => void } | undefined {
        this.#sleepers.sort((a, b) => a.at - b.at);
        const first = this.#sleepers[0];
        return first !== undefined && first.at <= until ? this.#sleepers.shift() : undefined;
    }
}

/** Lets everything run that was waiting for a promise. */
export function nextTurn(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
}
