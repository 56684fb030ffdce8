import { randomBytes } from "node:crypto";
import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

const POLL_MS = 1000;

export interface LockOptions {
    /** Called once, where somebody else holds the lock. */
    readonly onWait?: (holder: number) => void;
    readonly sleep?: (ms: number) => Promise<unknown>;
    readonly isRunning?: (pid: number) => boolean;
}

/** Does something that only one process at a time may do. The lock of a process that is gone does not count. */
export async function withFileLock<T>(file: string, action: () => Promise<T>, options: LockOptions = {}): Promise<T> {
    const { onWait, sleep: wait = sleep, isRunning = isProcessRunning } = options;
    let waited = false;
    while (!take(file)) {
        const holder = holderOf(file);
        if (holder === undefined) {
            continue;
        }
        if (!isRunning(holder)) {
            rmSync(file, { force: true });
            continue;
        }
        if (!waited) {
            onWait?.(holder);
            waited = true;
        }
        await wait(POLL_MS);
    }
    try {
        return await action();
    } finally {
        rmSync(file, { force: true });
    }
}

/** A link is made with its content in place, so nobody reads a lock without its holder. */
function take(file: string): boolean {
    const draft = `${file}.${randomBytes(6).toString("hex")}`;
    writeFileSync(draft, String(process.pid));
    try {
        linkSync(draft, file);
        return true;
    } catch (error) {
        if (hasCode(error, "EEXIST")) {
            return false;
        }
        throw error;
    } finally {
        rmSync(draft, { force: true });
    }
}

function holderOf(file: string): number | undefined {
    try {
        return Number(readFileSync(file, "utf8"));
    } catch (error) {
        if (hasCode(error, "ENOENT")) {
            return undefined;
        }
        throw error;
    }
}

function isProcessRunning(pid: number): boolean {
    try {
        process.kill(pid, 0);
        return true;
    } catch (error) {
        return !hasCode(error, "ESRCH");
    }
}

function hasCode(error: unknown, code: string): boolean {
    return error instanceof Error && "code" in error && error.code === code;
}
