import { findPulumiCli, type PulumiCli } from "./pulumiCli";
import { PulumiProject } from "./stack";
import { StackEnvironment, startVercel, type TestEnvironmentParts } from "./stackEnvironment";
import type { FakeVercel, FakeVercelOptions } from "../vercel/fakeVercel";
import { newToken } from "./testEnvironment";

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
const made = {};
for (const [name, args] of Object.entries(resources)) {
    if (unknown.unknownCert === name) {
        args.cert = new Late("late-" + args.cert.length, args.cert).result;
    }
    if (unknown.unknownExpectation === name) {
        args.expectedFingerprint = new Late("late-" + args.expectedFingerprint, args.expectedFingerprint).result;
    }
    const dependsOn = options[name]?.dependsOn?.map((other) => made[other]);
    made[name] = new ProjectClientCert(name, args, { parent, ...options[name], dependsOn });
    const { certId, fingerprint, staleCertIds } = made[name];
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
    /** Resource options by the resource's name, as far as JSON can hold them; dependsOn has names declared before. */
    readonly options?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    /** Type and name of components around all resources, the outermost first. */
    readonly components?: readonly (readonly [type: string, name: string])[];
    readonly get?: string;
    readonly unknownCert?: string;
    /** The resource whose `expectedFingerprint` a preview does not know. */
    readonly unknownExpectation?: string;
}

/** A stack on the real CLI, next to a fake Vercel API with one team and project. */
export class EngineEnvironment extends StackEnvironment {
    static async start(options: FakeVercelOptions = {}): Promise<EngineEnvironment> {
        const cli = await findPulumiCli({ log: (line) => process.stderr.write(`${line}\n`) });
        const { fakeVercel, token, bundle } = await startVercel(options);
        return new EngineEnvironment({ fakeVercel, token, bundle, project: await newProject(cli, fakeVercel, token) });
    }

    /** Another stack, as on another machine, at the same project of Vercel's. */
    async another(): Promise<EngineEnvironment> {
        const cli = await findPulumiCli();
        const project = await newProject(cli, this.fakeVercel, this.token);
        const { fakeVercel, token, bundle } = this;
        return new EngineEnvironment({ fakeVercel, token, bundle, project, sharesFakeVercel: true });
    }

    private constructor(parts: TestEnvironmentParts) {
        super(TYPE, parts);
    }

    /** Another team with a project, a token that is for this team only, and a variable that holds it. */
    addOwner(
        team: { readonly id: string; readonly slug: string },
        project: { readonly id: string; readonly name: string },
        variable: string,
    ): void {
        const token = newToken();
        this.addTokens([token]);
        this.fakeVercel.addTeam(team);
        this.fakeVercel.addToken(token, { teams: [team.id] });
        this.fakeVercel.addProject({ ...project, team: team.id });
        this.project.setEnvironment({ [variable]: token });
    }

    declare(declaration: Declaration): void {
        this.project.writeFile("args.json", JSON.stringify(declaration));
    }

    /** Declares one resource, called `mtls`. */
    declareOne(overrides: Readonly<Record<string, unknown>> = {}): void {
        this.declare({ resources: { mtls: this.args(overrides) } });
    }
}

async function newProject(cli: PulumiCli, fakeVercel: FakeVercel, token: string): Promise<PulumiProject> {
    return await PulumiProject.create({
        cli,
        program: PROGRAM,
        environment: { VERCEL_API_URL: fakeVercel.url, VERCEL_API_TOKEN: token },
        files: { "args.json": "{}" },
    });
}
