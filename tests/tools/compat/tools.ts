import { existsSync } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { runProcess } from "../../support/childProcess";
import { withFileLock } from "../../support/fileLock";
import { compatCache, packageEnvironment } from "./registry";

/** A Node or a package manager, from the npm registry, in exactly this version. */
export interface Tool {
    readonly name: string;
    readonly version: string;
    /** The executable, from the folder that holds node_modules. */
    readonly file: string;
    /**
     * A script of the package that its installation runs, which newer npm does not do by itself. It brings the
     * executable of this platform.
     */
    readonly setup?: string;
    /** Of another system than this, which cannot start it to ask for its version. */
    readonly isForWindows?: true;
}

const INSTALL_TIMEOUT_MS = 5 * 60_000;
const VERSION_TIMEOUT_MS = 60_000;

/** The executable of a tool, out of the cache, or first installed into it. An error says why it cannot be had. */
export async function executableOf(tool: Tool): Promise<string> {
    const folder = join(compatCache(), `${tool.name.replace(/[/@]/g, "")}-${tool.version}`);
    const executable = join(folder, tool.file);
    await mkdir(dirname(folder), { recursive: true });
    await withFileLock(`${folder}.lock`, async () => {
        if (!existsSync(executable)) {
            await install(tool, folder);
        }
    });
    return executable;
}

/** Installed beside the final folder, which is there only once the tool has told its version. */
async function install(tool: Tool, folder: string): Promise<void> {
    const { name, version, file, setup, isForWindows = false } = tool;
    const draft = `${folder}.${String(process.pid)}`;
    const run = async (command: string, args: readonly string[], cwd: string, timeoutMs: number): Promise<string> => {
        const environment = await packageEnvironment([dirname(process.execPath)]);
        const { exitCode, output } = await runProcess(command, args, { cwd, environment, timeoutMs });
        if (exitCode !== 0) {
            throw new Error(`${name} ${version} cannot be had: ${output.trim().split("\n")[0] ?? ""}`);
        }
        return output.trim();
    };
    try {
        await mkdir(draft, { recursive: true });
        await writeFile(join(draft, "package.json"), JSON.stringify({ private: true }));
        const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
        const platform = isForWindows ? ["--force"] : [];
        await run("npm", ["install", ...quiet, ...platform, `${name}@${version}`], draft, INSTALL_TIMEOUT_MS);
        if (setup !== undefined) {
            await run(process.execPath, [setup], join(draft, "node_modules", name), INSTALL_TIMEOUT_MS);
        }
        if (!isForWindows) {
            const told = await run(join(draft, file), ["--version"], draft, VERSION_TIMEOUT_MS);
            if (told.replace(/^v/, "") !== version) {
                throw new Error(`expected ${name} ${version}, got ${told.slice(0, 80)}`);
            }
        }
        await rename(draft, folder);
    } finally {
        await rm(draft, { recursive: true, force: true });
    }
}
