/**
 * The dynamic provider that Pulumi's documentation teaches
 * (https://www.pulumi.com/docs/iac/concepts/resources/dynamic-providers/), doing the same uploads: a class whose closure
 * is serialised into the state, inputs echoed as outputs, text compared with text. It is written as well as that pattern
 * allows: the key is a secret, the token comes from the environment where the provider runs, no call is made in `diff`,
 * and each upload is confirmed. What it leaves out is what the pattern does not suggest: pacing, retries, shared
 * listings, findings about the material, ambiguous writes.
 */
import * as pulumi from "@pulumi/pulumi";
import axios, { type AxiosInstance } from "axios";
import * as forge from "node-forge";
import { readDeclared, type Declared } from "./declared";

type Inputs = Omit<Declared, "name">;

interface Outputs extends Inputs {
    readonly certId: string;
}

interface Listing {
    readonly clientCerts: readonly { readonly id: string; readonly origin: string }[];
}

const TIMEOUT_MS = 30_000;

class CertificateProvider implements pulumi.dynamic.ResourceProvider<Inputs, Outputs> {
    /** node-forge cannot read EC certificates and keys: so it reads the frames of the PEM texts, and no more. */
    check(_olds: Inputs, news: Inputs): Promise<pulumi.dynamic.CheckResult<Inputs>> {
        const failures: pulumi.dynamic.CheckFailure[] = [];
        for (const property of ["cert", "key", "ca"] as const) {
            try {
                if (forge.pem.decode(news[property]).length === 0) {
                    failures.push({ property, reason: "no PEM block" });
                }
            } catch {
                failures.push({ property, reason: "no PEM text" });
            }
        }
        return Promise.resolve({ inputs: news, failures });
    }

    diff(_id: string, olds: Outputs, news: Inputs): Promise<pulumi.dynamic.DiffResult> {
        const replaces = (["project", "team", "origin"] as const).filter((name) => olds[name] !== news[name]);
        const isNew = (["cert", "key", "ca"] as const).some((name) => olds[name] !== news[name]);
        return Promise.resolve({ changes: isNew || replaces.length > 0, replaces });
    }

    async create(inputs: Inputs): Promise<pulumi.dynamic.CreateResult<Outputs>> {
        if ((await this.list(inputs)).some(({ origin }) => origin === inputs.origin)) {
            throw new Error(`a certificate is already there for ${inputs.origin}`);
        }
        const certId = await this.upload(inputs);
        return { id: certId, outs: { ...inputs, certId } };
    }

    async read(id: string, props?: Outputs): Promise<pulumi.dynamic.ReadResult<Outputs>> {
        if (props === undefined) {
            throw new Error(`${id}: nothing is known of it`);
        }
        return (await this.list(props)).some((entry) => entry.id === props.certId) ? { id, props } : {};
    }

    async update(_id: string, olds: Outputs, news: Inputs): Promise<pulumi.dynamic.UpdateResult<Outputs>> {
        const certId = await this.upload(news);
        if (certId !== olds.certId) {
            await this.remove(olds, olds.certId);
        }
        return { outs: { ...news, certId } };
    }

    async delete(_id: string, props: Outputs): Promise<void> {
        await this.remove(props, props.certId);
    }

    private client(): AxiosInstance {
        const { VERCEL_API_URL: baseURL, VERCEL_API_TOKEN: token = "" } = process.env;
        return axios.create({
            ...(baseURL === undefined ? {} : { baseURL }),
            timeout: TIMEOUT_MS,
            headers: { Authorization: `Bearer ${token}` },
        });
    }

    private path({ project, team }: Inputs, certId = ""): string {
        const base = `/v1/projects/${encodeURIComponent(project)}/client-cert`;
        return `${base}${certId === "" ? "" : `/${encodeURIComponent(certId)}`}?teamId=${encodeURIComponent(team)}`;
    }

    private async list(inputs: Inputs): Promise<Listing["clientCerts"]> {
        const { data } = await this.client().get<Listing>(this.path(inputs));
        return data.clientCerts;
    }

    private async upload(inputs: Inputs): Promise<string> {
        const { cert, key, ca, origin } = inputs;
        const { data } = await this.client().post<{ certId: string }>(this.path(inputs), { cert, key, ca, origin });
        if (!(await this.list(inputs)).some(({ id }) => id === data.certId)) {
            throw new Error(`${data.certId} was uploaded, but is not listed`);
        }
        return data.certId;
    }

    private async remove(inputs: Inputs, certId: string): Promise<void> {
        await this.client().delete(this.path(inputs, certId));
    }
}

class DocumentedCertificate extends pulumi.dynamic.Resource {
    declare readonly certId: pulumi.Output<string>;

    constructor(provider: CertificateProvider, name: string, args: pulumi.Inputs) {
        super(provider, name, { certId: undefined, ...args });
    }
}

// One provider for all: the SDK serialises each object once.
const provider = new CertificateProvider();
for (const { name, key, ...args } of readDeclared()) {
    new DocumentedCertificate(provider, name, { ...args, key: pulumi.secret(key) });
}
