import { expect } from "chai";
import { afterEach, describe, it } from "mocha";
import { EngineEnvironment } from "../support/engineEnvironment";
import type { FakeVercelOptions } from "../vercel/fakeVercel";

/** What has to hold whatever Vercel does with the old id: `npm test` runs it for one way, the proofs for the other. */
export function describeOwners(policies: readonly FakeVercelOptions[]): void {
    describe("two stacks that claim the same project and origin", function () {
        this.timeout(25 * 60_000);

        let first: EngineEnvironment;
        let second: EngineEnvironment;
        async function start(options: FakeVercelOptions): Promise<void> {
            first = await EngineEnvironment.start(options);
            second = await first.another();
            first.declareOne();
            await first.project.up();
        }
        afterEach(async () => {
            try {
                first.verify();
                second.verify();
            } finally {
                await second.stop();
                await first.stop();
            }
        });

        for (const policy of policies) {
            it(`are told apart: the second is refused, or takes over and stays (${JSON.stringify(policy)})`, async () => {
                await start(policy);
                second.declareOne();
                const refused = await second.project.up([], { expectFailure: true });
                expect(refused.output).to.contain("Another stack or person may own it");
                expect(first.certIds()).to.deep.equal([(await first.stored())?.outputs["certId"]]);

                second.declareOne({ allowOverwrite: true });
                await second.project.up();
                const taken = (await second.stored())?.outputs["certId"];
                expect(first.certIds()).to.deep.equal([taken]);

                const drift = await first.project.refresh();
                expect(drift.output).to.contain(String(taken)).and.to.contain("is in its place");
                expect((await first.stored())?.outputs["fingerprint"]).to.equal("");
                await first.project.destroy();
                expect(second.certIds()).to.deep.equal([taken]);
                await second.project.run(["preview", "--expect-no-changes"]);
            });

            it(`do not delete each other's certificate without a refresh either (${JSON.stringify(policy)})`, async () => {
                await start(policy);
                second.declareOne({ allowOverwrite: true });
                await second.project.up();
                await first.project.destroy();
                expect(second.certIds()).to.deep.equal([(await second.stored())?.outputs["certId"]]);
            });
        }
    });
}
