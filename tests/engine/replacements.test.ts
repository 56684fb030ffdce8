import { expect } from "chai";
import { afterEach, describe, it } from "mocha";
import { GuardedStack } from "../support/guardedStack";
import type { FakeVercelOptions } from "../vercel/fakeVercel";
import { describeReplacements } from "./replacements";

const KEEPS: FakeVercelOptions = { uploadPolicy: "new-id", keepsReplaced: true };
const OTHER_ORIGIN = "https://other.example.com";

describeReplacements([KEEPS]);

describe("a resource that is replaced", function () {
    this.timeout(25 * 60_000);

    const stack = new GuardedStack();
    afterEach(() => stack.stop());

    for (const deleteBeforeReplace of [false, true]) {
        it(`leaves nothing at its old origin (deleteBeforeReplace: ${String(deleteBeforeReplace)})`, async () => {
            await stack.start(KEEPS);
            stack.env.declare({
                resources: { mtls: stack.env.args({ origin: OTHER_ORIGIN }) },
                options: { mtls: { deleteBeforeReplace } },
            });
            await stack.env.project.up();
            expect(stack.originsHeld()).to.deep.equal([OTHER_ORIGIN]);
            await stack.env.project.run(["preview", "--expect-no-changes"]);
        });
    }

    it("does not take its successor's certificate with it, when its deletion is tried again in a later run", async () => {
        await stack.start({ uploadPolicy: "same-id" });
        stack.env.declareOne({ origin: OTHER_ORIGIN });
        stack.env.fakeVercel.addFault({ operation: "delete", kind: "status", status: 409 });
        await stack.env.project.up([], { expectFailure: true });
        // Back at the first origin: a new resource takes over what waits for its deletion, under the same id.
        stack.env.declareOne({ allowOverwrite: true });
        await stack.env.project.up();
        await stack.expectOnly("mtls");
    });

    it("is refused as a second resource for the same origin, and leaves the first one's certificate", async () => {
        await stack.start(KEEPS);
        const first = stack.env.certIds();
        stack.env.declare({
            resources: { mtls: stack.env.args(), second: stack.env.args({ allowOverwrite: true }) },
        });
        const refused = await stack.env.project.up([], { expectFailure: true });
        expect(refused.output).to.contain("this is a second resource for one project and origin");
        expect(stack.env.certIds()).to.deep.equal(first);
    });

    it("is refused where it depends on a new one that has just taken its place over", async () => {
        await stack.start({ keepsReplaced: false });
        const [before] = stack.env.certIds();
        stack.env.declare({
            resources: { first: stack.env.args({ project: "prj_1", allowOverwrite: true }), mtls: stack.env.args() },
            options: { mtls: { dependsOn: ["first"] } },
        });
        const refused = await stack.env.project.up([], { expectFailure: true });
        const first = (await stack.env.stored("first"))?.outputs["certId"];
        expect(refused.output).to.contain(`this is a second resource for one project and origin: ${String(first)} is`);
        expect((await stack.env.stored("mtls"))?.outputs["certId"]).to.equal(before);
        stack.env.declare({
            resources: { first: stack.env.args({ project: "prj_1", allowOverwrite: true }) },
        });
        await stack.env.project.up();
        await stack.expectOnly("first");
    });

    it("says what a rename needs", async () => {
        await stack.start(KEEPS);
        stack.env.declare({ resources: { renamed: stack.env.args() } });
        const refused = await stack.env.project.up([], { expectFailure: true });
        expect(refused.output).to.contain("A resource that was only renamed needs an alias");
        expect(stack.env.certIds()).to.have.lengthOf(1);
    });
});
