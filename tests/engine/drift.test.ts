import { expect } from "chai";
import { afterEach, describe, it } from "mocha";
import { EngineEnvironment } from "../support/engineEnvironment";
import { ORIGIN } from "../support/testEnvironment";
import type { FakeVercelOptions } from "../vercel/fakeVercel";

describe("a certificate that was changed or is not seen at Vercel, with the real CLI", function () {
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

    it("creates the certificate again that somebody deleted", async () => {
        const { project, fakeVercel } = await start();
        env.declareOne();
        await project.up();
        fakeVercel.removeCertificate("prj_1", String((await env.stored())?.outputs["certId"]));
        expect((await project.refresh()).output).to.contain("is gone");
        expect(await env.stored()).to.equal(undefined);
        await project.up();
        expect(env.certIds()).to.deep.equal([(await env.stored())?.outputs["certId"]]);
    });

    it("puts the declared certificate back after somebody uploaded another", async () => {
        const { project, fakeVercel } = await start({ keepsReplaced: false });
        env.declareOne();
        await project.up();
        const declared = (await env.stored())?.outputs["fingerprint"];
        const { cert } = await env.renew();
        const foreign = fakeVercel.placeCertificate("prj_1", { origin: ORIGIN, cert, ca: env.bundle.ca });
        expect((await project.refresh()).output).to.contain(foreign);
        expect((await env.stored())?.outputs["fingerprint"]).to.equal("");
        expect((await project.preview()).output).to.contain("1 to update");
        await project.up();
        expect((await env.stored())?.outputs["fingerprint"]).to.equal(declared);
        expect(env.certIds()).to.include((await env.stored())?.outputs["certId"]);
    });

    it("keeps in the state what Vercel took but does not list, and mends it by the next up", async () => {
        const { project, fakeVercel } = await start();
        env.declareOne();
        // For as long as a listing that lags is waited for.
        fakeVercel.addFault({ operation: "list", kind: "body", body: `{"clientCerts":[]}`, skip: 1, times: 100 });
        const failed = await project.up([], { expectFailure: true });
        fakeVercel.clearFaults();
        expect(failed.output).to.contain("does not list it");
        const kept = await env.stored();
        expect(kept?.outputs["certId"]).to.equal(env.certIds()[0]);
        await project.up();
        const mended = await env.stored();
        expect(mended?.initErrors ?? []).to.deep.equal([]);
        expect(mended?.outputs["fingerprint"]).to.match(/^v1:/);
        expect(env.certIds()).to.deep.equal([mended?.outputs["certId"]]);
    });
});
