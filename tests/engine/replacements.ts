import { expect } from "chai";
import { afterEach, describe, it } from "mocha";
import { GuardedStack } from "../support/guardedStack";
import { ORIGIN } from "../support/testEnvironment";
import type { FakeVercelOptions } from "../vercel/fakeVercel";

const OTHER_ORIGIN = "https://other.example.com";

/** What has to hold whatever Vercel does with ids: `npm test` runs it for one way, the proofs for the others. */
export function describeReplacements(policies: readonly FakeVercelOptions[]): void {
    describe("a renamed or replaced resource", function () {
        this.timeout(25 * 60_000);

        const stack = new GuardedStack();
        afterEach(() => stack.stop());

        for (const policy of policies) {
            const how = JSON.stringify(policy);

            it(`keeps its certificate when it is renamed without an alias (${how})`, async () => {
                await stack.start(policy);
                stack.env.declare({ resources: { renamed: stack.env.args({ allowOverwrite: true }) } });
                await stack.env.project.up();
                await stack.expectOnly("renamed");
            });

            it(`keeps its certificate when it is renamed, and its project is given by id from then on (${how})`, async () => {
                await stack.start(policy);
                stack.env.declare({
                    resources: { renamed: stack.env.args({ allowOverwrite: true, project: "prj_1" }) },
                });
                await stack.env.project.up();
                await stack.expectOnly("renamed");
            });

            it(`keeps a certificate in place when it is replaced by force (${how})`, async () => {
                await stack.start(policy);
                const replace = ["--target-replace", await stack.urn()];
                const refused = await stack.env.project.up(replace, { expectFailure: true });
                expect(refused.output).to.contain("one that is replaced by force needs allowOverwrite: true");
                stack.env.declareOne({ allowOverwrite: true });
                const { output } = await stack.env.project.up(replace);
                expect(output).to.contain("replaced").and.to.not.contain("does not know");
                await stack.expectOnly("mtls");
            });

            it(`is really deleted before it is replaced, and a refused upload costs one more run (${how})`, async () => {
                await stack.start(policy);
                const { env } = stack;
                env.declare({
                    resources: { mtls: env.args() },
                    options: { mtls: { deleteBeforeReplace: true } },
                });
                env.fakeVercel.addFault({ operation: "upload", kind: "status", status: 403 });
                await env.project.up(["--replace", await stack.urn()], { expectFailure: true });
                expect(env.certIds()).to.deep.equal([]);
                await env.project.up();
                const stored = await env.stored("mtls");
                expect(env.certIds()).to.deep.equal([stored?.outputs["certId"]]);
            });

            it(`stays in the state where the creation of its new name is refused, whatever else goes on (${how})`, async () => {
                await stack.start(policy);
                const { env } = stack;
                const before = env.certIds();
                env.declare({ resources: { renamed: env.args() } });
                const { output } = await env.project.up(["--continue-on-error"], { expectFailure: true });
                // With most releases of the SDK the program fails as well, and then the engine does not come to deletions.
                expect(output).to.contain("there is a certificate for https://");
                expect(env.certIds()).to.deep.equal(before);
                expect((await env.stored("mtls"))?.outputs["certId"]).to.equal(before[0]);
            });
        }

        for (const policy of policies) {
            it(`is cleaned up by a later run when its deletion failed (${JSON.stringify(policy)})`, async () => {
                await stack.start(policy);
                stack.env.declareOne({ origin: OTHER_ORIGIN });
                stack.env.fakeVercel.addFault({ operation: "delete", kind: "status", status: 409 });
                const failed = await stack.env.project.up([], { expectFailure: true });
                expect(failed.output).to.contain("being transferred");
                expect(stack.originsHeld()).to.have.members([ORIGIN, OTHER_ORIGIN]);
                await stack.env.project.up();
                expect(stack.originsHeld()).to.deep.equal([OTHER_ORIGIN]);
            });
        }
    });
}
