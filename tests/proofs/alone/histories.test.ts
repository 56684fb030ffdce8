import { expect } from "chai";
import { describe, it } from "mocha";
import type { Explored } from "../../support/histories/explore";
import { COMMANDS, FAULTS, UPLOAD_POLICIES } from "../../support/histories/history";
import { exploreApart, exploreMutant, MUTANTS } from "../../support/histories/mutants";

/** The same histories in every run, so that a red one stays red. */
const SEEDS = [30_001, 30_002] as const;
const RUNS_EACH = 10_000;
const LEAST_SHARE = 0.02;
const MOST_UNTIL_CAUGHT = 2_000;

/** All that a history may be made of. */
const FEATURES = [
    ...COMMANDS,
    ...["import", "kill", "rename", "undeclare", "--target", "--exclude"],
    ...["up --replace", "up --continueOnError", "up --refresh", "refresh --runProgram", "destroy --runProgram"],
    ...["destroy --continueOnError", "refresh --continueOnError"],
    ...["origin", "project", "byId", "leaf", "allowOverwrite", "deleteBeforeReplace", "get"].map(
        (what) => `change ${what}`,
    ),
    ...["upload", "remove", "rename project", "wait"].map((event) => `somebody: ${event}`),
    ...FAULTS.map((fault) => `fault: ${fault}`),
    ...UPLOAD_POLICIES.map((policy) => `upload: ${policy}`),
    ...["lagMs: 2000", "lagMs: 10000", "pageSize: 1", "pageSize: 2", "nullOrigin: true", "oddMissing: true"],
    ...["latencyMs: 300", "latencyMs: 3000"],
];

describe("random histories of programs, commands, faults and kills, many", function () {
    this.timeout(20 * 60_000);

    let explored: readonly Explored[] = [];
    const total = (of: (one: Explored) => number): number => explored.reduce((sum, one) => sum + of(one), 0);

    it("lose no certificate, delete none that is not ours, and lead back from everywhere", async () => {
        explored = await Promise.all(SEEDS.map((seed) => exploreApart(seed, RUNS_EACH)));
        const [runs, commands, calls, kills] = [
            total((one) => one.runs),
            total((one) => one.commands),
            total((one) => one.calls),
            total((one) => one.kills),
        ].map(String);
        process.stdout.write(
            `      ${runs ?? ""} histories, ${commands ?? ""} commands, ${calls ?? ""} calls, ${kills ?? ""} kills\n`,
        );
        expect(explored.flatMap(({ failure }) => (failure === undefined ? [] : [failure.message]))).to.deep.equal([]);
    });

    it("have each command, fault and policy in two of a hundred at least", () => {
        const rare = FEATURES.map((feature) => ({
            feature,
            share: total(({ features }) => features[feature] ?? 0) / total(({ runs }) => runs),
        })).filter(({ share }) => share < LEAST_SHARE);
        expect(rare).to.deep.equal([]);
    });

    it("find out about every mutant of the operations", async () => {
        const waiting = [...MUTANTS];
        const missed: string[] = [];
        const lane = async (): Promise<void> => {
            for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
                const { failure, runs } = await exploreMutant(mutant, SEEDS[0], MOST_UNTIL_CAUGHT);
                process.stdout.write(
                    `      ${String(runs).padStart(5)}  ${mutant.name}: ${failure?.invariant ?? "missed"}\n`,
                );
                if (failure?.invariant === undefined) {
                    missed.push(`${mutant.name}: ${failure?.message ?? `not within ${String(runs)} histories`}`);
                }
            }
        };
        await Promise.all(SEEDS.map(lane));
        expect(missed).to.deep.equal([]);
    });
});
