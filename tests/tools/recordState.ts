// Keeps a state as this version writes it, for the tests of all later ones: see CONTRIBUTING.md, "States of the past".
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { homedir, hostname, tmpdir, userInfo } from "node:os";
import { join, resolve } from "node:path";
import { CONDITIONS, conditionOf, resourcesOf, STATES_FOLDER } from "../support/recordedStates";
import { assertNoSecrets } from "../support/secretSweep";
import { findLeaks } from "../support/stateLeaks";
import { RECORDING, StateRecording } from "../support/stateRecording";
import { StateEnvironment } from "../support/stateEnvironment";

const REPOSITORY = resolve(__dirname, "../../..");

/** Where in a program and on this machine a resource was declared; no later version depends on it. */
const PLACES = new Set(["sourcePosition", "stackTrace"]);

async function exportState(env: StateEnvironment): Promise<string> {
    const { stdout } = await env.project.run(["stack", "export"]);
    const state: unknown = JSON.parse(stdout, (name, value: unknown) => (PLACES.has(name) ? undefined : value));
    return `${JSON.stringify(state, null, 4)}\n`;
}

/** A step that missed its aim would leave a state that tests less than it says. */
function assertComplete(text: string): void {
    const got = new Set(resourcesOf(text).map(conditionOf));
    const missing = CONDITIONS.filter((condition) => !got.has(condition));
    if (missing.length > 0) {
        throw new Error(`expected a resource in every condition, got none that is ${missing.join(", ")}`);
    }
}

function assertPublic(text: string, { keys, token }: StateEnvironment): void {
    assertNoSecrets(text, { keys, tokens: [token] });
    const words = new Set(text.split(/[^\w.-]+/));
    const leaks = [
        ...findLeaks(text),
        ...[homedir(), tmpdir(), REPOSITORY].filter((folder) => text.includes(folder)),
        ...[hostname(), userInfo().username].filter((name) => words.has(name)),
    ];
    if (leaks.length > 0) {
        throw new Error(`expected a state without secrets and names of this machine, got ${leaks.join("; ")}`);
    }
}

function fileOfThisVersion(): string {
    const { version } = JSON.parse(readFileSync(join(REPOSITORY, "package.json"), "utf8")) as { version: string };
    const file = join(STATES_FOLDER, `v${version}.json`);
    if (existsSync(file)) {
        throw new Error(
            `expected no state of version ${version} yet, got ${file}: recorded states are never rewritten; raise the version in package.json first`,
        );
    }
    return file;
}

async function main(): Promise<void> {
    const file = fileOfThisVersion();
    const env = await StateEnvironment.start(RECORDING);
    try {
        const recording = await StateRecording.start(env);
        await recording.run();
        env.verify();
        const text = await exportState(env);
        assertComplete(text);
        assertPublic(text, env);
        writeFileSync(file, text);
        process.stdout.write(`Recorded ${file}\n`);
    } finally {
        await env.stop();
    }
}

main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : "the recording failed"}\n`);
    process.exitCode = 1;
});
