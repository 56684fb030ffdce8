import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import type { PulumiCli } from "./pulumiCli";

const REPOSITORY = resolve(__dirname, "../../..");
const RUN_LIMIT_MS = 10 * 60_000;

export interface RunResult {
    readonly exitCode: number;
    readonly stdout: string;
    readonly stderr: string;
    /** Both, in the order of arrival. */
    readonly output: string;
}

export interface ResourceState {
    readonly urn: string;
    readonly type: string;
    readonly id?: string;
    readonly inputs: Readonly<Record<string, unknown>>;
    readonly outputs: Readonly<Record<string, unknown>>;
    readonly initErrors?: readonly string[];
    readonly delete?: boolean;
}

export interface StackState {
    readonly deployment: { readonly resources: readonly ResourceState[] };
}

export interface ProjectOptions {
    readonly cli: PulumiCli;
    /** The text of index.js. */
    readonly program: string;
    readonly environment?: Readonly<Record<string, string>>;
    readonly files?: Readonly<Record<string, string>>;
}

export interface RunOptions {
    readonly environment?: Readonly<Record<string, string | undefined>>;
    readonly expectFailure?: boolean;
    readonly onOutput?: (chunk: string) => void;
}

/** A Pulumi project in a folder of its own, with a file backend of its own, run by the real CLI. */
export class PulumiProject {
    static async create(options: ProjectOptions): Promise<PulumiProject> {
        const project = new PulumiProject(options);
        await project.run(["stack", "init", "dev"]);
        return project;
    }

    readonly folder: string;
    readonly #root: string;
    readonly #cli: PulumiCli;
    readonly #transcripts: string[] = [];
    #environment: Record<string, string | undefined>;

    private constructor({ cli, program, environment = {}, files = {} }: ProjectOptions) {
        this.#cli = cli;
        this.#root = mkdtempSync(join(tmpdir(), "pulumi-project-"));
        this.folder = join(this.#root, "program");
        for (const folder of ["program", "backend", "home"]) {
            mkdirSync(join(this.#root, folder));
        }
        this.#environment = { ...this.#baseEnvironment(), ...environment };
        symlinkSync(join(REPOSITORY, "node_modules"), join(this.folder, "node_modules"));
        const all = {
            "Pulumi.yaml": "name: engine-test\nruntime: nodejs\n",
            // Without a `main` of its own the SDK would walk up and run another package's.
            "package.json": JSON.stringify({ name: "engine-test", private: true, main: "index.js" }),
            "index.js": program,
            ...files,
        };
        Object.entries(all).forEach(([name, text]) => this.writeFile(name, text));
    }

    writeFile(name: string, text: string): void {
        writeFileSync(join(this.folder, name), text);
    }

    setEnvironment(variables: Readonly<Record<string, string | undefined>>): void {
        this.#environment = { ...this.#environment, ...variables };
    }

    /** Throws with the whole output where the CLI ends otherwise than expected. */
    async run(
        args: readonly string[],
        { environment = {}, expectFailure = false, onOutput }: RunOptions = {},
    ): Promise<RunResult> {
        const result = await this.#spawn([...args, "--non-interactive", "--color", "never"], environment, onOutput);
        this.#transcripts.push(result.output);
        if ((result.exitCode !== 0) !== expectFailure) {
            throw new Error(`pulumi ${args.join(" ")} ended with ${String(result.exitCode)}:\n${result.output}`);
        }
        return result;
    }

    up(): Promise<RunResult> {
        return this.run(["up", "--yes", "--skip-preview"]);
    }

    preview(): Promise<RunResult> {
        return this.run(["preview", "--diff"]);
    }

    refresh(): Promise<RunResult> {
        return this.run(["refresh", "--yes", "--skip-preview"]);
    }

    destroy(): Promise<RunResult> {
        return this.run(["destroy", "--yes", "--skip-preview"]);
    }

    async state(): Promise<StackState> {
        const { stdout } = await this.run(["stack", "export"]);
        const state = JSON.parse(stdout) as { deployment: { resources?: readonly ResourceState[] } };
        return { deployment: { resources: state.deployment.resources ?? [] } };
    }

    async outputs(): Promise<Readonly<Record<string, unknown>>> {
        const { stdout } = await this.run(["stack", "output", "--json"]);
        return JSON.parse(stdout) as Readonly<Record<string, unknown>>;
    }

    /** Everything that the CLI printed, and every file of the backend: checkpoints, history and backups. */
    allText(): string {
        const files = readdirSync(join(this.#root, "backend"), { recursive: true, withFileTypes: true });
        const texts = files
            .filter((file) => file.isFile())
            .map((file) => readFileSync(join(file.parentPath, file.name), "utf8"));
        return [...this.#transcripts, ...texts].join("\n");
    }

    dispose(): Promise<void> {
        rmSync(this.#root, { recursive: true, force: true });
        return Promise.resolve();
    }

    /** From nothing, so that no token and no setting of whoever runs the tests gets in. */
    #baseEnvironment(): Record<string, string> {
        return {
            PATH: [this.#cli.binFolder, dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter),
            HOME: this.#root,
            TMPDIR: tmpdir(),
            PULUMI_HOME: join(this.#root, "home"),
            PULUMI_BACKEND_URL: `file://${join(this.#root, "backend")}`,
            PULUMI_CONFIG_PASSPHRASE: "of a stack that lives for one test",
            PULUMI_SKIP_UPDATE_CHECK: "true",
            PULUMI_NODEJS_TYPESCRIPT: "false",
            PULUMI_SKIP_CONFIRMATIONS: "true",
        };
    }

    #spawn(
        args: readonly string[],
        environment: Readonly<Record<string, string | undefined>>,
        onOutput: ((chunk: string) => void) | undefined,
    ): Promise<RunResult> {
        return new Promise((resolveRun, reject) => {
            const child = spawn(this.#cli.command, args, {
                cwd: this.folder,
                env: { ...this.#environment, ...environment },
                stdio: ["ignore", "pipe", "pipe"],
                timeout: RUN_LIMIT_MS,
            });
            const texts = { stdout: "", stderr: "", output: "" };
            const collect = (stream: "stdout" | "stderr") => (chunk: Buffer) => {
                texts[stream] += chunk.toString();
                texts.output += chunk.toString();
                onOutput?.(chunk.toString());
            };
            child.stdout.on("data", collect("stdout"));
            child.stderr.on("data", collect("stderr"));
            child.on("error", reject);
            child.on("close", (exitCode) => resolveRun({ ...texts, exitCode: exitCode ?? -1 }));
        });
    }
}
