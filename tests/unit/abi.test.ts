import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { createRequire } from "node:module";
import { compileFunction } from "node:vm";
import * as v1 from "../../provider/v1";
import { readCertificateSet } from "../../provider/certificates/certificates";
import type { CheckResult } from "../../provider/operations/check";
import { formatId, parseId } from "../../provider/operations/identity";
import { PROVIDER_TEXT } from "../support/providerHost";
import { argumentsOf, conditionOf, nameOf, recordedStates } from "../support/recordedStates";
import type { ResourceState } from "../support/stack";
import { TestEnvironment } from "../support/testEnvironment";

/** In the order of the alphabet. More may come, none may go or change its meaning: programs and states name them. */
const OUTPUTS = [
    "certFingerprint",
    "certId",
    "expiries",
    "findings",
    "fingerprint",
    "issuer",
    "notAfter",
    "notBefore",
    "origin",
    "otherCertIds",
    "project",
    "publicKeyFingerprint",
    "serialNumber",
    "staleCertIds",
    "subject",
    "team",
    "tokenEnv",
    "uploadedAt",
] as const;

const TOLD_BY_CERTIFICATES = [
    "certFingerprint",
    "fingerprint",
    "issuer",
    "notAfter",
    "notBefore",
    "publicKeyFingerprint",
    "serialNumber",
    "subject",
] as const satisfies readonly (typeof OUTPUTS)[number][];

const OPERATIONS = ["check", "configure", "create", "delete", "diff", "read", "update"];

const IDS = [
    [{ project: "site", team: undefined, origin: undefined }, "site/*"],
    [{ project: "site", team: "my-team", origin: undefined }, "my-team/site/*"],
    [{ project: "prj_1", team: undefined, origin: "https://x.example.com" }, "prj_1/https://x.example.com"],
    [
        { project: "site", team: "team_1", origin: "https://x.example.com:8443" },
        "team_1/site/https://x.example.com:8443",
    ],
] as const;

describe("what states depend on, and so stays as it is for good", () => {
    it("the provider's text leads to provider/v1, by the name of the package", () => {
        const exported: { handler?: () => unknown } = {};
        // The main module is that of the SDK where the engine evaluates the text; a test runner may have none.
        const required = Object.assign(createRequire(__filename), { main: module });
        compileFunction(PROVIDER_TEXT, ["exports", "require"])(exported, required);
        expect(exported.handler?.()).to.equal(v1);
    });

    it("provider/v1 exports the six operations and configure", () => {
        expect(Object.keys(v1).sort()).to.deep.equal(OPERATIONS);
        expect(Object.values(v1).map((operation) => typeof operation)).to.deep.equal(OPERATIONS.map(() => "function"));
    });

    for (const [identity, id] of IDS) {
        it(`the id is [team/]project/origin: ${id}`, () => {
            expect(formatId(identity)).to.equal(id);
            expect(parseId(id)).to.deep.equal(identity);
        });
    }

    it("the outputs have their names", async () => {
        const env = await TestEnvironment.start();
        env.environment["TOKEN"] = env.token;
        try {
            const { outs } = await env.create({ tokenEnv: "TOKEN" });
            expect(Object.keys(outs).sort()).to.deep.equal(OUTPUTS);
            env.verify(outs);
        } finally {
            await env.stop();
        }
    });
});

for (const { version, resources } of recordedStates()) {
    describe(`the certificates in a state that ${version} wrote`, () => {
        const settled = resources.filter((one) => conditionOf(one) === "settled");
        const readable = settled.filter(({ inputs }) => typeof inputs["cert"] === "string");
        let env: TestEnvironment;
        before(async () => {
            env = await TestEnvironment.start();
        });
        after(async () => {
            env.verify();
            await env.stop();
        });

        it("name the provider by the frozen text, in inputs and outputs", () => {
            const texts = resources.flatMap(({ inputs, outputs }) => [inputs["__provider"], outputs["__provider"]]);
            expect(new Set(texts)).to.deep.equal(new Set([PROVIDER_TEXT]));
        });

        it("have outputs whose names are still in use", () => {
            for (const { outputs } of resources) {
                expect(["__provider", ...OUTPUTS]).to.include.members(Object.keys(outputs));
            }
        });

        it("keep their ids", () => {
            for (const { id = "" } of resources) {
                expect(formatId(parseId(id))).to.equal(id);
            }
        });

        it("keep their fingerprints and all that is told of the certificates", () => {
            const shapes = new Set<string>();
            for (const { inputs, outputs } of readable) {
                const { value } = readCertificateSet({ cert: String(inputs["cert"]), ca: String(inputs["ca"]) });
                const told = Object.entries(value ?? {}).filter(([name]) => name in outputs);
                shapes.add(`${String(value?.chain.length)} of ${String(value?.authorities.length)}`);
                expect(Object.keys(Object.fromEntries(told))).to.include.members(TOLD_BY_CERTIFICATES);
                expect(outputs).to.include(Object.fromEntries(told));
            }
            // An intermediate and several issuers are what there is an order of to get wrong.
            expect([...shapes]).to.include.members(["1 of 1", "2 of 2"]);
        });

        it("pass check with the computed inputs that they have, and differ in nothing, without key and call", async () => {
            expect(readable).to.have.lengthOf.above(1);
            for (const resource of readable) {
                const { inputs, ...plan } = await planOf(env, resource);
                expect(plan, nameOf(resource)).to.deep.equal({ failures: [], changes: false });
                // Later versions add some, and store texts in a form of their own, without an update.
                const { cert, ca } = inputs;
                expect(inputs, nameOf(resource)).to.deep.include({ ...resource.inputs, cert, ca });
                expect(inputs).to.have.all.keys(...Object.keys(resource.inputs), "expiries", "findings");
            }
            expect(env.fakeVercel.requests).to.deep.equal([]);
        });
    });
}

/** What a preview of the program that the state was made from would find. */
async function planOf(
    { provider }: TestEnvironment,
    resource: ResourceState,
): Promise<CheckResult & { readonly changes: boolean }> {
    const { id = "", inputs, outputs } = resource;
    const given = { ...argumentsOf(resource).args, __provider: PROVIDER_TEXT };
    const checked = await provider.check(inputs, given);
    const { changes } = await provider.diff(id, outputs, checked.inputs);
    return { ...checked, changes };
}
