import { chmodSync, copyFileSync, existsSync, linkSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { executableName, IS_WINDOWS } from "./platform";

const PRELOADED = join(__dirname, "preloadTestProgram.js").replaceAll("\\", "/");

/** What the environment of a test's own program needs besides PATH. */
export const PROGRAM_ENVIRONMENT: Readonly<Record<string, string>> = IS_WINDOWS
    ? { NODE_OPTIONS: `--require "${PRELOADED}"` }
    : {};

/**
 * Writes a program of a test's own, in JavaScript, that is started by its name alone as an installed one: a script with
 * Node in its first line. Windows starts no scripts, so there it is Node under that name, which finds its script beside
 * itself. Its first argument must be no option, since Node would take that for one of its own.
 */
export function writeProgram(folder: string, name: string, script: string): void {
    if (!IS_WINDOWS) {
        writeFileSync(join(folder, name), `#!${process.execPath}\n${script}`);
        chmodSync(join(folder, name), 0o755);
        return;
    }
    writeFileSync(join(folder, `${name}.program.js`), script);
    const executable = join(folder, executableName(name));
    if (!existsSync(executable)) {
        linkSync(copyOfNode(), executable);
    }
}

let copied: string | undefined;

/** One for all programs of this process: a link to the Node that runs could not be removed before that ends. */
function copyOfNode(): string {
    if (copied === undefined) {
        const folder = mkdtempSync(join(tmpdir(), "test-programs-"));
        copied = join(folder, "node.exe");
        copyFileSync(process.execPath, copied);
        process.once("exit", () => {
            rmSync(folder, { recursive: true, force: true });
        });
    }
    return copied;
}
