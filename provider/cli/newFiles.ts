import { randomBytes } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { CommandError, EXIT, type CommandHost } from "./command";
import { errorCode } from "../text/errorCode";
import { quote } from "../text/quoting";

export interface NewFile {
    readonly path: string;
    readonly text: string;
    /** In words. */
    readonly holds: string;
    /** Readable for its owner alone. */
    readonly isSecret?: boolean;
}

/**
 * Writes all of the files or none: each first beside its place, and none in its place before all are written. A file
 * that exists is kept, unless it is to be written over.
 */
export async function writeTogether(
    files: readonly NewFile[],
    isForced: boolean,
    { folder }: Pick<CommandHost, "folder">,
): Promise<void> {
    const [repeated] = files.filter(
        ({ path }, index) => files.findIndex((one) => resolve(folder, one.path) === resolve(folder, path)) < index,
    );
    if (repeated !== undefined) {
        throw new CommandError(
            `${quote(repeated.path)} is given for two files; give each a path of its own`,
            EXIT.usage,
        );
    }
    const drafts: string[] = [];
    const claimed: string[] = [];
    try {
        for (const { path, text, isSecret = false } of files) {
            const draft = `${resolve(folder, path)}.${randomBytes(6).toString("hex")}`;
            await mkdir(dirname(draft), { recursive: true }).catch((error: unknown) => {
                throw cannot("written", path, error);
            });
            drafts.push(draft);
            await writeFile(draft, text, { flag: "wx", mode: isSecret ? 0o600 : 0o666 }).catch(cannotWrite(path));
        }
        for (const { path } of isForced ? [] : files) {
            await writeFile(resolve(folder, path), "", { flag: "wx" }).catch(cannotWrite(path));
            claimed.push(resolve(folder, path));
        }
        for (const [index, { path }] of files.entries()) {
            await rename(drafts[index] ?? "", resolve(folder, path)).catch(cannotWrite(path));
        }
    } catch (error) {
        await Promise.all([...drafts, ...claimed].map((path) => rm(path, { force: true })));
        throw error;
    }
}

function cannotWrite(path: string): (error: unknown) => never {
    return (error) => {
        throw errorCode(error) === "EEXIST"
            ? new CommandError(`there is a file ${quote(path)} already; --force writes over it`)
            : cannot("written", path, error);
    };
}

/** What the system refuses, by its code. */
export function cannot(what: "read" | "written", path: string, error: unknown): CommandError {
    const code = errorCode(error) ?? "unknown error";
    return new CommandError(`the file ${quote(path)} cannot be ${what} (${code}); check the path and its permissions`);
}
