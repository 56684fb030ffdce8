import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";
import { EngineWorld } from "../support/engineWorld";

/** Six uploads in one run are more than one queue lets go, and fewer than two teams may send. */
const ORIGINS = ["https://a.example.com", "https://b.example.com", "https://c.example.com"];

type Args = Readonly<Record<string, unknown>>;

describe("a stack over two teams, with a token for each", function () {
    this.timeout(25 * 60_000);

    let world: EngineWorld;
    beforeEach(async () => {
        // A short window, so that the rotation after the creation need not wait for it.
        world = await EngineWorld.start({ limits: { windowMs: 3000 } });
        world.addOwner({ id: "team_2", slug: "other-team" }, { id: "prj_2", name: "shop" }, "TOKEN_TWO");
        // Without a default token: a call by any other than the resource's own would fail.
        world.project.setEnvironment({ VERCEL_API_TOKEN: undefined, TOKEN_ONE: world.token });
    });
    afterEach(async () => {
        try {
            world.verify();
        } finally {
            await world.stop();
        }
    });

    /** In each team one resource for every origin. */
    const declare = (overrides: Args = {}, ofFirstTeam: Args = {}): void => {
        const owners = { one: { tokenEnv: "TOKEN_ONE", ...ofFirstTeam }, two: { ...SECOND, tokenEnv: "TOKEN_TWO" } };
        const resources = Object.entries(owners).flatMap(([name, owner]) =>
            ORIGINS.map((origin, index) => [
                `${name}-${String(index)}`,
                world.args({ origin, ...owner, ...overrides }),
            ]),
        );
        world.declare({ resources: Object.fromEntries(resources) as Record<string, Args> });
    };
    const SECOND = { project: "shop", team: "other-team" };
    const inPlace = (): readonly number[] =>
        ["prj_1", "prj_2"].map((project) => world.standIn.certificates(project).length);

    it("creates, rotates, refreshes and destroys in each by its own token, and neither waits for the other", async () => {
        declare();
        const created = await world.project.up();
        expect(created.output).to.not.contain("waiting");
        expect(inPlace()).to.deep.equal([3, 3]);
        expect((await world.stored("one-0"))?.outputs).to.include({ team: "team_1", tokenEnv: "TOKEN_ONE" });
        expect((await world.stored("two-0"))?.outputs).to.include({ team: "other-team", tokenEnv: "TOKEN_TWO" });

        declare(await world.renew());
        await world.project.up();
        expect(inPlace()).to.deep.equal([3, 3]);
        expect(world.operations().filter((operation) => operation === "delete")).to.have.lengthOf(6);
        expect((await world.project.refresh()).output).to.contain("7 unchanged");

        await world.project.destroy();
        expect(inPlace()).to.deep.equal([0, 0]);
    });

    it("stores another tokenEnv without a call, so that a variable can be renamed where the old one is gone", async () => {
        const { cert, key } = world.args();
        declare();
        await world.project.up();
        const before = world.operations().length;

        world.project.setEnvironment({ TOKEN_ONE: undefined, TOKEN_RENAMED: world.token });
        declare({ cert, key }, { tokenEnv: "TOKEN_RENAMED" });
        const renamed = await world.project.up();
        expect(renamed.output).to.contain("3 updated").and.to.contain("4 unchanged");
        expect(world.operations()).to.have.lengthOf(before);
        expect((await world.stored("one-0"))?.outputs["tokenEnv"]).to.equal("TOKEN_RENAMED");
        await world.project.destroy();
        expect(inPlace()).to.deep.equal([0, 0]);
    });
});
