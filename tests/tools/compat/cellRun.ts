import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { runProcess } from "../../support/childProcess";
import { EngineEnvironment } from "../../support/engineEnvironment";
import { installedVersion } from "../../support/installedPackage";
import { findPulumiCli } from "../../support/pulumiCli";
import { mintBundle, type CertificateBundle } from "../../support/mint";
import { PACKAGE_MANAGERS, type PackageManager } from "./packageManagers";
import { COMPONENT, type ProgramKind } from "./programs";
import { packageEnvironment, pathWith } from "./registry";

/** What a cell is made of, in place on this machine. */
export interface CellParts {
    /** The folder of a `node`, and the version that it tells. */
    readonly nodeFolder: string;
    readonly nodeVersion: string;
    readonly packageManager: PackageManager;
    /** The executable of the package manager. */
    readonly executable: string;
    readonly program: ProgramKind;
    readonly tarball: string;
    /** What runs the program in place of Node. */
    readonly bun?: string | undefined;
}

const INSTALL_TIMEOUT_MS = 10 * 60_000;

/** Loaded into every Node of a run; tells which process runs on which Node. */
const RECORDER = `
const role = /cmd[\\\\/](run|dynamic-provider)/.exec(process.argv[1] ?? "")?.[1];
if (role !== undefined) {
    require("node:fs").appendFileSync(__dirname + "/processes.txt", role + " " + process.version + "\\n");
}
`;

/** The life of a stack in a fresh folder with the packed package; fails with what went wrong. */
export async function runCell(parts: CellParts): Promise<void> {
    const env = await EngineEnvironment.start();
    try {
        const { folder } = env.project;
        await writeProgram(env, parts);
        await install(folder, parts);
        const recorder = join(folder, "..", "recorder");
        mkdirSync(recorder);
        writeFileSync(join(recorder, "recorder.cjs"), RECORDER);
        const { binFolder } = await findPulumiCli();
        const runtimes =
            parts.bun === undefined ? [] : [writeNodeForBun(join(folder, "..", "runtime"), parts.bun, parts)];
        env.project.setEnvironment({
            PATH: pathWith([...runtimes, parts.nodeFolder, binFolder]),
            // What Pulumi.yaml says is to count.
            PULUMI_NODEJS_TYPESCRIPT: undefined,
            NODE_OPTIONS: [
                ...parts.packageManager.nodeOptions(folder),
                "--require",
                join(recorder, "recorder.cjs"),
            ].join(" "),
        });
        await live(env, parts.bun === undefined ? parts.nodeVersion : `bun ${PACKAGE_MANAGERS.bun.tool.version}`);
        const processes = new Set(readFileSync(join(recorder, "processes.txt"), "utf8").trim().split("\n"));
        expectSame("processes", [...processes].sort(), [
            `dynamic-provider ${parts.nodeVersion}`,
            // bun loads no recorder; the output of the program tells of it.
            ...(parts.bun === undefined ? [`run ${parts.nodeVersion}`] : []),
        ]);
        env.verify();
    } finally {
        await env.stop();
    }
}

/** A `node` that hands the program to bun, and the provider and everything else to Node; returns its folder. */
function writeNodeForBun(folder: string, bun: string, { nodeFolder }: CellParts): string {
    const script = `#!/bin/sh
for arg; do case "$arg" in */cmd/run | */cmd/run/index.js) exec "${bun}" "$@" ;; esac; done
exec "${join(nodeFolder, "node")}" "$@"
`;
    mkdirSync(folder);
    writeFileSync(join(folder, "node"), script, { mode: 0o755 });
    return folder;
}

async function live(env: EngineEnvironment, runtime: string): Promise<void> {
    const { project } = env;
    await project.up();
    expectSame("outputs", await project.outputs(), { certId: env.certIds()[0], node: runtime });
    await project.run(["preview", "--expect-no-changes"]);
    writeMaterial(env, await mintBundle());
    await project.up();
    expectSame("certificates after the rotation", env.certIds().length, 1);
    await project.refresh();
    expectSame("certificates after the refresh", env.certIds().length, 1);
    await project.destroy();
    expectSame("certificates after the destroy", env.certIds(), []);
    const writes = env.operations().filter((operation) => operation !== "list");
    expectSame("writes", writes, ["upload", "upload", "delete", "delete"]);
}

async function writeProgram(env: EngineEnvironment, parts: CellParts): Promise<void> {
    const { project } = env;
    const { program, packageManager, tarball } = parts;
    await Promise.all(
        ["node_modules", "index.js", "args.json"].map((name) => rm(join(project.folder, name), { recursive: true })),
    );
    copyFileSync(tarball, join(project.folder, basename(tarball)));
    const runtime = { name: "nodejs", options: { typescript: program.typescript } };
    project.writeFile("Pulumi.yaml", JSON.stringify({ name: "client-cert-test", runtime }));
    const ours = `file:./${basename(tarball)}`;
    const dependencies = {
        "@pulumi/pulumi": program.sdk ?? versionOf("@pulumi/pulumi"),
        ...(program.byComponent === true
            ? { [COMPONENT.name]: await packComponent(project.folder, tarball) }
            : { "pulumi-vercel-client-cert": ours }),
        ...Object.fromEntries(program.packages.map(nameAndVersion)),
    };
    const { main, type } = program;
    project.writeFile("package.json", JSON.stringify({ name: "program", private: true, main, type, dependencies }));
    for (const [name, text] of Object.entries({
        ...program.files,
        ...packageManager.files,
    })) {
        project.writeFile(name, text);
    }
    writeMaterial(env, env.bundle);
}

function writeMaterial({ project }: EngineEnvironment, { cert, key, ca }: CertificateBundle): void {
    for (const [name, text] of Object.entries({ "client.pem": cert, "client.key": key, "ca.pem": ca })) {
        project.writeFile(name, text);
    }
}

/** What the program's package.json says of the component. */
async function packComponent(programFolder: string, tarball: string): Promise<string> {
    const source = join(programFolder, "..", "component");
    mkdirSync(source);
    const manifest = {
        name: COMPONENT.name,
        version: "1.0.0",
        dependencies: { "pulumi-vercel-client-cert": `file:${tarball}` },
        peerDependencies: { "@pulumi/pulumi": "*" },
    };
    writeFileSync(join(source, "package.json"), JSON.stringify(manifest));
    writeFileSync(join(source, "index.js"), COMPONENT.program);
    const args = ["pack", "--pack-destination", programFolder];
    await succeed("npm", args, source, await packageEnvironment([]));
    return `file:./${COMPONENT.name}-${manifest.version}.tgz`;
}

async function install(folder: string, parts: CellParts): Promise<void> {
    const { packageManager, executable, nodeFolder } = parts;
    const environment = { ...(await packageEnvironment([nodeFolder])), ...packageManager.environment };
    await succeed(executable, packageManager.install, folder, environment);
}

async function succeed(
    command: string,
    args: readonly string[],
    cwd: string,
    environment: NodeJS.ProcessEnv,
): Promise<void> {
    const { exitCode, output } = await runProcess(command, args, { cwd, environment, timeoutMs: INSTALL_TIMEOUT_MS });
    if (exitCode !== 0) {
        throw new Error(`${basename(command)} ${args.join(" ")}: exit code ${String(exitCode)}\n${output}`);
    }
}

function nameAndVersion(text: string): [string, string] {
    const at = text.indexOf("@", 1);
    return at === -1 ? [text, versionOf(text)] : [text.slice(0, at), text.slice(at + 1)];
}

function versionOf(name: string): string {
    const version = installedVersion(name);
    if (version === undefined) {
        throw new Error(`expected a version of ${name} in tests/tools/compat/programs.ts: this repository has none`);
    }
    return version;
}

function expectSame(what: string, got: unknown, expected: unknown): void {
    if (!isDeepStrictEqual(got, expected)) {
        throw new Error(`${what}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(got)}`);
    }
}
