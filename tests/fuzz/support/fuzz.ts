import * as fc from "fast-check";

/** The same cases in every `npm test`, so that a red run is red again; `npm run test:fuzz:long` takes a new seed each time. */
const USUAL_SEED = 5280;

/** No single case may take more processor time; what takes seconds on this machine takes minutes for somebody who means harm. */
const LONGEST_CASE_MS = 1_000;

/**
 * Whether a property holds for `usualRuns` cases, or as many as FUZZ_RUNS says. The report of a failure names its seed
 * and the smallest case that was found.
 */
export async function holdsFor<T>(
    usualRuns: number,
    arbitrary: fc.Arbitrary<T>,
    property: (value: T) => Promise<void> | void,
): Promise<void> {
    const timed = fc.asyncProperty(arbitrary, (value) => withinTime(() => property(value)));
    await fc.assert(timed, { numRuns: runsOf(usualRuns), seed: fuzzSeed() });
}

/** How many cases a property has, for its title. */
export function runsOf(usualRuns: number): number {
    return numberFrom("FUZZ_RUNS") ?? usualRuns;
}

export function fuzzSeed(): number {
    return numberFrom("FUZZ_SEED") ?? USUAL_SEED;
}

function numberFrom(variable: string): number | undefined {
    const text = process.env[variable];
    if (text === undefined || text === "") {
        return undefined;
    }
    if (!/^-?\d{1,10}$/.test(text)) {
        throw new Error(`${variable}: expected a whole number, got ${JSON.stringify(text)}`);
    }
    return Number(text);
}

/** Of processor time, since a busy machine may hold up anything; what hangs without work ends by mocha's limit. */
export async function withinTime(work: () => Promise<void> | void): Promise<void> {
    const startedAt = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(startedAt);
    const spentMs = (user + system) / 1000;
    if (spentMs > LONGEST_CASE_MS) {
        throw new Error(
            `expected at most ${String(LONGEST_CASE_MS)} ms of processor time, took ${spentMs.toFixed(0)} ms`,
        );
    }
}
