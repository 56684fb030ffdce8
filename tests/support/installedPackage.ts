import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { readdir, rename } from "node:fs/promises";
import { join, resolve } from "node:path";
import { runProcess } from "./childProcess";

const REPOSITORY = resolve(__dirname, "../../..");

/**
 * Packs the package into a folder, as it would be published.
 *
 * @returns The path of the tarball. Its name holds its hash: package managers keep tarballs by their names.
 */
export async function packPackage(folder: string): Promise<string> {
    const args = ["pack", "--pack-destination", folder];
    const { exitCode, output } = await runProcess("npm", args, { cwd: REPOSITORY, environment: process.env });
    const [name] = (await readdir(folder)).filter((file) => file.endsWith(".tgz"));
    if (exitCode !== 0 || name === undefined) {
        throw new Error(`npm pack made no tarball: ${output}`);
    }
    const packed = join(folder, name);
    const hash = createHash("sha256").update(readFileSync(packed)).digest("hex").slice(0, 16);
    const tarball = join(folder, name.replace(/\.tgz$/, `-${hash}.tgz`));
    await rename(packed, tarball);
    return tarball;
}

/** The version that this repository is tested with; `undefined` for a package that it does not have. */
export function installedVersion(name: string): string | undefined {
    const manifest = join(REPOSITORY, "node_modules", name, "package.json");
    if (!existsSync(manifest)) {
        return undefined;
    }
    return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}
