import { createInterface } from "node:readline";
import { Writable } from "node:stream";

/**
 * Asks on standard error, since standard output is for results. `undefined` where nobody is at a terminal.
 *
 * @param isSecret What is typed does not show.
 */
export async function askAtTerminal(question: string, isSecret = false): Promise<string | undefined> {
    const { stdin: input, stderr } = process;
    if (!input.isTTY) {
        return undefined;
    }
    // Readline takes the echo from the terminal, and gives its own to this.
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
    const output = isSecret ? nowhere : stderr;
    const prompt = createInterface({ input, output, terminal: isSecret || stderr.isTTY, historySize: 0 });
    stderr.write(isSecret ? question : "");
    return await new Promise((resolve) => {
        // Also by the key that ends the input, and by the one that interrupts: no answer is a no.
        prompt.once("close", () => {
            stderr.write(isSecret ? "\n" : "");
            resolve("");
        });
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
