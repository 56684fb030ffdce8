import { PulumiCommand } from "@pulumi/pulumi/automation";
import { execFile, spawn } from "node:child_process";
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { promisify } from "node:util";

export interface PulumiCli {
    readonly command: string;
    readonly version: string;
    /** Goes first on PATH: the CLI looks for its language host there. */
    readonly binFolder: string;
    readonly source: "PATH" | "cache" | "download" | "build";
}

export type Log = (line: string) => void;

/** The version that is downloaded or built; any from the oldest on will do. */
export const PINNED_VERSION = "3.259.0";
export const OLDEST_VERSION = "3.216.0";

const DOWNLOAD_LIMIT_MS = 120_000;
const BUILD_LIMIT_MS = 20 * 60_000;
const PROGRESS_EVERY_MS = 20_000;
const MODULES = resolve(__dirname, "../../../tests/support/pulumi-cli");
const run = promisify(execFile);

/** Whether `version` is at least `oldest`, both as `3.259.0`, with or without a leading v. */
export function isAtLeast(version: string, oldest: string): boolean {
    const numbers = (text: string): number[] =>
        text.trim().replace(/^v/, "").split(/[-+]/)[0]?.split(".").map(Number) ?? [];
    const [have, want] = [numbers(version), numbers(oldest)];
    if (have.length < 3 || have.some(Number.isNaN)) {
        return false;
    }
    const decisive = want.findIndex((number, index) => have[index] !== number);
    return decisive < 0 || (have[decisive] ?? 0) > (want[decisive] ?? 0);
}

/** Outside the checkout, so that a clean clone does not build the CLI again. */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
    const named = environment["PULUMI_VERCEL_CLIENT_CERT_CACHE"];
    const base = environment["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
    return join(named ?? join(base, "pulumi-vercel-client-cert"), `pulumi-${PINNED_VERSION}`);
}

/** One way to a CLI. `undefined` where this one leads nowhere; the next is tried then. */
export interface Source {
    readonly name: PulumiCli["source"];
    find(log: Log): Promise<string | undefined>;
}

/** The real CLI: on PATH, in the cache, downloaded, or built. Throws with what to install where there is none. */
export async function findPulumiCli({
    log = () => undefined,
    sources = defaultSources(),
}: { log?: Log; sources?: readonly Source[] } = {}): Promise<PulumiCli> {
    for (const source of sources) {
        const command = await source.find(log);
        const version = command === undefined ? undefined : await versionOf(command);
        if (command !== undefined && version !== undefined && isAtLeast(version, OLDEST_VERSION)) {
            return { command, version: version.replace(/^v/, ""), binFolder: dirname(command), source: source.name };
        }
        if (command !== undefined) {
            log(
                `The Pulumi CLI of ${source.name} is ${version ?? "not usable"}; ${OLDEST_VERSION} or newer is needed.`,
            );
        }
    }
    throw new Error(
        `Expected the Pulumi CLI ${OLDEST_VERSION} or newer, got none: not on PATH, not in the cache, not by download, ` +
            `not by a build. Install it (https://www.pulumi.com/docs/install/), or install Go 1.25.11 or newer, and run again.`,
    );
}

async function versionOf(command: string): Promise<string | undefined> {
    try {
        const environment = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
        const { stdout } = await run(command, ["version"], { timeout: 60_000, env: environment });
        return stdout.trim();
    } catch {
        // What does not run is not the CLI; the next source is tried.
        return undefined;
    }
}

function defaultSources(): readonly Source[] {
    const cached = join(cacheFolder(), "bin", "pulumi");
    return [
        { name: "PATH", find: () => Promise.resolve(onPath()) },
        { name: "cache", find: () => Promise.resolve(existsSync(cached) ? cached : undefined) },
        { name: "download", find: download },
        { name: "build", find: build },
    ];
}

/** A CLI without its language host beside it or on PATH cannot run a Node program. */
function onPath(): string | undefined {
    const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
    const holder = (name: string): string | undefined => folders.find((folder) => existsSync(join(folder, name)));
    const folder = holder("pulumi");
    return folder === undefined || holder("pulumi-language-nodejs") === undefined ? undefined : join(folder, "pulumi");
}

async function download(log: Log): Promise<string | undefined> {
    const root = cacheFolder();
    log(`Downloading the Pulumi CLI ${PINNED_VERSION} ...`);
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<never>((_resolve, reject) => {
        timer = setTimeout(
            () => reject(new Error(`no success in ${String(DOWNLOAD_LIMIT_MS / 1000)} s`)),
            DOWNLOAD_LIMIT_MS,
        );
    });
    try {
        const { SemVer } = await import("semver");
        await Promise.race([PulumiCommand.install({ root, version: new SemVer(PINNED_VERSION) }), limit]);
        return join(root, "bin", "pulumi");
    } catch (error) {
        log(`The download failed: ${firstLine(error)}`);
        return undefined;
    } finally {
        clearTimeout(timer);
    }
}

/** From Pulumi's published Go modules, held by the checksums in go.sum; takes minutes the first time. */
async function build(log: Log): Promise<string | undefined> {
    const root = cacheFolder();
    mkdirSync(dirname(root), { recursive: true });
    // Built aside and renamed into place, so that an interrupted build is never taken for a finished one.
    const aside = mkdtempSync(`${root}-building-`);
    const bin = join(aside, "bin");
    mkdirSync(bin);
    const startedMs = Date.now();
    const progress = setInterval(() => {
        log(`  still building, ${String(Math.round((Date.now() - startedMs) / 1000))} s`);
    }, PROGRESS_EVERY_MS);
    try {
        log(`Building the Pulumi CLI ${PINNED_VERSION} with Go; this takes some minutes, once ...`);
        const version = `-X github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=v${PINNED_VERSION}`;
        await goBuild("cli", `-s -w ${version}`, join(bin, "pulumi"), "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi");
        const host = "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs";
        await goBuild("language-host", "-s -w", join(bin, "pulumi-language-nodejs"), host);
        addDynamicLauncher(bin);
        rmSync(root, { recursive: true, force: true });
        renameSync(aside, root);
        return join(root, "bin", "pulumi");
    } catch (error) {
        log(`The build failed: ${firstLine(error)}`);
        return undefined;
    } finally {
        clearInterval(progress);
        rmSync(aside, { recursive: true, force: true });
    }
}

async function goBuild(module: string, ldflags: string, output: string, target: string): Promise<void> {
    const args = ["build", "-mod=readonly", "-trimpath", "-ldflags", ldflags, "-o", output, target];
    await new Promise<void>((resolveBuild, reject) => {
        const child = spawn("go", args, {
            cwd: join(MODULES, module),
            env: { ...process.env, CGO_ENABLED: "0" },
            stdio: ["ignore", "ignore", "pipe"],
            timeout: BUILD_LIMIT_MS,
        });
        let last = "";
        child.stderr.on("data", (chunk: Buffer) => (last = `${last}${chunk.toString()}`.slice(-500)));
        child.on("error", reject);
        child.on("close", (code) => {
            if (code === 0) {
                resolveBuild();
            } else {
                reject(new Error(`go build ended with ${String(code)}: ${last.trim().split("\n").at(-1) ?? ""}`));
            }
        });
    });
}

/** The launcher of dynamic providers is a file of the SDK; an installation of the CLI has it beside the CLI. */
function addDynamicLauncher(bin: string): void {
    const sdk = dirname(require.resolve("@pulumi/pulumi/package.json"));
    const launcher = join(bin, "pulumi-resource-pulumi-nodejs");
    copyFileSync(join(sdk, "pulumi-resource-pulumi-nodejs"), launcher);
    chmodSync(launcher, 0o755);
}

function firstLine(error: unknown): string {
    return error instanceof Error ? (error.message.split("\n")[0] ?? "") : "unknown error";
}
