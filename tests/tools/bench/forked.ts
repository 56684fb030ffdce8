import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";

/** Starts a script of this folder in a process of its own, which has nothing to itself but what is sent to it. */
export function forkScript(script: string): ChildProcess {
    return fork(script, { execArgv: [] });
}

/** Sends one message to a process and returns its answer. */
export async function ask<T>(child: ChildProcess, message: object | string): Promise<T> {
    const waiting = new AbortController();
    const { signal } = waiting;
    try {
        const answer = once(child, "message", { signal });
        const end = once(child, "exit", { signal }).then(() => {
            throw new Error(`the process of ${child.spawnargs.slice(1).join(" ")} ended without an answer`);
        });
        child.send(message);
        const [value] = (await Promise.race([answer, end])) as [T];
        return value;
    } finally {
        waiting.abort();
    }
}

/** The same with a process that answers once, and ends then. */
export async function forkFor<T>(script: string, message: object): Promise<T> {
    const child = forkScript(script);
    const closed = once(child, "exit");
    const answer = await ask<T>(child, message);
    await closed;
    return answer;
}
