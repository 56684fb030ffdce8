import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";
import { EngineEnvironment } from "../support/engineEnvironment";

/** Six uploads in one run are more than one queue lets go, and fewer than two teams may send. */
const ORIGINS = ["https://a.example.com", "https://b.example.com", "https://c.example.com"];

type Args = Readonly<Record<string, unknown>>;

describe("a stack over two teams, with a token for each", function () {
    this.timeout(25 * 60_000);

    let env: EngineEnvironment;
    beforeEach(async () => {
        // A short window, so that the rotation after the creation need not wait for it.
        env = await EngineEnvironment.start({ limits: { windowMs: 3000 } });
        env.addOwner({ id: "team_2", slug: "other-team" }, { id: "prj_2", name: "shop" }, "TOKEN_TWO");
        // Without a default token: a call by any other than the resource's own would fail.
        env.project.setEnvironment({ VERCEL_API_TOKEN: undefined, TOKEN_ONE: env.token });
    });
    afterEach(async () => {
        await env.end();
    });

    /** In each team one resource for every origin. */
    const declare = (overrides: Args = {}, ofFirstTeam: Args = {}): void => {
        const owners = { one: { tokenEnv: "TOKEN_ONE", ...ofFirstTeam }, two: { ...SECOND, tokenEnv: "TOKEN_TWO" } };
        const resources = Object.entries(owners).flatMap(([name, owner]) =>
            ORIGINS.map((origin, index) => [`${name}-${String(index)}`, env.args({ origin, ...owner, ...overrides })]),
        );
        env.declare({ resources: Object.fromEntries(resources) as Record<string, Args> });
    };
    const SECOND = { project: "shop", team: "other-team" };
    const inPlace = (): readonly number[] =>
        ["prj_1", "prj_2"].map((project) => env.fakeVercel.certificates(project).length);

    it("creates, rotates, refreshes and destroys in each by its own token, and neither waits for the other", async () => {
        declare();
        const created = await env.project.up();
        expect(created.output).to.not.contain("waiting");
        expect(inPlace()).to.deep.equal([3, 3]);
        expect((await env.stored("one-0"))?.outputs).to.include({ team: "team_1", tokenEnv: "TOKEN_ONE" });
        expect((await env.stored("two-0"))?.outputs).to.include({ team: "other-team", tokenEnv: "TOKEN_TWO" });

        declare(await env.renew());
        await env.project.up();
        expect(inPlace()).to.deep.equal([3, 3]);
        expect(env.operations().filter((operation) => operation === "delete")).to.have.lengthOf(6);
        expect((await env.project.refresh()).output).to.contain("7 unchanged");

        await env.project.destroy();
        expect(inPlace()).to.deep.equal([0, 0]);
    });

    it("stores another tokenEnv without a call, so that a variable can be renamed where the old one is gone", async () => {
        const { cert, key } = env.args();
        declare();
        await env.project.up();
        const before = env.operations().length;

        env.project.setEnvironment({ TOKEN_ONE: undefined, TOKEN_RENAMED: env.token });
        declare({ cert, key }, { tokenEnv: "TOKEN_RENAMED" });
        const renamed = await env.project.up();
        expect(renamed.output).to.contain("3 updated").and.to.contain("4 unchanged");
        expect(env.operations()).to.have.lengthOf(before);
        expect((await env.stored("one-0"))?.outputs["tokenEnv"]).to.equal("TOKEN_RENAMED");
        await env.project.destroy();
        expect(inPlace()).to.deep.equal([0, 0]);
    });
});
