import { readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join, resolve } from "node:path";
import type { CheckCost } from "./checkCost";
import type { Sample } from "./samples";

/** What results depend on; no host name and no path. */
export interface Machine {
    readonly cores: number;
    readonly cpu: string;
    readonly memoryGiB: number;
    readonly platform: string;
}

export interface Versions {
    readonly package: string;
    readonly node: string;
    readonly cli: string;
    readonly sdk: string;
    readonly axios: string;
    readonly forge: string;
}

export interface ReportData {
    readonly machine: Machine;
    readonly versions: Versions;
    /** Complete rounds only. */
    readonly samples: readonly Sample[];
    readonly checkCosts: readonly CheckCost[];
}

export const REPORT_FOLDER = resolve(__dirname, "../../../../tests/tools/bench");
const JSON_FILE = "report.json";

export function thisMachine(): Machine {
    const processors = cpus();
    return {
        cores: processors.length,
        cpu: processors[0]?.model ?? "unknown",
        memoryGiB: Math.round(totalmem() / 2 ** 30),
        platform: `${process.platform}-${process.arch}`,
    };
}

export function theseVersions(cli: string): Versions {
    return {
        package: versionOf("pulumi-vercel-client-cert"),
        node: process.versions.node,
        cli,
        sdk: versionOf("@pulumi/pulumi"),
        axios: versionOf("axios"),
        forge: versionOf("node-forge"),
    };
}

/** Earlier results, as far as they can stand beside new ones. */
export function readEarlier(folder: string, now: Pick<ReportData, "machine" | "versions">): ReportData {
    const empty = { ...now, samples: [], checkCosts: [] };
    let text: string;
    try {
        text = readFileSync(join(folder, JSON_FILE), "utf8");
    } catch {
        // The first report in this folder.
        return empty;
    }
    const earlier = JSON.parse(text) as ReportData;
    const isSame = JSON.stringify([earlier.machine, earlier.versions]) === JSON.stringify([now.machine, now.versions]);
    return isSame ? earlier : empty;
}

export function writeData(folder: string, data: ReportData): void {
    const { samples, checkCosts, ...others } = data;
    // A line for each sample: small, and still to be compared line by line.
    const lines = samples.map((sample) => `        ${JSON.stringify(sample)}`).join(",\n");
    const head = JSON.stringify({ ...others, checkCosts }, null, 4).replace(/\n\}$/, "");
    writeFileSync(join(folder, JSON_FILE), `${head},\n    "samples": [\n${lines}\n    ]\n}\n`);
}

function versionOf(name: string): string {
    const { version } = JSON.parse(readFileSync(manifestOf(name), "utf8")) as { version: string };
    return version;
}

function manifestOf(name: string): string {
    return require.resolve(`${name}/package.json`);
}
