import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findPulumiCli } from "../../support/pulumiCli";
import { COLUMNS, type ColumnName } from "./columns";
import { Mint } from "./material";
import { Stack } from "./round";

/** What one process has spent where, in one interval. */
export interface ProfileChunk {
    readonly part: "program" | "provider";
    readonly functions: readonly { readonly name: string; readonly url: string; readonly selfMs: number }[];
}

const HOOK = join(__dirname, "profileHook.js");
const PARTS = ["program", "provider"] as const;
const SHOWN = 8;

/** Where the time of an `up` goes that changes nothing: samples of program and provider, by module and by function. */
export async function profile(columns: readonly ColumnName[], n: number, say: (line: string) => void): Promise<void> {
    const cli = await findPulumiCli({ log: say });
    const mint = await Mint.start();
    const declared = await mint.declare(n);
    for (const column of columns) {
        const stack = await Stack.open(column, { cli, n }, declared);
        const folder = mkdtempSync(join(tmpdir(), "bench-profile-"));
        try {
            say(`${column}, ${COLUMNS[column].title}: creating ${String(n)} ...`);
            await stack.measure("create");
            stack.project.setEnvironment({ NODE_OPTIONS: `--require ${HOOK}`, BENCH_PROFILE_FOLDER: folder });
            await stack.measure("no-op");
            const chunks = readdirSync(folder).map(
                (file) => JSON.parse(readFileSync(join(folder, file), "utf8")) as ProfileChunk,
            );
            PARTS.forEach((part) => {
                say(describePart(column, part, n, chunks));
            });
        } finally {
            rmSync(folder, { recursive: true, force: true });
            await stack.close();
        }
    }
}

function describePart(
    column: ColumnName,
    part: ProfileChunk["part"],
    n: number,
    chunks: readonly ProfileChunk[],
): string {
    const functions = chunks
        .filter((chunk) => chunk.part === part)
        .flatMap((chunk) => chunk.functions)
        // The last is what taking the samples costs.
        .filter(({ name, url }) => name !== "(idle)" && !(name === "dispatch" && url === ""));
    const total = functions.reduce((sum, { selfMs }) => sum + selfMs, 0);
    const byModule = sums(functions.map(({ name, url, selfMs }) => [moduleOf(name, url), selfMs]));
    const byFunction = sums(
        functions.map(({ name, url, selfMs }) => [`${name || "(anonymous)"}, ${fileOf(url)}`, selfMs]),
    );
    const ours = sums(
        functions
            .filter(({ name, url }) => moduleOf(name, url) === OURS)
            .map(({ name, url, selfMs }) => [`${name || "(anonymous)"}, ${fileOf(url)}`, selfMs]),
    );
    const lines = (title: string, of: readonly (readonly [string, number])[]): string[] => [
        `  ${title}`,
        ...of.slice(0, SHOWN).map(([what, ms]) => `${ms.toFixed(0).padStart(8)} ms  ${what}`),
    ];
    return [
        `${column}, ${part}: ${total.toFixed(0)} ms in an up of ${String(n)} that changes nothing`,
        ...lines("by module", byModule),
        ...lines("by function", byFunction),
        ...(ours.length === 0 ? [] : lines("by function, ours", ours)),
    ].join("\n");
}

const OURS = "this package";

function moduleOf(name: string, url: string): string {
    if (url === "") {
        return name.startsWith("(") ? name : "V8 and native code";
    }
    if (url.startsWith("node:")) {
        return "Node";
    }
    if (/\/dist\/provider\//.test(url)) {
        return OURS;
    }
    const [, inner] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url) ?? [];
    return inner ?? "the program itself";
}

function fileOf(url: string): string {
    return url === "" ? "native" : url.replace(/^.*\/(?:node_modules|dist)\//, "").replace(/^file:.*\//, "");
}

function sums(items: readonly (readonly [string, number])[]): readonly (readonly [string, number])[] {
    const total = new Map<string, number>();
    items.forEach(([what, ms]) => total.set(what, (total.get(what) ?? 0) + ms));
    return [...total].sort((a, b) => b[1] - a[1]);
}
