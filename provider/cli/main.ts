#!/usr/bin/env node
import { writeSync } from "node:fs";
import { manifest } from "../manifest";
import { systemClock } from "../vercel/clock";
import { COMMAND, EXIT, type ProcessHost } from "./command";
import { failureLine, runCommandLine } from "./commandLine";
import { askAtTerminal, catchInterruption } from "./interaction";

const args = process.argv.slice(2);
const host: ProcessHost = {
    clock: systemClock,
    environment: process.env,
    folder: process.cwd(),
    version: manifest.version,
    isTerminal: process.stdout.isTTY,
    write: (text) => process.stdout.write(text),
    writeError: (line) => process.stderr.write(`${line}\n`),
    ask: askAtTerminal,
    input: () => process.stdin,
    interruption: catchInterruption,
};

// Nothing has been done yet, and whatever ends the process from now on must not look like success.
process.exitCode = EXIT.failed;
let isSettled = false;
let isOutputLost = false;

process.on("exit", () => {
    if (!isSettled) {
        sayAtOnce(
            `${COMMAND}: ended without a result, because a connection was closed without an answer; ` +
                "check the network and the proxy",
        );
    }
});
process.on("uncaughtException", (error) => {
    isSettled = true;
    sayAtOnce(failureLine(error, args, host.environment));
    process.exit(EXIT.failed);
});
process.stdout.on("error", ({ code = "unknown error" }: NodeJS.ErrnoException) => {
    if (!isOutputLost) {
        isOutputLost = true;
        process.exitCode = EXIT.failed;
        host.writeError(`${COMMAND}: standard output did not take everything (${code}); the result is not complete`);
    }
});
// There is nobody left to tell; the exit code still does.
process.stderr.on("error", () => undefined);

void runCommandLine(args, host).then((exitCode) => {
    isSettled = true;
    // Not exit(): what was written to a pipe would be cut off.
    process.exitCode = isOutputLost ? EXIT.failed : exitCode;
});

/** For moments at which nothing that is written later would get out. */
function sayAtOnce(line: string): void {
    try {
        writeSync(process.stderr.fd, `${line}\n`);
    } catch {
        // As above.
    }
}
