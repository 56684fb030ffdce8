import { findPulumiCli, type PulumiCli } from "./pulumiCli";
import { mintTriple, type Triple } from "./mint";
import { assertNoSecrets } from "./secretSweep";
import { PulumiProject, type ResourceState } from "./stack";
import { StandIn, type StandInOptions } from "../vercel/standIn";
import { newToken, ORIGIN } from "./world";

/** The arguments stand in a file, so that a test changes them as a user would change a program. */
const PROGRAM = `
const fs = require("node:fs");
const pulumi = require("@pulumi/pulumi");
const { ProjectClientCert } = require("pulumi-vercel-client-cert");

/** Its output has another name than its input, and so is unknown until it is created. */
const late = { create: async ({ text }) => ({ id: "late", outs: { text, result: text } }) };
class Late extends pulumi.dynamic.Resource {
    constructor(name, text) { super(late, name, { text, result: undefined }); }
}

const { resources = {}, options = {}, components = [], get, ...unknown } = JSON.parse(fs.readFileSync("args.json", "utf8"));
const parent = components.reduce(
    (outer, [type, name]) => new pulumi.ComponentResource(type, name, {}, { parent: outer }),
    undefined,
);
for (const [name, args] of Object.entries(resources)) {
    if (unknown.unknownCert === name) {
        args.cert = new Late("late-" + args.cert.length, args.cert).result;
    }
    if (unknown.unknownExpectation === name) {
        args.expectedFingerprint = new Late("late-" + args.expectedFingerprint, args.expectedFingerprint).result;
    }
    const { certId, fingerprint, staleCertIds } = new ProjectClientCert(name, args, { parent, ...options[name] });
    exports[name] = { certId, fingerprint, staleCertIds };
}
if (get !== undefined) {
    const { certId, fingerprint, team, notAfter } = ProjectClientCert.get("looked-up", get);
    exports.lookedUp = { certId, fingerprint, team, notAfter };
}
`;

const TYPE = "pulumi-nodejs:dynamic/vercel:ProjectClientCert";

export interface Declaration {
    readonly resources?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    /** Resource options by the resource's name, as far as JSON can hold them. */
    readonly options?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    /** Type and name of components around all resources, the outermost first. */
    readonly components?: readonly (readonly [type: string, name: string])[];
    readonly get?: string;
    readonly unknownCert?: string;
    /** The resource whose `expectedFingerprint` a preview does not know. */
    readonly unknownExpectation?: string;
}

/** A stack on the real CLI, next to a stand-in for Vercel with one team and project. */
export class EngineWorld {
    static async start(options: StandInOptions = {}): Promise<EngineWorld> {
        const cli = await findPulumiCli({ log: (line) => process.stderr.write(`${line}\n`) });
        const standIn = await StandIn.start(options);
        const token = newToken();
        standIn.addTeam({ id: "team_1", slug: "my-team" });
        standIn.addToken(token, { teams: ["team_1"] });
        standIn.addProject({ id: "prj_1", name: "site", team: "team_1" });
        return new EngineWorld(standIn, await newProject(cli, standIn, token), token, await mintTriple());
    }

    /** Another stack, as on another machine, at the same project of Vercel's. */
    async another(): Promise<EngineWorld> {
        const cli = await findPulumiCli();
        const project = await newProject(cli, this.standIn, this.token);
        return new EngineWorld(this.standIn, project, this.token, this.triple, false);
    }

    readonly #keys: string[];
    readonly #tokens: string[];

    private constructor(
        readonly standIn: StandIn,
        readonly project: PulumiProject,
        readonly token: string,
        readonly triple: Triple,
        private readonly ownsStandIn = true,
    ) {
        this.#keys = [triple.key];
        this.#tokens = [token];
    }

    /** The next leaf of the same authority. Its key joins those that must not show up anywhere. */
    async renew(): Promise<{ cert: string; key: string }> {
        const { certPem, keyPem } = await this.triple.authority.issue();
        this.#keys.push(keyPem);
        return { cert: certPem, key: keyPem };
    }

    /** More keys that must not show up anywhere. */
    addKeys(keys: readonly string[]): void {
        this.#keys.push(...keys);
    }

    /** Another team with a project, a token that is for this team only, and a variable that holds it. */
    addOwner(
        team: { readonly id: string; readonly slug: string },
        project: { readonly id: string; readonly name: string },
        variable: string,
    ): void {
        const token = newToken();
        this.#tokens.push(token);
        this.standIn.addTeam(team);
        this.standIn.addToken(token, { teams: [team.id] });
        this.standIn.addProject({ ...project, team: team.id });
        this.project.setEnvironment({ [variable]: token });
    }

    args(overrides: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
        const { cert, key, ca } = this.triple;
        return { project: "site", team: "team_1", origin: ORIGIN, cert, key, ca, ...overrides };
    }

    declare(declaration: Declaration): void {
        this.project.writeFile("args.json", JSON.stringify(declaration));
    }

    /** Declares one resource, called `mtls`. */
    declareOne(overrides: Readonly<Record<string, unknown>> = {}): void {
        this.declare({ resources: { mtls: this.args(overrides) } });
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
        return deployment.resources.find(({ type, urn }) => type === TYPE && urn.endsWith(`::${name}`));
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
        if (this.ownsStandIn) {
            await this.standIn.stop();
        }
    }
}

async function newProject(cli: PulumiCli, standIn: StandIn, token: string): Promise<PulumiProject> {
    return await PulumiProject.create({
        cli,
        program: PROGRAM,
        environment: { VERCEL_API_URL: standIn.url, VERCEL_API_TOKEN: token },
        files: { "args.json": "{}" },
    });
}
