import type { Clock } from "../vercel/clock";
import type { Environment } from "../vercel/settings";
import type { Line } from "./terminal";

/** The name of the package as well: `npx` fetches by it what is not installed, and must not find anybody else's. */
export const COMMAND = "pulumi-vercel-client-cert";

/** What a command takes from the process that it runs in. */
export interface CommandHost {
    readonly clock: Clock;
    readonly environment: Environment;
    /** Against which paths are resolved. */
    readonly folder: string;
    /** Of the package. */
    readonly version: string;
    /** To standard output: results. Control characters are escaped on the way. */
    write(content: string | readonly Line[]): void;
    /** One line to standard error: progress, warnings, errors. Escaped as well. */
    writeError(line: string): void;
    /** What the user answers at the terminal, a secret without showing it; `undefined` where nobody is at one. */
    ask(question: string, isSecret?: boolean): Promise<string | undefined>;
    /** Standard input. */
    input(): AsyncIterable<Buffer | string>;
    /** From this call on, an interrupt aborts the signal instead of the process: the command ends by itself. */
    interruption(): AbortSignal;
}

/** The process as it is: what is written to it goes out unchanged. */
export interface ProcessHost extends Omit<CommandHost, "write"> {
    /** Whether standard output is one. */
    readonly isTerminal: boolean;
    write(text: string): void;
}

/** What the process returns; documented in docs/reference/command-line.md, and relied on by scripts. */
export const EXIT = {
    fine: 0,
    /** The command did its work, and what it looked at is not in order. */
    bad: 1,
    /** The command line itself is wrong. */
    usage: 2,
    /** The work could not be done: a file, the network, Vercel. */
    failed: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export interface OptionSpecification {
    /** How the help names its value; without one, the option is a flag. */
    readonly value?: string;
    readonly help: string;
    readonly required?: boolean;
    /** One letter that stands for its name. */
    readonly short?: string;
    /** Whether it may be given several times. */
    readonly repeatable?: boolean;
    /** What its values are like, and whether one is. */
    readonly expected?: readonly [description: string, isIt: (value: string) => boolean];
}

/** The arguments of a command, read. */
export class Parsed {
    constructor(
        readonly operands: readonly string[],
        private readonly given: ReadonlyMap<string, readonly string[]>,
    ) {}

    flag(name: string): boolean {
        return this.given.has(name);
    }

    value(name: string): string | undefined {
        return this.values(name)[0];
    }

    /** The values of an option that its table calls repeatable, in their order. */
    values(name: string): readonly string[] {
        return this.given.get(name) ?? [];
    }
}

/** A command as a table: the parser and the help are both made of it. */
export interface Command {
    readonly name: string;
    /** How the help names the arguments that are no options. */
    readonly operands: string;
    readonly operandCounts: readonly [least: number, most: number];
    readonly summary: string;
    /** Further lines of its help. */
    readonly details: readonly string[];
    readonly options: Readonly<Record<string, OptionSpecification>>;
    run(parsed: Parsed, host: CommandHost): Promise<ExitCode>;
}

/** The command could not do its work. The message is one line: what is wrong, and what to do. */
export class CommandError extends Error {
    constructor(
        message: string,
        readonly exitCode: ExitCode = EXIT.failed,
    ) {
        super(message);
        this.name = "CommandError";
        this.stack = "";
    }
}
