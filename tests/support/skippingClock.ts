import { systemClock, type Clock } from "../../provider/vercel/clock";

/** The time of day, put forward by every sleep instead of waiting. */
export class SkippingClock implements Clock {
    readonly slept: number[] = [];
    #aheadMs = 0;

    now(): number {
        return Date.now() + this.#aheadMs;
    }

    steady(): number {
        return this.now();
    }

    async sleep(milliseconds: number): Promise<void> {
        this.slept.push(milliseconds);
        this.#aheadMs += milliseconds;
        await new Promise((resolve) => setImmediate(resolve));
    }

    deadline(milliseconds: number): AbortSignal {
        return systemClock.deadline(milliseconds);
    }
}
