import { expect } from "chai";
import { after, afterEach, before, describe, it } from "mocha";
import { readCertificateSet } from "../../provider/certificates/certificates";
import { EngineEnvironment } from "../support/engineEnvironment";
import { mintBundle } from "../support/mint";

const fingerprintOf = (material: { readonly cert: string; readonly ca: string }): string =>
    readCertificateSet(material).value?.fingerprint ?? "";

describe("an expected fingerprint that only up can know", function () {
    this.timeout(25 * 60_000);

    let env: EngineEnvironment;
    before(async () => {
        env = await EngineEnvironment.start();
    });
    afterEach(() => {
        env.verify();
    });
    after(async () => {
        await env.stop();
    });

    const declare = (expectedFingerprint: string): void => {
        env.declare({ resources: { mtls: env.args({ expectedFingerprint }) }, unknownExpectation: "mtls" });
    };

    it("does not fail the preview, and is enforced by up, without a call", async () => {
        const proven = fingerprintOf(env.bundle);
        const other = proven.replace(/[0-9a-f]/g, "0").replace("v0", "v1");
        declare(other);
        const refused = await env.project.run(["up", "--yes"], { expectFailure: true });
        expect(refused.output).to.contain("Updating").and.to.contain(`the fingerprint ${other}, got ${proven}`);
        expect(env.operations()).to.deep.equal([]);
        expect(await env.stored()).to.equal(undefined);

        declare(proven);
        await env.project.up();
        expect(env.certIds()).to.have.lengthOf(1);
    });

    it("holds for what is in place already, though nothing would be uploaded", async () => {
        const before = env.operations().length;
        env.declareOne({ expectedFingerprint: fingerprintOf(await mintBundle()) });
        const refused = await env.project.run(["preview"], { expectFailure: true });
        expect(refused.output).to.contain(`got ${fingerprintOf(env.bundle)}, so nothing is deployed`);
        env.declareOne({ expectedFingerprint: fingerprintOf(env.bundle) });
        expect((await env.project.up()).output).to.contain("2 unchanged");
        expect(env.operations()).to.have.lengthOf(before);
        await env.project.destroy();
    });
});
