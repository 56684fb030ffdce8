import { performance } from "node:perf_hooks";
import * as fc from "fast-check";

/** The same cases in every `npm test`, so that a red run is red again; `npm run test:fuzz:long` takes a new seed each time. */
const USUAL_SEED = 5280;

/** No single case may take longer; what takes seconds on this machine takes minutes for somebody who means harm. */
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
    await fc.assert(timed, { numRuns: runsOf(usualRuns), seed: seed() });
}

/** How many cases a property has, for its title. */
export function runsOf(usualRuns: number): number {
    return numberFrom("FUZZ_RUNS") ?? usualRuns;
}

function seed(): number {
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

/** Measured twice before it counts: a busy machine may hold up anything once, but not a hang twice. */
export async function withinTime(work: () => Promise<void> | void): Promise<void> {
    if ((await durationOf(work)) <= LONGEST_CASE_MS) {
        return;
    }
    const durationMs = await durationOf(work);
    if (durationMs > LONGEST_CASE_MS) {
        throw new Error(`expected at most ${String(LONGEST_CASE_MS)} ms, took ${durationMs.toFixed(0)} ms`);
    }
}

async function durationOf(work: () => Promise<void> | void): Promise<number> {
    const startedAt = performance.now();
    await work();
    return performance.now() - startedAt;
}
