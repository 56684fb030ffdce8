import { randomBytes } from "node:crypto";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { CommandError, EXIT, type CommandHost } from "./command";
import { errorCode } from "../text/errorCode";
import { quote } from "../text/quoting";

export interface NewFile {
    readonly path: string;
    readonly text: string;
    /** Readable for its owner alone. */
    readonly isSecret?: boolean;
}

/**
 * Writes all of the files or none: each first beside its place, and none in its place before all are written.
 *
 * @param ifThere What is said of a file that exists, which then stays as it is; without it, it is written over.
 */
export async function writeTogether(
    files: readonly NewFile[],
    { folder }: Pick<CommandHost, "folder">,
    ifThere?: string,
): Promise<void> {
    const drafts = files.map((file) => {
        const target = resolve(folder, file.path);
        return { ...file, target, draft: `${target}.${randomBytes(6).toString("hex")}` };
    });
    const repeated = drafts.find(({ target }, index) => drafts.findIndex((one) => one.target === target) < index);
    if (repeated !== undefined) {
        throw new CommandError(
            `${quote(repeated.path)} is given for two files; give each a path of its own`,
            EXIT.usage,
        );
    }
    const made: string[] = [];
    let current = "";
    try {
        for (const { path, target, draft, text, isSecret = false } of drafts) {
            current = path;
            await mkdir(dirname(target), { recursive: true });
            if (ifThere !== undefined) {
                await writeFile(target, "", { flag: "wx" }).catch((error: unknown) => {
                    throw errorCode(error) === "EEXIST"
                        ? new CommandError(`there is a file ${quote(path)} already${ifThere}`)
                        : error;
                });
                made.push(target);
            }
            made.push(draft);
            await writeFile(draft, text, { flag: "wx", mode: isSecret ? 0o600 : 0o666 });
        }
        for (const { path, target, draft } of drafts) {
            current = path;
            await rename(draft, target);
        }
    } catch (error) {
        await Promise.all(made.map((one) => rm(one, { force: true })));
        throw cannot("written", current, error);
    }
}

/** What the system refuses, by its code; what a command has to say itself stays as it is. */
export function cannot(what: "read" | "written", path: string, error: unknown): CommandError {
    const code = errorCode(error) ?? "unknown error";
    return error instanceof CommandError
        ? error
        : new CommandError(`the file ${quote(path)} cannot be ${what} (${code}); check the path and its permissions`);
}
