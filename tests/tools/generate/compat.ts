/** `npm run generate:compat`: runs the matrix and writes its table. With words, only the cells whose names hold them all. */
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { allCells, keyOf } from "../compat/cells";
import { isExpected, runCells } from "../compat/matrix";
import { writeReport } from "../compat/report";

export const RESULTS_FILE = resolve(__dirname, "../../../../tests/tools/compat/RESULTS.md");

async function main(words: readonly string[]): Promise<void> {
    const cells = allCells().filter((cell) => words.every((word) => keyOf(cell).includes(word)));
    if (cells.length === 0) {
        throw new Error(`expected words of a cell, such as "pnpm", got: ${words.join(" ")}`);
    }
    const records = await runCells(cells, (record, seconds) => {
        const mark = isExpected(record) ? "" : "  <-- not as expected";
        const line = `${keyOf(record.cell)}: ${record.outcome} (${seconds.toFixed(0)} s)${mark}`;
        process.stderr.write(`${line}\n${record.reason === undefined ? "" : indented(record.reason)}`);
    });
    const unexpected = records.filter((record) => !isExpected(record));
    if (words.length === 0) {
        const report = writeReport(records);
        writeFileSync(RESULTS_FILE, report);
        process.stdout.write(report);
    }
    process.stderr.write(`${String(records.length)} cells, ${String(unexpected.length)} not as expected\n`);
    process.exitCode = unexpected.length === 0 ? 0 : 1;
}

function indented(text: string): string {
    return text.trim().replace(/^/gm, "    ") + "\n";
}

void main(process.argv.slice(2));
