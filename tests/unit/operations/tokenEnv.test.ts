import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";
import { UNKNOWN_VALUE } from "../../../provider/operations/arguments";
import { PartialFailure } from "../../../provider/operations/failures";
import { SkippingClock } from "../../support/skippingClock";
import { failureOf, newToken, ORIGIN, TestEnvironment } from "../../support/testEnvironment";

describe("tokenEnv", () => {
    let env: TestEnvironment;
    beforeEach(async () => {
        env = await TestEnvironment.start({ clock: new SkippingClock() });
        // The only token that there is, so that no call can be made by another.
        env.environment["TOKEN_PROD"] = env.token;
        env.environment["VERCEL_API_TOKEN"] = undefined;
    });
    afterEach(async () => {
        await env.stop();
        env.verify();
    });
    const PROD = { tokenEnv: "TOKEN_PROD" };
    const calls = (): number => env.fakeVercel.requests.length;
    const ids = (): string[] => env.fakeVercel.certificates("prj_1").map(({ certId }) => certId);
    const reasonOf = async (tokenEnv: unknown): Promise<string> => {
        const { failures } = await env.provider.check({}, env.inputs({ tokenEnv }));
        return failures.map(({ reason }) => reason).join("\n");
    };

    it("is stored by name, and is what refresh, rotation and removal use", async () => {
        const { id, outs } = await env.create(PROD);
        expect(outs).to.include(PROD);
        expect(await env.provider.read(id, outs)).to.deep.equal({ id, props: outs });
        const { certPem, keyPem } = await env.bundle.authority.issue();
        env.nextRun();
        const inputs = await env.checked({ ...PROD, cert: certPem, key: keyPem });
        const { outs: rotated } = await env.provider.update(id, outs, inputs);
        expect(rotated).to.include(PROD);
        env.nextRun();
        await env.provider.delete(id, rotated);
        expect(ids()).to.deep.equal([]);
        env.verify(outs, rotated);
    });

    it("does not fall back to another token, in no operation", async () => {
        const { id, inputs, outs } = await env.create(PROD);
        env.environment["VERCEL_API_TOKEN"] = env.token;
        env.environment["TOKEN_PROD"] = " ";
        env.nextRun();
        const before = calls();
        for (const operation of [
            // Before the creation, which would be the reason once it has failed.
            env.provider.delete(id, outs),
            env.provider.create(inputs),
            env.provider.read(id, outs),
            env.provider.update(id, { ...outs, fingerprint: "" }, inputs),
            env.provider.update(id, { ...outs, tokenEnv: "OTHER" }, inputs),
        ]) {
            expect((await failureOf(operation)).message).to.contain(
                "no Vercel token: the environment variable TOKEN_PROD, which tokenEnv names, is not set",
            );
        }
        expect(calls()).to.equal(before);
    });

    it("is looked for before the key, so that no command asks anybody for one in vain", async () => {
        const inputs = await env.checked({ ...PROD, key: { env: "CLIENT_KEY" } });
        delete env.environment["TOKEN_PROD"];
        expect((await failureOf(env.provider.create(inputs))).message).to.contain("no Vercel token");
    });

    it("is an update without an upload when it changes, comes or goes", async () => {
        const { id, outs } = await env.create(PROD);
        env.environment["TOKEN_NEW"] = env.token;
        env.environment["VERCEL_TOKEN"] = env.token;
        delete env.environment["TOKEN_PROD"];
        const before = calls();
        for (const tokenEnv of ["TOKEN_NEW", undefined]) {
            const inputs = await env.checked({ tokenEnv });
            expect(await env.provider.diff(id, outs, inputs)).to.deep.equal({ changes: true });
            const { outs: renamed } = await env.provider.update(id, outs, inputs);
            expect(renamed["tokenEnv"]).to.equal(tokenEnv);
            expect({ ...renamed, ...PROD, findings: outs["findings"] }).to.deep.equal(outs);
            expect(await env.provider.diff(id, renamed, inputs)).to.deep.equal({ changes: false });
        }
        expect(calls()).to.equal(before);
    });

    it("looks another name of the project up by the new token, and where that is unknown, not at all", async () => {
        const { id, outs } = await env.create(PROD);
        env.environment["TOKEN_NEW"] = env.token;
        delete env.environment["TOKEN_PROD"];
        const byId = { project: "prj_1" };
        const inputs = await env.checked({ ...byId, tokenEnv: "TOKEN_NEW" });
        expect(await env.provider.diff(id, outs, inputs)).to.deep.equal({ changes: true });
        const before = calls();
        const unknown = await env.checked({ ...byId, tokenEnv: UNKNOWN_VALUE });
        expect(await env.provider.diff(id, outs, unknown)).to.deep.equal({ changes: true, replaces: ["project"] });
        const onlyToken = await env.checked({ tokenEnv: UNKNOWN_VALUE });
        expect(await env.provider.diff(id, outs, onlyToken)).to.deep.equal({ changes: true });
        expect(calls()).to.equal(before);
    });

    it("is in a partial failure, so that the certificate is found again", async () => {
        const inputs = await env.checked(PROD);
        env.fakeVercel.addFault({
            operation: "list",
            kind: "status",
            status: 200,
            body: `{"clientCerts":[]}`,
            times: 7,
        });
        const error = await failureOf(env.provider.create(inputs));
        expect(error).to.be.instanceOf(PartialFailure);
        expect((error as PartialFailure).properties).to.include(PROD);
    });

    it("has no part in .get, which uses the default token", async () => {
        const { id } = await env.create(PROD);
        expect((await failureOf(env.provider.read(id, { __provider: "text" }))).message).to.contain("VERCEL_API_TOKEN");
        env.environment["VERCEL_API_TOKEN"] = env.token;
        const { props = {} } = await env.provider.read(id, { __provider: "text" });
        expect(props).to.not.have.property("tokenEnv");
    });

    it("is refused, and not shown, where the token itself is given: it would be kept in the state", async () => {
        for (const token of [newToken(), "a1B2c3D4e5F6g7H8i9J0k1L2", "abcdefghijklmnopqrstuvwx"]) {
            const reason = await reasonOf(token);
            expect(reason).to.match(/^tokenEnv: expected the name of an environment variable, got a text that is none/);
            expect(reason).to.not.contain(token);
        }
        for (const name of [
            "1TOKEN",
            "TOKEN-PROD",
            "TOKEN PROD",
            "TOKEN_PROD\n",
            "token_prod",
            "A".repeat(129),
            "$A",
        ]) {
            expect(await reasonOf(name), name).to.contain("tokenEnv: expected the name of an environment variable");
        }
        expect(await reasonOf("")).to.contain("got an empty text");
        expect(await reasonOf({ env: "TOKEN_PROD" })).to.contain("got an object");
        for (const name of ["TOKEN_PROD", "_", "A1", UNKNOWN_VALUE]) {
            expect(await reasonOf(name), name).to.equal("");
        }
    });

    it("keeps its token out of what is printed, though a call by another token brings it back as an id", async () => {
        // Of no form by which a token can be told.
        const plain = "kettle-drum-orchard";
        env.environment["TOKEN_PLAIN"] = plain;
        env.fakeVercel.addToken(plain, { teams: ["team_1"] });
        const { id, outs } = await env.create({ tokenEnv: "TOKEN_PLAIN" });
        const clientCerts = [
            { id: outs["certId"], origin: ORIGIN },
            { id: plain, origin: ORIGIN },
        ];
        env.fakeVercel.addFault({
            operation: "list",
            kind: "status",
            status: 200,
            body: JSON.stringify({ clientCerts }),
        });
        const { props } = await env.provider.read(id, { ...outs, ...PROD });
        expect(props).to.deep.include({ certId: outs["certId"], otherCertIds: [] });
        expect(env.lines.join("\n")).to.not.contain(plain);
    });
});
