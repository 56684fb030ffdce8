import { expect } from "chai";
import { afterEach, describe, it } from "mocha";
import { PROVIDER_TEXT } from "../support/providerHost";
import { EngineWorld } from "../support/engineWorld";
import { ORIGIN } from "../support/world";
import type { StandInOptions } from "../vercel/standIn";

const POLICIES: readonly StandInOptions[] = [{ uploadPolicy: "same-id" }, { uploadPolicy: "new-id" }];
const REFUSED = "expected no certificate in place";

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

    it("creates a certificate, leaves it alone, leaves it alone reformatted and reordered, and destroys it", async () => {
        const { project, triple, standIn } = await start();
        const authority = triple.authority.certPem;
        world.declareOne({ cert: `${triple.cert}\n${authority}` });
        await project.up();
        const created = await world.stored();
        expect(created?.id).to.equal(`team_1/site/${ORIGIN}`);
        expect(created?.outputs).to.include({ certId: world.certIds()[0], project: "site", team: "team_1" });

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

    for (const policy of POLICIES) {
        it(`rotates in place without a gap where a second upload gets ${String(policy.uploadPolicy)}`, async () => {
            const { project, standIn } = await start(policy);
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
            expect(after?.outputs["certId"] === before?.outputs["certId"]).to.equal(policy.uploadPolicy === "same-id");
            expect(world.certIds()).to.deep.equal([after?.outputs["certId"]]);
            const expected = ["list", "upload", "list", ...(policy.uploadPolicy === "same-id" ? [] : ["delete"])];
            expect(world.operations()).to.deep.equal(expected);
        });
    }

    it("replaces the certificate on another origin", async () => {
        const { project } = await start();
        world.declareOne();
        await project.up();
        world.declareOne({ origin: "https://other.example.com" });
        expect((await project.up()).output).to.contain("replaced");
        expect(world.standIn.certificates("prj_1").map(({ origin }) => origin)).to.deep.equal([
            "https://other.example.com",
        ]);
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
        await project.run(["up", "--yes"], { environment });
        expect((await world.stored())?.inputs["key"]).to.deep.equal({ env: "CLIENT_KEY" });

        await project.preview();
        await project.up();
        const next = await world.renew();
        world.declareOne({ cert: next.cert, key: { file: "client.key" } });
        const refused = await project.run(["preview"], { expectFailure: true });
        expect(refused.output).to.contain("expected the private key in the file").and.to.contain("client.key");
        project.writeFile("client.key", next.key);
        await project.up();
        expect((await world.stored())?.inputs["key"]).to.deep.equal({ file: "client.key" });
        expect(world.certIds()).to.have.lengthOf(1);
    });

    it("encrypts a key that is given as text, though the program did not mark it secret", async () => {
        const { project } = await start();
        world.declareOne();
        await project.up();
        expect((await world.stored())?.inputs["key"]).to.have.property("ciphertext");
        expect(JSON.stringify((await world.stored())?.outputs)).to.not.contain("ciphertext");
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

    it("does not take over what it did not upload, unless allowed", async () => {
        const { project, standIn } = await start();
        const foreign = standIn.placeCertificate("prj_1", { origin: ORIGIN, ...world.triple });
        world.declareOne();
        const refused = await project.run(["up", "--yes"], { expectFailure: true });
        expect(refused.output).to.contain(REFUSED).and.to.contain(foreign);
        expect(world.certIds()).to.deep.equal([foreign]);
        world.declareOne({ allowOverwrite: true });
        await project.up();
        expect(world.certIds()).to.deep.equal([(await world.stored())?.outputs["certId"]]);
    });

    it("keeps in the state what Vercel took but does not list, and mends it by the next up", async () => {
        const { project, standIn } = await start();
        world.declareOne();
        standIn.addFault({ operation: "list", kind: "body", body: `{"clientCerts":[]}`, skip: 1 });
        const failed = await project.run(["up", "--yes"], { expectFailure: true });
        expect(failed.output).to.contain("does not list it");
        const kept = await world.stored();
        expect(kept?.outputs["certId"]).to.equal(world.certIds()[0]);
        await project.up();
        const mended = await world.stored();
        expect(mended?.initErrors ?? []).to.deep.equal([]);
        expect(mended?.outputs["fingerprint"]).to.match(/^v1:/);
        expect(world.certIds()).to.deep.equal([mended?.outputs["certId"]]);
    });

    it("keeps the id of an old certificate that would not go, and removes it in the next up", async () => {
        const { project, standIn } = await start();
        world.declareOne();
        await project.up();
        world.declareOne(await world.renew());
        standIn.addFault({ operation: "delete", kind: "status", status: 409 });
        expect((await project.up()).output).to.contain("could not be removed");
        expect((await world.stored())?.outputs["staleCertIds"]).to.have.lengthOf(1);
        expect((await project.up()).output).to.contain("earlier rotations left behind");
        expect((await world.stored())?.outputs["staleCertIds"]).to.deep.equal([]);
        expect(world.certIds()).to.have.lengthOf(1);
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

    it("imports a certificate from a file without an upload, to a preview without changes", async () => {
        const { project, standIn } = await start();
        world.declareOne();
        await project.up();
        const fingerprint = (await world.stored())?.outputs["fingerprint"];
        const certId = (await world.stored())?.outputs["certId"];
        await project.run(["state", "delete", (await world.stored())?.urn ?? "", "--yes"]);
        standIn.clearRequests();
        const __provider = PROVIDER_TEXT;
        const imported = {
            type: "pulumi-nodejs:dynamic/vercel:ProjectClientCert",
            name: "mtls",
            id: `team_1/site/${ORIGIN}`,
            inputs: { __provider },
            outputs: { __provider, certId, project: "site", team: "team_1", fingerprint },
        };
        project.writeFile("import.json", JSON.stringify({ resources: [imported] }));
        await project.run(["import", "--file", "import.json", "--generate-code=false", "--protect=false", "--yes"]);
        await project.run(["preview", "--expect-no-changes"]);
        await project.up();
        expect(world.operations()).to.not.include("upload");
        expect(world.certIds()).to.deep.equal([certId]);
    });

    it("reports every wrong argument at once, without a call", async () => {
        const { project } = await start();
        world.declareOne({
            project: "a/b",
            origin: "http://x.example.com",
            ca: world.triple.key,
            skipValidation: "yes",
        });
        const refused = await project.run(["up", "--yes"], { expectFailure: true });
        for (const name of ["project", "origin", "skipValidation"]) {
            expect(refused.output).to.contain(`${name}: expected`);
        }
        expect(refused.output).to.match(/ca: .*private key/i);
        expect(world.operations()).to.deep.equal([]);
    });

    it("ends in one sentence that names the fix: refused token, missing project, withdrawn endpoint, unreachable host", async () => {
        const { project, standIn } = await start();
        const failure = async (environment: Record<string, string> = {}): Promise<string> =>
            (await project.run(["up", "--yes"], { environment, expectFailure: true })).output;
        world.declareOne();
        expect(await failure({ VERCEL_API_TOKEN: "vcp_notthetokennotthetoken" })).to.match(/403[^]*VERCEL_API_TOKEN/);
        expect(await failure({ VERCEL_API_URL: "http://127.0.0.1:9" })).to.match(/ECONNREFUSED/);
        expect(await failure({ VERCEL_API_URL: "http://api.example.com" })).to.match(/VERCEL_API_URL[^]*https/);
        standIn.addFault({ operation: "list", kind: "status", status: 410, times: 20 });
        expect(await failure()).to.match(/withdrawn, or not enabled for this team/);
        world.declareOne({ project: "missing" });
        expect(await failure()).to.match(/missing[^]*(withdrawn|not found)/i);
    });
});
