import { expect } from "chai";
import { afterEach, describe, it } from "mocha";
import { EngineEnvironment } from "../support/engineEnvironment";
import { ORIGIN } from "../support/testEnvironment";
import type { FakeVercelOptions } from "../vercel/fakeVercel";

describe("pulumi, the real CLI", function () {
    // The first run may have to build or download the CLI.
    this.timeout(25 * 60_000);

    let env: EngineEnvironment;
    const start = async (options: FakeVercelOptions = {}): Promise<EngineEnvironment> => {
        env = await EngineEnvironment.start(options);
        return env;
    };
    afterEach(async () => {
        await env.end();
    });

    it("creates a certificate with its key encrypted, leaves it alone, leaves it alone reformatted and reordered, and destroys it", async () => {
        const { project, bundle, fakeVercel } = await start();
        const authority = bundle.authority.certPem;
        env.declareOne({ cert: `${bundle.cert}\n${authority}` });
        await project.run(["up", "--yes"]);
        const created = await env.stored();
        expect(created?.id).to.equal(`team_1/site/${ORIGIN}`);
        expect(created?.outputs).to.include({ certId: env.certIds()[0], project: "site", team: "team_1" });
        // Though the program did not mark it secret.
        expect(created?.inputs["key"]).to.have.property("ciphertext");
        expect(JSON.stringify(created?.outputs)).to.not.contain("ciphertext");

        fakeVercel.clearRequests();
        expect((await project.up()).output).to.match(/\d unchanged/);
        env.declareOne({
            cert: `subject=mine\r\n${authority}\r\n${bundle.cert}`.replace(/\n/g, "\r\n"),
            ca: `${bundle.ca}\n# once more\n${bundle.ca}`.replace(/\n/g, "\\n"),
        });
        await project.run(["preview", "--expect-no-changes"]);
        await project.up();
        expect(env.operations()).to.deep.equal([]);
        expect((await env.stored())?.outputs).to.deep.equal(created?.outputs);

        await project.destroy();
        expect(env.certIds()).to.deep.equal([]);
        expect(await env.stored()).to.equal(undefined);
    });

    it("rotates in place without a gap, by a plan that shows the fingerprints", async () => {
        const { project, fakeVercel } = await start({ uploadPolicy: "new-id" });
        env.declareOne();
        await project.up();
        const before = await env.stored();
        env.declareOne(await env.renew());
        const plan = await project.preview();
        expect(plan.output).to.match(/~ fingerprint\s*: "v1:[0-9a-f]{64}" => "v1:[0-9a-f]{64}"/);
        fakeVercel.clearRequests();
        await project.up();
        const after = await env.stored();
        expect(after?.id).to.equal(before?.id);
        expect(after?.outputs["certId"]).to.not.equal(before?.outputs["certId"]);
        expect(env.certIds()).to.deep.equal([after?.outputs["certId"]]);
        expect(env.operations()).to.deep.equal(["list", "upload", "list", "delete"]);
    });

    it("previews a certificate that is not known yet, creates it, and holds a plan made then", async () => {
        const { project, bundle } = await start();
        env.declare({ resources: { mtls: env.args() }, unknownCert: "mtls" });
        await project.preview();
        await project.up();
        expect(env.certIds()).to.have.lengthOf(1);
        const next = await env.renew();
        env.declare({
            resources: { mtls: env.args({ ...next, cert: `${next.cert}\n${bundle.authority.certPem}` }) },
            unknownCert: "mtls",
        });
        const plan = await project.run(["preview", "--diff", "--save-plan", "plan.json"]);
        expect(plan.output).to.match(/fingerprint\s*: "v1:[0-9a-f]{64}" => \[unknown\]/);
        await project.run(["up", "--yes", "--plan", "plan.json"]);
        expect(env.certIds()).to.have.lengthOf(1);
    });

    it("keeps a key that comes from a file or from the environment out of the state, and needs it only to rotate", async () => {
        const { project, bundle } = await start();
        const environment = { CLIENT_KEY: bundle.key };
        env.declareOne({ key: { env: "CLIENT_KEY" } });
        await project.up([], { environment });
        expect((await env.stored())?.inputs["key"]).to.deep.equal({ env: "CLIENT_KEY" });

        await project.preview();
        await project.up();
        const next = await env.renew();
        env.declareOne({ cert: next.cert, key: { file: "client.key" } });
        const preview = await project.preview();
        expect(preview.output).to.contain("no private key in the file").and.to.contain("client.key");
        const refused = await project.up([], { expectFailure: true });
        expect(refused.output).to.contain("no private key in the file").and.to.contain("client.key");
        project.writeFile("client.key", next.key);
        await project.up();
        expect((await env.stored())?.inputs["key"]).to.deep.equal({ file: "client.key" });
        expect(env.certIds()).to.have.lengthOf(1);
    });

    it("looks up a certificate by its id and never deletes it", async () => {
        const { project, fakeVercel } = await start();
        const certId = fakeVercel.placeCertificate("prj_1", { origin: ORIGIN, ...env.bundle });
        env.declare({ get: `team_1/site/${ORIGIN}` });
        await project.up();
        expect((await project.outputs())["lookedUp"]).to.deep.equal({
            certId,
            fingerprint: "",
            team: "team_1",
            notAfter: "",
        });
        await project.destroy();
        expect(env.certIds()).to.deep.equal([certId]);
        env.declare({ get: "team_1/site/https://absent.example.com" });
        const failed = await project.run(["preview"], { expectFailure: true });
        expect(failed.output).to.contain("the project has no certificate for https://absent.example.com");
    });

    it("reports every wrong argument at once, without a call", async () => {
        const { project } = await start();
        env.declareOne({
            project: "a/b",
            origin: "http://x.example.com",
            ca: env.bundle.key,
            skipValidation: "yes",
        });
        const refused = await project.up([], { expectFailure: true });
        for (const name of ["project", "origin", "skipValidation"]) {
            expect(refused.output).to.contain(`${name}: expected`);
        }
        expect(refused.output).to.match(/ca: .*private key/i);
        expect(env.operations()).to.deep.equal([]);
    });

    it("ends in one sentence that names the fix: refused token, missing project", async () => {
        const { project } = await start();
        const failure = async (environment: Record<string, string> = {}): Promise<string> =>
            (await project.up([], { environment, expectFailure: true })).output;
        env.declareOne();
        expect(await failure({ VERCEL_API_TOKEN: "vcp_notthetokennotthetoken" })).to.match(/403[^]*VERCEL_API_TOKEN/);
        env.declareOne({ project: "missing" });
        expect(await failure()).to.match(/missing[^]*not found/i);
    });
});
