import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { resolve } from "node:path";
import { buffer } from "node:stream/consumers";
import { argumentProblem, type ArgumentCode } from "./argumentTable";
import type { OperationContext } from "./context";
import type { KeySource, PassphraseSource } from "./keyArgument";
import { errorCode } from "../text/errorCode";
import { quote } from "../text/quoting";

/** Larger than any key in use; more is not read into memory at all. */
const LARGEST_KEY_BYTES = 64 * 1024;

/** A secret that could not be read; the reason never holds what was read. */
export interface Unreadable {
    readonly problem: string;
    /** No byte of it was there. On another machine, or later, it may be: a preview can do without it. */
    readonly isUnavailable: boolean;
}

export type KeyText = { readonly text: string | Buffer; readonly passphrase?: string } | Unreadable;

export type KeySourceContext = Pick<OperationContext, "environment" | "folder" | "commands">;

type Read = { readonly text: string | Buffer } | Unreadable;

export async function readKeyText(source: KeySource, context: KeySourceContext): Promise<KeyText> {
    const key = await readSource("private key", source, context);
    if (!("passphrase" in source) || source.passphrase === undefined) {
        return key;
    }
    const passphrase = await readSource("passphrase", source.passphrase, context);
    if ("text" in key && "text" in passphrase) {
        const { text } = passphrase;
        // Editors and `echo` end a file with a line break, which no passphrase has.
        const line = typeof text === "string" ? text : text.toString("utf8").replace(/\r?\n$/, "");
        return { text: key.text, passphrase: line };
    }
    const unreadable = [key, passphrase].filter((read) => "problem" in read);
    return {
        problem: unreadable.map(({ problem }) => problem).join("\nkey: "),
        isUnavailable: unreadable.every(({ isUnavailable }) => isUnavailable),
    };
}

type Wanted = "private key" | "passphrase";
const CODES = {
    "private key": "key-unavailable",
    passphrase: "passphrase-unavailable",
} as const satisfies Record<Wanted, ArgumentCode>;

async function readSource(
    wanted: Wanted,
    source: KeySource | PassphraseSource,
    { environment, folder, commands }: KeySourceContext,
): Promise<Read> {
    switch (source.kind) {
        case "text":
            return { text: source.text };
        case "environment": {
            const text = environment[source.variable];
            const where = `in the environment variable ${quote(source.variable)}`;
            return text === undefined ? unavailable(wanted, where, "it is not set") : bounded(wanted, where, text);
        }
        case "file":
            return await readFile(wanted, source.file, folder);
        case "command": {
            const where = `from the command ${quote(source.command.join(" "))}`;
            const printed = await commands.run(source.command, LARGEST_KEY_BYTES);
            return "problem" in printed
                ? unavailable(wanted, where, printed.problem)
                : bounded(wanted, where, printed.text);
        }
    }
}

function unavailable(wanted: Wanted, where: string, reason: string): Unreadable {
    const problem = argumentProblem(CODES[wanted], `no ${wanted} ${where}: ${reason}`);
    return { problem, isUnavailable: true };
}

function bounded(wanted: Wanted, where: string, text: string | Buffer): Read {
    if (Buffer.byteLength(text) > LARGEST_KEY_BYTES) {
        const fact = `the ${wanted} ${where} has more than ${String(LARGEST_KEY_BYTES)} bytes, as no key has`;
        return { problem: argumentProblem("key-too-large", fact), isUnavailable: false };
    }
    return (typeof text === "string" ? text : text.toString("latin1")).trim() === ""
        ? unavailable(wanted, where, "it is empty")
        : { text };
}

async function readFile(wanted: Wanted, file: string, folder: string): Promise<Read> {
    const where = `in the file ${quote(file)}, relative to the program's folder ${quote(folder)}`;
    try {
        // Non-blocking, so that a FIFO cannot hang the deployment; what is no regular file is refused below.
        const handle = await open(resolve(folder, file), constants.O_RDONLY | constants.O_NONBLOCK);
        try {
            if (!(await handle.stat()).isFile()) {
                return unavailable(wanted, where, "it is no regular file");
            }
            // The size that a file states is not asked: it may grow, and the system's own files state none.
            const stream = handle.createReadStream({ end: LARGEST_KEY_BYTES, autoClose: false });
            return bounded(wanted, where, await buffer(stream));
        } finally {
            await handle.close();
        }
    } catch (error) {
        return unavailable(wanted, where, `it cannot be read (${errorCode(error) ?? "unknown error"})`);
    }
}
