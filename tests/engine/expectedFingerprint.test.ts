import { expect } from "chai";
import { after, afterEach, before, describe, it } from "mocha";
import { readPublicMaterial } from "../../provider/material/material";
import { EngineWorld } from "../support/engineWorld";
import { mintTriple } from "../support/mint";

const fingerprintOf = (material: { readonly cert: string; readonly ca: string }): string =>
    readPublicMaterial(material).value?.fingerprint ?? "";

describe("an expected fingerprint that only up can know", function () {
    this.timeout(25 * 60_000);

    let world: EngineWorld;
    before(async () => {
        world = await EngineWorld.start();
    });
    afterEach(() => {
        world.verify();
    });
    after(async () => {
        await world.stop();
    });

    const declare = (expectedFingerprint: string): void => {
        world.declare({ resources: { mtls: world.args({ expectedFingerprint }) }, unknownExpectation: "mtls" });
    };

    it("does not fail the preview, and is enforced by up, without a call", async () => {
        const proven = fingerprintOf(world.triple);
        const other = proven.replace(/[0-9a-f]/g, "0").replace("v0", "v1");
        declare(other);
        const refused = await world.project.run(["up", "--yes"], { expectFailure: true });
        expect(refused.output).to.contain("Updating").and.to.contain(`the fingerprint ${other}, got ${proven}`);
        expect(world.operations()).to.deep.equal([]);
        expect(await world.stored()).to.equal(undefined);

        declare(proven);
        await world.project.up();
        expect(world.certIds()).to.have.lengthOf(1);
    });

    it("holds for what is in place already, though nothing would be uploaded", async () => {
        const before = world.operations().length;
        world.declareOne({ expectedFingerprint: fingerprintOf(await mintTriple()) });
        const refused = await world.project.run(["preview"], { expectFailure: true });
        expect(refused.output).to.contain(`got ${fingerprintOf(world.triple)}, so nothing is deployed`);
        world.declareOne({ expectedFingerprint: fingerprintOf(world.triple) });
        expect((await world.project.up()).output).to.contain("2 unchanged");
        expect(world.operations()).to.have.lengthOf(before);
        await world.project.destroy();
    });
});
