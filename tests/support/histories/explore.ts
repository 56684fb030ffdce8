import fc from "fast-check";
import { mintAuthority } from "../mint";
import { histories, type History } from "./history";
import { judgeCertificatesOnce } from "./memo";
import { runHistory, type Outcome } from "./run";
import type { Wardrobe } from "./world";

const LEAVES = 3;

export async function newWardrobe(): Promise<Wardrobe> {
    const authority = await mintAuthority();
    return { authority, leaves: await Promise.all(Array.from({ length: LEAVES }, () => authority.issue())) };
}

export interface Explored {
    readonly runs: number;
    readonly commands: number;
    readonly calls: number;
    readonly kills: number;
    /** In how many histories each command, option, fault and policy has occurred. */
    readonly features: ReadonlyMap<string, number>;
    /** The smallest history in which something happened that must not, and what. */
    readonly failure: { readonly history: History; readonly message: string } | undefined;
}

/** Runs as many random histories; the seed makes them, and the first that fails is shrunk. */
export async function explore(seed: number, runs: number, wardrobe: Wardrobe): Promise<Explored> {
    judgeCertificatesOnce();
    const features = new Map<string, number>();
    const sum = { commands: 0, calls: 0, kills: 0 };
    const startMs = Date.now();
    const count = (outcome: Outcome): void => {
        sum.commands += outcome.commands;
        sum.calls += outcome.calls;
        sum.kills += outcome.kills;
        outcome.features.forEach((feature) => features.set(feature, (features.get(feature) ?? 0) + 1));
    };
    const property = fc.asyncProperty(histories, async (history) => {
        count(await runHistory(history, wardrobe, startMs));
    });
    const details = await fc.check(property, { seed, numRuns: runs, endOnFailure: false });
    const [history] = details.counterexample ?? [];
    const message =
        details.errorInstance instanceof Error ? details.errorInstance.message : String(details.errorInstance);
    return {
        runs: details.numRuns,
        ...sum,
        features,
        failure: history === undefined ? undefined : { history, message },
    };
}
