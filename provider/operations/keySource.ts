import { constants } from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { resolve } from "node:path";
import type { KeySource } from "./arguments";
import type { OperationContext } from "./context";
import { quote } from "./identity";

/** Larger than any key in use; a longer file is not read into memory at all. */
const LARGEST_KEY_BYTES = 64 * 1024;

/** The key's bytes, or why they could not be read; never both, and the reason never holds what was read. */
export type KeyText = { readonly text: string | Buffer } | { readonly problem: string };

export async function readKeyText(
    source: KeySource,
    { environment, folder }: Pick<OperationContext, "environment" | "folder">,
): Promise<KeyText> {
    switch (source.kind) {
        case "text":
            return { text: source.text };
        case "environment":
            return readVariable(source.variable, environment);
        case "file":
            return await readKeyFile(source.file, folder);
    }
}

function readVariable(variable: string, environment: OperationContext["environment"]): KeyText {
    const text = environment[variable];
    if (text === undefined || text.trim() === "") {
        const got = text === undefined ? "it is not set" : "it is empty";
        return {
            problem: `expected the private key in the environment variable ${quote(variable)}, but ${got}; set it where pulumi runs`,
        };
    }
    return { text };
}

async function readKeyFile(file: string, folder: string): Promise<KeyText> {
    const path = resolve(folder, file);
    const expected = `expected the private key in the file ${quote(file)}, relative to the program's folder ${quote(folder)}`;
    try {
        // Non-blocking, so that a FIFO cannot hang the deployment; what is no regular file is refused below.
        const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
        try {
            const status = await handle.stat();
            if (!status.isFile()) {
                return { problem: `${expected}, but that is no regular file` };
            }
            const text = await readAtMost(handle, LARGEST_KEY_BYTES + 1);
            if (text.length > LARGEST_KEY_BYTES) {
                return {
                    problem: `${expected}, but it has more than ${String(LARGEST_KEY_BYTES)} bytes, as no key has`,
                };
            }
            return { text };
        } finally {
            await handle.close();
        }
    } catch (error) {
        return { problem: `${expected}, but it cannot be read (${codeOf(error)})` };
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

function codeOf(error: unknown): string {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    return typeof code === "string" ? code : "unknown error";
}
