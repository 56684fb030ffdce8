// What a clean clone needs before anything else: Node, the packages of the lock file, and a build. Only Node's own
// modules are used, since nothing else may be there yet. Prints to stderr: `npm pack --json` has stdout for itself.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const OLDEST_NODE = [20, 19];
const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

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

/**
 * npm as a script for this Node, since Windows has it as a batch file, which only a shell starts: the one that runs this,
 * or the one beside Node. A distribution may keep its npm elsewhere; there it is a program on PATH.
 */
function runNpm(args, onFailure) {
    const { npm_execpath: running = "" } = process.env;
    const folder = dirname(process.execPath);
    const beside = [folder, join(folder, "..", "lib")].map((at) => join(at, "node_modules/npm/bin/npm-cli.js"));
    const script = [running, ...beside].find((file) => basename(file) === "npm-cli.js" && existsSync(file));
    const [command, first] = script === undefined ? ["npm", []] : [process.execPath, [script]];
    run(command, [...first, ...args], onFailure);
}

function packagesOf(lockFile) {
    const { packages } = JSON.parse(readFileSync(lockFile, "utf8"));
    // This package itself, which is not installed.
    delete packages[""];
    return packages;
}

/** npm writes down what it installed: that is the lock file, without what is for other platforms only. */
function isInstalled() {
    const record = join(root, "node_modules", ".package-lock.json");
    if (!existsSync(record)) {
        return false;
    }
    const [locked, installed] = [packagesOf(join(root, "package-lock.json")), packagesOf(record)];
    const isSame = (name) => JSON.stringify(locked[name]) === JSON.stringify(installed[name]);
    return (
        Object.keys(installed).every(isSame) &&
        Object.keys(locked).every((name) => isSame(name) || (!(name in installed) && locked[name].optional === true))
    );
}

/** What was built of a source that is gone would still be tested and packed. */
function removeOrphans() {
    for (const folder of ["provider", "tests"]) {
        for (const file of readdirSync(join(root, "dist", folder), { recursive: true })) {
            const [built, stem] = /^(.*)\.(?:js|js\.map|d\.ts)$/.exec(file) ?? [];
            if (built !== undefined && !existsSync(join(root, folder, `${stem}.ts`))) {
                rmSync(join(root, "dist", folder, built));
            }
        }
    }
}

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    stop(`Expected Node ${OLDEST_NODE.join(".")} or newer, got ${process.versions.node}.`);
}
if (!isInstalled()) {
    say("Installing the packages of package-lock.json (npm ci) ...");
    runNpm(["ci", "--no-audit", "--no-fund", "--loglevel=error"], "npm ci failed: is the npm registry reachable?");
}
say("Building (tsc) ...");
const tsc = join(root, "node_modules", "typescript", "bin", "tsc");
run(process.execPath, [tsc, "-p", join(root, "tsconfig.json")], "The build failed.");
run(process.execPath, [join(root, "dist/tests/tools/plugin/bundle.js")], "The plugin could not be bundled.");
removeOrphans();
// The package is installed in itself, and npm leaves out a command whose file is not there yet when it installs.
if (!existsSync(join(root, "node_modules", ".bin", "pulumi-vercel-client-cert"))) {
    const rebuild = ["rebuild", "pulumi-vercel-client-cert", "--ignore-scripts", "--loglevel=error"];
    runNpm(rebuild, "npm rebuild could not link the command pulumi-vercel-client-cert.");
}
