import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, afterEach, before, describe, it } from "mocha";
import { mintAuthority, mintBundle, type Authority, type CertificateBundle } from "../support/mint";
import { PROVIDER_TEXT, ProviderHost } from "../support/providerHost";
import { assertNoSecrets } from "../support/secretSweep";
import { failureOf, newToken } from "../support/testEnvironment";
import { nodeServer, type NodePolicy, type RunningServer } from "../unit/probe/servers";
import { FakeVercel } from "../vercel/fakeVercel";

const REPOSITORY = resolve(__dirname, "../../..");
const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

/** In a process of its own, since Node reads the issuers of servers that it trusts only when it starts. */
describe("the argument probe, in the process that the engine starts", function () {
    this.timeout(60_000);

    const token = newToken();
    const folder = mkdtempSync(join(tmpdir(), "probe-"));
    let servers: Authority;
    let bundle: CertificateBundle;
    let stranger: CertificateBundle;
    let fakeVercel: FakeVercel;
    let host: ProviderHost;
    let server: RunningServer | undefined;

    before(async () => {
        servers = await mintAuthority({ commonName: "Servers" });
        bundle = await mintBundle();
        stranger = await mintBundle();
        fakeVercel = await FakeVercel.start();
        fakeVercel.addTeam({ id: "team_1", slug: "my-team" });
        fakeVercel.addToken(token, { teams: ["team_1"] });
        fakeVercel.addProject({ id: "prj_1", name: "site", team: "team_1" });
        writeFileSync(join(folder, "servers.pem"), servers.certPem);
        host = await startHost();
    });
    const startHost = async (): Promise<ProviderHost> =>
        await ProviderHost.start({
            cwd: REPOSITORY,
            environment: {
                VERCEL_API_URL: fakeVercel.url,
                VERCEL_API_TOKEN: token,
                NODE_EXTRA_CA_CERTS: join(folder, "servers.pem"),
            },
            configuration: {},
        });
    const nextRun = async (): Promise<void> => {
        await host.stop();
        assertShown();
        host = await startHost();
    };
    const assertShown = (): void => {
        assertNoSecrets(`${host.stdout}\n${host.stderr}`, { keys: [bundle.key, stranger.key], tokens: [token] });
    };
    afterEach(async () => {
        await server?.stop();
        server = undefined;
    });
    after(async () => {
        await host.stop();
        await fakeVercel.stop();
        rmSync(folder, { recursive: true });
        assertShown();
        expect(fakeVercel.specViolations).to.deep.equal([]);
    });

    const start = async (policy: NodePolicy): Promise<string> => {
        const own = await servers.issue({ commonName: "localhost", extendedKeyUsages: [SERVER_AUTH] });
        const material = { cert: own.certPem, key: own.keyPem, clientCa: bundle.ca };
        server = await nodeServer(policy)(material, "TLSv1.3");
        return `https://localhost:${String(server.port)}`;
    };
    const inputs = (
        { cert, key, ca }: Omit<CertificateBundle, "authority">,
        origin: string,
    ): Record<string, unknown> => ({
        ...{ project: "site", team: "team_1", origin, cert, key, ca, probe: true },
        __provider: PROVIDER_TEXT,
    });
    const inPlace = (origin: string): string[] =>
        fakeVercel
            .certificates("prj_1")
            .filter((entry) => entry.origin === origin)
            .map(({ certId }) => certId);

    it("stops a rotation that the origin would reject, and leaves the old certificate in place", async () => {
        const origin = await start("mandatory");
        const checked = await host.check({}, inputs(bundle, origin));
        const created = await host.create(checked.inputs);
        const before = inPlace(origin);
        expect(host.stderr).to.equal("");
        // The engine starts a process a run.
        await nextRun();
        fakeVercel.clearRequests();

        const wrong = await host.check(checked.inputs, inputs(stranger, origin));
        const error = await failureOf(host.update(created.id, created.properties, wrong.inputs));
        expect(error.message).to.contain(`${origin} refuses the certificate with a closed connection`);
        expect(error.message).to.contain("Nothing was uploaded, and what is in place stays.");
        expect(fakeVercel.requests.map(({ operation }) => operation)).to.deep.equal(["list"]);
        expect(inPlace(origin)).to.deep.equal(before);

        const { certPem, keyPem } = await bundle.authority.issue();
        const right = await host.check(checked.inputs, inputs({ cert: certPem, key: keyPem, ca: bundle.ca }, origin));
        const updated = await host.update(created.id, created.properties, right.inputs);
        expect(inPlace(origin)).to.deep.equal([updated.properties["certId"]]);
    });

    it("does not create what the origin would reject", async () => {
        const origin = await start("mandatory");
        const { inputs: checked } = await host.check({}, inputs(stranger, origin));
        await failureOf(host.create(checked));
        expect(inPlace(origin)).to.deep.equal([]);
    });

    for (const [policy, found] of [
        ["no request", "does not ask for a client certificate: its handshake has no request for one (HTTP 200)"],
        ["optional", "accepts a client without a certificate: HTTP 200 without it, HTTP 200 with it"],
    ] as const) {
        it(`uploads with a warning at an origin of the kind "${policy}"`, async () => {
            const origin = await start(policy);
            const { inputs: checked } = await host.check({}, inputs(bundle, origin));
            const { properties } = await host.create(checked);
            expect(inPlace(origin)).to.have.lengthOf(1);
            // For the program, which says it on the resource.
            expect(JSON.stringify(properties["findings"])).to.contain(`${origin} ${found}`);
        });
    }
});
