import { expect } from "chai";
import { describe, it } from "mocha";
import { readFileSync } from "node:fs";
import type { CellRecord } from "./matrix";
import { OUTCOMES_FILE, POLICY_NAMES, runPolicy } from "./outcomes";
import { writeReport } from "./report";

describe("the fault matrix", function () {
    this.timeout(8 * 60_000);

    const records: CellRecord[] = [];
    let swept = 0;

    for (const policy of POLICY_NAMES) {
        it(`ends with what was declared, whatever call meets whatever fault (${policy})`, async () => {
            const run = await runPolicy(policy, () => undefined);
            const failures = run.records
                .filter(({ outcome }) => outcome === "FAILURE")
                .map(({ scenario, after = "", call, fault, reason = "" }) =>
                    [scenario, after, `call ${String(call.index + 1)} ${call.operation}`, fault, reason].join(" | "),
                );
            expect(failures).to.deep.equal([]);
            records.push(...run.records);
            swept += run.swept;
        });
    }

    it("needs a hand only after two faults, never after one", () => {
        const refused = records.filter(({ outcome, after }) => outcome === "refused" && after === undefined);
        expect(refused.map(({ scenario, fault }) => `${scenario}: ${fault}`)).to.deep.equal([]);
    });

    it("is what the report says", function () {
        const count = records.length;
        expect(count).to.be.greaterThan(4000);
        process.stdout.write(`      ${String(count)} cells, ${String(swept)} texts swept for secrets\n`);
        expect(readFileSync(OUTCOMES_FILE, "utf8"), "run npm run generate:outcomes").to.equal(writeReport(records));
    });
});
