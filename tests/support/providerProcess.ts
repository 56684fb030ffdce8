import { execFileSync } from "node:child_process";

interface ProcessLine {
    readonly pid: number;
    readonly parent: number;
    readonly command: string;
}

/**
 * Kills, as the kernel does when memory runs out, the process in which a run of the CLI has its dynamic providers.
 *
 * @param cliPid The CLI that the test started; only processes below it are looked at.
 */
export function killProviderProcess(cliPid: number): void {
    const running = listProcesses();
    const providers = running.filter(
        ({ command, pid }) => command.includes("dynamic-provider") && isBelow(pid, cliPid, running),
    );
    if (providers.length === 0) {
        throw new Error("expected a provider process below the CLI, got none");
    }
    providers.forEach(({ pid }) => {
        process.kill(pid, "SIGKILL");
    });
}

function listProcesses(): readonly ProcessLine[] {
    const text = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" });
    return text.split("\n").flatMap((line) => {
        const [, pid, parent, command = ""] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
        return pid === undefined ? [] : [{ pid: Number(pid), parent: Number(parent), command }];
    });
}

function isBelow(pid: number, ancestor: number, running: readonly ProcessLine[]): boolean {
    const seen = new Set<number>();
    for (let at: number | undefined = pid; at !== undefined && !seen.has(at);) {
        if (at === ancestor) {
            return true;
        }
        seen.add(at);
        at = running.find((other) => other.pid === at)?.parent;
    }
    return false;
}
