import { delimiter, dirname, join } from "node:path";
import { runProcess } from "../../support/childProcess";
import { cacheFolder } from "../../support/pulumiCliSources";

const CONFIG_TIMEOUT_MS = 60_000;

/** Where tools and the package managers' own caches are: beside the Pulumi CLI, outside the checkout. */
export function compatCache(): string {
    return join(dirname(cacheFolder(process.env)), "compat");
}

/** `PATH` with these folders first. */
export function pathWith(folders: readonly string[]): string {
    return [...folders, process.env["PATH"] ?? ""].join(delimiter);
}

let registry: Promise<string> | undefined;

/** The registry of this machine. It is handed on by the environment alone, and stands in no file. */
function registryOfMachine(): Promise<string> {
    registry ??= (async () => {
        const options = { environment: process.env, timeoutMs: CONFIG_TIMEOUT_MS };
        const { exitCode, stdout } = await runProcess("npm", ["config", "get", "registry"], options);
        if (exitCode !== 0) {
            throw new Error("`npm config get registry` failed");
        }
        return stdout.trim();
    })();
    return registry;
}

/**
 * The environment in which a package manager installs: the machine's, without what `npm run` adds to it, with the
 * machine's registry in the words of every package manager, and their caches beside the tools.
 */
export async function packageEnvironment(firstFolders: readonly string[]): Promise<NodeJS.ProcessEnv> {
    const url = await registryOfMachine();
    const caches = join(compatCache(), "caches");
    const inherited = Object.entries(process.env).filter(([name]) => !/^(npm_|CI$|NODE_OPTIONS$)/i.test(name));
    return {
        ...Object.fromEntries(inherited),
        PATH: pathWith(firstFolders),
        npm_config_registry: url,
        pnpm_config_registry: url,
        YARN_REGISTRY: url,
        YARN_NPM_REGISTRY_SERVER: url.replace(/\/$/, ""),
        BUN_CONFIG_REGISTRY: url,
        ...(url.startsWith("http://") ? { YARN_UNSAFE_HTTP_WHITELIST: new URL(url).hostname } : {}),
        YARN_CACHE_FOLDER: join(caches, "yarn-classic"),
        YARN_GLOBAL_FOLDER: join(caches, "yarn"),
        YARN_ENABLE_TELEMETRY: "false",
        BUN_INSTALL_CACHE_DIR: join(caches, "bun"),
        npm_config_store_dir: join(caches, "pnpm"),
        pnpm_config_store_dir: join(caches, "pnpm"),
    };
}
