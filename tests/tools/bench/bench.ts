/** `npm run bench`: measures this resource beside others on the real CLI, and writes the report. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findPulumiCli } from "../../support/pulumiCli";
import { measureCheckCost } from "./checkCost";
import { Mint } from "./material";
import { parseOptions, USAGE, type BenchOptions } from "./options";
import { profile } from "./profile";
import { readEarlier, REPORT_FOLDER, theseVersions, thisMachine, writeData, type ReportData } from "./reportData";
import { writeReport } from "./reportText";
import { runRound } from "./round";

const log = (line: string): void => {
    process.stderr.write(`${line}\n`);
};

/** Writes after each round, so that a run that is stopped leaves a valid report of what was complete. */
export async function bench({
    sizes,
    columns,
    resume,
    brief = false,
    out = REPORT_FOLDER,
}: BenchOptions): Promise<ReportData> {
    if (process.platform !== "linux") {
        throw new Error(`expected Linux, whose /proc tells what processes use, got ${process.platform}`);
    }
    const cli = await findPulumiCli({ log });
    mkdirSync(out, { recursive: true });
    const mint = await Mint.start();
    let data = readEarlier(out, { machine: thisMachine(), versions: theseVersions(cli.version) });
    for (const { n, repeat } of sizes) {
        // Columns are compared only where their runs took turns.
        const kept = data.samples.filter((sample) => resume || sample.n !== n);
        const done = kept.filter((one) => one.n === n && one.column === columns[0] && one.row === "create").length;
        const checkCosts = [...data.checkCosts.filter((cost) => cost.n !== n), await measureCheckCost(mint, n)];
        data = { ...data, samples: kept, checkCosts };
        for (let round = done + 1; round <= repeat; round += 1) {
            const onRun = (what: string): void => {
                log(`round ${String(round)} of ${String(repeat)}, ${what}`);
            };
            const samples = await runRound({ cli, mint, n, columns, brief, onRun });
            data = { ...data, samples: [...data.samples, ...samples] };
            writeData(out, data);
            writeFileSync(join(out, "REPORT.md"), writeReport(data));
        }
    }
    return data;
}

async function main(): Promise<void> {
    const options = readOptions();
    if (options?.profile === true) {
        const [{ n } = { n: 1 }] = options.sizes;
        await profile(options.columns, n, (line) => process.stdout.write(`${line}\n`));
    } else if (options !== undefined) {
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
