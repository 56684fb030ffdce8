import { performance } from "node:perf_hooks";

/** Time as it is passed in, so that no policy depends on the wall clock and no test waits for it. */
export interface Clock {
    /** Milliseconds since the epoch. */
    now(): number;
    /** Milliseconds that only ever grow: for durations, since the machine's date may be set while they last. */
    steady(): number;
    sleep(milliseconds: number): Promise<void>;
    /** Milliseconds that the operation at hand may still take; without this, as long as it needs. */
    remaining?(): number;
    /** Aborts after this time, to end what takes longer. */
    deadline(milliseconds: number): AbortSignal;
}

export const systemClock: Clock = {
    now: () => Date.now(),
    steady: () => performance.now(),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    deadline: (milliseconds) => AbortSignal.timeout(milliseconds),
};
