import { delimiter, join } from "node:path";
import { PLUGIN_TYPE } from "../../provider/registration";
import type { FakeVercelOptions } from "../vercel/fakeVercel";
import { languageHostFolder, type LanguageHost } from "./languageHosts";
import { findPulumiCli } from "./pulumiCli";
import { PulumiProject, REPOSITORY, type StackConfiguration } from "./stack";
import { StackEnvironment, startVercel, type TestEnvironmentParts } from "./stackEnvironment";

/** Where the bundled plugin is found, as a program says it that has the npm package beside it. */
const PLUGINS = { providers: [{ name: "vercel-client-cert", path: join(REPOSITORY, "plugin") }] };

interface PluginPlace {
    /** Whether Pulumi has the plugin from a release; by default it is that of the npm package. */
    readonly installed?: boolean;
}

/** Resources of a YAML program, by their names. */
export type YamlResources = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A YAML program with the plugin on the real CLI, next to a fake Vercel API with one team and project. */
export class YamlEnvironment extends StackEnvironment {
    static async start(options: FakeVercelOptions = {}, config: StackConfiguration = {}): Promise<YamlEnvironment> {
        const log = (line: string): void => void process.stderr.write(`${line}\n`);
        const cli = await findPulumiCli({ log });
        const hosts = await languageHostFolder("yaml" satisfies LanguageHost, log);
        const { fakeVercel, token, bundle } = await startVercel(options);
        const project = await PulumiProject.create({
            cli,
            program: "",
            environment: { VERCEL_API_URL: fakeVercel.url, VERCEL_API_TOKEN: token },
            config,
        });
        project.setEnvironment({ PATH: [hosts, project.environment["PATH"]].join(delimiter) });
        return new YamlEnvironment({ fakeVercel, project, token, bundle });
    }

    private constructor(parts: TestEnvironmentParts) {
        super(PLUGIN_TYPE, parts);
    }

    /** JSON is YAML, too. */
    declare(
        resources: YamlResources,
        outputs: Readonly<Record<string, unknown>> = {},
        { installed = false }: PluginPlace = {},
    ): void {
        const plugins = installed ? {} : { plugins: PLUGINS };
        const program = { name: "client-cert-test", runtime: "yaml", ...plugins, resources, outputs };
        this.project.writeFile("Pulumi.yaml", JSON.stringify(program));
    }

    /** Declares one resource, called `mtls`. */
    declareOne(
        overrides: Readonly<Record<string, unknown>> = {},
        options: Readonly<Record<string, unknown>> = {},
        place: PluginPlace = {},
    ): void {
        const type = "vercel-client-cert:ProjectClientCert";
        this.declare({ mtls: { type, properties: this.args(overrides), options } }, {}, place);
    }
}
