import { randomBytes } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { open, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { CommandError, type CommandHost } from "../../command";
import { cannot } from "../../newFiles";
import type { Clock } from "../../../vercel/clock";
import { errorCode } from "../../../text/errorCode";
import { quote } from "../../../text/quoting";

/** The mark of a file stands at its beginning, before anything that a state tells. */
const HEAD_BYTES = 1024;
/** Who may read it and who may write it, and nothing of its type. */
const PERMISSIONS = 0o7777;
/** Until another try to replace a file that is open. */
const REPLACEMENT_DELAYS_MS = [50, 100, 200, 400, 800];

/**
 * Writes a file where there is none, or in place of an earlier one of this command: a scheduled job writes it anew each
 * time, and a wrong path must not cost anybody a file. Whoever reads meanwhile gets the old one or the new one, never
 * half of one. The new one belongs to whom the old one did, who may read it as before.
 *
 * @param isOwn Tells an earlier file of this command by its beginning.
 */
export async function writeOutput(
    path: string,
    content: string,
    isOwn: (head: string) => boolean,
    { folder, clock }: Pick<CommandHost, "folder" | "clock">,
): Promise<void> {
    // A link stays one; where it leads nowhere, it is replaced.
    const target = await realpath(resolve(folder, path)).catch(() => resolve(folder, path));
    const earlier = await readEarlier(target, path, isOwn);
    // No collector takes a draft for a file of its own by this name.
    const draft = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString("hex")}.tmp`);
    try {
        await writeDraft(draft, content, earlier);
        await replaceOpenFile(() => rename(draft, target), clock);
    } catch (error) {
        await rm(draft, { force: true });
        throw cannot("written", path, error);
    }
}

/**
 * Windows replaces no file that is open, and whoever reads the page, or looks it through for viruses, soon closes it.
 *
 * @param replace Replaces it, or fails as the system does.
 */
export async function replaceOpenFile(
    replace: () => Promise<void>,
    { sleep }: Pick<Clock, "sleep">,
    [delayMs, ...later] = REPLACEMENT_DELAYS_MS,
): Promise<void> {
    await replace().catch(async (error: unknown) => {
        if (delayMs === undefined || !["EPERM", "EACCES", "EBUSY"].includes(errorCode(error) ?? "")) {
            throw error;
        }
        await sleep(delayMs);
        await replaceOpenFile(replace, { sleep }, later);
    });
}

async function writeDraft(draft: string, content: string, earlier: Stats | undefined): Promise<void> {
    await using file = await open(draft, "wx", earlier === undefined ? undefined : 0o600);
    await file.writeFile(content);
    if (earlier !== undefined) {
        const own = await file.stat();
        // Some file systems and sandboxes refuse even what changes nothing.
        if (own.uid !== earlier.uid || own.gid !== earlier.gid) {
            await file.chown(earlier.uid, earlier.gid);
        }
        await file.chmod(earlier.mode & PERMISSIONS);
    }
}

async function readEarlier(target: string, path: string, isOwn: (head: string) => boolean): Promise<Stats | undefined> {
    try {
        const stats = await stat(target);
        if (!stats.isFile()) {
            throw new CommandError(`${quote(path)} is a folder, a pipe or a device, not a file; choose another path`);
        }
        // Nobody loses anything with an empty file, by which somebody may have said who is to read it.
        if (stats.size > 0 && !isOwn(await headOf(target))) {
            throw new CommandError(
                `the file ${quote(path)} is not one that this command wrote in this format, so it stays as it is; ` +
                    "remove it, or choose another path",
            );
        }
        return stats;
    } catch (error) {
        if (errorCode(error) === "ENOENT") {
            return undefined;
        }
        throw cannot("read", path, error);
    }
}

async function headOf(target: string): Promise<string> {
    // If a pipe without a writer has come in its place meanwhile, it must not be waited for.
    await using file = await open(target, constants.O_RDONLY | constants.O_NONBLOCK);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.toString("utf8", 0, bytesRead);
}
