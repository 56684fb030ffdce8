import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { runCommandLine } from "../../../provider/cli/commandLine";
import { systemClock, type Clock } from "../../../provider/vercel/clock";
import { assertNoSecrets, type Secrets } from "../../support/secretSweep";

export interface Run {
    readonly exitCode: number;
    readonly stdout: string;
    readonly stderr: string;
}

export interface TerminalOptions {
    readonly environment?: Readonly<Record<string, string>>;
    readonly clock?: Clock;
    readonly secrets?: Secrets;
    /** Whether standard output is a terminal. */
    readonly isTerminal?: boolean;
    /** What the user answers to every question; without it there is nobody to ask. */
    readonly answer?: string;
    /** What comes from standard input. */
    readonly input?: Buffer;
    /** Aborted when the user interrupts. */
    readonly signal?: AbortSignal;
}

/** A folder and an environment in which commands are run; every run is swept for secrets and stacks. */
export class Terminal {
    readonly folder = mkdtempSync(join(tmpdir(), "terminal-"));
    readonly #options: TerminalOptions;

    constructor(options: TerminalOptions = {}) {
        this.#options = options;
    }

    write(files: Readonly<Record<string, string | Buffer>>): void {
        Object.entries(files).forEach(([name, content]) => {
            writeFileSync(join(this.folder, name), content);
        });
    }

    async run(...args: readonly string[]): Promise<Run> {
        const { environment = {}, clock = systemClock, isTerminal = false } = this.#options;
        const { secrets = { keys: [], tokens: [] } } = this.#options;
        const { answer, input, signal = new AbortController().signal } = this.#options;
        const [out, err]: [string[], string[]] = [[], []];
        const exitCode = await runCommandLine(args, {
            ...{ clock, environment, folder: this.folder, version: "1.2.3", isTerminal },
            write: (text) => out.push(text),
            writeError: (line) => err.push(`${line}\n`),
            ask: () => Promise.resolve(answer),
            input: () => Readable.from(input === undefined ? [] : [input]) as AsyncIterable<Buffer>,
            interruption: () => signal,
        });
        const [stdout, stderr] = [out.join(""), err.join("")];
        assertNoSecrets(`${stdout}\n${stderr}`, secrets);
        if (/^\s+at .*[:)]\d*\)?$/m.test(stderr)) {
            throw new Error(`expected no stack, got ${stderr}`);
        }
        return { exitCode, stdout, stderr };
    }

    dispose(): void {
        // Windows keeps a program for a moment after it has ended.
        rmSync(this.folder, { recursive: true, force: true, maxRetries: 10 });
    }
}
