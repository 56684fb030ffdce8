import type { Clock } from "../../../provider/vercel/clock";

/** The time of day, put forward by every sleep instead of waiting; deadlines pass when they are told to. */
export class FaultClock implements Clock {
    onSleep: ((milliseconds: number) => Promise<void>) | undefined;
    #aheadMs = 0;
    #deadlines: readonly AbortController[] = [];

    now(): number {
        return Date.now() + this.#aheadMs;
    }

    steady(): number {
        return this.now();
    }

    async sleep(milliseconds: number): Promise<void> {
        this.#aheadMs += milliseconds;
        await this.onSleep?.(milliseconds);
        await new Promise((resolve) => setImmediate(resolve));
    }

    deadline(): AbortSignal {
        const controller = new AbortController();
        this.#deadlines = [...this.#deadlines, controller];
        return controller.signal;
    }

    expireDeadlines(): void {
        const due = this.#deadlines;
        this.#deadlines = [];
        due.forEach((controller) => {
            controller.abort();
        });
    }
}
