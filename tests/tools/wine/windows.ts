/**
 * `npm run test:windows`: the unit floor, and the command line with it, on Node for Windows under wine. With words, only
 * the files whose paths hold one of them. The host floor is left out: some of it calls by host name, and axios asks a socket
 * for keep-alive before it is connected. Under wine 8 such a socket fails:
 * `net.connect(port, "localhost").setKeepAlive(true)` says "connect UNKNOWN".
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { KNOWN } from "./knownFailures";
import { WineMachine, windowsPath } from "./wineMachine";

const REPOSITORY = resolve(__dirname, "../../../..");
const FOLDERS = ["dist/tests/unit", "dist/tests/vercel"];
/** A test has the usual time limit, and wine has to start a process for each file. */
const FILE_TIMEOUT_MS = 10 * 60_000;
const TEST_TIMEOUT_MS = 120_000;
const LANES = 2;

interface Outcome {
    readonly title: string;
    readonly state: "passed" | "failed" | "pending";
    /** What the run of its file printed. */
    readonly output: string;
}

function filesWith(words: readonly string[]): readonly string[] {
    return FOLDERS.flatMap((folder) =>
        readdirSync(join(REPOSITORY, folder), { recursive: true, encoding: "utf8" }).map((name) => join(folder, name)),
    )
        .filter(
            (path) => path.endsWith(".test.js") && (words.length === 0 || words.some((word) => path.includes(word))),
        )
        .sort();
}

async function outcomesOf(file: string, machine: WineMachine): Promise<readonly Outcome[]> {
    const results = join(machine.folder, `${file.replaceAll("/", "_")}.json`);
    const mocha = [
        "--enable-source-maps",
        "--disable-warning=ExperimentalWarning",
        "node_modules/mocha/lib/cli/cli.js",
    ];
    const reporter = [
        "--reporter",
        "dist/tests/tools/reporter.js",
        "--reporter-option",
        `output=${windowsPath(results)}`,
    ];
    const args = [...mocha, "--no-config", "--forbid-only", "--timeout", String(TEST_TIMEOUT_MS), ...reporter, file];
    const { exitCode, output } = await machine.runNode(args, REPOSITORY, FILE_TIMEOUT_MS);
    const lines = existsSync(results) ? readFileSync(results, "utf8").trimEnd().split("\n") : [];
    const recorded = lines.map((line) => JSON.parse(line) as Omit<Outcome, "output">);
    const isSilent = exitCode !== 0 && !recorded.some(({ state }) => state === "failed");
    const whole = { title: `${file}: exit code ${String(exitCode)}`, state: "failed" } as const;
    return [...recorded, ...(isSilent ? [whole] : [])].map((one) => ({ ...one, output }));
}

async function runAll(files: readonly string[], machine: WineMachine): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = [];
    const waiting = [...files];
    const lane = async (): Promise<void> => {
        for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
            const startedMs = Date.now();
            const own = await outcomesOf(file, machine);
            outcomes.push(...own);
            const failed = own.filter(({ state }) => state === "failed").length;
            const seconds = ((Date.now() - startedMs) / 1000).toFixed(0);
            process.stderr.write(
                `${relative("dist/tests", file)}: ${String(own.length)} tests, ${String(failed)} failed, ${seconds} s\n`,
            );
        }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    return outcomes;
}

function report(outcomes: readonly Outcome[], isWhole: boolean): void {
    const failed = outcomes.filter(({ state }) => state === "failed");
    const isKnown = ({ title }: Outcome): boolean => KNOWN.some(({ test }) => title.startsWith(test));
    const unknown = failed.filter((outcome) => !isKnown(outcome));
    // What no longer fails is to be taken out of the table.
    const mended = isWhole ? KNOWN.filter(({ test }) => !failed.some(({ title }) => title.startsWith(test))) : [];
    const outputs = new Set(unknown.map(({ output }) => output));
    const count = (state: Outcome["state"]): string =>
        String(outcomes.filter((outcome) => outcome.state === state).length);
    const lines = [
        ...outputs,
        ...KNOWN.map(({ test, cause }) => `wine's: ${test}: ${cause}`),
        ...unknown.map(({ title }) => `FAILED  ${title}`),
        ...mended.map(({ test }) => `FAILED  is known to fail, and does not: ${test}`),
        `${count("pending")} for other systems, ${String(failed.length - unknown.length)} failures of wine's`,
        `${count("passed")} passed, ${String(unknown.length + mended.length)} failed`,
    ];
    process.stdout.write(`${lines.join("\n")}\n`);
    process.exitCode = unknown.length + mended.length === 0 ? 0 : 1;
}

async function main(words: readonly string[]): Promise<void> {
    const machine = await WineMachine.start();
    try {
        report(await runAll(filesWith(words), machine), words.length === 0);
    } finally {
        await machine.dispose();
    }
}

void main(process.argv.slice(2));
