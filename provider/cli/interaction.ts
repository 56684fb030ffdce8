import { createInterface, type ReadLineOptions } from "node:readline";
import { Writable } from "node:stream";

/** Asks on standard error, since standard output is for results. `undefined` where nobody is at a terminal. */
export async function askAtTerminal(question: string): Promise<string | undefined> {
    return await ask(question, { output: process.stderr });
}

/** The same, and what is typed does not show. */
export async function askForSecret(question: string): Promise<string | undefined> {
    if (!process.stdin.isTTY) {
        return undefined;
    }
    process.stderr.write(question);
    // Readline takes the echo from the terminal, and gives its own to this.
    const output = new Writable({ write: (_chunk, _encoding, done) => done() });
    const answer = await ask("", { output, terminal: true, historySize: 0 });
    process.stderr.write("\n");
    return answer;
}

async function ask(question: string, options: Omit<ReadLineOptions, "input">): Promise<string | undefined> {
    if (!process.stdin.isTTY) {
        return undefined;
    }
    const prompt = createInterface({ input: process.stdin, ...options });
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
