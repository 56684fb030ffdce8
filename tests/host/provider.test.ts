import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { resolve } from "node:path";
import { UNKNOWN_VALUE } from "../../provider/operations/arguments";
import { mintBundle, type CertificateBundle } from "../support/mint";
import { PROVIDER_FORMS, PROVIDER_TEXT, ProviderHost } from "../support/providerHost";
import { assertNoSecrets } from "../support/secretSweep";
import { failureOf, newToken, ORIGIN } from "../support/testEnvironment";
import { FakeVercel } from "../vercel/fakeVercel";

const REPOSITORY = resolve(__dirname, "../../..");

PROVIDER_FORMS.forEach((form) => {
    describe(`the ${form} provider, in the process that the engine starts`, function () {
        this.timeout(60_000);

        const token = newToken();
        /** What the engine keeps with each resource of this form, in inputs and outputs. */
        const ofForm: Readonly<Record<string, unknown>> = form === "dynamic" ? { __provider: PROVIDER_TEXT } : {};
        let fakeVercel: FakeVercel;
        let host: ProviderHost;
        let bundle: CertificateBundle;
        const shown: string[] = [];
        const CONFIGURED = { "vercel:apiToken": token, "vercel:team": "team_1" };
        before(async () => {
            fakeVercel = await FakeVercel.start();
            fakeVercel.addTeam({ id: "team_1", slug: "my-team" });
            fakeVercel.addToken(token, { teams: ["team_1"] });
            fakeVercel.addProject({ id: "prj_1", name: "site", team: "team_1" });
            bundle = await mintBundle();
            host = await startHost(CONFIGURED);
        });
        /** The engine starts a process a run. */
        const nextRun = async (): Promise<void> => {
            await host.stop();
            shown.push(host.stdout, host.stderr);
            host = await startHost(CONFIGURED);
        };
        after(async () => {
            await host.stop();
            await fakeVercel.stop();
            assertNoSecrets([host.stdout, host.stderr, ...shown].join("\n"), { keys: [bundle.key], tokens: [token] });
            expect(fakeVercel.specViolations).to.deep.equal([]);
        });

        async function startHost(
            configuration: Record<string, string>,
            environment: Record<string, string> = {},
        ): Promise<ProviderHost> {
            return await ProviderHost.start({
                cwd: REPOSITORY,
                environment: { VERCEL_API_URL: fakeVercel.url, ...environment },
                configuration,
                form,
            });
        }

        const inputs = (overrides: Record<string, unknown> = {}): Record<string, unknown> => {
            const { cert, key, ca } = bundle;
            return { project: "site", origin: ORIGIN, cert, key, ca, ...overrides, ...ofForm };
        };

        it("runs the six operations over gRPC, with token and team from the configuration", async () => {
            const checked = await host.check({}, inputs());
            expect(checked.failures).to.deep.equal([]);
            const created = await host.create(checked.inputs);
            expect(created.id).to.equal(`team_1/site/${ORIGIN}`);
            expect(created.properties).to.include({
                ...ofForm,
                fingerprint: checked.inputs["fingerprint"],
            });
            expect((await host.diff(created.id, created.properties, checked.inputs)).changes).to.equal("none");

            await nextRun();
            const next = await bundle.authority.issue();
            const renewed = await host.check(checked.inputs, inputs({ cert: next.certPem, key: next.keyPem }));
            expect((await host.diff(created.id, created.properties, renewed.inputs)).changes).to.equal("some");
            const updated = await host.update(created.id, created.properties, renewed.inputs);
            expect(fakeVercel.certificates("prj_1").map(({ certId }) => certId)).to.deep.equal([
                updated.properties["certId"],
            ]);

            const read = await host.read(created.id, updated.properties);
            expect(read.properties).to.deep.equal(updated.properties);
            await host.delete(created.id, { ...updated.properties, certId: "cert_gone_already" });
            expect((await host.read(created.id, ofForm)).properties["certId"]).to.equal(updated.properties["certId"]);
            shown.push(JSON.stringify([created.properties, updated.properties]));
        });

        it("keeps unknown inputs unknown over the wire", async () => {
            const checked = await host.check({}, inputs({ cert: UNKNOWN_VALUE }));
            expect(checked.inputs["fingerprint"]).to.equal(UNKNOWN_VALUE);
        });

        it("prints neither stack nor secret where an operation fails", async () => {
            const error = await failureOf(host.read(`team_1/missing/${ORIGIN}`, ofForm));
            expect(error.message).to.contain("missing");
            expect(host.stderr).to.not.match(/^\s+at /m);
            shown.push(String(error));
        });

        it("deploys nothing but what is expected, by the token in the variable that tokenEnv names", async () => {
            const origin = "https://gated.example.com";
            const own = { origin, team: "team_1", tokenEnv: "TOKEN_PROD" };
            const fresh = await startHost({}, { TOKEN_PROD: token });
            try {
                const unknown = await fresh.check({}, inputs({ ...own, expectedFingerprint: UNKNOWN_VALUE }));
                expect(unknown.failures).to.deep.equal([]);
                const fingerprint = String(unknown.inputs["fingerprint"]);
                const other = `v1:${"0".repeat(64)}`;
                const refused = await fresh.check({}, inputs({ ...own, expectedFingerprint: other }));
                expect(refused.failures.map(({ reason }) => reason).join()).to.contain(
                    `the fingerprint ${other}, got ${fingerprint}`,
                );
                const checked = await fresh.check({}, inputs({ ...own, expectedFingerprint: fingerprint }));
                expect(checked.failures).to.deep.equal([]);
                const { id, properties } = await fresh.create(checked.inputs);
                expect(properties).to.include({ tokenEnv: "TOKEN_PROD", fingerprint });
                expect((await fresh.read(id, properties)).properties).to.deep.equal(properties);
                shown.push(fresh.stderr, JSON.stringify([refused.failures, properties]));
            } finally {
                await fresh.stop();
            }
        });

        it("says which variable to set where there is no token", async () => {
            const fresh = await startHost({});
            try {
                const checked = await fresh.check({}, inputs());
                expect(checked.failures).to.deep.equal([]);
                const error = await failureOf(fresh.create(checked.inputs));
                expect(error.message).to.contain("VERCEL_API_TOKEN");
            } finally {
                await fresh.stop();
            }
        });
    });
});
