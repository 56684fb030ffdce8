import { randomBytes } from "node:crypto";
import { open, rename, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { quote } from "../../operations/identity";
import { CommandError, type CommandHost } from "../command";
import { PAGE_MARK } from "./page";

/** The mark stands within the head, before anything that a state tells. */
const HEAD_BYTES = 1024;

/**
 * Writes a page where there is none, or in place of an earlier one of this command: a scheduled job writes it anew each
 * time. Any other file stays as it is. Whoever reads meanwhile gets the old page or the new one, never half of one.
 */
export async function writePage(path: string, page: string, { folder }: Pick<CommandHost, "folder">): Promise<void> {
    const target = resolve(folder, path);
    if (!(await mayBeWritten(target, path))) {
        throw new CommandError(
            `expected no file at ${quote(path)}, or a page of this command, got another file; remove it, or give another --html`,
        );
    }
    const draft = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString("hex")}.tmp`);
    try {
        await writeFile(draft, page, { flag: "wx" });
        await rename(draft, target);
    } catch (error) {
        await rm(draft, { force: true });
        throw cannot("write", path, error);
    }
}

async function mayBeWritten(target: string, path: string): Promise<boolean> {
    try {
        const file = await open(target, "r");
        try {
            const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
            return buffer.toString("utf8", 0, bytesRead).includes(PAGE_MARK);
        } finally {
            await file.close();
        }
    } catch (error) {
        if (codeOf(error) === "ENOENT") {
            return true;
        }
        throw cannot("read", path, error);
    }
}

function cannot(what: string, path: string, error: unknown): CommandError {
    return new CommandError(
        `expected to ${what} the page at ${quote(path)}, but it cannot be done (${codeOf(error)}); check the folder and its permissions`,
    );
}

function codeOf(error: unknown): string {
    return error instanceof Error && "code" in error ? String(error.code) : "unknown error";
}
