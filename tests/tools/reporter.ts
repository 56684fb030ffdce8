import { writeFileSync } from "node:fs";
import { reporters, type MochaOptions, type Runner, type Test } from "mocha";

interface RecordedTest {
    readonly title: string;
    readonly state: "passed" | "failed" | "pending";
    readonly ms: number;
}

/** Prints as mocha's own reporter does, and writes the outcomes to the file of the option `output`: run.mjs sums them. */
class RecordingReporter extends reporters.Spec {
    readonly #tests: RecordedTest[] = [];

    constructor(runner: Runner, options: MochaOptions) {
        super(runner, options);
        const { output } = (options.reporterOptions ?? {}) as { readonly output?: string };
        runner.on("pass", (test: Test) => this.#record(test, "passed"));
        runner.on("pending", (test: Test) => this.#record(test, "pending"));
        // Also a hook that failed.
        runner.on("fail", (test: Test) => this.#record(test, "failed"));
        runner.once("end", () => {
            if (output !== undefined) {
                writeFileSync(output, JSON.stringify(this.#tests));
            }
        });
    }

    #record(test: Test, state: RecordedTest["state"]): void {
        this.#tests.push({ title: test.titlePath().join(": "), state, ms: test.duration ?? 0 });
    }
}

export = RecordingReporter;
