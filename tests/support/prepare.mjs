// What a clean clone needs before anything else: Node, the packages of the lock file, and a build. Only Node's own
// modules are used, since nothing else may be there yet. Prints to stderr: `npm pack --json` has stdout for itself.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const OLDEST_NODE = [20, 19];
const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const stamp = join(root, "node_modules", ".prepared");

function say(line) {
    process.stderr.write(`${line}\n`);
}

function stop(line) {
    say(line);
    process.exit(1);
}

function run(command, args, onFailure) {
    const { status, error } = spawnSync(command, args, { cwd: root, stdio: ["ignore", 2, 2], shell: false });
    if (status !== 0) {
        stop(`${onFailure}${error === undefined ? "" : ` (${error.message})`}`);
    }
}

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    stop(`Expected Node ${OLDEST_NODE.join(".")} or newer, got ${process.versions.node}.`);
}

const lockHash = createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");
if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== lockHash) {
    say("Installing the packages of package-lock.json (npm ci) ...");
    run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], "npm ci failed: is the npm registry reachable?");
    writeFileSync(stamp, lockHash);
}
say("Building (tsc) ...");
const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
run(process.execPath, [tsc, "-p", join(root, "tsconfig.json")], "The build failed.");
// The package is installed in itself, and npm leaves out a command whose file is not there yet when it installs.
if (!existsSync(join(root, "node_modules", ".bin", "pulumi-vercel-client-cert"))) {
    const rebuild = ["rebuild", "pulumi-vercel-client-cert", "--ignore-scripts", "--loglevel=error"];
    run("npm", rebuild, "npm rebuild could not link the command pulumi-vercel-client-cert.");
}
