import { COLUMN_NAMES, COLUMNS, type ColumnName } from "./columns";
import { CERTIFICATES_PER_PROJECT } from "./material";
import { PARTS, type Part } from "./processTree";
import type { ReportData } from "./reportData";
import { COMMAND_LINES } from "./round";
import { ROW_TITLES, ROWS, STATE_ROWS, spreadOf, type Row, type Sample, type Spread } from "./samples";

/** How results are read out of one run of the CLI. */
type Measure = (sample: Sample) => number;

const MIB = 2 ** 20;

const wallOf: Measure = ({ wallMs }) => wallMs / 1000;
const cpuOf: Measure = ({ use }) => PARTS.reduce((sum, part) => sum + use[part].cpuMs, 0) / 1000;
const partCpuOf =
    (part: Part): Measure =>
    ({ use }) =>
        use[part].cpuMs / 1000;
const peakOf =
    (part: Part): Measure =>
    ({ use }) =>
        use[part].peakBytes / MIB;
const stateOf: Measure = ({ stateBytes = 0, n }) => stateBytes / 1024 / n;

/** The whole report as Markdown. */
export function writeReport(data: ReportData): string {
    const sizes = [...new Set(data.samples.map(({ n }) => n))].sort((a, b) => a - b);
    return [
        header(data),
        targets(data, sizes),
        ...sizes.map((n) => sizeSection(data, n)),
        growthSection(data, sizes),
        costSection(data),
        commandSection(),
    ].join("\n");
}

function header({ machine, versions }: ReportData): string {
    const { cores, cpu, memoryGiB, platform } = machine;
    const { node, cli, sdk, axios, forge } = versions;
    return `# What it costs

Written by \`npm run bench\`; do not edit it. The single runs are in [report.json](report.json).

The real CLI with a file backend, and a fake Vercel API on loopback in a process of its own, without limits and
delays. All columns declare the same certificates, and their runs take turns. Medians; in brackets the least and the most.

| column | what declares the certificates |
|---|---|
${COLUMN_NAMES.map((name) => `| ${name} | ${COLUMNS[name].title} |`).join("\n")}

- **b** is the floor: it reads, compares, calls and returns nothing. Its \`create\` answers an id.
- **c** is [tests/tools/bench/programs/documented.ts](programs/documented.ts): inputs echoed as outputs, text compared with text,
  axios and node-forge. node-forge cannot read EC certificates, so it decodes PEM frames there and does not judge anything.
- \`command:local:Command\` of \`pulumi-command\` with curl is not measured: the module proxy does not hand out the source
  of its plugin (\`github.com/pulumi/pulumi-command/provider\`), and so it cannot be built as the CLI is.
- Half of the certificates are RSA-2048, half P-256: leaf and intermediate in \`cert\`, the root in \`ca\`, ${String(CERTIFICATES_PER_PROJECT)} origins in
  a project, the key as secret text. Certificates and keys are distinct.
- Processor time is user and system time of the whole process tree, memory the largest resident set of a single process
  (\`VmHWM\`). Both are read from /proc every 25 ms, so up to that much is lost with each process. Linux only.
- The state is measured as compact JSON after the run.
- The engine creates a resource as soon as the program has registered it, and \`4 × cores\` of them at once at most. So the
  ten of a project never wait for their confirmation together, and a project is listed more than once after the uploads.

Machine: ${String(cores)} cores, ${cpu}, ${String(memoryGiB)} GiB, ${platform}. Node ${node}, Pulumi CLI ${cli}, @pulumi/pulumi ${sdk}, axios ${axios}, node-forge ${forge}.
`;
}

/** The largest size at which both columns were measured, for what is said of one size. */
function targets({ samples, checkCosts }: ReportData, sizes: readonly number[]): string {
    const n = sizes.includes(200) ? 200 : sizes.at(-1);
    if (n === undefined) {
        return "## Targets\n\nNothing has been measured so far.\n";
    }
    const ratio = (row: Row, measure: Measure, other: ColumnName): number | undefined =>
        ratioOf(spread(samples, n, "a", row, measure), spread(samples, n, other, row, measure));
    const callsOf = (row: Row): number | undefined => spread(samples, n, "a", row, totalCalls)?.most;
    const cost = checkCosts.find((one) => one.n === n)?.cpuMs;
    const projects = Math.ceil(n / CERTIFICATES_PER_PROJECT);
    const eachOf = (row: Row, call: keyof Sample["calls"], of: number): number | undefined => {
        const most = spread(samples, n, "a", row, ({ calls }) => calls[call])?.most;
        return most === undefined ? undefined : most / of;
    };
    const rows: readonly (readonly [string, number | undefined, number])[] = [
        ["`up` that changes nothing, wall time, a : b", ratio("no-op", wallOf, "b"), 0.9],
        ["the same, processor time, a : b", ratio("no-op", cpuOf, "b"), 1.05],
        ["peak memory of the provider in it, a : b", ratio("no-op", peakOf("provider"), "b"), 1.2],
        ["peak memory of the provider in a creation, a : d", ratio("create", peakOf("provider"), "d"), 1.2],
        ["state after creation, a : c", ratio("create", stateOf, "c"), 0.5],
        ["calls of an `up` that changes nothing", callsOf("no-op"), 0],
        ["calls of one with another layout", callsOf("reformatted"), 0],
        ["uploads of a creation, for each resource", eachOf("create", "uploads", n), 1],
        ["listings of a creation, for each resource", eachOf("create", "listings", n), 2],
        ["listings of a refresh, for each project", eachOf("refresh", "listings", projects), 1],
        ["`check` and `diff` of an unchanged resource, ms of processor time", cost?.median, 0.6],
    ];
    const lines = rows.map(([what, got, most]) => {
        const verdict = got === undefined ? "not measured" : got <= most ? "reached" : "**missed**";
        return `| ${what} | ${got === undefined ? "–" : digits(got)} | ${String(most)} | ${verdict} |`;
    });
    return `## Targets\n\nAt N = ${String(n)}.\n\n| what | measured | at most | |\n|---|---|---|---|\n${lines.join("\n")}\n`;
}

function sizeSection({ samples }: ReportData, n: number): string {
    const columns = COLUMN_NAMES.filter((name) => samples.some((one) => one.n === n && one.column === name));
    const table = (title: string, measure: Measure, rows: readonly Row[] = ROWS): string => {
        const head = `| ${title} | ${columns.join(" | ")} | a : b | a : c | a : d |\n|---|${columns.map(() => "---|").join("")}---|---|---|`;
        const lines = rows.map((row) => {
            const cells = columns.map((column) => spread(samples, n, column, row, measure));
            const [ofA, ...others] = COLUMN_NAMES.map((column) => spread(samples, n, column, row, measure));
            const ratios = others
                .map((other) => ratioOf(ofA, other))
                .map((one) => (one === undefined ? "–" : digits(one)));
            return `| ${ROW_TITLES[row]} | ${[...cells.map(shown), ...ratios].join(" | ")} |`;
        });
        return `${head}\n${lines.join("\n")}\n`;
    };
    const repetitions = samples.filter(
        (one) => one.n === n && one.column === columns[0] && one.row === "create",
    ).length;
    return [
        `## N = ${String(n)}\n`,
        `${String(repetitions)} ${repetitions === 1 ? "round" : "rounds"}; in each, \`up\` without changes three times and \`preview\` twice.\n`,
        table("wall time, s", wallOf),
        table("processor time, s", cpuOf),
        table("… of the CLI", partCpuOf("cli")),
        table("… of the program", partCpuOf("program")),
        table("… of the provider", partCpuOf("provider")),
        table("peak memory of the provider, MiB", peakOf("provider")),
        table("peak memory of the CLI, MiB", peakOf("cli")),
        table("state for each resource, KiB", stateOf, STATE_ROWS),
        callTable(samples, n, columns),
    ].join("\n");
}

const totalCalls: Measure = ({ calls }) => calls.uploads + calls.listings + calls.deletions;

function callTable(samples: readonly Sample[], n: number, columns: readonly ColumnName[]): string {
    const cell = (column: ColumnName, row: Row): string => {
        const of = (name: keyof Sample["calls"]): string =>
            shown(spread(samples, n, column, row, ({ calls }) => calls[name]));
        return `${of("uploads")} / ${of("listings")} / ${of("deletions")}`;
    };
    const head = `| calls: uploads / listings / deletions | ${columns.join(" | ")} |\n|---|${columns.map(() => "---|").join("")}`;
    const lines = ROWS.map(
        (row) => `| ${ROW_TITLES[row]} | ${columns.map((column) => cell(column, row)).join(" | ")} |`,
    );
    return `${head}\n${lines.join("\n")}\n`;
}

/** What each resource adds to a run that has one already: what the start costs would hide how that grows. */
function growthSection({ samples }: ReportData, sizes: readonly number[]): string {
    const others = sizes.filter((n) => n > 1);
    const each = (column: ColumnName, n: number): string => {
        const [one, many] = [1, n].map((size) => spread(samples, size, column, "no-op", wallOf)?.median);
        return one === undefined || many === undefined ? "–" : digits(((many - one) / (n - 1)) * 1000);
    };
    const lines = others.map((n) => `| ${[String(n), ...COLUMN_NAMES.map((name) => each(name, n))].join(" | ")} |`);
    return `## Each resource more

Wall time in ms that each resource after the first adds to an \`up\` that changes nothing.

| N | ${COLUMN_NAMES.join(" | ")} |
|---|${COLUMN_NAMES.map(() => "---|").join("")}
${lines.join("\n")}
`;
}

function costSection({ checkCosts }: ReportData): string {
    const sorted = [...checkCosts].sort((a, b) => a.n - b.n);
    const lines = sorted.map(
        ({ n, cpuMs, rawMs }) => `| ${String(n)} | ${shown(cpuMs)} | ${rawMs === undefined ? "" : shown(rawMs)} |`,
    );
    return `## \`check\` and \`diff\` alone

Processor time in ms for each resource that did not change, in a new process each time, without the CLI and gRPC. It must
not grow with N; small numbers bear the compilation of the code. Raw texts hold more than certificates (comments, another
layout), and are parsed each time.

| N | ms | with raw texts |
|---|---|---|
${lines.join("\n")}
`;
}

function commandSection(): string {
    const lines = ROWS.map((row) => `| ${ROW_TITLES[row]} | \`${COMMAND_LINES[row]}\` |`);
    return `## Commands\n\n| what | command |\n|---|---|\n${lines.join("\n")}\n`;
}

function spread(
    samples: readonly Sample[],
    n: number,
    column: ColumnName,
    row: Row,
    measure: Measure,
): Spread | undefined {
    const chosen = samples.filter((one) => one.n === n && one.column === column && one.row === row);
    return chosen.length === 0 ? undefined : spreadOf(chosen.map(measure));
}

function ratioOf(ours: Spread | undefined, theirs: Spread | undefined): number | undefined {
    return ours === undefined || theirs === undefined || theirs.median === 0 ? undefined : ours.median / theirs.median;
}

function shown(one: Spread | undefined): string {
    if (one === undefined) {
        return "–";
    }
    const { median, least, most } = one;
    const range = digits(least) === digits(most) ? "" : ` (${digits(least)}–${digits(most)})`;
    return `${digits(median)}${range}`;
}

function digits(value: number): string {
    return Number.isInteger(value)
        ? String(value)
        : value >= 100
          ? value.toFixed(0)
          : value >= 10
            ? value.toFixed(1)
            : value.toFixed(2);
}
