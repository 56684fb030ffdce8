import fc from "fast-check";
import { once } from "node:events";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { judgeCertificatesOnce } from "./memo";
import { COMMANDS, histories, UPLOAD_POLICIES, type Command, type History } from "./history";
import type { BundlePool } from "./historyEnvironment";
import { isQuick, QUICK_FAULTS } from "./replay";
import { traceHistory } from "./run";
import type { Trace, TraceStep } from "./trace";

const SAMPLE = 4_000;
const MOST_STEPS = 9;
const MOST_COMMANDS = 4;
/** A feature that so many of the chosen show is no news. */
const ENOUGH = 3;

/** What the chosen have to show together. */
export const FEATURES: readonly string[] = [
    ...COMMANDS.flatMap((command) => [`${command} succeeds`, `${command} fails`]),
    ...COMMANDS.flatMap((command) => [`${command} all`, `${command} target`, `${command} exclude`]),
    ...["up replace", "up continueOnError", "up refresh", "refresh runProgram", "destroy runProgram"],
    ...["import", "place", "remove", "name", "external", "condemned", "pendingReplacement"],
    ...UPLOAD_POLICIES,
    ...QUICK_FAULTS,
];

/** What the thread is given. */
export interface TraceRequest {
    readonly count: number;
    readonly seed: number;
    readonly bundlePool: BundlePool;
}

/** In a thread of its own: a history replaces the HTTP client and the judging of certificates for all that share them. */
export async function steadyTracesApart(request: TraceRequest): Promise<readonly Trace[]> {
    const [traces] = (await once(
        new Worker(join(__dirname, "traceThread.js"), { workerData: request }),
        "message",
    )) as [readonly Trace[]];
    return traces;
}

/**
 * Histories that another engine has to repeat in the same way, in little time: without waiting, and where nothing depends
 * on which of several resources is faster. Of a sample that is always the same, those that show the most.
 */
export async function steadyTraces({ count, seed, bundlePool }: TraceRequest): Promise<readonly Trace[]> {
    judgeCertificatesOnce();
    let candidates: readonly Trace[] = [];
    for (const history of fc.sample(histories, { seed, numRuns: SAMPLE }).filter(isShort)) {
        const steps = await traceHistory(history, bundlePool);
        if (steps.every(isSteady)) {
            candidates = [...candidates, { policy: history.policy, steps, features: featuresOf(history, steps) }];
        }
    }
    const chosen: Trace[] = [];
    const shown = new Map<string, number>();
    const newsIn = ({ features }: Trace): number =>
        features.filter((feature) => (shown.get(feature) ?? 0) < ENOUGH).length;
    while (chosen.length < count) {
        const [best] = candidates.toSorted((one, other) => newsIn(other) - newsIn(one));
        if (best === undefined) {
            throw new Error(`expected ${String(count)} such histories, got ${String(chosen.length)}`);
        }
        best.features.forEach((feature) => shown.set(feature, (shown.get(feature) ?? 0) + 1));
        candidates = candidates.filter((candidate) => candidate !== best);
        chosen.push(best);
    }
    return chosen;
}

function isShort({ policy, steps }: History): boolean {
    const commands = steps.filter((step): step is Command => step.does === "command");
    const isPlain = ({ faults, killAt }: Command): boolean =>
        killAt === undefined && faults.every(({ fault }) => QUICK_FAULTS.includes(fault));
    return isQuick(policy) && steps.length <= MOST_STEPS && commands.length <= MOST_COMMANDS && commands.every(isPlain);
}

function isSteady(step: TraceStep): boolean {
    return step.does !== "command" || step.isSteady;
}

function featuresOf({ policy }: History, steps: readonly TraceStep[]): readonly string[] {
    const ofSteps = steps.flatMap((step) => {
        if (step.does !== "command") {
            return [step.does];
        }
        const { command, scope, replace, continueOnError, refresh, runProgram, faults } = step.command;
        const options = Object.entries({ replace, continueOnError, refresh, runProgram }).filter(([, is]) => is);
        const marks = step.after.state.flatMap(
            (line) => line.match(/(?:external|condemned|pendingReplacement|stale \[.)/g) ?? [],
        );
        const how = step.isFailed ? "fails" : "succeeds";
        return [
            `${command} ${how}`,
            `${command} ${scope}`,
            ...options.map(([name]) => `${command} ${name}`),
            ...faults.map(({ fault }) => fault),
            ...marks,
        ];
    });
    return [...new Set([policy.upload, `pages ${String(policy.pageSize)}`, ...ofSteps])];
}
