import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { CliEngine } from "../../support/histories/cliEngine";
import { newBundlePool } from "../../support/histories/explore";
import { FEATURES, steadyTracesApart } from "../../support/histories/steadyTraces";
import { TOKEN, type BundlePool } from "../../support/histories/historyEnvironment";
import { PluginEngine } from "../../support/histories/pluginEngine";
import { replay, type Engine } from "../../support/histories/replay";
import type { Trace } from "../../support/histories/trace";
import { findPulumiCli } from "../../support/pulumiCli";
import { assertNoSecrets } from "../../support/secretSweep";

/** The same in every run, so that a red one stays red. */
const SEED = 1;
const HISTORIES = 40;
const LANES = 2;

/** The model of the engine decides about thousands of histories; here others have to come to the same. */
describe("forty random histories", function () {
    this.timeout(25 * 60_000);

    let bundlePool: BundlePool;
    let traces: readonly Trace[];
    before(async () => {
        bundlePool = await newBundlePool();
        traces = await steadyTracesApart({ count: HISTORIES, seed: SEED, bundlePool });
    });

    /** The histories that came to something else. */
    async function differencesIn(engines: readonly Engine[]): Promise<readonly string[]> {
        const waiting = [...traces.entries()];
        const differences: string[] = [];
        const lane = async (engine: Engine): Promise<void> => {
            for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
                const [index, trace] = next;
                const found = await replay(trace, bundlePool, engine);
                differences.push(...found.map((line) => `history ${String(index)}: ${line}`));
            }
        };
        await Promise.all(engines.map(lane));
        return differences;
    }

    function verify(shown: string): void {
        assertNoSecrets(shown, { keys: bundlePool.leaves.map(({ keyPem }) => keyPem), tokens: [TOKEN] });
    }

    it("have every command, in success and in failure, every option, and every quick fault", () => {
        expect(FEATURES.filter((feature) => !traces.some(({ features }) => features.includes(feature)))).to.deep.equal(
            [],
        );
    });

    it("come to the same with the plugin, in a process of its own for each command", async () => {
        const engines = Array.from({ length: LANES }, () => new PluginEngine());
        expect(await differencesIn(engines)).to.deep.equal([]);
        engines.forEach(({ shown }) => {
            verify(shown.join("\n"));
        });
    });

    describe("on the real engine", () => {
        const engines: CliEngine[] = [];
        before(async () => {
            const cli = await findPulumiCli({ log: (line) => process.stderr.write(`${line}\n`) });
            for (let lane = 0; lane < LANES; lane += 1) {
                engines.push(await CliEngine.start(cli));
            }
        });
        after(async () => {
            await Promise.all(engines.map(({ project }) => project.dispose()));
        });

        it("come to the same as on its model: in the state, and in what Vercel holds", async () => {
            expect(await differencesIn(engines)).to.deep.equal([]);
            engines.forEach(({ project }) => {
                verify(project.allText());
            });
        });
    });
});
