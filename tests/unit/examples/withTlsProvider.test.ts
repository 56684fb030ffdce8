import { expect } from "chai";
import { generateKeyPairSync } from "node:crypto";
import { describe, it } from "mocha";
import { runExampleProgram, type Registered } from "../../support/exampleProgram";
import { mintAuthority, type Authority } from "../../support/mint";
import { assertNoSecrets } from "../../support/secretSweep";
import { ORIGIN, TestEnvironment } from "../../support/testEnvironment";

const HOUR_MS = 3_600_000;
const PURPOSES: Readonly<Record<string, string>> = { client_auth: "1.3.6.1.5.5.7.3.2" };

interface Minted {
    readonly id: string;
    readonly state: Readonly<Record<string, unknown>>;
}

/** What @pulumi/tls would make of the inputs, and nothing where they do not belong together. */
class TlsModel {
    readonly clientKey = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
    readonly clientKeyPem = this.clientKey.export({ type: "pkcs8", format: "pem" }) as string;
    readonly #sec1 = this.clientKey.export({ type: "sec1", format: "pem" }) as string;

    constructor(readonly authority: Authority) {}

    async answer({ type, name, inputs }: Registered): Promise<Minted> {
        return { id: name, state: { ...inputs, ...(await this.#outputs(type, name, inputs)) } };
    }

    async #outputs(type: string, name: string, inputs: Registered["inputs"]): Promise<Record<string, unknown>> {
        switch (type) {
            case "tls:index/privateKey:PrivateKey":
                expect(inputs).to.deep.include({ algorithm: "ECDSA", ecdsaCurve: "P256" });
                return name === "authority"
                    ? { privateKeyPem: this.authority.keyPem, privateKeyPemPkcs8: this.authority.keyPem }
                    : { privateKeyPem: this.#sec1, privateKeyPemPkcs8: this.clientKeyPem };
            case "tls:index/selfSignedCert:SelfSignedCert":
                expect(inputs).to.include({ privateKeyPem: this.authority.keyPem, isCaCertificate: true });
                expect(inputs["allowedUses"]).to.include("cert_signing");
                return { certPem: this.authority.certPem };
            case "tls:index/certRequest:CertRequest":
                expect(inputs).to.include({ privateKeyPem: this.#sec1 });
                return { certRequestPem: "the request of the client's key" };
            case "tls:index/locallySignedCert:LocallySignedCert":
                return { certPem: await this.#sign(inputs) };
            default:
                throw new Error(`expected a resource of the TLS provider, got ${type}`);
        }
    }

    async #sign(inputs: Registered["inputs"]): Promise<string> {
        const { keyPem: caPrivateKeyPem, certPem: caCertPem } = this.authority;
        expect(inputs).to.include({
            ...{ caPrivateKeyPem, caCertPem },
            certRequestPem: "the request of the client's key",
        });
        const uses = inputs["allowedUses"] as readonly string[];
        const { certPem } = await this.authority.issue({
            keyPem: this.clientKeyPem,
            extendedKeyUsages: uses.flatMap((use) => PURPOSES[use] ?? []),
            notAfter: new Date(Date.now() + Number(inputs["validityPeriodHours"]) * HOUR_MS),
        });
        return certPem;
    }
}

describe("examples/with-tls-provider, with mocks for the other provider", () => {
    it("uploads the certificate that the authority of the program signed, with the key that belongs to it", async () => {
        const env = await TestEnvironment.start();
        try {
            const model = new TlsModel(await mintAuthority());
            const { registered, outputs } = await runExampleProgram({
                example: "with-tls-provider",
                config: { project: "site", origin: ORIGIN },
                answer: async (resource) => {
                    if (resource.type.startsWith("tls:")) {
                        return await model.answer(resource);
                    }
                    // The team is configuration of the stack, which the program does not see.
                    const checked = await env.provider.check({}, { ...resource.inputs, team: "team_1" });
                    expect(checked.failures).to.deep.equal([]);
                    const { id, outs } = await env.provider.create(checked.inputs);
                    return { id, state: outs };
                },
            });
            const certificate = registered.find(({ type }) => type.endsWith(":ProjectClientCert"));
            expect(certificate?.inputs["ca"]).to.equal(model.authority.certPem);
            expect(certificate?.secrets).to.deep.equal(["key"]);
            expect(outputs["certId"]).to.equal(env.fakeVercel.certificates("prj_1")[0]?.certId);
            expect(outputs["authorityCert"]).to.equal(model.authority.certPem);
            const keys = [model.clientKeyPem, model.authority.keyPem];
            assertNoSecrets([...env.lines, JSON.stringify(outputs)].join("\n"), { keys, tokens: [env.token] });
        } finally {
            await env.stop();
        }
    });
});
