import { execFile, type ExecFileException } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { delimiter, join, resolve } from "node:path";
import { promisify } from "node:util";
import { redact } from "../../../text/redact";
import { CommandError, type CommandHost } from "../../command";
import { shellWord } from "../../shell";
import { asObject } from "../../../vercel/errors";
import type { Environment } from "../../../vercel/settings";
import { shownUpTo, quote } from "../../../text/quoting";

/** A backend in the cloud answers within seconds; whatever takes longer waits for somebody who is not there. */
const LONGEST_RUN_MS = 60_000;
/** Far above the largest states, and below the longest text that Node can hold. */
const LARGEST_OUTPUT_BYTES = 256 * 1024 * 1024;
/** Of what the CLI complains about, the beginning is enough, and it may go on for pages. */
const LONGEST_COMPLAINT = 4096;
const LONGEST_SHOWN_COMPLAINT = 300;

export type CliHost = Pick<CommandHost, "clock" | "environment" | "folder" | "writeError">;

/**
 * The state of a stack as `pulumi stack export` prints it, with secrets encrypted; of the selected stack where none is
 * named. Throws one sentence for everything that can keep it from coming.
 */
export async function exportStack(stack: string | undefined, host: CliHost): Promise<unknown> {
    return await runForJson(["stack", "export", ...(stack === undefined ? [] : ["--stack", stack])], host);
}

/** The names of all stacks of the project in the folder, or of all projects at the backend. */
export async function listStacks(of: "project" | "backend", host: CliHost): Promise<readonly string[]> {
    const wanted = of === "project" ? [] : ["--all", "--fully-qualify-stack-names"];
    const listed = await runForJson(["stack", "ls", "--json", ...wanted], host);
    if (!Array.isArray(listed)) {
        throw new CommandError(`pulumi stack ls printed JSON without a list; ${CHECK_PATH}`);
    }
    return listed.map((one: unknown) => asObject(one)?.["name"]).filter((name) => typeof name === "string");
}

const CHECK_PATH = "check that pulumi on PATH is the Pulumi CLI";

function isFolder(path: string): boolean {
    try {
        return statSync(path).isDirectory();
    } catch {
        // A name that is too long or a link to itself is none, either.
        return false;
    }
}

async function runForJson(args: readonly string[], host: CliHost): Promise<unknown> {
    // A folder that is missing looks to `spawn` like a program that is.
    if (!isFolder(host.folder)) {
        throw new CommandError(`there is no folder ${quote(host.folder)}; check --cwd`);
    }
    const command = `pulumi ${args.slice(0, 2).join(" ")}`;
    const { exitCode, stdout, stderr } = await runPulumi(command, args, host);
    const complaint = withoutSecretsOf(host, stderr.slice(0, LONGEST_COMPLAINT));
    if (exitCode !== 0) {
        throw new CommandError(explain(args, exitCode, complaint));
    }
    if (complaint !== "") {
        host.writeError(`${command}: ${complaint}`);
    }
    try {
        return JSON.parse(stdout) as unknown;
    } catch {
        throw new CommandError(`${command} printed something other than JSON; ${CHECK_PATH}`);
    }
}

async function runPulumi(command: string, args: readonly string[], host: CliHost) {
    const running = promisify(execFile)("pulumi", [...args, "--non-interactive", "--color", "never"], {
        cwd: resolve(host.folder),
        // The check for updates is a request of its own, and its outcome would stand among the complaints.
        env: { ...host.environment, PULUMI_SKIP_UPDATE_CHECK: "true" },
        maxBuffer: LARGEST_OUTPUT_BYTES,
        killSignal: "SIGKILL",
        signal: host.clock.deadline(LONGEST_RUN_MS),
    });
    running.child.stdin?.end();
    try {
        return { exitCode: 0, ...(await running) };
    } catch (error) {
        const { code, stdout = "", stderr = "" } = error as ExecFileException;
        if (code === "ERR_CHILD_PROCESS_STDIO_MAXBUFFER") {
            throw new CommandError(`${command} printed more than 256 MB; leave this stack out`);
        }
        if (code === "ABORT_ERR") {
            throw new CommandError(
                `${command} did not end within ${String(LONGEST_RUN_MS / 1000)} s; run it by hand to see what it waits for`,
            );
        }
        if (typeof code === "string") {
            throw cannotStart(code, host.environment);
        }
        return { exitCode: code ?? -1, stdout, stderr };
    }
}

function cannotStart(code: string, { PATH = "" }: Environment): CommandError {
    if (code !== "ENOENT") {
        return new CommandError(`pulumi from PATH cannot be started (${code}); run pulumi version by hand`);
    }
    // A package manager's launcher on Windows, which only a shell can start.
    const launcher = PATH.split(delimiter)
        .map((folder) => join(folder, "pulumi.cmd"))
        .find((file) => existsSync(file));
    return new CommandError(
        launcher === undefined
            ? "there is no Pulumi CLI on PATH; install it, or add its folder to PATH"
            : `there is no pulumi.exe on PATH, only ${quote(launcher)}, which needs a shell; add the folder of pulumi.exe to PATH`,
    );
}

/** The failures that a scheduled job meets, by the words of the CLI, and what to do; first match. */
const EXPLANATIONS: readonly (readonly [RegExp, string])[] = [
    [
        /PULUMI_ACCESS_TOKEN|not logged in|pulumi login|invalid access token|401/i,
        "not logged in to the backend that keeps the state; set PULUMI_ACCESS_TOKEN or PULUMI_BACKEND_URL, or run pulumi login",
    ],
    [
        /passphrase/i,
        "the passphrase of the stack is missing; set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE",
    ],
    [
        /no stack named/i,
        "no stack NAME in this project; check --stack and --cwd, and the backend, which pulumi whoami --verbose shows",
    ],
    [/no stack selected/i, "no stack is selected in the folder; name one by --stack, or run pulumi stack select"],
    [
        /fully qualified name|no Pulumi\.yaml|Pulumi project file/i,
        "no Pulumi.yaml in the folder; give --cwd DIR, or the stack as organization/project/stack",
    ],
];

function explain(args: readonly string[], exitCode: number, complaint: string): string {
    const [, known] = EXPLANATIONS.find(([pattern]) => pattern.test(complaint)) ?? [];
    const failed = `pulumi ${args.slice(0, 2).join(" ")} failed with exit code ${String(exitCode)}`;
    const byHand = `${failed}; run pulumi ${args.map(shellWord).join(" ")} by hand`;
    const said = known?.replace("NAME", () => quote(args.at(-1) ?? "")) ?? byHand;
    return `${said}${complaint === "" ? "" : ` (pulumi says: ${complaint})`}`;
}

/** What could stand in a message of the CLI, since it was told so. */
const SECRET_VARIABLE = /(?:TOKEN|PASSPHRASE|PASSWORD|SECRET|KEY)$/i;

function withoutSecretsOf({ environment }: CliHost, text: string): string {
    const secrets = Object.entries(environment).flatMap(([name, value]) =>
        SECRET_VARIABLE.test(name) ? (value?.trim() ?? []) : [],
    );
    // A backend may be given as a URL with credentials in it.
    const clean = redact(text, secrets).replace(/\/\/[^/\s@]*@/g, "//…@");
    return shownUpTo(LONGEST_SHOWN_COMPLAINT, clean.replace(/^error: /, ""));
}
