import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { mintBundle, type CertificateBundle } from "../support/mint";
import { PROVIDER_TEXT, ProviderHost } from "../support/providerHost";
import { assertNoSecrets } from "../support/secretSweep";
import { newToken } from "../support/testEnvironment";
import { FakeVercel } from "../vercel/fakeVercel";
import { resolve } from "node:path";

const REPOSITORY = resolve(__dirname, "../../..");
const PLENTY = 1_000;
const ORIGINS = Array.from({ length: 10 }, (_none, index) => `https://origin-${String(index)}.example.com`);

/** How many calls a user pays for with the limits of the API. Resources of one project, as the engine runs them: at once. */
describe("ten certificates of one project", function () {
    this.timeout(120_000);

    const token = newToken();
    const keys: string[] = [];
    const shown: string[] = [];
    let fakeVercel: FakeVercel;
    let bundle: CertificateBundle;
    before(async () => {
        fakeVercel = await FakeVercel.start({ limits: { uploads: PLENTY, deletions: PLENTY } });
        fakeVercel.addTeam({ id: "team_1", slug: "my-team" });
        fakeVercel.addToken(token, { teams: ["team_1"] });
        fakeVercel.addProject({ id: "prj_1", name: "site", team: "team_1" });
        bundle = await mintBundle();
        keys.push(bundle.key);
    });
    after(async () => {
        await fakeVercel.stop();
        assertNoSecrets(shown.join("\n"), { keys, tokens: [token] });
        expect(fakeVercel.specViolations).to.deep.equal([]);
    });

    /** The engine starts a process for each of its runs. */
    async function inOneRun(run: (host: ProviderHost) => Promise<void>): Promise<void> {
        const host = await ProviderHost.start({
            cwd: REPOSITORY,
            environment: { VERCEL_API_URL: fakeVercel.url },
            configuration: { "vercel:apiToken": token, "vercel:team": "team_1" },
        });
        try {
            await run(host);
        } finally {
            await host.stop();
            shown.push(host.stdout, host.stderr);
        }
    }

    const inputs = (
        origin: string,
        { cert, key, ca }: Omit<CertificateBundle, "authority">,
    ): Record<string, unknown> => ({
        ...{ project: "site", origin, cert, key, ca },
        __provider: PROVIDER_TEXT,
    });
    const takeOperations = (): string[] => {
        const operations = fakeVercel.requests.map(({ operation }) => operation);
        fakeVercel.clearRequests();
        return operations;
    };
    /** One call for each certificate, and a fresh listing before and after each; those at the same moment are one. */
    function expectCalls(expected: {
        readonly uploads?: number;
        readonly deletions?: number;
        readonly listings: number;
    }): void {
        const operations = takeOperations();
        const count = (name: string): number => operations.filter((operation) => operation === name).length;
        expect(count("upload")).to.equal(expected.uploads ?? 0);
        expect(count("delete")).to.equal(expected.deletions ?? 0);
        expect(count("list")).to.be.within(1, expected.listings);
    }
    const count = ORIGINS.length;

    it("are created, compared, refreshed, rotated and deleted with no call too many", async () => {
        let checked: { inputs: Readonly<Record<string, unknown>> }[] = [];
        let stored: { id: string; properties: Readonly<Record<string, unknown>> }[] = [];
        await inOneRun(async (host) => {
            checked = await Promise.all(ORIGINS.map((origin) => host.check({}, inputs(origin, bundle))));
            expect(takeOperations()).to.deep.equal([]);
            stored = await Promise.all(checked.map((one) => host.create(one.inputs)));
            expectCalls({ uploads: count, listings: 2 * count });
        });
        await inOneRun(async (host) => {
            const again = await Promise.all(
                ORIGINS.map((origin, index) => host.check(checked[index]?.inputs ?? {}, inputs(origin, bundle))),
            );
            const compared = await Promise.all(
                stored.map(({ id, properties }, index) => host.diff(id, properties, again[index]?.inputs ?? {})),
            );
            expect(compared.map(({ changes }) => changes)).to.deep.equal(ORIGINS.map(() => "none"));
            expect(takeOperations()).to.deep.equal([]);
        });
        await inOneRun(async (host) => {
            // The engine asks for so many at a time, and for the next once one has its answer.
            for (const { id, properties } of stored) {
                expect((await host.read(id, properties)).properties).to.deep.equal(properties);
            }
            expect(takeOperations()).to.deep.equal(["list"]);
        });
        await inOneRun(async (host) => {
            const { certPem, keyPem } = await bundle.authority.issue();
            keys.push(keyPem);
            const next = { cert: certPem, key: keyPem, ca: bundle.ca };
            const renewed = await Promise.all(
                ORIGINS.map((origin, index) => host.check(checked[index]?.inputs ?? {}, inputs(origin, next))),
            );
            stored = await Promise.all(
                stored.map(async ({ id, properties }, index) => {
                    const updated = await host.update(id, properties, renewed[index]?.inputs ?? {});
                    return { id, properties: updated.properties };
                }),
            );
            expectCalls({ uploads: count, deletions: count, listings: 2 * count });
        });
        await inOneRun(async (host) => {
            await Promise.all(stored.map(({ id, properties }) => host.delete(id, properties)));
            expectCalls({ deletions: count, listings: count });
        });
        expect(fakeVercel.certificates("prj_1")).to.deep.equal([]);
    });

    it("are looked at anew once this run has written something", async () => {
        await inOneRun(async (host) => {
            const [first = "", second = ""] = ORIGINS;
            const made = await host.create((await host.check({}, inputs(first, bundle))).inputs);
            await host.read(made.id, made.properties);
            const other = await host.create((await host.check({}, inputs(second, bundle))).inputs);
            takeOperations();
            expect((await host.read(other.id, other.properties)).properties).to.deep.equal(other.properties);
            expect(takeOperations()).to.deep.equal(["list"]);
        });
    });
});
