import { randomBytes } from "node:crypto";
import { expiriesOf } from "../../provider/certificates/checks/dates";
import { readCertificateSet } from "../../provider/certificates/certificates";
import { formatId } from "../../provider/operations/identity";
import { NOTHING_KNOWN, writeState } from "../../provider/operations/state";
import { PROVIDER_TEXT, TYPE } from "../../provider/registration";
import { mintAuthority, type Authority } from "./mint";

const DAY_MS = 86_400_000;

type Properties = Readonly<Record<string, unknown>>;

/** A resource as `pulumi stack export` shows it. */
export interface ExportedResource {
    readonly urn: string;
    readonly type: string;
    readonly custom: true;
    readonly id: string;
    readonly inputs: Properties;
    readonly outputs: Properties;
    readonly external?: boolean;
    readonly delete?: boolean;
}

export interface CertificateOptions {
    readonly name: string;
    readonly stack?: string;
    readonly project?: string;
    readonly team?: string;
    /** Left out: the certificate is project-wide. */
    readonly origin?: string;
    /** From when to when it is valid, in days from now. */
    readonly days?: readonly [from: number, to: number];
    readonly inputs?: Properties;
    readonly outputs?: Properties;
    /** `external` and `delete` of the engine, or what foreign hands may have written. */
    readonly resource?: Properties;
    readonly commonName?: string;
}

/** Mints certificates and says of each what the provider would store, as of a moment of its own. */
export class StateMint {
    static async open(nowMs: number): Promise<StateMint> {
        const [notBefore, notAfter] = [-3650, 3650].map((day) => new Date(nowMs + day * DAY_MS));
        const validity = notBefore === undefined || notAfter === undefined ? {} : { notBefore, notAfter };
        return new StateMint(nowMs, await mintAuthority({ commonName: "Clients Root", ...validity }));
    }

    private constructor(
        readonly nowMs: number,
        readonly authority: Authority,
    ) {}

    async certificate(options: CertificateOptions): Promise<ExportedResource> {
        const { name, stack = "dev", project = "web", team, origin, days = [-10, 80], commonName = name } = options;
        const [from, to] = days.map((day) => new Date(this.nowMs + day * DAY_MS));
        const validity = from === undefined || to === undefined ? {} : { notBefore: from, notAfter: to };
        const { certPem } = await this.authority.issue({ commonName, ...validity });
        const { value: material } = readCertificateSet({ cert: certPem, ca: this.authority.certPem });
        if (material === undefined) {
            throw new Error("expected the minted certificate to be readable");
        }
        const inPlace = { certId: `cert_${randomBytes(8).toString("hex")}`, fingerprint: material.fingerprint };
        const state = { ...inPlace, project, team, tokenEnv: undefined, origin: origin ?? "" };
        const uploadedAt = new Date(this.nowMs).toISOString();
        const { certFingerprint, fingerprint, notAfter } = material;
        const declaredDays = options.inputs?.["expiryWarningDays"];
        const expiries = expiriesOf(material, typeof declaredDays === "number" ? declaredDays : undefined);
        const written = writeState({ ...NOTHING_KNOWN, ...state, uploadedAt }, material);
        return {
            urn: `urn:pulumi:${stack}::${project}::${TYPE}::${name}`,
            type: TYPE,
            custom: true,
            id: formatId({ project, team, origin }),
            inputs: { __provider: PROVIDER_TEXT, project, certFingerprint, fingerprint, notAfter, ...options.inputs },
            outputs: { ...written, expiries, ...options.outputs },
            ...options.resource,
        };
    }
}

/** What `pulumi stack export` prints for a stack with these resources, besides the one of the stack itself. */
export function exportOf(resources: readonly unknown[], { stack = "dev", project = "web" } = {}): unknown {
    const own = {
        urn: `urn:pulumi:${stack}::${project}::pulumi:pulumi:Stack::${project}-${stack}`,
        custom: false,
        type: "pulumi:pulumi:Stack",
    };
    return { version: 3, deployment: { manifest: {}, resources: [own, ...resources] } };
}
