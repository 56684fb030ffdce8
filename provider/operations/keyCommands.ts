import { spawn, type ChildProcess } from "node:child_process";
import type { Clock } from "../vercel/clock";
import { redact } from "../text/redact";
import { SecretIndex } from "../text/secretIndex";
import { TOKEN_VARIABLES, type Environment } from "../vercel/settings";
import { errorCode } from "../text/errorCode";

const IS_POSIX = process.platform !== "win32";
const LONGEST_RUN_MS = 30_000;
/** How much of what a command says about its failure is shown. */
const LONGEST_COMPLAINT = 400;

/** What a command printed, or why there is nothing. */
export type Printed = { readonly text: Buffer } | { readonly problem: string };

export interface CommandHost {
    readonly clock: Pick<Clock, "deadline">;
    readonly environment: Environment;
    /** The program's folder, in which commands run. */
    readonly folder: string;
}

/**
 * Runs the commands that print keys, each once in a process: fifty certificates of one vault would ask it fifty times, and
 * perhaps somebody to touch a key. What was printed stays in the memory of this process, as a key that is given as text.
 */
export class KeyCommands {
    readonly #host: CommandHost;
    readonly #printed = new Map<string, Promise<Printed>>();
    readonly #tokenVariables = new Set<string>(TOKEN_VARIABLES);

    constructor(host: CommandHost) {
        this.#host = host;
    }

    /** A variable that holds a token of Vercel's, which no command gets. */
    withhold(variable: string): void {
        this.#tokenVariables.add(variable);
    }

    run(command: readonly [string, ...string[]], mostBytes: number): Promise<Printed> {
        const key = JSON.stringify(command);
        const printed =
            this.#printed.get(key) ??
            // What cannot even be tried, as a list of arguments that is too long for the system, is thrown.
            this.#start(command, mostBytes).catch((error: unknown) => ({ problem: notStarted(error) }));
        this.#printed.set(key, printed);
        return printed;
    }

    async #start([program, ...args]: readonly [string, ...string[]], mostBytes: number): Promise<Printed> {
        const { clock, folder } = this.#host;
        // Without a shell, so nothing is expanded; in a group of its own, so that its children end with it.
        const options = { cwd: folder, env: this.#environment(), detached: IS_POSIX, windowsHide: true };
        const child = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
        let printed = Buffer.alloc(0);
        let complained = Buffer.alloc(0);
        child.stderr.on("data", (chunk: Buffer) => {
            complained = grown(complained, chunk, LONGEST_COMPLAINT * 4);
        });
        // Whether it is over: the command alone may have ended long before its children, who have its output.
        const { end, isOver } = await new Promise<{ readonly end: string; readonly isOver: boolean }>((resolve) => {
            child.stdout.on("data", (chunk: Buffer) => {
                printed = grown(printed, chunk, mostBytes + 1);
                if (printed.length > mostBytes) {
                    resolve({ end: "", isOver: false });
                }
            });
            child.on("error", (error) => {
                resolve({ end: notStarted(error), isOver: false });
            });
            child.on("close", (code, signal) => {
                const end = code === 0 ? "" : `it ended with ${signal ?? `exit code ${String(code)}`}`;
                resolve({ end, isOver: true });
            });
            clock.deadline(LONGEST_RUN_MS).addEventListener("abort", () => {
                const end = `it did not end within ${String(LONGEST_RUN_MS / 1000)} seconds`;
                resolve({ end, isOver: false });
            });
        });
        if (!isOver) {
            endWithChildren(child);
        }
        return end === "" ? { text: printed } : { problem: `${end}${complaint(complained, printed)}` };
    }

    /** Without what would let a command act as this deployment: tokens of Vercel's, and what decrypts the state. */
    #environment(): NodeJS.ProcessEnv {
        const withheld = new Set([...this.#tokenVariables, ...PULUMI_SECRETS]);
        const tokens = [...this.#tokenVariables].map((name) => this.#host.environment[name]);
        return Object.fromEntries(
            Object.entries(this.#host.environment).filter(
                ([name, value]) => !withheld.has(name.toUpperCase()) && (!value || !tokens.includes(value)),
            ),
        );
    }
}

/** The second may hold the whole configuration of the stack, decrypted. */
const PULUMI_SECRETS = ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE", "PULUMI_CONFIG"];

/** The beginning of what a stream brings. */
function grown(bytes: Buffer, chunk: Buffer, most: number): Buffer<ArrayBuffer> {
    return Buffer.concat([bytes, chunk.subarray(0, most - bytes.length)]);
}

function endWithChildren(child: ChildProcess): void {
    child.stdout?.destroy();
    child.stderr?.destroy();
    child.unref();
    if (child.pid === undefined) {
        return;
    }
    if (!IS_POSIX) {
        const endAlone = (): boolean => child.kill();
        const options = { stdio: "ignore", windowsHide: true } as const;
        spawn("taskkill", ["/pid", String(child.pid), "/t", "/f"], options)
            .on("error", endAlone)
            .on("exit", (code) => code === 0 || endAlone());
        return;
    }
    try {
        process.kill(-child.pid, "SIGKILL");
    } catch {
        // It has ended in the meantime, with all its children.
    }
}

function notStarted(error: unknown): string {
    return `it cannot be started (${errorCode(error) ?? "unknown error"})`;
}

function complaint(stderr: Buffer, printed: Buffer): string {
    const secrets = new SecretIndex();
    secrets.add(printed.toString("latin1"));
    const text = stderr.toString("utf8");
    const shown = secrets.isIn(text) ? "a text that is not shown, since it repeats what was printed" : redact(text);
    return shown === "" ? "" : `: ${shown.slice(0, LONGEST_COMPLAINT)}`;
}
