import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { ask, forkScript } from "./forked";
import type { FakeVercelOrder } from "./fakeVercelChild";

export interface CallCounts {
    readonly uploads: number;
    readonly listings: number;
    readonly deletions: number;
    /** Answered with anything but 200. */
    readonly refused: number;
    /** Of the official document, since the start. */
    readonly violations: number;
}

/** A fake Vercel API in another process. */
export class FakeVercelProcess {
    static async start(order: FakeVercelOrder): Promise<FakeVercelProcess> {
        const child = forkScript(join(__dirname, "fakeVercelChild.js"));
        const { url } = await ask<{ url: string }>(child, order);
        return new FakeVercelProcess(child, url);
    }

    readonly #child: ChildProcess;

    private constructor(
        child: ChildProcess,
        readonly url: string,
    ) {
        this.#child = child;
    }

    /** The calls since the last time. */
    async takeCounts(): Promise<CallCounts> {
        return await ask<CallCounts>(this.#child, "take");
    }

    async stop(): Promise<void> {
        const ended = once(this.#child, "exit");
        this.#child.disconnect();
        await ended;
    }
}
