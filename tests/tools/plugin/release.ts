/** `npm run release:plugin [-- FOLDER]`: the archives from which `pulumi plugin install` takes the plugin. */
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { manifest } from "../../../provider/manifest";
import { runProcess } from "../../support/childProcess";
import { bundlePlugin } from "./bundle";

const SYSTEMS = ["linux", "darwin", "windows"] as const;
const ARCHITECTURES = ["amd64", "arm64"] as const;

/** The names are what the engine looks for. One bundle serves all: only the launcher differs, and Node does the rest. */
export async function releasePlugin(folder: string): Promise<readonly string[]> {
    mkdirSync(folder, { recursive: true });
    const bundle = mkdtempSync(join(tmpdir(), "plugin-"));
    try {
        await bundlePlugin(bundle);
        const archives: string[] = [];
        for (const system of SYSTEMS) {
            const files = readdirSync(bundle).filter((file) => belongsTo(file, system));
            for (const architecture of ARCHITECTURES) {
                const name = `pulumi-resource-vercel-client-cert-v${manifest.version}-${system}-${architecture}.tar.gz`;
                await pack(bundle, files, join(folder, name));
                archives.push(name);
            }
        }
        writeFileSync(
            join(folder, "SHA256SUMS"),
            archives.map((name) => `${sha256(join(folder, name))}  ${name}\n`).join(""),
        );
        return archives;
    } finally {
        rmSync(bundle, { recursive: true, force: true });
    }
}

function belongsTo(file: string, system: (typeof SYSTEMS)[number]): boolean {
    const isLauncher = file.startsWith("pulumi-resource-");
    return !isLauncher || file.endsWith(".cmd") === (system === "windows");
}

/** The same bytes each time: without names of users and times of this machine. */
async function pack(folder: string, files: readonly string[], archive: string): Promise<void> {
    const plain = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"];
    const args = [...plain, "--use-compress-program=gzip -9n", "-cf", archive, "-C", folder, ...files];
    const { exitCode, stderr } = await runProcess("tar", args, { environment: process.env });
    if (exitCode !== 0) {
        throw new Error(`GNU tar could not make ${archive}: ${stderr.trim()}`);
    }
}

function sha256(file: string): string {
    return createHash("sha256").update(readFileSync(file)).digest("hex");
}

if (require.main === module) {
    const [folder = "release"] = process.argv.slice(2);
    releasePlugin(resolve(folder)).then(
        (archives) => {
            process.stdout.write(`${archives.join("\n")}\n`);
        },
        (error: unknown) => {
            process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
            process.exitCode = 1;
        },
    );
}
