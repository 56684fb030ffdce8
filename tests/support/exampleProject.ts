import { cpSync, readFileSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import type { PulumiCli } from "./pulumiCli";
import { PulumiProject, REPOSITORY, type StackConfiguration } from "./stack";

export interface ExampleProjectOptions {
    readonly cli: PulumiCli;
    /** The name of the folder in `examples`. */
    readonly example: string;
    readonly environment?: Readonly<Record<string, string>>;
    /** Files beside the program, by their path in its folder: certificates, keys. */
    readonly files?: Readonly<Record<string, string>>;
}

/** What whoever tries an example out in the clone leaves in its folder. */
const LEFT_BY_USERS = /^(node_modules|Pulumi\..+\.yaml|.*\.(pem|key))$/;
/** The lines of a stack's file that belong to the passphrase of whoever ran the stack. */
const OF_THE_PASSPHRASE = /^(encryptionsalt|secretsprovider|encryptedkey):.*\n?/gm;

/** The program of an example as it stands in the repository, TypeScript and all, in a temporary folder of its own. */
export class ExampleProject extends PulumiProject {
    /** Without a stack yet. */
    static async copyOf(options: ExampleProjectOptions): Promise<ExampleProject> {
        const { cli, example, environment = {}, files = {} } = options;
        const project = new ExampleProject(cli, join(REPOSITORY, "examples", example), environment);
        try {
            cpSync(project.#original, project.folder, {
                recursive: true,
                filter: (source) => source === project.#original || !LEFT_BY_USERS.test(basename(source)),
            });
            project.linkModules();
            Object.entries(files).forEach(([file, text]) => {
                project.writeFile(file, text);
            });
            return project;
        } catch (error) {
            await project.dispose();
            throw error;
        }
    }

    readonly #original: string;

    private constructor(cli: PulumiCli, original: string, environment: Readonly<Record<string, string>>) {
        // An example is TypeScript, and says so itself.
        super(cli, { PULUMI_NODEJS_TYPESCRIPT: undefined, ...environment });
        this.#original = original;
    }

    /** All packages of this repository: an example is compiled. */
    protected override linkModules(): void {
        symlinkSync(join(REPOSITORY, "node_modules"), join(this.folder, "node_modules"), "junction");
    }

    /** Adds a stack with the configuration that the example brings along for it, and selects it. */
    async addShippedStack(stack: string, config: StackConfiguration = {}): Promise<void> {
        const file = `Pulumi.${stack}.yaml`;
        this.writeFile(file, readFileSync(join(this.#original, file), "utf8").replace(OF_THE_PASSPHRASE, ""));
        await this.addStack(stack, config);
    }
}
