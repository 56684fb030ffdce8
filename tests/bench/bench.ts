/** `npm run bench`: measures this resource beside others on the real CLI, and writes the report. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findPulumiCli } from "../support/pulumiCli";
import { measureCheckCost } from "./checkCost";
import { Mint } from "./material";
import { parseOptions, USAGE, type BenchOptions } from "./options";
import { readEarlier, REPORT_FOLDER, theseVersions, thisMachine, writeData, type ReportData } from "./reportData";
import { writeReport } from "./reportText";
import { runRound } from "./round";

const log = (line: string): void => {
    process.stderr.write(`${line}\n`);
};

/** Writes after each round, so that a run that is stopped leaves a valid report of what was complete. */
export async function bench({ sizes, columns, out = REPORT_FOLDER }: BenchOptions): Promise<ReportData> {
    const cli = await findPulumiCli({ log });
    mkdirSync(out, { recursive: true });
    const mint = await Mint.start();
    const asked = new Set(sizes.map(({ n }) => n));
    let data = readEarlier(out, { machine: thisMachine(), versions: theseVersions(cli.version) });
    const kept = {
        samples: data.samples.filter(({ n, column }) => !asked.has(n) || !columns.includes(column)),
        checkCosts: data.checkCosts.filter(({ n }) => !asked.has(n)),
    };
    data = { ...data, ...kept };
    for (const { n, repeat } of sizes) {
        data = { ...data, checkCosts: [...data.checkCosts, await measureCheckCost(mint, n)] };
        for (let round = 1; round <= repeat; round += 1) {
            const onRun = (what: string): void => {
                log(`round ${String(round)} of ${String(repeat)}, ${what}`);
            };
            const samples = await runRound({ cli, mint, n, columns, onRun });
            data = { ...data, samples: [...data.samples, ...samples] };
            writeData(out, data);
            writeFileSync(join(out, "REPORT.md"), writeReport(data));
        }
    }
    return data;
}

async function main(): Promise<void> {
    const options = readOptions();
    if (options !== undefined) {
        await bench(options);
    }
}

function readOptions(): BenchOptions | undefined {
    try {
        return parseOptions(process.argv.slice(2));
    } catch (error) {
        log(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
        process.exitCode = 2;
        return undefined;
    }
}

if (require.main === module) {
    void main();
}
