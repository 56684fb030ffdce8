import fc from "fast-check";
import { mintAuthority } from "../mint";
import { histories, type History } from "./history";
import { Violation } from "./invariants";
import { judgeCertificatesOnce } from "./memo";
import { runHistory, type Outcome } from "./run";
import type { BundlePool } from "./historyEnvironment";

const LEAVES = 3;

export async function newBundlePool(): Promise<BundlePool> {
    const { issue, certPem, keyPem, subject } = await mintAuthority();
    const leaves = await Promise.all(Array.from({ length: LEAVES }, () => issue()));
    return { authority: { certPem, keyPem, subject }, leaves };
}

export interface Explored {
    readonly runs: number;
    readonly commands: number;
    readonly calls: number;
    readonly kills: number;
    /** In how many histories each command, option, fault and policy has occurred. */
    readonly features: Readonly<Record<string, number>>;
    /** A history in which something happened that must not. */
    readonly failure: Failure | undefined;
}

export interface Failure {
    readonly history: History;
    /** What was hurt; nothing where it is the histories themselves that failed. */
    readonly invariant: string | undefined;
    readonly message: string;
}

/** Runs as many random histories as that; the seed makes them, and the first that fails is shrunk, if it should be. */
export async function explore(
    seed: number,
    runs: number,
    bundlePool: BundlePool,
    { shrinks = true }: { readonly shrinks?: boolean } = {},
): Promise<Explored> {
    judgeCertificatesOnce();
    const features: Record<string, number> = {};
    const sum = { commands: 0, calls: 0, kills: 0 };
    const startMs = Date.now();
    const count = (outcome: Outcome): void => {
        sum.commands += outcome.commands;
        sum.calls += outcome.calls;
        sum.kills += outcome.kills;
        outcome.features.forEach((feature) => (features[feature] = (features[feature] ?? 0) + 1));
    };
    const property = fc.asyncProperty(histories, async (history) => {
        count(await runHistory(history, bundlePool, startMs));
    });
    const details = await fc.check(property, { seed, numRuns: runs, endOnFailure: !shrinks });
    const [history] = details.counterexample ?? [];
    const error = details.errorInstance;
    const failure =
        history === undefined
            ? undefined
            : {
                  history,
                  invariant: error instanceof Violation ? error.invariant : undefined,
                  message: error instanceof Error ? error.message : String(error),
              };
    return { runs: details.numRuns, ...sum, features, failure };
}
