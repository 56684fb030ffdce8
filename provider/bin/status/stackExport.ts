import { spawn, type ChildProcessByStdio } from "node:child_process";
import { stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import { resolve } from "node:path";
import { shownUpTo } from "../../material/findings";
import { quote } from "../../operations/identity";
import { scrub } from "../../vercel/scrub";
import { CommandError, type CommandHost } from "../command";

/** A backend in the cloud answers within seconds; whatever takes longer waits for somebody who is not there. */
const LONGEST_EXPORT_MS = 60_000;
/** Far above the largest states, and below the longest text that Node can hold. */
const LARGEST_EXPORT_BYTES = 256 * 1024 * 1024;
/** Of what the CLI complains about, the beginning is enough, and it may go on for pages. */
const LONGEST_COMPLAINT = 4096;
const LONGEST_SHOWN_COMPLAINT = 300;

export type ExportHost = Pick<CommandHost, "clock" | "environment" | "folder" | "complain">;

/**
 * The state of a stack as `pulumi stack export` prints it, with secrets encrypted; of the selected stack where none is
 * named. Throws one sentence for everything that can keep it from coming.
 */
export async function exportStack(stack: string | undefined, host: ExportHost): Promise<unknown> {
    await requireFolder(host.folder);
    const { exitCode, stdout, stderr } = await runPulumi(stack, host);
    const complaint = withoutSecretsOf(host, stderr);
    if (exitCode !== 0) {
        throw new CommandError(explain(stack, exitCode, complaint));
    }
    if (complaint !== "") {
        host.complain(`pulumi stack export: ${complaint}`);
    }
    try {
        return JSON.parse(stdout) as unknown;
    } catch {
        throw new CommandError(
            `expected the state as JSON from pulumi stack export, got something else; ` +
                `check that pulumi on PATH is the Pulumi CLI`,
        );
    }
}

/** A folder that is missing looks to `spawn` like a program that is. */
async function requireFolder(folder: string): Promise<void> {
    const found = await stat(folder).catch(() => undefined);
    if (found?.isDirectory() !== true) {
        throw new CommandError(`expected a folder at ${quote(folder)}, got none; check --cwd`);
    }
}

interface Finished {
    readonly exitCode: number;
    readonly stdout: string;
    readonly stderr: string;
}

async function runPulumi(stack: string | undefined, host: ExportHost): Promise<Finished> {
    const named = stack === undefined ? [] : ["--stack", stack];
    const child = spawn("pulumi", ["--non-interactive", "--color", "never", "stack", "export", ...named], {
        cwd: resolve(host.folder),
        // The check for updates is a request of its own, and its outcome would stand among the complaints.
        env: { ...host.environment, PULUMI_SKIP_UPDATE_CHECK: "true" },
        stdio: ["ignore", "pipe", "pipe"],
    });
    try {
        return await ended(child, host.clock.deadline(LONGEST_EXPORT_MS));
    } finally {
        // Whatever it left running may hold its end of the pipes, and would keep this process alive.
        child.kill("SIGKILL");
        child.stdout.destroy();
        child.stderr.destroy();
    }
}

function ended(child: ChildProcessByStdio<null, Readable, Readable>, deadline: AbortSignal): Promise<Finished> {
    return new Promise((done, fail) => {
        const chunks: Buffer[] = [];
        let length = 0;
        let stderr = "";
        child.stdout.on("data", (chunk: Buffer) => {
            chunks.push(chunk);
            length += chunk.length;
            if (length > LARGEST_EXPORT_BYTES) {
                fail(new CommandError("expected a state of at most 256 MB, got more; name a smaller stack"));
            }
        });
        child.stderr.setEncoding("utf8").on("data", (chunk: string) => {
            stderr = (stderr + chunk).slice(0, LONGEST_COMPLAINT);
        });
        child.once("error", (error) => {
            fail(cannotStart("code" in error ? String(error.code) : "unknown error"));
        });
        child.once("close", (code) => {
            done({ exitCode: code ?? -1, stdout: Buffer.concat(chunks).toString("utf8"), stderr });
        });
        deadline.addEventListener("abort", () => {
            fail(
                new CommandError(
                    `expected pulumi stack export to end within ${String(LONGEST_EXPORT_MS / 1000)} s, got no end; ` +
                        `run it by hand to see what it waits for`,
                ),
            );
        });
    });
}

function cannotStart(code: string): CommandError {
    return new CommandError(
        code === "ENOENT"
            ? "expected the Pulumi CLI on PATH, got none; install it, or add its folder to PATH"
            : `expected to run pulumi from PATH, but it cannot be started (${code}); run pulumi version by hand`,
    );
}

interface Explanation {
    readonly pattern: RegExp;
    readonly expected: string;
    readonly mend: string;
}

/** The failures that a scheduled job meets, by the words of the CLI; first match. */
const EXPLANATIONS: readonly Explanation[] = [
    {
        pattern: /PULUMI_ACCESS_TOKEN|not logged in|pulumi login|invalid access token|401/i,
        expected: "a login at the backend that keeps the state",
        mend: "set PULUMI_ACCESS_TOKEN or PULUMI_BACKEND_URL, or run pulumi login",
    },
    {
        pattern: /passphrase/i,
        expected: "the passphrase of the stack",
        mend: "set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE",
    },
    {
        pattern: /no stack named/i,
        expected: "a stack of this name",
        mend: "check --stack, --cwd, and by pulumi whoami --verbose the backend",
    },
    {
        pattern: /no stack selected/i,
        expected: "--stack NAME, or a stack that is selected in the folder",
        mend: "name one, or run pulumi stack select",
    },
    {
        pattern: /fully qualified name|no Pulumi\.yaml|Pulumi project file/i,
        expected: "a folder with Pulumi.yaml, or the stack as organization/project/stack",
        mend: "give --cwd DIR, or the full name",
    },
];

function explain(stack: string | undefined, exitCode: number, complaint: string): string {
    const said = complaint === "" ? "" : `: ${complaint}`;
    const known = EXPLANATIONS.find(({ pattern }) => pattern.test(complaint));
    const { expected, mend } = known ?? {
        expected: "pulumi stack export to succeed",
        mend: `run pulumi stack export${stack === undefined ? "" : ` --stack ${quote(stack)}`} by hand`,
    };
    return `expected ${expected}, got exit code ${String(exitCode)} of pulumi stack export${said}; ${mend}`;
}

/** What could stand in a message of the CLI, since it was told so. */
const SECRET_VARIABLES = [
    "PULUMI_ACCESS_TOKEN",
    "PULUMI_CONFIG_PASSPHRASE",
    "VERCEL_API_TOKEN",
    "VERCEL_TOKEN",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AZURE_STORAGE_KEY",
] as const;

function withoutSecretsOf({ environment }: ExportHost, text: string): string {
    const secrets = SECRET_VARIABLES.flatMap((name) => environment[name]?.trim() ?? []);
    // A backend may be given as a URL with credentials in it.
    const clean = scrub(text, secrets).replace(/\/\/[^/\s@]*@/g, "//…@");
    return shownUpTo(LONGEST_SHOWN_COMPLAINT, clean.replace(/^error: /, ""));
}
