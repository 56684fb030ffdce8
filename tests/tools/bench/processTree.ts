import type { ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** The parts of a run that are told apart; what a run starts besides them is `other`. */
export const PARTS = ["cli", "program", "provider", "other"] as const;
export type Part = (typeof PARTS)[number];

export interface PartUse {
    /** User and system time, in milliseconds. */
    readonly cpuMs: number;
    /** The largest resident set of any one of its processes. */
    readonly peakBytes: number;
}

export type TreeUse = Readonly<Record<Part, PartUse>>;

const POLL_MS = 25;
/** What Linux counts processor time in, for user space, on every architecture that Node runs on. */
const TICK_MS = 10;

interface Seen {
    readonly part: Part;
    readonly cpuMs: number;
    readonly peakBytes: number;
}

/**
 * Looks at a process and everything that it starts, for as long as it runs. Linux only, by /proc. What a process uses
 * between the last look at it and its end is lost: at most one interval of each.
 */
class ProcessTree {
    readonly #root: number;
    readonly #seen = new Map<number, Seen>();
    readonly #timer: NodeJS.Timeout;

    constructor(rootPid: number) {
        this.#root = rootPid;
        this.#timer = setInterval(() => {
            this.#look();
        }, POLL_MS);
    }

    stop(): TreeUse {
        clearInterval(this.#timer);
        const useOf = (part: Part): PartUse => {
            const seen = [...this.#seen.values()].filter((one) => one.part === part);
            return {
                cpuMs: seen.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
                peakBytes: Math.max(0, ...seen.map(({ peakBytes }) => peakBytes)),
            };
        };
        return { cli: useOf("cli"), program: useOf("program"), provider: useOf("provider"), other: useOf("other") };
    }

    #look(): void {
        const parents = new Map<number, ProcessLine>();
        for (const name of readdirSync("/proc")) {
            const line = /^\d+$/.test(name) ? readProcess(Number(name)) : undefined;
            if (line !== undefined) {
                parents.set(line.pid, line);
            }
        }
        for (const line of parents.values()) {
            if (this.#belongs(line, parents)) {
                const part = partOf(line.pid, this.#root);
                const peakBytes = peakOf(line.pid);
                if (part !== undefined && peakBytes !== undefined) {
                    this.#seen.set(line.pid, { part, cpuMs: line.cpuMs, peakBytes });
                }
            }
        }
    }

    /** Also where the process in between is gone: then its children were seen below it before. */
    #belongs(line: ProcessLine, all: ReadonlyMap<number, ProcessLine>): boolean {
        for (let at: ProcessLine | undefined = line; at !== undefined; at = all.get(at.parent)) {
            if (at.pid === this.#root || this.#seen.has(at.pid)) {
                return true;
            }
        }
        return false;
    }
}

interface ProcessLine {
    readonly pid: number;
    readonly parent: number;
    readonly cpuMs: number;
}

/** `undefined` where the process has ended meanwhile. */
function readProcess(pid: number): ProcessLine | undefined {
    const text = readProc(pid, "stat");
    // The name of the command stands in brackets, and may hold some itself.
    const fields = text?.slice(text.lastIndexOf(")") + 2).split(" ");
    if (fields === undefined) {
        return undefined;
    }
    const [parent, userTicks, systemTicks] = [fields[1], fields[11], fields[12]].map(Number);
    return { pid, parent: parent ?? 0, cpuMs: ((userTicks ?? 0) + (systemTicks ?? 0)) * TICK_MS };
}

function peakOf(pid: number): number | undefined {
    const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readProc(pid, "status") ?? "") ?? [];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

function partOf(pid: number, root: number): Part | undefined {
    const command = readProc(pid, "cmdline");
    if (command === undefined || command === "") {
        return undefined;
    }
    if (pid === root) {
        return "cli";
    }
    // Launchers are small shells with the same words on their command line.
    if (!/^[^\0]*node\0/.test(command)) {
        return "other";
    }
    return command.includes("dynamic-provider") ? "provider" : command.includes("cmd/run") ? "program" : "other";
}

function readProc(pid: number, file: string): string | undefined {
    try {
        return readFileSync(`/proc/${String(pid)}/${file}`, "utf8");
    } catch {
        // The process ended between the listing and the look at it.
        return undefined;
    }
}

/** Runs something that starts a process, and looks at that process until it has ended. */
export async function watched<T>(
    run: (onStart: (child: ChildProcess) => void) => Promise<T>,
): Promise<{ readonly result: T; readonly use: TreeUse }> {
    const trees: ProcessTree[] = [];
    try {
        const result = await run(({ pid }) => {
            if (pid !== undefined) {
                trees.push(new ProcessTree(pid));
            }
        });
        const [tree] = trees;
        if (tree === undefined) {
            throw new Error("no process was started");
        }
        return { result, use: tree.stop() };
    } finally {
        trees.forEach((tree) => tree.stop());
    }
}
