import { accessSync, chmodSync, constants, copyFileSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, join, parse, resolve } from "node:path";
import { runProcess } from "./childProcess";
import type { Log, PulumiCli } from "./pulumiCli";
import { executableName, IS_WINDOWS } from "./platform";

/** Built and downloaded CLIs have this version; one on PATH may be another. */
export const TESTED_CLI_VERSION = "3.274.1";
/** What the package asks of the SDK, asked of a CLI on PATH as well. */
export const MINIMUM_CLI_VERSION = "3.216.0";
/** As in the go.mod of the CLI, the newest of them. */
const MINIMUM_GO_VERSION = "1.26.6";
/** From this version on, Go gets a newer toolchain by itself, unless that is switched off. */
const FIRST_GO_VERSION_WITH_TOOLCHAINS = "1.21.0";

const REPOSITORY = resolve(__dirname, "../../..");
const MODULES = join(REPOSITORY, "tests/support/pulumi-cli");
const VERSION_TIMEOUT_MS = 30_000;
const DOWNLOAD_TIMEOUT_MS = 120_000;
const BUILD_TIMEOUT_MS = 40 * 60_000;
const PROGRESS_INTERVAL_MS = 20_000;

const COMMAND = executableName("pulumi");
const LANGUAGE_HOST = executableName("pulumi-language-nodejs");
/** The launcher of the provider process; a file of the npm package, since the CLI's own modules do not hold it. */
const DYNAMIC_PROVIDER = `pulumi-resource-pulumi-nodejs${IS_WINDOWS ? ".cmd" : ""}`;

const CLI_VERSION_VARIABLE = "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version";

/** The official installer, in a process of its own, since it knows no time limit. */
const INSTALL = `
const { PulumiCommand } = require("@pulumi/pulumi/automation");
const semver = require(require.resolve("semver", { paths: [require.resolve("@pulumi/pulumi")] }));
const [root, version] = process.argv.slice(1);
PulumiCommand.install({ root, version: new semver.SemVer(version) }).catch((error) => {
    console.error(error.message);
    process.exitCode = 1;
});
`;

/** Where downloaded and built CLIs stay: outside the checkout, so that a clean clone finds them again. */
export function cacheFolder(environment: NodeJS.ProcessEnv): string {
    const { PULUMI_VERCEL_CLIENT_CERT_CACHE: own, XDG_CACHE_HOME: caches } = environment;
    const parent = given(own) ?? join(given(caches) ?? join(homedir(), ".cache"), "pulumi-vercel-client-cert");
    return join(parent, `pulumi-${TESTED_CLI_VERSION}`);
}

/** Whether a version, as tools print theirs, is this one or a newer one. */
export function isAtLeast(version: string, minimum: string): boolean {
    const ours = versionNumbers(version);
    const theirs = versionNumbers(minimum);
    const at = ours.findIndex((number, index) => number !== theirs[index]);
    return at === -1 || (ours[at] ?? 0) > (theirs[at] ?? 0);
}

function versionNumbers(text: string): readonly number[] {
    const match = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
    if (match === null) {
        throw new Error(`expected a version, got "${text.slice(0, 80)}"`);
    }
    return match.slice(1).map((part: string | undefined) => Number(part ?? 0));
}

export async function cliOnPath(environment: NodeJS.ProcessEnv): Promise<PulumiCli> {
    const folders = (environment["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
    const binFolder = folders.find((folder) => isExecutable(join(folder, COMMAND)));
    if (binFolder === undefined) {
        throw new Error("none");
    }
    const cli = await inspect(binFolder, "PATH");
    if (!isAtLeast(cli.version, MINIMUM_CLI_VERSION)) {
        throw new Error(`expected ${MINIMUM_CLI_VERSION} or newer, got ${cli.version}`);
    }
    if (![binFolder, ...folders].some((folder) => isExecutable(join(folder, LANGUAGE_HOST)))) {
        throw new Error(`${cli.version} without ${LANGUAGE_HOST}`);
    }
    return cli;
}

export async function cliInCache(folder: string): Promise<PulumiCli> {
    return await inspectWhole(join(folder, "bin"), "cache");
}

export async function downloadCli(folder: string, log: Log): Promise<PulumiCli> {
    log(`Downloading the Pulumi CLI ${TESTED_CLI_VERSION}`);
    return await intoPlace(folder, "download", async (draft) => {
        const { exitCode, stderr } = await runProcess(process.execPath, ["-e", INSTALL, draft, TESTED_CLI_VERSION], {
            cwd: REPOSITORY,
            environment: process.env,
            timeoutMs: DOWNLOAD_TIMEOUT_MS,
        });
        if (exitCode !== 0) {
            throw new Error(firstLine(stderr));
        }
    });
}

export async function buildCli(folder: string, log: Log): Promise<PulumiCli> {
    await checkGo();
    log(`Building the Pulumi CLI ${TESTED_CLI_VERSION} from source: 5 to 20 minutes, once`);
    const startedMs = Date.now();
    const progress = setInterval(() => {
        log(`Building the Pulumi CLI: ${String(Math.round((Date.now() - startedMs) / 1000))} s so far`);
    }, PROGRESS_INTERVAL_MS);
    try {
        return await intoPlace(folder, "build", async (draft) => {
            const binFolder = join(draft, "bin");
            const version = `-X ${CLI_VERSION_VARIABLE}=v${TESTED_CLI_VERSION}`;
            await goBuild("cli", `-s -w ${version}`, binFolder, "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi");
            const host = "github.com/pulumi/pulumi/sdk/v3/nodejs/cmd/pulumi-language-nodejs";
            await goBuild("language-host", "-s -w", binFolder, host);
            copyDynamicProvider(binFolder);
        });
    } finally {
        clearInterval(progress);
    }
}

export async function checkGo(): Promise<void> {
    const { GOVERSION: version, GOTOOLCHAIN: toolchain } = await goSettings();
    const gets = isAtLeast(version, FIRST_GO_VERSION_WITH_TOOLCHAINS) && toolchain !== "local";
    if (!isAtLeast(version, MINIMUM_GO_VERSION) && !gets) {
        throw new Error(`expected Go ${MINIMUM_GO_VERSION} or newer, got ${version} with GOTOOLCHAIN=${toolchain}`);
    }
}

async function goSettings(): Promise<{ GOVERSION: string; GOTOOLCHAIN: string }> {
    try {
        // Outside any module, or Go would already fetch the toolchain that the module asks for.
        const environment = { ...process.env, GOWORK: "off" };
        const args = ["env", "-json", "GOVERSION", "GOTOOLCHAIN"];
        const { stdout } = await runProcess("go", args, {
            cwd: parse(REPOSITORY).root,
            environment,
            timeoutMs: VERSION_TIMEOUT_MS,
        });
        return JSON.parse(stdout) as { GOVERSION: string; GOTOOLCHAIN: string };
    } catch {
        throw new Error(`no Go on PATH; ${MINIMUM_GO_VERSION} or newer is needed`);
    }
}

export async function goBuild(module: string, linkerFlags: string, binFolder: string, main: string): Promise<void> {
    const target = join(binFolder, executableName(main.slice(main.lastIndexOf("/") + 1)));
    const args = ["build", "-mod=readonly", "-trimpath", "-ldflags", linkerFlags, "-o", target, main];
    const { exitCode, stderr } = await runProcess("go", args, {
        cwd: join(MODULES, module),
        environment: { ...process.env, CGO_ENABLED: "0", GOWORK: "off" },
        timeoutMs: BUILD_TIMEOUT_MS,
    });
    if (exitCode !== 0) {
        throw new Error(`go build ${main} failed: ${stderr.trim().slice(-500)}`);
    }
}

/** Where Go keeps a module that the locked module of tests/support/pulumi-cli needs. */
export async function goModuleFolder(module: string, needed: string): Promise<string> {
    const { stdout } = await runProcess("go", ["list", "-mod=readonly", "-m", "-f", "{{.Dir}}", needed], {
        cwd: join(MODULES, module),
        environment: { ...process.env, GOWORK: "off" },
        timeoutMs: VERSION_TIMEOUT_MS,
    });
    return stdout.trim();
}

function copyDynamicProvider(binFolder: string): void {
    const target = join(binFolder, DYNAMIC_PROVIDER);
    copyFileSync(join(dirname(require.resolve("@pulumi/pulumi/package.json")), DYNAMIC_PROVIDER), target);
    chmodSync(target, 0o755);
}

/** Fills a folder beside the final one and renames it once it works, so that no half of a CLI is ever in the cache. */
async function intoPlace(
    folder: string,
    source: PulumiCli["source"],
    fill: (draft: string) => Promise<void>,
): Promise<PulumiCli> {
    const draft = `${folder}.${source}-${String(process.pid)}`;
    try {
        await mkdir(join(draft, "bin"), { recursive: true });
        await fill(draft);
        await inspectWhole(join(draft, "bin"), source);
        await rm(folder, { recursive: true, force: true });
        await rename(draft, folder);
    } finally {
        await rm(draft, { recursive: true, force: true });
    }
    return await inspectWhole(join(folder, "bin"), source);
}

async function inspectWhole(binFolder: string, source: PulumiCli["source"]): Promise<PulumiCli> {
    const missing = [COMMAND, LANGUAGE_HOST, DYNAMIC_PROVIDER].filter((name) => !isExecutable(join(binFolder, name)));
    if (missing.length > 0) {
        throw new Error(missing.length === 3 ? "none" : `without ${missing.join(", ")}`);
    }
    const cli = await inspect(binFolder, source);
    if (cli.version !== TESTED_CLI_VERSION) {
        throw new Error(`expected ${TESTED_CLI_VERSION}, got ${cli.version}`);
    }
    return cli;
}

async function inspect(binFolder: string, source: PulumiCli["source"]): Promise<PulumiCli> {
    const command = resolve(binFolder, COMMAND);
    const { exitCode, stdout, stderr } = await runProcess(command, ["version"], {
        environment: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
        timeoutMs: VERSION_TIMEOUT_MS,
    });
    if (exitCode !== 0) {
        throw new Error(`\`pulumi version\` failed: ${firstLine(stderr)}`);
    }
    return { command, version: stdout.trim().replace(/^v/, ""), binFolder: resolve(binFolder), source };
}

export function isExecutable(file: string): boolean {
    try {
        accessSync(file, constants.X_OK);
        return true;
    } catch {
        return false;
    }
}

function firstLine(text: string): string {
    return text.trim().split("\n")[0]?.slice(0, 300) ?? "";
}

function given(value: string | undefined): string | undefined {
    return value === "" ? undefined : value;
}
