#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { systemClock } from "../vercel/clock";
import { runCommandLine } from "./commandLine";

/** From the manifest beside the `dist` folder. */
function packageVersion(): string {
    const manifest = JSON.parse(readFileSync(join(__dirname, "../../../package.json"), "utf8")) as {
        readonly version: string;
    };
    return manifest.version;
}

// A pager that was closed is no error.
process.stdout.on("error", () => undefined);

void runCommandLine(process.argv.slice(2), {
    clock: systemClock,
    environment: process.env,
    folder: process.cwd(),
    version: packageVersion(),
    write: (text) => process.stdout.write(text),
    complain: (line) => process.stderr.write(`${line}\n`),
}).then((exitCode) => {
    // Not exit(): what was written to a pipe would be cut off.
    process.exitCode = exitCode;
});
