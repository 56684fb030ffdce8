import { installedVersion } from "../../support/installedPackage";
import { TESTED_CLI_VERSION } from "../../support/pulumiCliSources";
import {
    canRun,
    cellOfEngine,
    KNOWN,
    keyOf,
    NODE_OF_PACKAGE_MANAGERS,
    nodeNames,
    NODES,
    packageManagerNames,
    PROGRAMS_OF_ENGINES,
    PROGRAMS_OF_NODES,
    PROGRAMS_OF_PACKAGE_MANAGERS,
    type Cell,
} from "./cells";
import type { CellRecord } from "./matrix";
import { PACKAGE_MANAGERS, type PackageManager } from "./packageManagers";
import { PROGRAMS, type ProgramKind, type ProgramName } from "./programs";

const WORDS: Readonly<Record<CellRecord["outcome"], string>> = { works: "yes", fails: "**no**", "not run": "not run" };

/** The whole report as Markdown. */
export function writeReport(records: readonly CellRecord[]): string {
    const outcomes = new Map(records.map((record) => [keyOf(record.cell), WORDS[record.outcome]]));
    const outcomeOf = (cell: Cell): string => {
        return canRun(cell.node, cell.program) ? (outcomes.get(keyOf(cell)) ?? "not run") : "–";
    };
    const nodeRows = PROGRAMS_OF_NODES.map((program) => [
        PROGRAMS[program].title,
        ...nodeNames.map((node) => outcomeOf({ node, packageManager: "npm", program })),
    ]);
    const managerRows = packageManagerNames.map((packageManager) => [
        `${PACKAGE_MANAGERS[packageManager].title} ${PACKAGE_MANAGERS[packageManager].tool.version}`,
        ...PROGRAMS_OF_PACKAGE_MANAGERS.map((program) =>
            outcomeOf({ node: NODE_OF_PACKAGE_MANAGERS, packageManager, program }),
        ),
    ]);
    const engineRows = PROGRAMS_OF_ENGINES.map((program) => [
        PROGRAMS[program].title,
        outcomeOf(cellOfEngine(program)),
    ]);
    return `# Where the package runs

Written by \`npm run generate:compat\`; a test compares it with the table of cells. Do not edit it.

Each cell installs the packed package into an empty folder and has a stack of its own on the real CLI, against the fake Vercel
API: \`pulumi up\`, \`pulumi preview --expect-no-changes\`, a rotation by \`pulumi up\`, \`pulumi refresh\`, \`pulumi destroy\`.
"yes": all of them succeeded, there were two uploads and two deletions, no output and no state showed a key or a token, and program and
provider process both ran on the Node of the cell.

Pulumi CLI ${TESTED_CLI_VERSION}, \`@pulumi/pulumi\` ${installedVersion("@pulumi/pulumi") ?? ""}.

## Node and kind of program

Installed by npm ${PACKAGE_MANAGERS.npm.tool.version}.

${table(["program", ...nodeNames.map((name) => `Node ${NODES[name]}`)], nodeRows)}

${PROGRAMS_OF_NODES.map(explanationOf).join("\n")}
- –: this Node has no type stripping.

## Package managers

On Node ${NODES[NODE_OF_PACKAGE_MANAGERS]}.

${table(["package manager", ...PROGRAMS_OF_PACKAGE_MANAGERS.map((program) => PROGRAMS[program].title)], managerRows)}

${packageManagerNames.flatMap(notesOf).join("\n")}
- ${PROGRAMS.component.title}: ${PROGRAMS.component.explanation}

Not run: every package manager on every Node, for how packages are laid out does not depend on the Node; and ES modules under each
of them. Under Plug'n'Play these need Yarn's loader as well.

## SDKs, and bun

Installed by npm ${PACKAGE_MANAGERS.npm.tool.version}, on Node ${NODES[NODE_OF_PACKAGE_MANAGERS]}.

${table(["program", "runs"], engineRows)}

${PROGRAMS_OF_ENGINES.map(explanationOf).join("\n")}
${knownText()}`;
}

function explanationOf(program: ProgramName): string {
    const { title, explanation }: ProgramKind = PROGRAMS[program];
    return `- ${title}: ${explanation}`;
}

function notesOf(name: keyof typeof PACKAGE_MANAGERS): readonly string[] {
    const { title, note }: PackageManager = PACKAGE_MANAGERS[name];
    return note === undefined ? [] : [`- ${title}: ${note}`];
}

function knownText(): string {
    const lines = Object.entries(KNOWN).map(([cell, { reason }]) => `- ${cell}: ${reason}`);
    return lines.length === 0 ? "" : `\n## What does not work\n\n${lines.join("\n")}\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
    const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
    return [line(head), `|---|${":---:|".repeat(head.length - 1)}`, ...rows.map(line)].join("\n");
}
