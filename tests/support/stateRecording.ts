import { readCertificateSet } from "../../provider/certificates/certificates";
import { mintAuthority, type Authority, type IssueOptions } from "./mint";
import { PROVIDER_TEXT } from "./providerHost";
import { RESOURCE_TYPE } from "./recordedStates";
import {
    KEY_FILE,
    KEY_VARIABLE,
    PERSONAL_PROJECT,
    TEAM_PROJECT,
    TOKEN_VARIABLE,
    type StateEnvironment,
} from "./stateEnvironment";

export const RECORDING = { project: "states-of-the-past", stack: "recorded" } as const;

/** Short, so that every test of a recorded state is one with expired certificates from the first day on. */
const VALID_MS = 10 * 60_000;

const OF_TEAM = { project: TEAM_PROJECT.name, team: TEAM_PROJECT.team } as const;
const FOREIGN_ORIGIN = "https://foreign.example.com";

type Args = Readonly<Record<string, unknown>>;

/** Brings a stack step by step into every condition that a state can be in; later steps leave earlier ones alone. */
export class StateRecording {
    static async start(env: StateEnvironment): Promise<StateRecording> {
        const validity = { notAfter: new Date(Date.now() + VALID_MS) };
        const root = await mintAuthority({ commonName: "Recorded Root", ...validity });
        const { keyPem } = await root.issue();
        return new StateRecording(env, root, { keyPem, ...validity });
    }

    #resources: Readonly<Record<string, Args>> = {};

    private constructor(
        readonly env: StateEnvironment,
        readonly root: Authority,
        readonly options: IssueOptions & { readonly keyPem: string },
    ) {}

    async run(): Promise<void> {
        await this.#settle();
        await this.#import("imported");
        await this.#leaveStale("with-stale");
        await this.#empty("emptied");
        await this.#leaveWaitingForDeletion("replaced");
        await this.#createPartially("partial");
    }

    async #settle(): Promise<void> {
        const { fakeVercel } = this.env;
        fakeVercel.placeCertificate(TEAM_PROJECT.id, { origin: FOREIGN_ORIGIN, ...(await this.#material("foreign")) });
        this.#resources = {
            "key-from-environment": {
                ...(await this.#args("environment")),
                origin: "https://Environment.Example.com:8443/",
            },
            "key-from-file": await this.#chained("file"),
            "secret-cert": await this.#args("secret"),
            // Undefined members do not outlast the JSON in which a declaration reaches the program.
            "project-wide": { ...(await this.#args("project-wide")), origin: undefined },
            "without-team": { ...(await this.#args("personal")), project: PERSONAL_PROJECT.name, team: undefined },
            "with-stale": { ...(await this.#args("stale")), allowOverwrite: true },
            gated: await this.#gated("gated"),
            emptied: await this.#args("emptied"),
            replaced: await this.#args("replaced"),
        };
        this.#declare({ "looked-up": `${OF_TEAM.team}/${OF_TEAM.project}/${FOREIGN_ORIGIN}` });
        await this.env.up();
    }

    async #import(name: string): Promise<void> {
        const { project, fakeVercel } = this.env;
        const origin = originOf(name);
        const certId = fakeVercel.placeCertificate(TEAM_PROJECT.id, { origin, ...(await this.#material(name)) });
        const __provider = PROVIDER_TEXT;
        const resource = {
            type: RESOURCE_TYPE,
            name,
            id: `${OF_TEAM.team}/${OF_TEAM.project}/${origin}`,
            inputs: { __provider },
            outputs: { __provider, certId, ...OF_TEAM, fingerprint: "" },
        };
        project.writeFile("import.json", JSON.stringify({ resources: [resource] }));
        await project.run(["import", "--file", "import.json", "--generate-code=false", "--protect=false", "--yes"]);
    }

    async #leaveStale(name: string): Promise<void> {
        this.#change(name, await this.#material("rotated"));
        this.env.fakeVercel.addFault({ operation: "delete", kind: "status", status: 409 });
        await this.env.up(target(name));
    }

    async #empty(name: string): Promise<void> {
        const { project, fakeVercel } = this.env;
        const origin = originOf(name);
        const old = fakeVercel.certificates(TEAM_PROJECT.id).find((entry) => entry.origin === origin);
        fakeVercel.removeCertificate(TEAM_PROJECT.id, old?.certId ?? `of ${origin}`);
        fakeVercel.placeCertificate(TEAM_PROJECT.id, { origin, ...(await this.#material("somebody else's")) });
        await project.refresh(target(name));
    }

    async #leaveWaitingForDeletion(name: string): Promise<void> {
        this.#change(name, { origin: originOf("replacement") });
        this.env.fakeVercel.addFault({ operation: "delete", kind: "status", status: 409 });
        await this.env.project.up([...target(name)], { expectFailure: true });
    }

    async #createPartially(name: string): Promise<void> {
        this.#change(name, await this.#args(name));
        // The creation lists before the upload, too.
        this.env.fakeVercel.addFault({ operation: "list", kind: "body", body: `{"clientCerts":[]}`, skip: 1 });
        await this.env.project.up([...target(name)], { expectFailure: true });
    }

    #change(name: string, changes: Args): void {
        this.#resources = { ...this.#resources, [name]: { ...this.#resources[name], ...changes } };
        this.#declare();
    }

    /** Lookups list their project with every run, and a fault that is meant for another call would hit them. */
    #declare(lookups: Readonly<Record<string, string>> = {}): void {
        this.env.declare({ resources: this.#resources, secretNames: { "secret-cert": ["cert"] }, lookups });
    }

    async #args(name: string): Promise<Args> {
        return { ...OF_TEAM, origin: originOf(name), key: { env: KEY_VARIABLE }, ...(await this.#material(name)) };
    }

    /** With the arguments of promotion: what may be deployed, and by which token. */
    async #gated(name: string): Promise<Args> {
        const material = await this.#material(name);
        const expectedFingerprint = readCertificateSet(material).value?.fingerprint;
        return { ...(await this.#args(name)), ...material, tokenEnv: TOKEN_VARIABLE, expectedFingerprint };
    }

    async #material(name: string): Promise<{ readonly cert: string; readonly ca: string }> {
        const { certPem } = await this.root.issue({ ...this.options, commonName: `Recorded ${name}` });
        return { cert: certPem, ca: this.root.certPem };
    }

    /** With everything that the fingerprint has an order for: an intermediate before the leaf, and two issuers. */
    async #chained(name: string): Promise<Args> {
        const { notAfter } = this.options;
        const validity = notAfter === undefined ? {} : { notAfter };
        const intermediate = await this.root.intermediate("Recorded Intermediate", validity);
        const other = await mintAuthority({ commonName: "Recorded Other Root", keyType: "rsa", ...validity });
        const leaf = await intermediate.issue({ commonName: `Recorded ${name}`, keyType: "rsa", ...validity });
        this.env.useKeys({ variable: this.options.keyPem, file: leaf.keyPem });
        return {
            ...OF_TEAM,
            origin: originOf(name),
            cert: intermediate.certPem + leaf.certPem,
            key: { file: KEY_FILE },
            ca: other.certPem + this.root.certPem,
            skipValidation: true,
        };
    }
}

function originOf(name: string): string {
    return `https://${name}.example.com`;
}

function target(name: string): readonly string[] {
    return ["--target", `urn:pulumi:${RECORDING.stack}::${RECORDING.project}::${RESOURCE_TYPE}::${name}`];
}
