/** `npm run build:plugin`: the plugin as one file that needs nothing but Node, with its launchers and licences. */
import { build } from "esbuild";
import {
    chmodSync,
    copyFileSync,
    existsSync,
    mkdirSync,
    readdirSync,
    readFileSync,
    rmSync,
    writeFileSync,
} from "node:fs";
import { dirname, join, resolve, sep } from "node:path";

const REPOSITORY = resolve(__dirname, "../../../..");
/** Part of the npm package, and the content of the archives of a release. */
export const PLUGIN_FOLDER = join(REPOSITORY, "plugin");
const LAUNCHERS = join(REPOSITORY, "provider/plugin/launchers");

interface Manifest {
    readonly name: string;
    readonly version: string;
    readonly license?: string;
    readonly repository?: { readonly url: string };
}

export async function bundlePlugin(folder = PLUGIN_FOLDER): Promise<void> {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const { metafile } = await build({
        entryPoints: [join(REPOSITORY, "dist/provider/plugin/entry.js")],
        outfile: join(folder, "plugin.js"),
        bundle: true,
        platform: "node",
        target: "node20",
        minify: true,
        keepNames: true,
        legalComments: "none",
        metafile: true,
        logLevel: "warning",
        plugins: [
            {
                name: "manifest",
                setup: ({ onLoad }) => {
                    onLoad({ filter: /dist[\\/]provider[\\/]manifest\.js$/ }, () => ({
                        contents: `exports.manifest = ${JSON.stringify(ownManifest())};`,
                    }));
                },
            },
        ],
    });
    writeFileSync(join(folder, "LICENSES.txt"), licencesOf(Object.keys(metafile.inputs)));
    for (const launcher of readdirSync(LAUNCHERS)) {
        copyFileSync(join(LAUNCHERS, launcher), join(folder, launcher));
        chmodSync(join(folder, launcher), 0o755);
    }
}

function ownManifest(): Manifest {
    const { name, version, repository } = readManifest(REPOSITORY);
    return { name, version, ...(repository === undefined ? {} : { repository }) };
}

function readManifest(folder: string): Manifest {
    return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

/** The licence of each package of which something was bundled, in full. */
function licencesOf(inputs: readonly string[]): string {
    const packages = new Set(inputs.map(packageFolderOf).filter((folder) => folder !== undefined));
    const texts = [...packages].sort().map((folder) => {
        const { name, version, license = "licence not stated" } = readManifest(folder);
        const [file] = readdirSync(folder).filter((entry) => /^(licen[cs]e|copying)(\.|$)/i.test(entry));
        return `${name} ${version} (${license})\n\n${file === undefined ? "" : readFileSync(join(folder, file), "utf8")}`;
    });
    const own = readFileSync(join(REPOSITORY, "LICENSE"), "utf8");
    const rule = `\n${"-".repeat(78)}\n\n`;
    return [`${readManifest(REPOSITORY).name}\n\n${own}`, ...texts].join(rule);
}

function packageFolderOf(input: string): string | undefined {
    const parts = resolve(input).split(sep);
    const at = parts.lastIndexOf("node_modules");
    if (at < 0) {
        return undefined;
    }
    const length = parts[at + 1]?.startsWith("@") === true ? 3 : 2;
    const folder = parts.slice(0, at + length).join(sep);
    return existsSync(join(folder, "package.json")) ? folder : dirname(folder);
}

if (require.main === module) {
    bundlePlugin().catch((error: unknown) => {
        process.stderr.write(`${String(error)}\n`);
        process.exitCode = 1;
    });
}
