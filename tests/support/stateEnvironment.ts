import { FakeVercel } from "../vercel/fakeVercel";
import { mintBundle } from "./mint";
import { findPulumiCli } from "./pulumiCli";
import { assertNoSecrets } from "./secretSweep";
import { PulumiProject, type RunResult } from "./stack";
import { newToken } from "./testEnvironment";

/**
 * Recorded states hold ciphertexts, which only the passphrase of their recording opens. It protects nothing: what is
 * encrypted there are certificates, which are public.
 */
const PASSPHRASE = "protects nothing but public certificates";

/** The arguments stand in a file, so that recording and test run one program, and a test changes them like a user. */
const PROGRAM = `
const fs = require("node:fs");
const pulumi = require("@pulumi/pulumi");
const { ProjectClientCert } = require("pulumi-vercel-client-cert");

const { resources = {}, secretNames = {}, lookups = {} } = JSON.parse(fs.readFileSync("args.json", "utf8"));
for (const [name, args] of Object.entries(resources)) {
    for (const secret of secretNames[name] ?? []) {
        args[secret] = pulumi.secret(args[secret]);
    }
    const { certId, fingerprint, notAfter } = new ProjectClientCert(name, args);
    exports[name] = { certId, fingerprint, notAfter };
}
for (const [name, id] of Object.entries(lookups)) {
    exports[name] = ProjectClientCert.get(name, id).certId;
}
`;

export const TEAM_PROJECT = { id: "prj_1", name: "site", team: "team_1" } as const;
export const PERSONAL_PROJECT = { id: "prj_2", name: "diary" } as const;
const TEAM = { id: TEAM_PROJECT.team, slug: "my-team" } as const;
export const KEY_VARIABLE = "CLIENT_KEY";
export const TOKEN_VARIABLE = "VERCEL_TOKEN_RECORDED";
export const KEY_FILE = "client.key";

/** The provider paces itself by the limits that answers announce; only more at once than the documented ones waits. */
const LIMITS = { uploads: 1000, deletions: 1000, listings: 1000 };
const PARALLEL = ["--parallel", "4"];

export interface StateDeclaration {
    readonly resources: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
    /** The arguments of each resource that are secrets. */
    readonly secretNames?: Readonly<Record<string, readonly string[]>>;
    /** Ids of certificates that are looked up, by the names of their resources. */
    readonly lookups?: Readonly<Record<string, string>>;
}

export interface Material {
    readonly cert: string;
    readonly key: string;
    readonly ca: string;
}

/** A stack of many certificates on the real CLI, to record a state from, or to run on from a recorded one. */
export class StateEnvironment {
    static async start(names: { readonly project: string; readonly stack: string }): Promise<StateEnvironment> {
        const cli = await findPulumiCli({ log: (line) => process.stderr.write(`${line}\n`) });
        const fakeVercel = await FakeVercel.start({ limits: LIMITS });
        const token = newToken();
        fakeVercel.addTeam(TEAM);
        fakeVercel.addToken(token, { teams: [TEAM.id] });
        fakeVercel.addProject(TEAM_PROJECT);
        fakeVercel.addProject(PERSONAL_PROJECT);
        const project = await PulumiProject.create({
            cli,
            name: names.project,
            stack: names.stack,
            program: PROGRAM,
            environment: {
                VERCEL_API_URL: fakeVercel.url,
                VERCEL_API_TOKEN: token,
                [TOKEN_VARIABLE]: token,
                PULUMI_CONFIG_PASSPHRASE: PASSPHRASE,
            },
            files: { "args.json": "{}" },
        });
        return new StateEnvironment(fakeVercel, project, token);
    }

    readonly #keys: string[] = [];

    private constructor(
        readonly fakeVercel: FakeVercel,
        readonly project: PulumiProject,
        readonly token: string,
    ) {}

    /** Private keys that must not show up anywhere. */
    get keys(): readonly string[] {
        return this.#keys;
    }

    /** New material, whose key is from now on the one in the variable and in the file. */
    async mint(): Promise<Material> {
        const { cert, key, ca } = await mintBundle();
        this.useKeys({ variable: key, file: key });
        return { cert, key, ca };
    }

    useKeys({ variable, file }: { readonly variable: string; readonly file: string }): void {
        this.#keys.push(variable, file);
        this.project.setEnvironment({ [KEY_VARIABLE]: variable });
        this.project.writeFile(KEY_FILE, file);
    }

    declare(declaration: StateDeclaration): void {
        this.project.writeFile("args.json", JSON.stringify(declaration));
    }

    async up(args: readonly string[] = []): Promise<RunResult> {
        return await this.project.up([...PARALLEL, ...args]);
    }

    async destroy(): Promise<RunResult> {
        return await this.project.destroy(PARALLEL);
    }

    /** What is in place in all projects, as `project/certId`. */
    inPlace(): readonly string[] {
        return [TEAM_PROJECT, PERSONAL_PROJECT].flatMap(({ id, name }) =>
            this.fakeVercel.certificates(id).map(({ certId }) => `${name}/${certId}`),
        );
    }

    /** The uploads and deletions so far: all calls that change something. */
    writes(): readonly string[] {
        return this.fakeVercel.requests.map(({ operation }) => operation).filter((operation) => operation !== "list");
    }

    /** No secret in anything that the CLI printed or wrote, and the fake API kept to the official document. */
    verify(): void {
        assertNoSecrets(this.project.allText(), { keys: this.#keys, tokens: [this.token] });
        if (this.fakeVercel.specViolations.length > 0) {
            throw new Error(`the official document was violated: ${this.fakeVercel.specViolations.join("; ")}`);
        }
    }

    async stop(): Promise<void> {
        await this.project.dispose();
        await this.fakeVercel.stop();
    }
}
