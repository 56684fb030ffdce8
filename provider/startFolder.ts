import { spawnSync } from "node:child_process";
import { readFileSync, realpathSync } from "node:fs";

/** What starts the provider's process: a shell script of the SDK. */
const LAUNCHER = "pulumi-resource-pulumi-nodejs";

/**
 * The folder in which this process was started: that of the program. Another dynamic provider in it may have changed the
 * working directory before this one is loaded. Node keeps no record of the start; but the launcher is a shell, which sets
 * PWD to where it is. Under any other parent, the variable is what that one has inherited, and may be anything.
 */
export function startFolder(): string {
    const folder = process.cwd();
    if (process.platform === "win32") {
        // There the launcher is a batch file, which sets no PWD: a value would be that of a shell somewhere else.
        return folder;
    }
    const { PWD = folder } = process.env;
    return isSameFolder(PWD, folder) || !parentCommand().includes(LAUNCHER) ? folder : PWD;
}

function isSameFolder(one: string, other: string): boolean {
    try {
        return realpathSync(one) === realpathSync(other);
    } catch {
        // One of them is gone, so they are two.
        return false;
    }
}

function parentCommand(): string {
    const pid = String(process.ppid);
    try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8");
    } catch {
        // No Linux. Where there is no `ps` either, no shell has started this.
        return spawnSync("ps", ["-o", "args=", "-p", pid], { encoding: "utf8" }).stdout ?? "";
    }
}
