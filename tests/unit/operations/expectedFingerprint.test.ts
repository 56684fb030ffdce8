import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { UNKNOWN, type Properties } from "../../../provider/operations/arguments";
import { UNKNOWN_VALUE } from "../../../provider/operations/arguments";
import { expectedFingerprintProblem } from "../../../provider/operations/expectedFingerprint";
import { mintBundle } from "../../support/mint";
import { failureOf, ORIGIN, TestEnvironment } from "../../support/testEnvironment";

const DIGITS = "0123456789abcdef".repeat(4);
const OF_LEAF = "fedcba9876543210".repeat(4);
const DECLARED = { fingerprint: `v1:${DIGITS}`, certFingerprint: OF_LEAF };

const withColons = (digits: string): string => (digits.match(/../g) ?? []).join(":");

describe("operations/expectedFingerprint", () => {
    it("lets pass what is expected, and whatever comes where nothing is", () => {
        for (const expected of [undefined, UNKNOWN, DECLARED.fingerprint] as const) {
            expect(expectedFingerprintProblem(expected, DECLARED)).to.equal(undefined);
        }
    });

    it("names both fingerprints and the two ways on", () => {
        const expected = `v1:${OF_LEAF}`;
        expect(expectedFingerprintProblem(expected, DECLARED)).to.equal(
            `expectedFingerprint: expected cert and ca with the fingerprint ${expected}, got ${DECLARED.fingerprint}, so ` +
                `nothing is deployed; give the certificates that were tested, or, once these are, their fingerprint as ` +
                `expectedFingerprint [unexpected-fingerprint]`,
        );
    });

    it("compares nothing with certificates that are not known yet, but looks at the form", () => {
        const unknown = { fingerprint: UNKNOWN_VALUE, certFingerprint: UNKNOWN_VALUE };
        expect(expectedFingerprintProblem(DECLARED.fingerprint, unknown)).to.equal(undefined);
        expect(expectedFingerprintProblem(DIGITS, unknown)).to.contain("got 64 hexadecimal digits without v1:; copy");
    });

    const FORMS: readonly (readonly [string, string])[] = [
        ["", "an empty text: where it comes from has no such output"],
        [" \n", "an empty text"],
        [DIGITS, "64 hexadecimal digits without v1:, though of these very certificates; copy"],
        [OF_LEAF, "64 hexadecimal digits without v1:, which is the certFingerprint of cert"],
        [OF_LEAF.toUpperCase(), "64 hexadecimal digits without v1:, which is the certFingerprint of cert"],
        [DIGITS.replace(/0/g, "1"), "64 hexadecimal digits without v1:; copy"],
        [`v1:${DIGITS.toUpperCase()}`, "one with upper-case letters"],
        [`V1:${DIGITS}`, "one with upper-case letters"],
        [`v2:${DIGITS}`, "one of another version, v2:"],
        [` v1:${DIGITS}\n`, "a fingerprint with blanks or line breaks around it"],
        [withColons(OF_LEAF), "what openssl x509 -fingerprint prints, which is the certFingerprint of cert"],
        [
            `sha256 Fingerprint=${withColons(OF_LEAF).toUpperCase()}\n`,
            "what openssl x509 -fingerprint prints, which is the certFingerprint of cert",
        ],
        [`SHA1 Fingerprint=${withColons(OF_LEAF.slice(0, 40))}`, "what openssl x509 -fingerprint prints; copy"],
        [`v1:${DIGITS}0`, `"v1:${DIGITS}0"; copy`],
        ["staging", `"staging"; copy`],
    ];
    for (const [text, looksLike] of FORMS) {
        it(`says what ${JSON.stringify(text)} looks like, in one line`, () => {
            const problem = expectedFingerprintProblem(text, DECLARED) ?? "";
            expect(problem).to.contain(
                `expectedFingerprint: expected v1: and 64 lower-case hexadecimal digits, got ${looksLike}`,
            );
            expect(problem).to.contain("copy the output fingerprint").and.to.not.contain("\n");
        });
    }

    describe("in the operations", () => {
        let env: TestEnvironment;
        let other: string;
        before(async () => {
            env = await TestEnvironment.start();
            const { cert, key, ca } = await mintBundle();
            other = String((await env.checked({ cert, key, ca }))["fingerprint"]);
        });
        after(async () => {
            await env.stop();
            env.verify();
            expect(env.fakeVercel.requests).to.deep.equal([]);
        });
        const reasons = async (overrides: Record<string, unknown>, olds = {}): Promise<string> => {
            const { failures } = await env.provider.check(olds, env.inputs(overrides));
            return failures.map(({ reason }) => reason).join("\n");
        };
        const state = { project: "site", team: "team_1", certId: "cert_1", staleCertIds: ["cert_0"] };
        const id = `team_1/site/${ORIGIN}`;

        it("holds for new material, for what is in place, and after an import", async () => {
            const inPlace = await env.checked();
            for (const olds of [{}, inPlace, { __provider: "text" }]) {
                expect(await reasons({ expectedFingerprint: other }, olds)).to.contain(`fingerprint ${other}, got v1:`);
                expect(await reasons({ expectedFingerprint: inPlace["fingerprint"] }, olds)).to.equal("");
            }
        });

        it("holds for text in place that this version cannot read any more", async () => {
            const garbled = { cert: "no longer read", ca: env.bundle.ca };
            const computed = { fingerprint: other, certFingerprint: "old", notAfter: "2030-01-01T00:00:00.000Z" };
            const olds = { ...env.inputs(garbled), ...computed };
            expect(await reasons({ ...garbled, expectedFingerprint: other }, olds)).to.equal("");
            const expected = `v1:${OF_LEAF}`;
            expect(await reasons({ ...garbled, expectedFingerprint: expected }, olds)).to.contain(`got ${other}`);
            env.lines.splice(0);
        });

        it("waits for up where it is not known yet, or the certificates are not", async () => {
            expect(await reasons({ expectedFingerprint: UNKNOWN_VALUE })).to.equal("");
            expect(await reasons({ expectedFingerprint: other, cert: UNKNOWN_VALUE })).to.equal("");
        });

        it("comes up beside every other problem", async () => {
            const found = await reasons({ expectedFingerprint: other, key: "no key", project: "a/b" });
            expect(found.split("\n").map((line) => line.split(":")[0])).to.deep.equal([
                "project",
                "key",
                "expectedFingerprint",
            ]);
        });

        it("is no text of another type", async () => {
            expect(await reasons({ expectedFingerprint: 7 })).to.equal(
                "expectedFingerprint: expected v1: and 64 lower-case hexadecimal digits, got a number; give a value of the expected type [wrong-type]",
            );
        });

        it("is no change by itself", async () => {
            const inputs = await env.checked();
            const expecting = await env.checked({ expectedFingerprint: inputs["fingerprint"] });
            const settled = { ...state, staleCertIds: [], fingerprint: inputs["fingerprint"] };
            expect(await env.provider.diff(id, settled, expecting)).to.deep.equal({ changes: false });
        });

        it("ends create and update before any call, should check not have seen it", async () => {
            const inputs: Properties = { ...(await env.checked()), expectedFingerprint: other };
            const refusals = [
                env.provider.create(inputs),
                env.provider.update(id, { ...state, fingerprint: other }, inputs),
                env.provider.update(id, { ...state, fingerprint: inputs["fingerprint"] }, inputs),
            ];
            for (const refusal of refusals) {
                expect((await failureOf(refusal)).message).to.contain(`fingerprint ${other}, got v1:`);
            }
            const unknown = env.provider.create({ ...inputs, expectedFingerprint: UNKNOWN_VALUE });
            expect((await failureOf(unknown)).message).to.contain("an argument is still unknown");
        });
    });
});
