import { expect } from "chai";
import { afterEach, describe, it } from "mocha";
import { EngineWorld } from "../support/engineWorld";
import { ORIGIN } from "../support/world";
import type { StandInOptions } from "../vercel/standIn";

const POLICIES: readonly StandInOptions[] = [
    { uploadPolicy: "same-id" },
    { uploadPolicy: "new-id", keepsReplaced: true },
    { uploadPolicy: "new-id", keepsReplaced: false },
];
const [, KEEPS = {}] = POLICIES;
const OTHER_ORIGIN = "https://other.example.com";

describe("a renamed or replaced resource", function () {
    this.timeout(25 * 60_000);

    let world: EngineWorld;
    let gap: string | undefined;
    /** A stack with one resource in place, whose origin must not be without a certificate from now on. */
    async function start(policy: StandInOptions): Promise<void> {
        world = await EngineWorld.start(policy);
        gap = undefined;
        world.declareOne();
        await world.project.up();
        world.standIn.onEvent = (event) => {
            if (event.kind === "request" && !originsHeld().includes(ORIGIN)) {
                gap ??= event.request.operation;
            }
        };
    }
    afterEach(async () => {
        try {
            world.verify();
        } finally {
            await world.stop();
        }
    });

    const originsHeld = (): string[] => world.standIn.certificates("prj_1").map(({ origin }) => origin);

    async function expectOnly(name: string): Promise<void> {
        expect(gap, "the origin was without a certificate after this call").to.equal(undefined);
        const stored = await world.stored(name);
        expect(world.certIds()).to.deep.equal([stored?.outputs["certId"]]);
        expect(stored?.outputs["staleCertIds"]).to.deep.equal([]);
        await world.project.run(["preview", "--expect-no-changes"]);
    }

    async function urn(): Promise<string> {
        return (await world.stored())?.urn ?? "";
    }

    for (const policy of POLICIES) {
        const how = JSON.stringify(policy);

        it(`keeps its certificate when it is renamed without an alias (${how})`, async () => {
            await start(policy);
            world.declare({ resources: { renamed: world.args({ allowOverwrite: true }) } });
            await world.project.up();
            await expectOnly("renamed");
        });

        it(`keeps its certificate when it is renamed, and its project is given by id from then on (${how})`, async () => {
            await start(policy);
            world.declare({ resources: { renamed: world.args({ allowOverwrite: true, project: "prj_1" }) } });
            await world.project.up();
            await expectOnly("renamed");
        });

        it(`keeps a certificate in place when it is replaced by force (${how})`, async () => {
            await start(policy);
            const command = ["up", "--yes", "--target-replace", await urn()];
            const refused = await world.project.run(command, { expectFailure: true });
            expect(refused.output).to.contain("one that is replaced by force allowOverwrite: true");
            world.declareOne({ allowOverwrite: true });
            const { output } = await world.project.run(command);
            expect(output).to.contain("replaced").and.to.not.contain("does not know");
            await expectOnly("mtls");
        });

        for (const project of ["site", "prj_1"]) {
            it(`keeps a certificate in place when it is deleted before it is replaced, as ${project} (${how})`, async () => {
                await start(policy);
                world.declare({
                    resources: { mtls: world.args({ project }) },
                    options: { mtls: { deleteBeforeReplace: true } },
                });
                await world.project.run(["up", "--yes", "--replace", await urn()]);
                await expectOnly("mtls");
            });
        }
    }

    for (const deleteBeforeReplace of [false, true]) {
        it(`leaves nothing at its old origin (deleteBeforeReplace: ${String(deleteBeforeReplace)})`, async () => {
            await start(KEEPS);
            world.declare({
                resources: { mtls: world.args({ origin: OTHER_ORIGIN }) },
                options: { mtls: { deleteBeforeReplace } },
            });
            await world.project.up();
            expect(originsHeld()).to.deep.equal([OTHER_ORIGIN]);
            await world.project.run(["preview", "--expect-no-changes"]);
        });
    }

    for (const policy of POLICIES) {
        it(`is cleaned up by a later run when its deletion failed (${JSON.stringify(policy)})`, async () => {
            await start(policy);
            world.declareOne({ origin: OTHER_ORIGIN });
            world.standIn.addFault({ operation: "delete", kind: "status", status: 409 });
            const failed = await world.project.run(["up", "--yes"], { expectFailure: true });
            expect(failed.output).to.contain("being transferred");
            expect(originsHeld()).to.have.members([ORIGIN, OTHER_ORIGIN]);
            await world.project.up();
            expect(originsHeld()).to.deep.equal([OTHER_ORIGIN]);
        });
    }

    it("does not take its successor's certificate with it, when its deletion is tried again in a later run", async () => {
        await start({ uploadPolicy: "same-id" });
        world.declareOne({ origin: OTHER_ORIGIN });
        world.standIn.addFault({ operation: "delete", kind: "status", status: 409 });
        await world.project.run(["up", "--yes"], { expectFailure: true });
        // Back at the first origin: a new resource takes over what waits for its deletion, under the same id.
        world.declareOne({ allowOverwrite: true });
        await world.project.up();
        await expectOnly("mtls");
    });

    it("is refused as a second resource for the same origin, and leaves the first one's certificate", async () => {
        await start(KEEPS);
        const first = world.certIds();
        world.declare({ resources: { mtls: world.args(), second: world.args({ allowOverwrite: true }) } });
        const refused = await world.project.run(["up", "--yes"], { expectFailure: true });
        expect(refused.output).to.contain("expected one resource for a project and origin, got a second");
        expect(world.certIds()).to.deep.equal(first);
    });

    it("says what a rename needs", async () => {
        await start(KEEPS);
        world.declare({ resources: { renamed: world.args() } });
        const refused = await world.project.run(["up", "--yes"], { expectFailure: true });
        expect(refused.output).to.contain("A resource that was only renamed needs an alias");
        expect(world.certIds()).to.have.lengthOf(1);
    });
});
