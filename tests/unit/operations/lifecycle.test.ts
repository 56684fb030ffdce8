import { expect } from "chai";
import { afterEach, describe, it } from "mocha";
import { PartialFailure } from "../../../provider/operations/failures";
import { UNKNOWN_VALUE } from "../../../provider/operations/arguments";
import { mintBundle } from "../../support/mint";
import { SkippingClock } from "../../support/skippingClock";
import { failureOf, ORIGIN, TestEnvironment, type TestEnvironmentOptions } from "../../support/testEnvironment";

const POLICIES = [
    { uploadPolicy: "same-id" },
    { uploadPolicy: "new-id", keepsReplaced: true },
    { uploadPolicy: "new-id", keepsReplaced: false },
] as const;

describe("the operations", () => {
    let env: TestEnvironment;
    const start = async (options: TestEnvironmentOptions = {}): Promise<TestEnvironment> => {
        env = await TestEnvironment.start({ clock: new SkippingClock(), ...options });
        return env;
    };
    const ids = (): string[] => env.fakeVercel.certificates("prj_1").map(({ certId }) => certId);
    const operations = (): string[] => env.fakeVercel.requests.map(({ operation }) => operation);
    afterEach(async () => {
        env.verify();
        await env.stop();
    });

    describe("create", () => {
        it("puts the certificate in place and returns complete outputs without the PEMs", async () => {
            await start();
            const { id, outs } = await env.create();
            expect(id).to.equal(`team_1/site/${ORIGIN}`);
            expect(ids()).to.deep.equal([outs["certId"]]);
            expect(operations()).to.deep.equal(["list", "upload", "list"]);
            expect(outs).to.include({ project: "site", team: "team_1", origin: ORIGIN });
            expect(Object.keys(outs)).to.not.include.members(["key"]).and.to.not.include.members(["cert"]);
            expect(Object.values(outs)).to.not.include(undefined);
            expect(outs["staleCertIds"]).to.deep.equal([]);
            env.verify(outs);
        });

        for (const projectWideOrigin of ["*", "", "project"]) {
            it(`puts a project-wide certificate in place that Vercel lists as ${JSON.stringify(projectWideOrigin)}`, async () => {
                await start({ projectWideOrigin });
                const { id, outs } = await env.create({ origin: undefined });
                expect(id).to.equal("team_1/site/*");
                expect(outs["origin"]).to.equal(projectWideOrigin);
                expect(await env.provider.read(id, outs)).to.deep.equal({ id, props: outs });
            });
        }

        it("refuses to take over what is there, names it, and uploads nothing", async () => {
            await start();
            const foreign = env.fakeVercel.placeCertificate("prj_1", { ...env.bundle, origin: ORIGIN });
            const error = await failureOf(env.create());
            expect(error.message).to.contain(foreign).and.to.contain("allowOverwrite").and.to.contain("import");
            expect(error.message).to.contain("interrupted");
            expect(operations()).to.deep.equal(["list"]);
        });

        it("asks what is there before and after each upload", async () => {
            await start();
            await env.create();
            await env.create({ origin: undefined });
            expect(operations().slice(-3)).to.deep.equal(["list", "upload", "list"]);
        });

        it("asks anew what is there after a write for the same origin, by whichever name of the project", async () => {
            await start();
            const { outs } = await env.create();
            await env.create({ origin: "https://other.example.com" });
            const twice = await failureOf(env.create({ project: "prj_1" }));
            expect(twice.message).to.contain("may be a second resource").and.to.contain(String(outs["certId"]));
        });

        it("sees that what it has just removed at the origin is gone", async () => {
            await start();
            const { id, outs } = await env.create();
            env.nextRun();
            await env.create({ origin: "https://other.example.com" });
            await env.provider.delete(id, outs);
            await env.create();
            expect(operations().slice(-4)).to.deep.equal(["delete", "list", "upload", "list"]);
        });

        for (const policy of POLICIES) {
            it(`takes over with allowOverwrite and leaves one certificate (${JSON.stringify(policy)})`, async () => {
                await start(policy);
                env.fakeVercel.placeCertificate("prj_1", { ...env.bundle, origin: ORIGIN });
                const { outs } = await env.create({ allowOverwrite: true });
                expect(ids()).to.deep.equal([outs["certId"]]);
            });

            it(`finds its upload again after the answer was lost (${JSON.stringify(policy)})`, async () => {
                await start(policy);
                env.fakeVercel.addFault({ operation: "upload", kind: "reset-after" });
                const { outs } = await env.create();
                expect(ids()).to.deep.equal([outs["certId"]]);
                expect(operations().filter((name) => name === "upload")).to.have.lengthOf(1);
            });
        }

        it("sends an upload again that did not arrive, once", async () => {
            await start();
            env.fakeVercel.addFault({ operation: "upload", kind: "reset-before" });
            const { outs } = await env.create();
            expect(ids()).to.deep.equal([outs["certId"]]);
        });

        it("gives up after the second upload that came to nothing", async () => {
            await start();
            env.fakeVercel.addFault({ operation: "upload", kind: "status", status: 500, times: 9 });
            const error = await failureOf(env.create());
            expect(error.message).to.contain("500");
            expect(operations().filter((name) => name === "upload")).to.have.lengthOf(2);
            expect(ids()).to.deep.equal([]);
        });

        it("keeps the id of a certificate that Vercel took but does not list, and mends it in the next run", async () => {
            await start();
            env.fakeVercel.addFault({ operation: "list", kind: "body", body: `{"clientCerts":[]}`, skip: 1, times: 6 });
            const inputs = await env.checked();
            const error = await failureOf(env.provider.create(inputs));
            if (!(error instanceof PartialFailure)) {
                throw error;
            }
            expect(error.properties["certId"]).to.equal(ids()[0]);
            expect(error.properties["__provider"]).to.equal("text");
            env.nextRun();
            expect(await env.provider.diff(error.id, error.properties, inputs)).to.deep.equal({ changes: true });
            const { outs } = await env.provider.update(error.id, error.properties, inputs);
            expect(ids()).to.deep.equal([outs["certId"]]);
            expect(outs["fingerprint"]).to.equal(inputs["fingerprint"]);
        });

        it("succeeds with a warning where the confirming list cannot be had", async () => {
            await start();
            env.fakeVercel.addFault({ operation: "list", kind: "status", status: 403, skip: 1 });
            const { outs } = await env.create();
            expect(ids()).to.deep.equal([outs["certId"]]);
            expect(env.lines.join("\n")).to.contain("no listing has confirmed it");
        });

        it("says what a refused token needs, and does not show it", async () => {
            await start({ environment: { VERCEL_API_TOKEN: "vcp_wrongwrongwrongwrongwrong" } });
            const error = await failureOf(env.create());
            expect(error.message).to.match(/token/i);
            expect(error.message).to.not.contain("wrongwrong");
            expect(error.stack).to.equal("");
        });

        it("says so where there is no token at all", async () => {
            await start({ environment: { VERCEL_API_TOKEN: "" } });
            expect((await failureOf(env.create())).message).to.contain("VERCEL_API_TOKEN");
        });
    });

    describe("update", () => {
        for (const policy of POLICIES) {
            it(`rotates in place, the new before the old goes (${JSON.stringify(policy)})`, async () => {
                await start(policy);
                const { id, outs } = await env.create();
                env.nextRun();
                const next = await env.bundle.authority.issue();
                const inputs = await env.checked({ cert: next.certPem, key: next.keyPem });
                expect(await env.provider.diff(id, outs, inputs)).to.deep.equal({ changes: true });
                env.fakeVercel.clearRequests();
                const { outs: rotated } = await env.provider.update(id, outs, inputs);
                expect(ids()).to.deep.equal([rotated["certId"]]);
                expect(rotated["fingerprint"]).to.equal(inputs["fingerprint"]);
                const removal = operations().indexOf("delete");
                const confirmation = operations().indexOf("list", operations().indexOf("upload"));
                expect(removal === -1 || removal > confirmation).to.equal(true);
                expect(await env.provider.diff(id, rotated, inputs)).to.deep.equal({ changes: false });
            });
        }

        it("keeps the id of an old certificate that would not go, and removes it in the next run without the key", async () => {
            await start();
            const { id, outs } = await env.create();
            env.nextRun();
            const next = await env.bundle.authority.issue();
            const inputs = await env.checked({ cert: next.certPem, key: next.keyPem });
            env.fakeVercel.addFault({ operation: "delete", kind: "status", status: 409 });
            const { outs: rotated } = await env.provider.update(id, outs, inputs);
            expect(rotated["staleCertIds"]).to.deep.equal([outs["certId"]]);
            env.nextRun();
            const keyless = await env.checked({ cert: next.certPem, key: { file: "absent" } }, inputs);
            expect(await env.provider.diff(id, rotated, keyless)).to.deep.equal({ changes: true });
            const { outs: cleaned } = await env.provider.update(id, rotated, keyless);
            expect(cleaned["staleCertIds"]).to.deep.equal([]);
            expect(ids()).to.deep.equal([rotated["certId"]]);
            expect(operations().filter((name) => name === "upload")).to.have.lengthOf(2);
        });

        it("leaves a stranger's certificate alone and names it", async () => {
            await start();
            const { id, outs } = await env.create();
            env.nextRun();
            const foreign = env.fakeVercel.placeCertificate("prj_1", { ...env.bundle, origin: ORIGIN });
            const next = await env.bundle.authority.issue();
            const inputs = await env.checked({ cert: next.certPem, key: next.keyPem });
            const { outs: rotated } = await env.provider.update(id, outs, inputs);
            expect(ids()).to.have.members([foreign, rotated["certId"]]);
            expect(env.lines.join("\n")).to.contain(foreign).and.to.contain("To remove it, set allowOverwrite");
        });

        it("fails in check's words where the key has become unreadable", async () => {
            await start();
            const { id, outs } = await env.create();
            env.nextRun();
            const inputs = { ...(await env.checked()), key: { file: "gone.key" } };
            const error = await failureOf(env.provider.update(id, { ...outs, fingerprint: "" }, inputs));
            expect(error.message).to.contain("key: no private key in the file").and.to.contain("gone.key");
        });
    });

    describe("diff", () => {
        it("sees nothing in reformatted and reordered PEMs", async () => {
            await start();
            const { id, outs } = await env.create();
            const { cert, ca, authority } = env.bundle;
            const reformatted = { cert: `# mine\r\n${cert.replace(/\n/g, "\r\n")}`, ca: ca.replace(/\n/g, "\\n") };
            expect(await env.provider.diff(id, outs, await env.checked(reformatted))).to.deep.equal({
                changes: false,
            });
            const both = await env.checked({ cert: `${authority.certPem}\n${cert}` });
            const swapped = await env.checked({ cert: `${cert}\n${authority.certPem}` });
            expect(both["fingerprint"]).to.equal(swapped["fingerprint"]);
        });

        it("replaces on another origin, and not on another spelling of the same", async () => {
            await start();
            const { id, outs } = await env.create();
            const other = await env.checked({ origin: "https://other.example.com" });
            expect(await env.provider.diff(id, outs, other)).to.deep.equal({ changes: true, replaces: ["origin"] });
            const projectWide = await env.checked({ origin: undefined });
            expect(await env.provider.diff(id, outs, projectWide)).to.deep.equal({
                changes: true,
                replaces: ["origin"],
            });
            const spelled = await env.checked({ origin: "https://Billing.example.com:443/" });
            expect(await env.provider.diff(id, outs, spelled)).to.deep.equal({ changes: false });
        });

        it("updates names where project and team are the same under another name, by a listing of each", async () => {
            await start();
            const { id, outs } = await env.create();
            env.fakeVercel.clearRequests();
            const byId = await env.checked({ project: "prj_1", team: "my-team" });
            expect(await env.provider.diff(id, outs, byId)).to.deep.equal({ changes: true });
            expect(operations()).to.deep.equal(["list", "list"]);
            const { outs: renamed } = await env.provider.update(id, outs, byId);
            expect(renamed).to.include({ project: "prj_1", team: "my-team", certId: outs["certId"] });
            expect(operations()).to.deep.equal(["list", "list"]);
        });

        it("takes a project under another name for the same one, though a write comes between the listings", async () => {
            await start();
            const { id, outs } = await env.create();
            const { cert, ca } = env.bundle;
            env.fakeVercel.onEvent = (event) => {
                if (event.kind === "request") {
                    env.fakeVercel.onEvent = undefined;
                    env.fakeVercel.placeCertificate("prj_1", { origin: "https://other.example.com", cert, ca });
                }
            };
            const byId = await env.checked({ project: "prj_1" });
            expect(await env.provider.diff(id, outs, byId)).to.deep.equal({ changes: true });
        });

        it("replaces on another project", async () => {
            await start();
            env.fakeVercel.addProject({ id: "prj_2", name: "shop", team: "team_1" });
            const { id, outs } = await env.create();
            const moved = await env.checked({ project: "shop" });
            expect(await env.provider.diff(id, outs, moved)).to.deep.equal({ changes: true, replaces: ["project"] });
        });

        it("fails with the call's error where the other name cannot be looked up", async () => {
            await start();
            const { id, outs } = await env.create();
            const moved = await env.checked({ project: "missing" });
            expect((await failureOf(env.provider.diff(id, outs, moved))).message).to.contain("missing");
        });

        it("replaces on an unknown origin or project without a call, and plans an update on an unknown certificate", async () => {
            await start();
            const { id, outs } = await env.create();
            env.fakeVercel.clearRequests();
            for (const name of ["project", "team", "origin"]) {
                const unknown = await env.checked({ [name]: UNKNOWN_VALUE });
                expect(await env.provider.diff(id, outs, unknown)).to.deep.equal({ changes: true, replaces: [name] });
            }
            expect(await env.provider.diff(id, outs, await env.checked({ cert: UNKNOWN_VALUE }))).to.deep.equal({
                changes: true,
            });
            expect(operations()).to.deep.equal([]);
        });

        it("stays with the stored team where none is given any more", async () => {
            await start();
            const { id, outs } = await env.create();
            expect(await env.provider.diff(id, outs, await env.checked({ team: undefined }))).to.deep.equal({
                changes: false,
            });
        });

        it("takes the team of the configuration", async () => {
            await start({ configuration: { "vercel:team": "my-team" } });
            const { id, outs } = await env.create({ team: undefined });
            expect(id).to.equal(`my-team/site/${ORIGIN}`);
            expect(outs["team"]).to.equal("my-team");
        });
    });

    describe("read", () => {
        it("finds what is in place unchanged", async () => {
            await start();
            const { id, outs } = await env.create();
            expect(await env.provider.read(id, outs)).to.deep.equal({ id, props: outs });
        });

        it("lets the resource go where the certificate was deleted", async () => {
            await start();
            const { id, outs } = await env.create();
            env.fakeVercel.removeCertificate("prj_1", String(outs["certId"]));
            expect(await env.provider.read(id, outs)).to.deep.equal({});
            expect(env.lines.join("\n")).to.contain(String(outs["certId"]));
        });

        it("plans an update after a foreign upload, and never adopts the foreign id", async () => {
            await start({ keepsReplaced: false });
            const { id, inputs, outs } = await env.create();
            const foreign = env.fakeVercel.placeCertificate("prj_1", { ...env.bundle, origin: ORIGIN });
            const { props } = await env.provider.read(id, outs);
            expect(props).to.deep.equal({ ...outs, fingerprint: "", certId: "", otherCertIds: [foreign] });
            expect(await env.provider.diff(id, props ?? {}, inputs)).to.deep.equal({ changes: true });
            await env.provider.delete(id, props ?? {});
            expect(ids()).to.deep.equal([foreign]);
        });

        for (const fault of [
            { status: 403 },
            { status: 404, body: `{"error":{"code":"not_found","message":"Project not found."}}` },
            { status: 405 },
        ]) {
            it(`never takes a ${String(fault.status)} for a certificate that is gone`, async () => {
                await start();
                const { id, outs } = await env.create();
                env.fakeVercel.addFault({ operation: "list", kind: "status", ...fault, times: 20 });
                expect((await failureOf(env.provider.read(id, outs))).message).to.contain(String(fault.status));
            });
        }

        it("serves get from the id alone, with empty texts for what cannot be known", async () => {
            await start();
            const { id, outs } = await env.create();
            const { props } = await env.provider.read(id, { __provider: "text" });
            expect(props).to.include({
                certId: outs["certId"],
                project: "site",
                team: "team_1",
                fingerprint: "",
                notAfter: "",
            });
            // What an upload had to say is no output of a look-up.
            expect(["findings", ...Object.keys(props ?? {})]).to.have.members(Object.keys(outs));
        });

        it("serves get as ever where a transformation adds a property that is called like an output", async () => {
            await start();
            const { id, outs } = await env.create();
            const { props } = await env.provider.read(id, {
                __provider: "text",
                certId: "cert_other",
                project: "other",
            });
            expect(props).to.include({ certId: outs["certId"], project: "site" });
        });

        it("fails get where there is no such certificate", async () => {
            await start();
            const error = await failureOf(env.provider.read(`team_1/site/${ORIGIN}`, { __provider: "text" }));
            expect(error.message).to.contain("has no certificate for").and.to.contain("nor any other");
            expect((await failureOf(env.provider.read("nonsense", { __provider: "text" }))).message).to.contain(
                "expected an id",
            );
        });
    });

    describe("delete", () => {
        it("removes the certificate and what rotations left behind", async () => {
            await start();
            const { id, outs } = await env.create();
            const stale = env.fakeVercel.placeCertificate("prj_1", { ...env.bundle, origin: ORIGIN });
            env.nextRun();
            await env.provider.delete(id, { ...outs, staleCertIds: [stale] });
            expect(ids()).to.deep.equal([]);
        });

        it("is content where the certificate is gone already", async () => {
            await start();
            const { id, outs } = await env.create();
            env.nextRun();
            env.fakeVercel.removeCertificate("prj_1", String(outs["certId"]));
            await env.provider.delete(id, outs);
            expect(operations().filter((name) => name === "delete")).to.have.lengthOf(1);
        });

        for (const kind of ["reset-before", "reset-after"] as const) {
            it(`ends with the certificate gone after a ${kind} of the connection`, async () => {
                await start();
                const { id, outs } = await env.create();
                env.nextRun();
                env.fakeVercel.addFault({ operation: "delete", kind });
                await env.provider.delete(id, outs);
                expect(ids()).to.deep.equal([]);
            });
        }

        it("does not forget a live credential where the project is not found, and names the ways out", async () => {
            await start();
            const { id, outs } = await env.create();
            env.nextRun();
            const error = await failureOf(env.provider.delete(id, { ...outs, project: "missing" }));
            expect(error.message)
                .to.contain("deletedWith")
                .and.to.contain("pulumi state delete")
                .and.to.contain("token");
        });

        for (const policy of POLICIES) {
            it(`leaves the successor of a resource that was renamed without an alias (${JSON.stringify(policy)})`, async () => {
                await start(policy);
                const { id, outs } = await env.create();
                env.nextRun();
                const { outs: successor } = await env.create({ allowOverwrite: true });
                await env.provider.delete(id, outs);
                expect(ids()).to.deep.equal([successor["certId"]]);
            });
        }

        for (const policy of [...POLICIES, { uploadPolicy: "content-id" as const }]) {
            // Ids made of the content are the same in every project that has the certificate.
            it(`removes the certificate of one project while another keeps the same one (${JSON.stringify(policy)})`, async () => {
                await start(policy);
                env.fakeVercel.addProject({ id: "prj_2", name: "shop", team: "team_1" });
                await env.create();
                const { id, outs } = await env.create({ project: "shop" });
                env.nextRun();
                const inPlace = await env.create({ allowOverwrite: true });
                await env.provider.delete(id, outs);
                expect(env.fakeVercel.certificates("prj_2")).to.deep.equal([]);
                expect(ids()).to.deep.equal([inPlace.outs["certId"]]);
            });

            it(`takes over in one project what this run has put in place in another (${JSON.stringify(policy)})`, async () => {
                await start(policy);
                env.fakeVercel.addProject({ id: "prj_2", name: "shop", team: "team_1" });
                env.fakeVercel.placeCertificate("prj_2", { ...env.bundle, origin: ORIGIN });
                await env.create();
                const { outs } = await env.create({ project: "shop", allowOverwrite: true });
                expect(env.fakeVercel.certificates("prj_2").map(({ certId }) => certId)).to.deep.equal([
                    outs["certId"],
                ]);
            });
        }

        it("says what it leaves in place", async () => {
            await start({ uploadPolicy: "same-id" });
            const { id, outs } = await env.create();
            env.nextRun();
            await env.create({ allowOverwrite: true, project: "prj_1" });
            await env.provider.delete(id, outs);
            expect(env.lines.at(-1))
                .to.contain(`${String(outs["certId"])} stays`)
                .and.to.contain(ORIGIN);
            expect(ids()).to.deep.equal([outs["certId"]]);
        });

        it("leaves what a declared resource has in place, in a deletion that was left over from an earlier run", async () => {
            await start({ uploadPolicy: "same-id" });
            const { id, outs } = await env.create();
            env.nextRun();
            const inputs = await env.checked();
            await env.provider.diff(id, outs, inputs);
            await env.provider.delete(id, outs);
            expect(ids()).to.deep.equal([outs["certId"]]);
        });

        it("removes what the program no longer declares, also after the diff of a refresh", async () => {
            await start();
            const { id, inputs, outs } = await env.create();
            env.nextRun();
            await env.provider.read(id, outs);
            await env.provider.diff(id, outs, inputs);
            await env.provider.delete(id, outs);
            expect(ids()).to.deep.equal([]);
        });
    });

    it("rotates to a certificate of another authority and key type", async () => {
        await start();
        const { id, outs } = await env.create();
        env.nextRun();
        const other = await mintBundle({ keyType: "rsa" });
        const inputs = await env.checked({ cert: other.cert, key: other.key, ca: other.ca });
        const { outs: rotated } = await env.provider.update(id, outs, inputs);
        expect(rotated["publicKeyFingerprint"]).to.not.equal(outs["publicKeyFingerprint"]);
    });
});
