// Runs parts of the tests, one after the other, each with its time, and names at the end what is red:
//     node tests/tools/run.mjs PART... [-- ARGUMENTS OF MOCHA]
// Only Node's own modules are used: the first part installs the packages.
import { Buffer } from "node:buffer";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import { clearTimeout, setTimeout } from "node:timers";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
/** Processes that work at a time: those of mocha, and the scripts of a part. */
const JOBS = 2;
const SLOWEST = 20;
/** Far more than any command takes. One that waits for ever is ended then, and what it waits for is named. */
const limitMinutes = Number(process.env.TEST_LIMIT_MINUTES ?? 40);

const bin = (name, ...args) => [join("node_modules", ".bin", name), ...args];
/** A part is either scripts with their arguments or the folders of tests below dist/tests. */
const PARTS = {
    prepare: { scripts: [["tests/tools/prepare.mjs"]] },
    lint: {
        scripts: [
            bin("eslint", "."),
            bin("prettier", "--check", "."),
            ["tests/tools/checkCircles.mjs"],
            ["tests/tools/checkExamples.mjs"],
            ["tests/tools/checkProse.mjs"],
            bin("typedoc", "--emit", "none"),
        ],
    },
    package: { scripts: [bin("publint", "--strict"), bin("attw", "--pack", ".")] },
    unit: { folders: ["unit", "vercel"] },
    fuzz: { folders: ["fuzz"] },
    host: { folders: ["host"] },
    // Much of its time passes with waiting: for processes, and for listings that lag behind.
    engine: { folders: ["engine"], jobs: 3 },
    proofs: { folders: ["proofs"], jobs: 3 },
};
const GROUPS = {
    test: ["prepare", "lint", "package", "unit", "fuzz", "host", "engine"],
};

const results = mkdtempSync(join(tmpdir(), "test-results-"));
let outputs = 0;

/** The exit code, or `LATE`. `print` gets what the script prints. */
function execute(script, stdio, print) {
    return new Promise((resolve, reject) => {
        const child = spawn(process.execPath, script, { cwd: root, stdio });
        let isLate = false;
        const limit = setTimeout(() => {
            isLate = true;
            child.kill("SIGKILL");
        }, limitMinutes * 60_000);
        child.stdout?.on("data", print);
        child.stderr?.on("data", print);
        child.once("error", reject);
        child.once("close", (code) => {
            clearTimeout(limit);
            resolve(isLate ? LATE : (code ?? 1));
        });
    });
}

const LATE = -1;

function problemOf(code) {
    return code === LATE ? `still running after ${limitMinutes} minutes` : `exit code ${code}`;
}

/** Several scripts at a time; what each prints stays together. */
async function runScripts(scripts) {
    const failed = [];
    const waiting = [...scripts];
    const lane = async () => {
        for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
            const startedMs = Date.now();
            const name = next.join(" ");
            process.stdout.write(`$ ${name}\n`);
            const printed = [];
            const code = await execute(next, ["ignore", "pipe", "pipe"], (chunk) => printed.push(chunk));
            process.stdout.write(`$ ${name}: ${timeOf(Date.now() - startedMs)}\n${Buffer.concat(printed)}`);
            if (code !== 0) {
                failed.push(`${name}: ${problemOf(code)}`);
            }
        }
    };
    await Promise.all(Array.from({ length: JOBS }, lane));
    return { tests: [], failed };
}

function testFiles(folder) {
    return readdirSync(join(root, "dist", "tests", folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.name.endsWith(".test.js"))
        .map((entry) => join(entry.parentPath, entry.name))
        .sort();
}

/** In a folder called `alone`: nothing else may run beside it, and it has a process of its own, whatever it changes there. */
function isAlone(file) {
    return basename(dirname(file)) === "alone";
}

async function runTests({ folders, jobs = JOBS }, ofMocha) {
    const files = folders.flatMap(testFiles);
    const together = ["--parallel", "--jobs", String(jobs), "--ignore", "**/alone/**"];
    const runs = [
        {
            args: [...together, ...folders.map((folder) => join("dist", "tests", folder))],
            of: files.filter((file) => !isAlone(file)),
        },
        ...files.filter(isAlone).map((file) => ({ args: [file], of: [file] })),
    ];
    const tests = [];
    const failed = [];
    for (const { args, of } of runs) {
        const output = join(results, `${(outputs += 1)}.jsonl`);
        const common = ["--recursive", "--extension", "test.js", "--reporter", "dist/tests/tools/reporter.js"];
        const command = [...bin("mocha"), ...common, "--reporter-option", `output=${output}`, ...ofMocha, ...args];
        const code = await execute(command, "inherit");
        const recorded = recordedIn(output);
        tests.push(...recorded);
        if (code === LATE) {
            const unheard = of.filter((file) => !recorded.some((test) => test.file === file));
            failed.push(...unheard.map((file) => `${relative(root, file)}: ${problemOf(code)}`));
        } else if (code !== 0 && !recorded.some(({ state }) => state === "failed")) {
            failed.push(`mocha ${args.join(" ")}: ${problemOf(code)}`);
        }
    }
    return { tests, failed };
}

/** What the reporter wrote, also where the run was ended. */
function recordedIn(output) {
    const text = existsSync(output) ? readFileSync(output, "utf8").trimEnd() : "";
    return text === "" ? [] : text.split("\n").map((line) => JSON.parse(line));
}

function timeOf(ms) {
    const s = Math.round(ms / 1000);
    return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
}

/** Of tests that failed, their names; of other scripts, the commands. */
function failuresOf({ tests, failed }) {
    return [...tests.filter(({ state }) => state === "failed").map(({ title }) => title), ...failed];
}

function countOf(done, state) {
    return done.flatMap(({ tests }) => tests).filter((test) => test.state === state).length;
}

function report(done) {
    const tests = done.flatMap((part) => part.tests);
    const slowest = [...tests].sort((a, b) => b.ms - a.ms).slice(0, SLOWEST);
    const failures = done.flatMap((part) => failuresOf(part).map((failure) => `${part.name}: ${failure}`));
    const lines = [
        ...(tests.length > 0 ? ["", `The ${slowest.length} slowest tests, in seconds:`] : []),
        ...slowest.map(({ ms, title }) => `${(ms / 1000).toFixed(1).padStart(7)}  ${title}`),
        "",
        "   time  passed  failed  part",
        ...done.map((part) => {
            const counts = [countOf([part], "passed"), failuresOf(part).length].map((n) => String(n).padStart(8));
            return `${timeOf(part.ms).padStart(7)}${counts.join("")}  ${part.name}`;
        }),
        `${timeOf(done.reduce((sum, { ms }) => sum + ms, 0)).padStart(7)}`,
        "",
        ...failures.map((failure) => `FAILED  ${failure}`),
        `  ${countOf(done, "passed")} passing`,
        `  ${countOf(done, "pending")} pending`,
        `  ${failures.length} failing`,
        "",
        `${countOf(done, "passed")} passed, ${failures.length} failed`,
    ];
    process.stdout.write(`${lines.join("\n")}\n`);
    process.exitCode = failures.length === 0 ? 0 : 1;
}

async function main(args) {
    const end = args.includes("--") ? args.indexOf("--") : args.findIndex((arg) => arg.startsWith("-"));
    const named = end === -1 ? args : args.slice(0, end);
    const ofMocha = end === -1 ? [] : args.slice(end).filter((arg) => arg !== "--");
    const names = named.flatMap((name) => GROUPS[name] ?? [name]);
    const unknown = names.filter((name) => !(name in PARTS));
    if (names.length === 0 || unknown.length > 0) {
        const known = [...Object.keys(GROUPS), ...Object.keys(PARTS)].join(", ");
        throw new Error(`expected parts out of ${known}; got ${unknown.join(", ") || "none"}`);
    }
    const done = [];
    for (const name of names) {
        process.stdout.write(`\n=== ${name}\n`);
        const startedMs = Date.now();
        const part = PARTS[name];
        const outcome = part.scripts === undefined ? await runTests(part, ofMocha) : await runScripts(part.scripts);
        const ms = Date.now() - startedMs;
        done.push({ ...outcome, name, ms });
        process.stdout.write(`=== ${name}: ${timeOf(ms)}\n`);
        if (name === "prepare" && failuresOf(outcome).length > 0) {
            break;
        }
    }
    report(done);
}

try {
    await main(process.argv.slice(2));
} catch (error) {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
} finally {
    rmSync(results, { recursive: true, force: true });
}
