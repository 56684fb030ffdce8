import { appendFileSync } from "node:fs";
import { reporters, type MochaOptions, type Runner, type Test } from "mocha";

interface RecordedTest {
    readonly title: string;
    readonly state: "passed" | "failed" | "pending";
    readonly ms: number;
    readonly file: string | undefined;
}

/**
 * Prints as mocha's own reporter does, and adds each outcome to the file of the option `output`, a line of JSON each:
 * run.mjs sums them. At once, since a run that does not end is to be known by what it lacks.
 */
class RecordingReporter extends reporters.Spec {
    readonly #output: string | undefined;

    constructor(runner: Runner, options: MochaOptions) {
        super(runner, options);
        this.#output = ((options.reporterOptions ?? {}) as { readonly output?: string }).output;
        runner.on("pass", (test: Test) => this.#record(test, "passed"));
        runner.on("pending", (test: Test) => this.#record(test, "pending"));
        // Also a hook that failed.
        runner.on("fail", (test: Test) => this.#record(test, "failed"));
    }

    #record(test: Test, state: RecordedTest["state"]): void {
        if (this.#output !== undefined) {
            const { file, duration: ms = 0 } = test;
            const recorded: RecordedTest = { title: test.titlePath().join(": "), state, ms, file };
            appendFileSync(this.#output, `${JSON.stringify(recorded)}\n`);
        }
    }
}

export = RecordingReporter;
