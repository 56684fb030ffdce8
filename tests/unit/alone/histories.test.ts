import { expect } from "chai";
import { describe, it } from "mocha";
import { explore, newBundlePool } from "../../support/histories/explore";

/** The same histories in every run, so that a red one stays red; the proofs take many more. */
const SEED = 20_301;
const RUNS = 300;

describe("random histories of programs, commands, faults and kills", function () {
    this.timeout(5 * 60_000);

    it("lose no certificate, delete none that is not ours, and lead back from everywhere", async () => {
        const { failure, runs, commands, calls, kills } = await explore(SEED, RUNS, await newBundlePool());
        expect(failure?.message).to.equal(undefined);
        process.stdout.write(
            `      ${String(runs)} histories, ${String(commands)} commands, ${String(calls)} calls, ${String(kills)} kills\n`,
        );
    });
});
