import { spawn, type ChildProcess } from "node:child_process";
import { tmpdir } from "node:os";
import { delimiter, dirname } from "node:path";

export interface Finished {
    /** What the process returned; -1 where a signal ended it. */
    readonly exitCode: number;
    readonly stdout: string;
    readonly stderr: string;
    /** Both, in the order in which they came. */
    readonly output: string;
    readonly seconds: number;
}

export interface RunOptions {
    readonly cwd?: string;
    readonly environment: NodeJS.ProcessEnv;
    readonly timeoutMs?: number;
    /** Given to the process on its standard input. */
    readonly input?: string;
    readonly onOutput?: ((chunk: string) => void) | undefined;
    readonly onStart?: (child: ChildProcess) => void;
}

/** Runs a command to its end; fails only where it cannot be started or takes longer than it may. */
export async function runProcess(command: string, args: readonly string[], options: RunOptions): Promise<Finished> {
    const { cwd, environment, timeoutMs, input = "", onOutput, onStart } = options;
    const startedMs = Date.now();
    const child = spawn(command, args, { cwd, env: environment, stdio: ["pipe", "pipe", "pipe"] });
    onStart?.(child);
    const texts = { stdout: "", stderr: "", output: "" };
    for (const name of ["stdout", "stderr"] as const) {
        child[name].setEncoding("utf8").on("data", (chunk: string) => {
            texts[name] += chunk;
            texts.output += chunk;
            onOutput?.(chunk);
        });
    }
    // A process may end without reading its input.
    child.stdin.on("error", () => undefined).end(input);
    const exitCode = await ended(child, timeoutMs, () => `${command} ${args.join(" ")}\n${texts.output}`);
    return { exitCode, ...texts, seconds: (Date.now() - startedMs) / 1000 };
}

function ended(child: ChildProcess, timeoutMs: number | undefined, describe: () => string): Promise<number> {
    return new Promise((resolve, reject) => {
        const stop = (): void => {
            child.kill("SIGTERM");
            reject(new Error(`not finished after ${String((timeoutMs ?? 0) / 1000)} s: ${describe()}`));
        };
        const timer = timeoutMs === undefined ? undefined : setTimeout(stop, timeoutMs);
        child.once("error", (error) => {
            clearTimeout(timer);
            reject(error);
        });
        child.once("close", (code) => {
            clearTimeout(timer);
            resolve(code ?? -1);
        });
    });
}

/**
 * The environment of a process under test: what it needs to run, and nothing that the machine's owner keeps there, so
 * that no test depends on, or shows, somebody's token.
 */
export function cleanEnvironment(firstFolders: readonly string[] = []): Record<string, string> {
    const { PATH = "" } = process.env;
    return {
        PATH: [...firstFolders, dirname(process.execPath), PATH].join(delimiter),
        HOME: tmpdir(),
        TMPDIR: tmpdir(),
        LANG: "C.UTF-8",
    };
}
