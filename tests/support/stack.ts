import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { cleanEnvironment, runProcess, type Finished } from "./childProcess";
import type { PulumiCli } from "./pulumiCli";

export const REPOSITORY = resolve(__dirname, "../../..");

const PACKAGE = JSON.parse(readFileSync(join(REPOSITORY, "package.json"), "utf8")) as Readonly<
    Record<"dependencies" | "peerDependencies", object | undefined>
>;

/** Far more than any command of a test takes. One that waits for ever then fails its test by name. */
const LONGEST_COMMAND_MS = 10 * 60_000;

export type RunResult = Finished;

/** A resource as `pulumi stack export` shows it. */
export interface ResourceState {
    readonly urn: string;
    readonly type: string;
    readonly id?: string;
    readonly parent?: string;
    readonly custom: boolean;
    readonly external?: boolean;
    readonly inputs: Record<string, unknown>;
    readonly outputs: Record<string, unknown>;
    readonly initErrors?: string[];
    readonly delete?: boolean;
    readonly pendingReplacement?: boolean;
}

export interface StackState {
    readonly deployment: { readonly resources: readonly ResourceState[] };
}

type Variables = Readonly<Record<string, string | undefined>>;

export type StackConfiguration = Readonly<Record<string, string | { readonly secret: string }>>;

export interface PulumiProjectOptions {
    readonly cli: PulumiCli;
    /** JavaScript, the text of index.js. It reads what changes between runs from files or from the environment. */
    readonly program: string;
    readonly environment?: Readonly<Record<string, string>>;
    readonly config?: StackConfiguration;
    readonly files?: Readonly<Record<string, string>>;
    readonly stack?: string;
    readonly name?: string;
}

export interface PulumiRunOptions {
    readonly environment?: Variables;
    readonly expectFailure?: boolean | "perhaps";
    readonly onOutput?: (chunk: string) => void;
    /** For a test that interrupts or kills the CLI. */
    readonly onStart?: (child: ChildProcess) => void;
}

/** A project in a temporary folder, run by the real CLI with a backend and a home of its own. */
export class PulumiProject {
    static async create(options: PulumiProjectOptions): Promise<PulumiProject> {
        const { stack = "dev", config = {}, files = {}, program, name = "client-cert-test" } = options;
        const project = new PulumiProject(options.cli, options.environment ?? {});
        try {
            // `typescript: false` spares a JavaScript program the start of ts-node.
            const manifest = { name, runtime: { name: "nodejs", options: { typescript: false } } };
            project.writeFile("Pulumi.yaml", JSON.stringify(manifest));
            // Without `main` of its own, the SDK walks up and runs the `main` of an outer package.
            project.writeFile("package.json", JSON.stringify({ name, private: true, main: "index.js" }));
            project.linkModules();
            project.setProgram(program);
            Object.entries(files).forEach(([file, text]) => {
                project.writeFile(file, text);
            });
            await project.addStack(stack, config);
            return project;
        } catch (error) {
            await project.dispose();
            throw error;
        }
    }

    readonly folder: string;
    /** Every run so far, with all it printed. */
    readonly transcripts: RunResult[] = [];
    readonly #root = mkdtempSync(join(tmpdir(), "pulumi-project-"));
    readonly #backend = join(this.#root, "backend");
    readonly #running = new Set<ChildProcess>();
    readonly #cli: PulumiCli;
    #environment: Variables;

    protected constructor(cli: PulumiCli, environment: Variables) {
        this.#cli = cli;
        this.folder = join(this.#root, "program");
        [this.folder, this.#backend, this.#inRoot("home"), this.#inRoot("tmp")].forEach((folder) => {
            mkdirSync(folder);
        });
        this.#environment = {
            ...cleanEnvironment([cli.binFolder]),
            HOME: this.#inRoot("home"),
            TMPDIR: this.#inRoot("tmp"),
            PULUMI_HOME: this.#inRoot("home/.pulumi"),
            PULUMI_BACKEND_URL: pathToFileURL(this.#backend).href,
            PULUMI_CONFIG_PASSPHRASE: randomBytes(16).toString("hex"),
            PULUMI_SKIP_UPDATE_CHECK: "true",
            PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
            PULUMI_NODEJS_TYPESCRIPT: "false",
            ...environment,
        };
    }

    get environment(): Variables {
        return this.#environment;
    }

    writeFile(name: string, text: string): void {
        const file = join(this.folder, name);
        mkdirSync(dirname(file), { recursive: true });
        writeFileSync(file, text);
    }

    /**
     * This package and what it depends on, as if they were installed next to the program, and nothing else: in every
     * command the language host looks for plugins in all folders below `node_modules`.
     */
    protected linkModules(): void {
        const link = (from: string, to: string): void => {
            const path = join(this.folder, "node_modules", to);
            mkdirSync(dirname(path), { recursive: true });
            symlinkSync(join(REPOSITORY, from), path, "junction");
        };
        const { dependencies, peerDependencies } = PACKAGE;
        for (const name of Object.keys({ ...dependencies, ...peerDependencies })) {
            link(`node_modules/${name}`, name);
        }
        link("dist/provider", "pulumi-vercel-client-cert/dist/provider");
        const manifest = "pulumi-vercel-client-cert/package.json";
        copyFileSync(join(REPOSITORY, "package.json"), join(this.folder, "node_modules", manifest));
    }

    setProgram(javascript: string): void {
        this.writeFile("index.js", javascript);
    }

    /** Adds variables for all later runs; `undefined` takes one away. */
    setEnvironment(variables: Variables): void {
        this.#environment = { ...this.#environment, ...variables };
    }

    /** Adds a stack on the same backend, and selects it. */
    async addStack(stack: string, config: StackConfiguration = {}): Promise<void> {
        this.select(stack);
        await this.run(["stack", "init", stack]);
        for (const [key, value] of Object.entries(config)) {
            await this.setConfig(key, value);
        }
    }

    /** The stack that all later runs are about. */
    select(stack: string): void {
        this.setEnvironment({ PULUMI_STACK: stack });
    }

    /** In the selected stack. */
    async setConfig(key: string, value: StackConfiguration[string]): Promise<void> {
        // Through standard input: other users of the machine can read a command line.
        if (typeof value === "string") {
            await this.#pulumi(["config", "set", "--plaintext", key], {}, value);
        } else {
            await this.#pulumi(["config", "set", "--secret", key], {}, value.secret);
        }
    }

    /** Runs `pulumi`. An exit that was not expected is an error with all that was printed. */
    async run(args: readonly string[], options: PulumiRunOptions = {}): Promise<RunResult> {
        return await this.#pulumi(args, options);
    }

    /** Runs `pulumi`. Every exit is a result. */
    async attempt(args: readonly string[]): Promise<RunResult> {
        return await this.#pulumi(args, { expectFailure: "perhaps" });
    }

    /** Runs another command in the folder, with `pulumi` on PATH. Every exit is a result. */
    async runCommand(command: string, args: readonly string[], environment: Variables = {}): Promise<RunResult> {
        const result = await runProcess(command, args, {
            cwd: this.folder,
            environment: { ...this.#environment, ...environment },
        });
        this.transcripts.push(result);
        return result;
    }

    /** Without a preview, which takes as long again: where the plan is what is tested, call {@link preview}. */
    async up(args: readonly string[] = [], options: PulumiRunOptions = {}): Promise<RunResult> {
        return await this.run(["up", "--yes", "--skip-preview", ...args], options);
    }

    async preview(args: readonly string[] = []): Promise<RunResult> {
        return await this.run(["preview", "--diff", ...args]);
    }

    async refresh(args: readonly string[] = []): Promise<RunResult> {
        return await this.run(["refresh", "--yes", "--skip-preview", ...args]);
    }

    async destroy(args: readonly string[] = []): Promise<RunResult> {
        return await this.run(["destroy", "--yes", "--skip-preview", ...args]);
    }

    async state(): Promise<StackState> {
        const { stdout } = await this.run(["stack", "export"]);
        const { deployment } = JSON.parse(stdout) as { deployment: { resources?: readonly ResourceState[] } };
        return { deployment: { resources: (deployment.resources ?? []).map(withProperties) } };
    }

    /** The resources of a stack as the backend keeps them, in a fraction of the time of an export; secrets are encrypted. */
    checkpoint(project: string, stack: string): readonly ResourceState[] {
        const file = join(this.#backend, ".pulumi/stacks", project, `${stack}.json`);
        const { checkpoint } = JSON.parse(readFileSync(file, "utf8")) as {
            checkpoint: { latest?: { resources?: readonly ResourceState[] } };
        };
        return (checkpoint.latest?.resources ?? []).map(withProperties);
    }

    /** The first resource in the state whose type holds this text. */
    async resource(typePart: string): Promise<ResourceState | undefined> {
        const { deployment } = await this.state();
        return deployment.resources.find(({ type }) => type.includes(typePart));
    }

    async outputs(): Promise<Record<string, unknown>> {
        const { stdout } = await this.run(["stack", "output", "--json"]);
        return JSON.parse(stdout) as Record<string, unknown>;
    }

    /** All that the CLI ever printed here, saved plans, and every file of the backend: checkpoints, backups, the history. */
    allText(): string {
        const plans = readdirSync(this.folder).filter((name) => /plan.*\.json$/.test(name));
        const files = readdirSync(this.#backend, { recursive: true, withFileTypes: true }).filter((entry) =>
            entry.isFile(),
        );
        return [
            ...this.transcripts.map(({ stdout, stderr }) => `${stdout}\n${stderr}`),
            ...files.map((entry) => readFileSync(join(entry.parentPath, entry.name), "utf8")),
            ...plans.map((name) => readFileSync(join(this.folder, name), "utf8")),
        ].join("\n");
    }

    /** Ends what still runs, and removes every trace. Resources that the stack still holds are not destroyed. */
    async dispose(): Promise<void> {
        await Promise.all([...this.#running].map(interrupt));
        await rm(this.#root, { recursive: true, force: true, maxRetries: 5 });
    }

    async #pulumi(args: readonly string[], options: PulumiRunOptions, input = ""): Promise<RunResult> {
        const { environment = {}, expectFailure = false, onOutput, onStart } = options;
        const result = await runProcess(this.#cli.command, ["--non-interactive", "--color", "never", ...args], {
            cwd: this.folder,
            environment: { ...this.#environment, ...environment },
            timeoutMs: LONGEST_COMMAND_MS,
            input,
            onOutput,
            onStart: (child) => {
                this.#running.add(child);
                onStart?.(child);
                child.once("close", () => this.#running.delete(child));
            },
        });
        this.transcripts.push(result);
        if (expectFailure !== "perhaps" && (result.exitCode !== 0) !== expectFailure) {
            const expected = expectFailure ? "a failure" : "success";
            const got = `exit code ${String(result.exitCode)}`;
            throw new Error(`pulumi ${args.join(" ")}: expected ${expected}, got ${got}\n${result.output}`);
        }
        return result;
    }

    #inRoot(name: string): string {
        return join(this.#root, name);
    }
}

function withProperties(resource: ResourceState): ResourceState {
    return { ...resource, inputs: resource.inputs ?? {}, outputs: resource.outputs ?? {} };
}

/** A first interrupt lets running operations finish, a second one does not. */
async function interrupt(child: ChildProcess): Promise<void> {
    const closed = new Promise((done) => child.once("close", done));
    child.kill("SIGINT");
    child.kill("SIGINT");
    const lastResort = setTimeout(() => child.kill("SIGKILL"), 5000);
    await closed;
    clearTimeout(lastResort);
}
