import { delimiter, join } from "node:path";
import { StandIn, type StandInOptions } from "../vercel/standIn";
import { mintTriple, type Triple } from "./mint";
import { languageHostFolder, type LanguageHost } from "./languageHosts";
import { findPulumiCli } from "./pulumiCli";
import { assertNoSecrets } from "./secretSweep";
import { PulumiProject, REPOSITORY, type ResourceState, type StackConfiguration } from "./stack";
import { newToken, ORIGIN } from "./world";

export const PLUGIN_TYPE = "vercel-client-cert:index:ProjectClientCert";

/** Where the bundled plugin is found, as a program says it that has the npm package beside it. */
const PLUGINS = { providers: [{ name: "vercel-client-cert", path: join(REPOSITORY, "plugin") }] };

interface PluginPlace {
    /** Whether Pulumi has the plugin from a release; by default it is that of the npm package. */
    readonly installed?: boolean;
}

/** Resources of a YAML program, by their names. */
export type YamlResources = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** A YAML program with the plugin on the real CLI, next to a stand-in for Vercel with one team and project. */
export class YamlWorld {
    static async start(options: StandInOptions = {}, config: StackConfiguration = {}): Promise<YamlWorld> {
        const log = (line: string): void => void process.stderr.write(`${line}\n`);
        const cli = await findPulumiCli({ log });
        const hosts = await languageHostFolder("yaml" satisfies LanguageHost, log);
        const standIn = await StandIn.start(options);
        const token = newToken();
        standIn.addTeam({ id: "team_1", slug: "my-team" });
        standIn.addToken(token, { teams: ["team_1"] });
        standIn.addProject({ id: "prj_1", name: "site", team: "team_1" });
        const project = await PulumiProject.create({
            cli,
            program: "",
            environment: { VERCEL_API_URL: standIn.url, VERCEL_API_TOKEN: token },
            config,
        });
        project.setEnvironment({ PATH: [hosts, project.environment["PATH"]].join(delimiter) });
        return new YamlWorld(standIn, project, token, await mintTriple());
    }

    readonly #keys: string[];
    readonly #tokens: string[];

    private constructor(
        readonly standIn: StandIn,
        readonly project: PulumiProject,
        readonly token: string,
        readonly triple: Triple,
    ) {
        this.#keys = [triple.key];
        this.#tokens = [token];
    }

    /** Another token that must not show up anywhere. */
    addSecret(token: string): void {
        this.#tokens.push(token);
    }

    /** The next leaf of the same authority. Its key joins those that must not show up anywhere. */
    async renew(): Promise<{ cert: string; key: string }> {
        const { certPem, keyPem } = await this.triple.authority.issue();
        this.#keys.push(keyPem);
        return { cert: certPem, key: keyPem };
    }

    properties(overrides: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
        const { cert, key, ca } = this.triple;
        return { project: "site", team: "team_1", origin: ORIGIN, cert, key, ca, ...overrides };
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
        this.declare({ mtls: { type, properties: this.properties(overrides), options } }, {}, place);
    }

    certIds(): string[] {
        return this.standIn.certificates("prj_1").map(({ certId }) => certId);
    }

    operations(): string[] {
        return this.standIn.requests.map(({ operation }) => operation);
    }

    /** The resource in the state. */
    async stored(name = "mtls"): Promise<ResourceState | undefined> {
        const { deployment } = await this.project.state();
        return deployment.resources.find(({ type, urn }) => type === PLUGIN_TYPE && urn.endsWith(`::${name}`));
    }

    /** No secret in anything that the CLI printed or wrote, and the stand-in kept to the official document. */
    verify(): void {
        assertNoSecrets(this.project.allText(), { keys: this.#keys, tokens: this.#tokens });
        if (this.standIn.specViolations.length > 0) {
            throw new Error(`the official document was violated: ${this.standIn.specViolations.join("; ")}`);
        }
    }

    async stop(): Promise<void> {
        await this.project.dispose();
        await this.standIn.stop();
    }
}
