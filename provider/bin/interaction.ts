import { createInterface } from "node:readline";

/** Asks on standard error, since standard output is for results. `undefined` where nobody is at a terminal. */
export async function askAtTerminal(question: string): Promise<string | undefined> {
    if (!process.stdin.isTTY) {
        return undefined;
    }
    const prompt = createInterface({ input: process.stdin, output: process.stderr });
    return await new Promise((resolve) => {
        // Also by the key that ends the input, and by the one that interrupts: no answer is a no.
        prompt.once("close", () => resolve(""));
        prompt.question(question, (answer) => {
            resolve(answer);
            prompt.close();
        });
    });
}

/** The first signal that asks the process to end aborts this instead; a second one ends it. */
export function catchInterruption(): AbortSignal {
    const controller = new AbortController();
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
        process.once(signal, () => controller.abort());
    }
    return controller.signal;
}
