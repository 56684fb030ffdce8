/** `npm run generate:outcomes`: runs all cells and writes the report. */
import { writeFileSync } from "node:fs";
import { OUTCOMES_FILE, POLICY_NAMES, runPolicy } from "../../proofs/faultMatrix/outcomes";
import type { CellRecord } from "../../proofs/faultMatrix/matrix";
import { writeReport } from "../../proofs/faultMatrix/report";

async function main(): Promise<void> {
    const records: CellRecord[] = [];
    for (const policy of POLICY_NAMES) {
        const run = await runPolicy(policy, ({ name }) => {
            process.stderr.write(`${policy}: ${name} ...\n`);
        });
        records.push(...run.records);
    }
    writeFileSync(OUTCOMES_FILE, writeReport(records));
    const failures = records.filter(({ outcome }) => outcome === "FAILURE");
    failures.forEach(({ policy, scenario, after, call, fault, reason }) => {
        process.stderr.write(
            `${policy}, ${scenario}, ${after ?? ""} call ${String(call.index + 1)}, ${fault}: ${reason ?? ""}\n`,
        );
    });
    process.stderr.write(`${String(records.length)} cells, ${String(failures.length)} failures\n`);
    process.exitCode = failures.length === 0 ? 0 : 1;
}

void main();
