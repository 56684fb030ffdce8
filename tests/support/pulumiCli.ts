import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { withFileLock } from "./fileLock";
import { buildCli, cacheFolder, cliInCache, cliOnPath, downloadCli, TESTED_CLI_VERSION } from "./pulumiCliSources";

/** A Pulumi CLI that runs Node.js programs. `binFolder` belongs first on PATH where it runs. */
export interface PulumiCli {
    readonly command: string;
    readonly version: string;
    readonly binFolder: string;
    readonly source: "PATH" | "cache" | "download" | "build";
}

export type Log = (line: string) => void;

/** A place to get the CLI from; it fails with the reason why it has none. */
export interface CliSource {
    readonly description: string;
    readonly find: () => Promise<PulumiCli>;
}

let found: Promise<PulumiCli> | undefined;

/**
 * Finds a Pulumi CLI: on PATH, in the cache outside the checkout, as the official download, and last by a build from
 * its published Go modules. What was downloaded or built stays in the cache.
 */
export function findPulumiCli({ log = () => undefined }: { log?: Log } = {}): Promise<PulumiCli> {
    // A test run asks for every stack. A failure is remembered too: it took its time to find out.
    found ??= search(log);
    return found;
}

async function search(log: Log): Promise<PulumiCli> {
    const folder = cacheFolder(process.env);
    const onPath = { description: "on PATH", find: () => cliOnPath(process.env) };
    const cached = { description: `in ${folder}`, find: () => cliInCache(folder) };
    const quick = await firstOf([onPath, cached]);
    if ("command" in quick) {
        return quick;
    }
    await mkdir(dirname(folder), { recursive: true });
    const onWait = (holder: number): void => {
        log(`Waiting for process ${String(holder)}, which is getting the Pulumi CLI`);
    };
    const fetched = await withFileLock(
        `${folder}.lock`,
        () =>
            firstOf([
                cached,
                { description: "official download", find: () => downloadCli(folder, log) },
                { description: "build from source", find: () => buildCli(folder, log) },
            ]),
        { onWait },
    );
    if ("command" in fetched) {
        return fetched;
    }
    throw new Error(whatToInstall([...quick.slice(0, 1), ...fetched]));
}

/** The CLI of the first source that has one; no later source is asked. Otherwise, why each has none. */
export async function firstOf(sources: readonly CliSource[]): Promise<PulumiCli | readonly string[]> {
    const reasons: string[] = [];
    for (const { description, find } of sources) {
        try {
            return await find();
        } catch (error) {
            reasons.push(`${description}: ${error instanceof Error ? error.message : String(error)}`);
        }
    }
    return reasons;
}

/** The message of a machine without a CLI and without the means to get one. */
export function whatToInstall(reasons: readonly string[]): string {
    return [
        `No Pulumi CLI for the tests: install Pulumi ${TESTED_CLI_VERSION} (https://www.pulumi.com/docs/install/), or Go for a build from source`,
        ...reasons.map((reason) => `  ${reason}`),
    ].join("\n");
}
