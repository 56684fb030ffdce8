import { expect } from "chai";
import { afterEach, describe, it } from "mocha";
import { EngineWorld } from "../support/engineWorld";
import { ORIGIN } from "../support/world";
import type { StandInOptions } from "../vercel/standIn";

describe("pulumi, the real CLI", function () {
    // The first run may have to build or download the CLI.
    this.timeout(25 * 60_000);

    let world: EngineWorld;
    const start = async (options: StandInOptions = {}): Promise<EngineWorld> => {
        world = await EngineWorld.start(options);
        return world;
    };
    afterEach(async () => {
        try {
            world.verify();
        } finally {
            await world.stop();
        }
    });

    it("creates a certificate with its key encrypted, leaves it alone, leaves it alone reformatted and reordered, and destroys it", async () => {
        const { project, triple, standIn } = await start();
        const authority = triple.authority.certPem;
        world.declareOne({ cert: `${triple.cert}\n${authority}` });
        await project.run(["up", "--yes"]);
        const created = await world.stored();
        expect(created?.id).to.equal(`team_1/site/${ORIGIN}`);
        expect(created?.outputs).to.include({ certId: world.certIds()[0], project: "site", team: "team_1" });
        // Though the program did not mark it secret.
        expect(created?.inputs["key"]).to.have.property("ciphertext");
        expect(JSON.stringify(created?.outputs)).to.not.contain("ciphertext");

        standIn.clearRequests();
        expect((await project.up()).output).to.match(/\d unchanged/);
        world.declareOne({
            cert: `subject=mine\r\n${authority}\r\n${triple.cert}`.replace(/\n/g, "\r\n"),
            ca: `${triple.ca}\n# once more\n${triple.ca}`.replace(/\n/g, "\\n"),
        });
        await project.run(["preview", "--expect-no-changes"]);
        await project.up();
        expect(world.operations()).to.deep.equal([]);
        expect((await world.stored())?.outputs).to.deep.equal(created?.outputs);

        await project.destroy();
        expect(world.certIds()).to.deep.equal([]);
        expect(await world.stored()).to.equal(undefined);
    });

    it("rotates in place without a gap, by a plan that shows the fingerprints", async () => {
        const { project, standIn } = await start({ uploadPolicy: "new-id" });
        world.declareOne();
        await project.up();
        const before = await world.stored();
        world.declareOne(await world.renew());
        const plan = await project.preview();
        expect(plan.output).to.match(/~ fingerprint\s*: "v1:[0-9a-f]{64}" => "v1:[0-9a-f]{64}"/);
        standIn.clearRequests();
        await project.up();
        const after = await world.stored();
        expect(after?.id).to.equal(before?.id);
        expect(after?.outputs["certId"]).to.not.equal(before?.outputs["certId"]);
        expect(world.certIds()).to.deep.equal([after?.outputs["certId"]]);
        expect(world.operations()).to.deep.equal(["list", "upload", "list", "delete"]);
    });

    it("previews a certificate that is not known yet, creates it, and holds a plan made then", async () => {
        const { project, triple } = await start();
        world.declare({ resources: { mtls: world.args() }, unknownCert: "mtls" });
        await project.preview();
        await project.up();
        expect(world.certIds()).to.have.lengthOf(1);
        const next = await world.renew();
        world.declare({
            resources: { mtls: world.args({ ...next, cert: `${next.cert}\n${triple.authority.certPem}` }) },
            unknownCert: "mtls",
        });
        const plan = await project.run(["preview", "--diff", "--save-plan", "plan.json"]);
        expect(plan.output).to.match(/fingerprint\s*: "v1:[0-9a-f]{64}" => \[unknown\]/);
        await project.run(["up", "--yes", "--plan", "plan.json"]);
        expect(world.certIds()).to.have.lengthOf(1);
    });

    it("keeps a key that comes from a file or from the environment out of the state, and needs it only to rotate", async () => {
        const { project, triple } = await start();
        const environment = { CLIENT_KEY: triple.key };
        world.declareOne({ key: { env: "CLIENT_KEY" } });
        await project.up([], { environment });
        expect((await world.stored())?.inputs["key"]).to.deep.equal({ env: "CLIENT_KEY" });

        await project.preview();
        await project.up();
        const next = await world.renew();
        world.declareOne({ cert: next.cert, key: { file: "client.key" } });
        const preview = await project.preview();
        expect(preview.output).to.contain("expected the private key in the file").and.to.contain("client.key");
        const refused = await project.up([], { expectFailure: true });
        expect(refused.output).to.contain("expected the private key in the file").and.to.contain("client.key");
        project.writeFile("client.key", next.key);
        await project.up();
        expect((await world.stored())?.inputs["key"]).to.deep.equal({ file: "client.key" });
        expect(world.certIds()).to.have.lengthOf(1);
    });

    it("creates the certificate again that somebody deleted", async () => {
        const { project, standIn } = await start();
        world.declareOne();
        await project.up();
        standIn.removeCertificate("prj_1", String((await world.stored())?.outputs["certId"]));
        expect((await project.refresh()).output).to.contain("is gone");
        expect(await world.stored()).to.equal(undefined);
        await project.up();
        expect(world.certIds()).to.deep.equal([(await world.stored())?.outputs["certId"]]);
    });

    it("puts the declared certificate back after somebody uploaded another", async () => {
        const { project, standIn } = await start({ keepsReplaced: false });
        world.declareOne();
        await project.up();
        const declared = (await world.stored())?.outputs["fingerprint"];
        const { cert } = await world.renew();
        const foreign = standIn.placeCertificate("prj_1", { origin: ORIGIN, cert, ca: world.triple.ca });
        expect((await project.refresh()).output).to.contain(foreign);
        expect((await world.stored())?.outputs["fingerprint"]).to.equal("");
        expect((await project.preview()).output).to.contain("1 to update");
        await project.up();
        expect((await world.stored())?.outputs["fingerprint"]).to.equal(declared);
        expect(world.certIds()).to.include((await world.stored())?.outputs["certId"]);
    });

    it("keeps in the state what Vercel took but does not list, and mends it by the next up", async () => {
        const { project, standIn } = await start();
        world.declareOne();
        // For as long as a listing that lags is waited for.
        standIn.addFault({ operation: "list", kind: "body", body: `{"clientCerts":[]}`, skip: 1, times: 100 });
        const failed = await project.up([], { expectFailure: true });
        standIn.clearFaults();
        expect(failed.output).to.contain("does not list it");
        const kept = await world.stored();
        expect(kept?.outputs["certId"]).to.equal(world.certIds()[0]);
        await project.up();
        const mended = await world.stored();
        expect(mended?.initErrors ?? []).to.deep.equal([]);
        expect(mended?.outputs["fingerprint"]).to.match(/^v1:/);
        expect(world.certIds()).to.deep.equal([mended?.outputs["certId"]]);
    });

    it("looks up a certificate by its id and never deletes it", async () => {
        const { project, standIn } = await start();
        const certId = standIn.placeCertificate("prj_1", { origin: ORIGIN, ...world.triple });
        world.declare({ get: `team_1/site/${ORIGIN}` });
        await project.up();
        expect((await project.outputs())["lookedUp"]).to.deep.equal({
            certId,
            fingerprint: "",
            team: "team_1",
            notAfter: "",
        });
        await project.destroy();
        expect(world.certIds()).to.deep.equal([certId]);
        world.declare({ get: "team_1/site/https://absent.example.com" });
        const failed = await project.run(["preview"], { expectFailure: true });
        expect(failed.output).to.contain("expected a certificate for https://absent.example.com");
    });

    it("reports every wrong argument at once, without a call", async () => {
        const { project } = await start();
        world.declareOne({
            project: "a/b",
            origin: "http://x.example.com",
            ca: world.triple.key,
            skipValidation: "yes",
        });
        const refused = await project.up([], { expectFailure: true });
        for (const name of ["project", "origin", "skipValidation"]) {
            expect(refused.output).to.contain(`${name}: expected`);
        }
        expect(refused.output).to.match(/ca: .*private key/i);
        expect(world.operations()).to.deep.equal([]);
    });

    it("ends in one sentence that names the fix: refused token, missing project", async () => {
        const { project } = await start();
        const failure = async (environment: Record<string, string> = {}): Promise<string> =>
            (await project.up([], { environment, expectFailure: true })).output;
        world.declareOne();
        expect(await failure({ VERCEL_API_TOKEN: "vcp_notthetokennotthetoken" })).to.match(/403[^]*VERCEL_API_TOKEN/);
        world.declareOne({ project: "missing" });
        expect(await failure()).to.match(/missing[^]*not found/i);
    });
});
