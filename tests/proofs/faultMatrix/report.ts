import { POLICIES, type PolicyName } from "./bench";
import { FAULTS } from "./faultTable";
import type { CellRecord } from "./matrix";

/** How an outcome stands in the tables. */
const SIGNS: Readonly<Record<CellRecord["outcome"], string>> = {
    healed: "·",
    warned: "w",
    failed: "f",
    refused: "r",
    FAILURE: "**!**",
};

const HEADER = `# What happens when a call fails

Written by \`npm run generate:outcomes\`; a test compares it with what happens. Do not edit it.

Every call of every operation meets every fault, where a second upload keeps the certificate's id and where it gets a
new one. Each cell is three runs: one that meets the fault, a plain one, and one more that must find nothing to do. In
the end there is exactly the declared certificate (or none, after a destroy), no stale id and nothing left over; where
a certificate was in place for the origin, there was one at every moment; no error and no line shows a key or a token.

| sign | the run that meets the fault | the next run |
|---|---|---|
| · | succeeds | finds nothing to do |
| w | succeeds, with a warning | finds nothing to do, or does what was left |
| f | fails, with an error that says what to do | converges |
| r | fails, with such an error | names the certificate that is in the way, and converges once \`allowOverwrite: true\` is set |
| **!** | anything else | |
`;

/** The whole report as Markdown. */
export function writeReport(records: readonly CellRecord[]): string {
    const single = records.filter(({ after }) => after === undefined);
    const double = records.filter(({ after }) => after !== undefined);
    return [
        HEADER,
        "## Counts\n",
        countTable(records),
        "\n## One fault\n",
        ...tablesOf(single),
        "## Two faults\n",
        "The second hits the calls that find out what became of a write whose answer was lost, and those after them.\n",
        ...tablesOf(double),
    ].join("\n");
}

function countTable(records: readonly CellRecord[]): string {
    const rows = unique(records.map(({ scenario }) => scenario)).map((scenario) =>
        countRow(
            scenario,
            records.filter((record) => record.scenario === scenario),
        ),
    );
    const head = ["operation", "cells", ...Object.keys(SIGNS)].join(" | ");
    return [`| ${head} |`, `|---|${"---:|".repeat(6)}`, ...rows, countRow("**all**", records)].join("\n");
}

function countRow(title: string, records: readonly CellRecord[]): string {
    const counts = Object.keys(SIGNS).map((outcome) => records.filter((record) => record.outcome === outcome).length);
    return `| ${[title, records.length, ...counts].join(" | ")} |`;
}

function tablesOf(records: readonly CellRecord[]): readonly string[] {
    const titles = unique(records.map(titleOf));
    return titles.map((title) => {
        const ours = records.filter((record) => titleOf(record) === title);
        return `### ${title}\n\n${faultTable(ours)}\n`;
    });
}

function titleOf({ scenario, after }: CellRecord): string {
    return after === undefined ? scenario : `${scenario}, after ${after}`;
}

/** A row for each fault, a column for each call under each policy. */
function faultTable(records: readonly CellRecord[]): string {
    const policies = (Object.keys(POLICIES) as PolicyName[]).filter((policy) =>
        records.some((record) => record.policy === policy),
    );
    const columns = policies.flatMap((policy) =>
        unique(records.filter((record) => record.policy === policy).map(callOf)).map((call) => ({ policy, call })),
    );
    const signs = new Map(
        records.map((record) => [keyOf(record.policy, callOf(record), record.fault), SIGNS[record.outcome]]),
    );
    const head = columns.map(({ policy, call }) => `${policy}: ${call}`).join(" | ");
    const rows = FAULTS.map(({ name }) => {
        const cells = columns.map(({ policy, call }) => signs.get(keyOf(policy, call, name)) ?? "");
        return `| ${[name, ...cells].join(" | ")} |`;
    });
    return [`| fault | ${head} |`, `|---|${":---:|".repeat(columns.length)}`, ...rows].join("\n");
}

function callOf({ call }: CellRecord): string {
    return `${String(call.index + 1)} ${call.operation}`;
}

function keyOf(policy: string, call: string, fault: string): string {
    return [policy, call, fault].join("\n");
}

function unique(texts: readonly string[]): readonly string[] {
    return [...new Set(texts)];
}
