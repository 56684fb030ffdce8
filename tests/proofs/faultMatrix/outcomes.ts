import { resolve } from "node:path";
import { assertNoSecrets } from "../../support/secretSweep";
import { Bench, POLICIES, BundlePool, type PolicyName } from "./bench";
import { runScenario, type CellRecord } from "./matrix";
import { SCENARIOS, type Scenario } from "./scenarios";

/** Where the report is kept. */
export const OUTCOMES_FILE = resolve(__dirname, "../../../../tests/proofs/faultMatrix/OUTCOMES.md");

const LEAVES = 3;

export interface PolicyRun {
    readonly records: readonly CellRecord[];
    /** How many texts were swept for secrets, and found without. */
    readonly swept: number;
}

export const POLICY_NAMES = Object.keys(POLICIES) as readonly PolicyName[];

/** All cells under one policy, in the order of the tables. Everything that users would have seen holds no secret. */
export async function runPolicy(policy: PolicyName, onScenario: (scenario: Scenario) => void): Promise<PolicyRun> {
    const bundlePool = await BundlePool.mint(LEAVES);
    const bench = await Bench.start(policy, bundlePool);
    try {
        const records: CellRecord[] = [];
        for (const scenario of SCENARIOS.filter(({ except = [] }) => !except.includes(policy))) {
            onScenario(scenario);
            records.push(...(await runScenario(bench, scenario)));
        }
        const keys = bundlePool.leaves.map(({ keyPem }) => keyPem);
        assertNoSecrets(bench.shown.join("\n"), { keys, tokens: [bench.token] });
        if (bench.fakeVercel.specViolations.length > 0) {
            throw new Error(`the official document was violated: ${bench.fakeVercel.specViolations.join("; ")}`);
        }
        return { records, swept: bench.shown.length };
    } finally {
        await bench.fakeVercel.stop();
    }
}
