/** Time as it is passed in, so that no policy depends on the wall clock and no test waits for it. */
export interface Clock {
    /** Milliseconds since the epoch. */
    now(): number;
    sleep(milliseconds: number): Promise<void>;
}

export const systemClock: Clock = {
    now: () => Date.now(),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};
