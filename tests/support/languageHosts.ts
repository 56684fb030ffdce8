import { copyFileSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { runProcess } from "./childProcess";
import { withFileLock } from "./fileLock";
import { findPulumiCli, type Log } from "./pulumiCli";
import { executableName } from "./platform";
import { cacheFolder, checkGo, goBuild, goModuleFolder, isExecutable } from "./pulumiCliSources";

interface HostModule {
    readonly version: string;
    /** The folder in tests/support/pulumi-cli that locks the module. */
    readonly folder: string;
    readonly main: string;
    /** A script beside the host, by its path in its module. */
    readonly script?: { readonly module: string; readonly path: string };
}

/** The hosts that a CLI built here lacks. An installed CLI brings them along. */
const MODULES = {
    yaml: { version: "1.25.0", folder: "yaml-host", main: "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml" },
    python: {
        version: "3.68.0",
        folder: "language-host",
        main: "github.com/pulumi/pulumi/sdk/v3/python/cmd/pulumi-language-python",
        script: { module: "github.com/pulumi/pulumi/sdk/v3", path: "python/cmd/pulumi-language-python-exec" },
    },
} as const satisfies Readonly<Record<string, HostModule>>;

export type LanguageHost = keyof typeof MODULES;

/** The folder of a language host: that of the CLI, one on PATH, or the cache, into which it is built once. */
export async function languageHostFolder(language: LanguageHost, log: Log): Promise<string> {
    const { binFolder } = await findPulumiCli({ log });
    const { version }: HostModule = MODULES[language];
    const name = executableName(`pulumi-language-${language}`);
    const cache = `${cacheFolder(process.env)}-${language}-${version}`;
    const candidates = [binFolder, ...(process.env["PATH"] ?? "").split(delimiter), cache];
    const find = (): string | undefined => candidates.find((folder) => isExecutable(join(folder, name)));
    return (
        find() ??
        (await withFileLock(`${cache}.lock`, async () => {
            const built = find();
            if (built === undefined) {
                log(`Building ${name} ${version} from source: about a minute, once`);
                await intoCache(cache, (draft) => build(MODULES[language], draft));
            }
            return built ?? cache;
        }))
    );
}

/** A virtual environment of Python with the SDK of the plugin's tests; made once. */
export async function pythonEnvironment(log: Log): Promise<string> {
    const cache = `${cacheFolder(process.env)}-python-sdk-${PYTHON_SDK_VERSION}`;
    const isThere = (): boolean => isExecutable(join(cache, "bin", "pulumi-is-installed"));
    if (!isThere()) {
        await withFileLock(`${cache}.lock`, async () => {
            if (!isThere()) {
                log(`Installing the Python package pulumi ${PYTHON_SDK_VERSION}, once`);
                // Not moved into place afterwards: a virtual environment holds its own path.
                await rm(cache, { recursive: true, force: true });
                await succeed("python3", ["-m", "venv", cache]);
                await succeed(join(cache, "bin", "pip"), ["install", "--quiet", `pulumi==${PYTHON_SDK_VERSION}`]);
                copyFileSync(join(cache, "bin", "pip"), join(cache, "bin", "pulumi-is-installed"));
            }
        });
    }
    return cache;
}

const PYTHON_SDK_VERSION = "3.272.0";

async function build({ folder, main, script }: HostModule, draft: string): Promise<void> {
    await checkGo();
    await goBuild(folder, "-s -w", draft, main);
    if (script !== undefined) {
        const source = join(await goModuleFolder(folder, script.module), script.path);
        copyFileSync(source, join(draft, script.path.slice(script.path.lastIndexOf("/") + 1)));
    }
}

/** Fills a folder beside the final one and renames it, so that no half of it is ever in the cache. */
async function intoCache(cache: string, fill: (draft: string) => Promise<void>): Promise<void> {
    const draft = `${cache}.build-${String(process.pid)}`;
    try {
        await mkdir(draft, { recursive: true });
        await fill(draft);
        await rm(cache, { recursive: true, force: true });
        await rename(draft, cache);
    } finally {
        await rm(draft, { recursive: true, force: true });
    }
}

async function succeed(command: string, args: readonly string[]): Promise<void> {
    const { exitCode, output } = await runProcess(command, args, { environment: process.env });
    if (exitCode !== 0) {
        throw new Error(`${command} ${args.join(" ")} failed: ${output.trim().slice(-500)}`);
    }
}
