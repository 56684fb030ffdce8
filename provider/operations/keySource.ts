import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { resolve } from "node:path";
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

export async function readKeyText(source: KeySource, context: KeySourceContext): Promise<KeyText> {
    const key = await readSource("private key", source, context);
    const passphraseSource = "passphrase" in source ? source.passphrase : undefined;
    if (passphraseSource === undefined) {
        return key;
    }
    const passphrase = await readPassphrase(passphraseSource, context);
    const unreadable = [key, passphrase].filter((read) => "problem" in read);
    if ("text" in key && "text" in passphrase) {
        return { text: key.text, passphrase: passphrase.text };
    }
    return {
        problem: unreadable.map(({ problem }) => problem).join("\nkey: "),
        isUnavailable: unreadable.every(({ isUnavailable }) => isUnavailable),
    };
}

type Read<Text> = { readonly text: Text } | Unreadable;

async function readPassphrase(source: PassphraseSource, context: KeySourceContext): Promise<Read<string>> {
    const read = await readSource("passphrase", source, context);
    // Editors and `echo` end a file with a line break, which no passphrase has.
    return "problem" in read || typeof read.text === "string"
        ? (read as Read<string>)
        : { text: read.text.toString("utf8").replace(/\r?\n$/, "") };
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
): Promise<Read<string | Buffer>> {
    switch (source.kind) {
        case "text":
            return { text: source.text };
        case "environment":
            return readVariable(wanted, source.variable, environment);
        case "file":
            return await readFile(wanted, source.file, folder);
        case "command": {
            const shown = quote(source.command.join(" "));
            const printed = await commands.run(source.command, LARGEST_KEY_BYTES);
            return "problem" in printed
                ? unavailable(wanted, `from the command ${shown}`, printed.problem)
                : bounded(wanted, `from the command ${shown}`, printed.text);
        }
    }
}

function unavailable(wanted: Wanted, where: string, reason: string): Unreadable {
    const problem = argumentProblem(CODES[wanted], `no ${wanted} ${where}: ${reason}`);
    return { problem, isUnavailable: true };
}

function bounded(wanted: Wanted, where: string, text: Buffer): Read<Buffer> {
    if (text.length > LARGEST_KEY_BYTES) {
        const fact = `the ${wanted} ${where} has more than ${String(LARGEST_KEY_BYTES)} bytes, as no key has`;
        return { problem: argumentProblem("key-too-large", fact), isUnavailable: false };
    }
    return text.toString("latin1").trim() === "" ? unavailable(wanted, where, "it is empty") : { text };
}

function readVariable(wanted: Wanted, variable: string, environment: OperationContext["environment"]): Read<string> {
    const text = environment[variable];
    return text === undefined || text.trim() === ""
        ? unavailable(
              wanted,
              `in the environment variable ${quote(variable)}`,
              text === undefined ? "it is not set" : "it is empty",
          )
        : { text };
}

async function readFile(wanted: Wanted, file: string, folder: string): Promise<Read<Buffer>> {
    const where = `in the file ${quote(file)}, relative to the program's folder ${quote(folder)}`;
    try {
        // Non-blocking, so that a FIFO cannot hang the deployment; what is no regular file is refused below.
        const handle = await open(resolve(folder, file), constants.O_RDONLY | constants.O_NONBLOCK);
        try {
            return (await handle.stat()).isFile()
                ? bounded(wanted, where, await readAtMost(handle, LARGEST_KEY_BYTES + 1))
                : unavailable(wanted, where, "it is no regular file");
        } finally {
            await handle.close();
        }
    } catch (error) {
        return unavailable(wanted, where, `it cannot be read (${errorCode(error) ?? "unknown error"})`);
    }
}

/** The size that a file states is not asked: it may grow, and the system's own files state none. */
async function readAtMost(handle: FileHandle, length: number): Promise<Buffer> {
    const bytes = Buffer.alloc(length);
    let filled = 0;
    for (;;) {
        const { bytesRead } = await handle.read(bytes, filled, length - filled);
        filled += bytesRead;
        if (bytesRead === 0 || filled === length) {
            return bytes.subarray(0, filled);
        }
    }
}
