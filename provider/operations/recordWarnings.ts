import type { Properties } from "./arguments";

/**
 * The outputs of a write, with what `check` computed and what the write itself had to say. Later runs that change nothing
 * keep these outputs; by its time the program tells whether they are of its own run.
 */
export function recordWarnings(
    outputs: Properties,
    inputs: Properties,
    lines: readonly string[],
    atMs: number,
): Record<string, unknown> {
    const { expiries, findings } = inputs;
    const upload = lines.map((message) => ({ severity: "warning", message }));
    return {
        ...outputs,
        expiries: Array.isArray(expiries) ? (expiries as unknown[]) : [],
        findings: { ...(typeof findings === "object" ? findings : {}), upload, at: new Date(atMs).toISOString() },
    };
}
