import { expect } from "chai";
import { before, describe, it } from "mocha";
import { judgeAll, type JudgedCertificate } from "../../../../../provider/cli/commands/status/statusWarnings";
import { statusText } from "../../../../../provider/cli/commands/status/statusText";
import { readStack } from "../../../../../provider/cli/commands/status/storedCertificate";
import { exportOf, StateMint, type CertificateOptions } from "../../../../support/exportedState";

const NOW_MS = Date.parse("2030-01-01T00:00:00Z");
const DAY_MS = 86_400_000;
const ORIGIN = "https://billing.example.com";
/** As the engine writes a secret. */
const SECRET = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", ciphertext: "v1:c2VjcmV0" };

describe("what status makes of certificates", () => {
    let mint: StateMint;
    before(async () => {
        mint = await StateMint.open(NOW_MS);
    });

    const judge = async (
        stacks: Readonly<Record<string, readonly Partial<CertificateOptions>[]>>,
        warningDays?: number,
    ): Promise<readonly JudgedCertificate[]> => {
        const read = Object.entries(stacks).map(async ([stack, all]) => {
            const declared = all.map((one, index) =>
                mint.certificate({ name: `mtls-${String(index)}`, stack, team: "my-team", origin: ORIGIN, ...one }),
            );
            return readStack(stack, exportOf(await Promise.all(declared), { stack })).certificates;
        });
        return judgeAll((await Promise.all(read)).flat(), { nowMs: NOW_MS, warningDays });
    };
    const judgeOne = async (one: Partial<CertificateOptions>, warningDays?: number): Promise<JudgedCertificate> => {
        const [judged] = await judge({ dev: [one] }, warningDays);
        if (judged === undefined) {
            throw new Error("expected a certificate, got none");
        }
        return judged;
    };
    const codesOf = ({ warnings }: JudgedCertificate): readonly string[] => warnings.map(({ code }) => code);

    it("warns from the day on from which pulumi up does, and not a day earlier", async () => {
        for (const [days, warningDays, expected] of [
            [[-60, 31], undefined, []],
            [[-60, 30], undefined, ["expires-soon"]],
            [[-6, 4], undefined, []],
            [[-6, 2], undefined, ["expires-soon"]],
            [[-60, 31], 45, ["expires-soon"]],
            [[-60, 3], 2, []],
            [[-60, 3], 0, []],
        ] as const) {
            const inputs = warningDays === undefined ? {} : { expiryWarningDays: warningDays };
            const judged = await judgeOne({ days, inputs });
            expect(codesOf(judged), JSON.stringify([days, warningDays])).to.deep.equal(expected);
            expect(judged.daysLeft).to.equal(days[1]);
        }
    });

    it("goes by every certificate that the chain needs, and in states of 0.1.0 by the earliest end alone", async () => {
        const at = (days: number): string => new Date(NOW_MS + days * DAY_MS).toISOString();
        const expiries = [
            { notAfter: at(200), warnFrom: at(170) },
            { notAfter: at(60), warnFrom: at(-1) },
        ];
        const issuer = await judgeOne({ days: [-10, 200], outputs: { expiries } });
        expect([issuer.daysLeft, ...codesOf(issuer)]).to.deep.equal([60, "expires-soon"]);
        expect(issuer.warnsFromMs).to.equal(NOW_MS - DAY_MS);
        expect(codesOf(await judgeOne({ days: [-10, 200], outputs: { expiries } }, 59))).to.deep.equal([]);
        const past = await judgeOne({ days: [-60, 31], outputs: { expiries: undefined } });
        expect([past.daysLeft, past.warnsFromMs]).to.deep.equal([31, NOW_MS + DAY_MS]);
        const damaged = [null, {}, { notAfter: 7, warnFrom: at(1) }, { notAfter: at(1) }];
        expect((await judgeOne({ days: [-60, 31], outputs: { expiries: damaged } })).daysLeft).to.equal(31);
    });

    it("warns from the beginning on where the days are more than the lifetime, however many", async () => {
        for (const expiryWarningDays of [90, 1e300]) {
            const judged = await judgeOne({
                days: [-10, 20],
                inputs: { expiryWarningDays },
                outputs: { expiries: undefined },
            });
            expect([judged.warnsFromMs, ...codesOf(judged)]).to.deep.equal([NOW_MS - 10 * DAY_MS, "expires-soon"]);
        }
    });

    it("lets --days overrule what the resources say", async () => {
        expect(codesOf(await judgeOne({ days: [-60, 31], inputs: { expiryWarningDays: 1 } }, 40))).to.deep.equal([
            "expires-soon",
        ]);
        expect(codesOf(await judgeOne({ days: [-60, 5] }, 4))).to.deep.equal([]);
    });

    it("tells expired and not yet valid, and says until when and what to do", async () => {
        const expired = await judgeOne({ days: [-60, -2] });
        expect(expired.daysLeft).to.equal(-2);
        expect(expired.warnings).to.deep.equal([
            {
                code: "expired",
                message: "expired 2 days ago (2029-12-30): renew it",
            },
        ]);
        const [early] = (await judgeOne({ days: [2, 90] })).warnings;
        expect(early).to.deep.equal({
            code: "not-yet-valid",
            message: "is valid only from 2030-01-03T00:00:00Z on: wait, or check this machine's clock",
        });
        const messageAt = async (to: number): Promise<string | undefined> =>
            (await judgeOne({ days: [-60, to] })).warnings[0]?.message;
        expect(await messageAt(11)).to.equal("expires in 11 days (2030-01-12): renew it");
        expect(await messageAt(1)).to.equal("expires in 1 day (2030-01-02): renew it");
        expect(await messageAt(0.5)).to.equal("expires within a day (2030-01-01): renew it");
        expect(await messageAt(-0.5)).to.equal("expired within the last day (2029-12-31): renew it");
    });

    it("names stale ids, drift and a waiting deletion, and does not warn of the end of what is to go", async () => {
        const stale = await judgeOne({ outputs: { staleCertIds: ["cert_old", "cert_older"] } });
        expect(codesOf(stale)).to.deep.equal(["stale-ids"]);
        expect(stale.warnings[0]?.message).to.contain("cert_old, cert_older");
        expect(codesOf(await judgeOne({ outputs: { fingerprint: "" } }))).to.deep.equal(["drifted"]);
        expect(codesOf(await judgeOne({ days: [-60, -2], resource: { delete: true } }))).to.deep.equal([
            "pending-deletion",
        ]);
    });

    it("takes a lookup without dates and fingerprint for what it is", async () => {
        const nothing = { fingerprint: "", certFingerprint: "", notBefore: "", notAfter: "", expiries: [] };
        const judged = await judgeOne({ resource: { external: true }, outputs: nothing });
        expect([judged.isLookedUp, judged.daysLeft, codesOf(judged)]).to.deep.equal([true, undefined, []]);
    });

    it("sees two stacks that claim the same origin, but neither a lookup nor the predecessor of a replacement", async () => {
        const [one, other] = await judge({ production: [{}], staging: [{}] });
        expect(one?.warnings.map(({ code }) => code)).to.deep.equal(["duplicate"]);
        expect(one?.warnings[0]?.message).to.match(
            /^mtls-0 of staging has a certificate for my-team\/web\/https:\/\/billing\.example\.com as well; declare it once/,
        );
        expect(other?.warnings[0]?.message).to.contain("mtls-0 of production has");
        const [declared, lookedUp] = await judge({ production: [{}], staging: [{ resource: { external: true } }] });
        expect([declared?.warnings, lookedUp?.warnings]).to.deep.equal([[], []]);
        const replaced = await judge({ dev: [{ days: [-10, 80] }, { days: [-10, 81], resource: { delete: true } }] });
        expect(replaced.map(codesOf)).to.deep.equal([[], ["pending-deletion"]]);
        const elsewhere = await judge({ dev: [{}, { team: "other" }, { project: "shop" }, { origin: `${ORIGIN}:1` }] });
        expect(elsewhere.flatMap(codesOf)).to.deep.equal([]);
    });

    it("finds another certificate at the same origin, which a refresh or a write has noticed", async () => {
        const [one] = await judge({ dev: [{ outputs: { otherCertIds: ["cert_other", "cert_more"] } }] });
        expect(one?.warnings.map(({ code }) => code)).to.deep.equal(["other-certificate"]);
        expect(one?.warnings[0]?.message).to.match(/^cert_other, cert_more is at the origin as well, .*remove what/);
        const [owned] = await judge({
            dev: [
                { outputs: { otherCertIds: ["cert_other"] } },
                { project: "prj_1", outputs: { certId: "cert_other" } },
            ],
        });
        expect(owned?.warnings[0]?.message).to.match(/^cert_other \(mtls-1 of dev\) is at the origin as well/);
    });

    it("says drift once, with what is there instead, and an upload that no listing has shown", async () => {
        // As a refresh leaves it.
        const gone = { certId: "", fingerprint: "", otherCertIds: ["cert_other"] };
        const [drifted] = await judge({ dev: [{ outputs: gone }] });
        expect(drifted?.warnings).to.deep.equal([
            {
                code: "drifted",
                message:
                    "may no longer be in place: cert_other is at the origin; run pulumi up, which uploads the declared certificate",
            },
        ]);
        const unconfirmed = await judgeOne({ outputs: { fingerprint: "", unconfirmed: true } });
        expect(codesOf(unconfirmed)).to.deep.equal(["unconfirmed"]);
    });

    it("finds two resources with one id, whatever they call their project, in one stack and over several", async () => {
        const shared = { certId: "cert_shared" };
        const inOne = await judge({ dev: [{ outputs: shared }, { project: "prj_1", outputs: shared }] });
        expect(inOne.map(codesOf)).to.deep.equal([["shared-id"], ["shared-id"]]);
        expect(inOne[0]?.warnings[0]?.message).to.match(
            /^its id is also in the state of mtls-1 of dev: .* pulumi state delete$/,
        );
        const stale = await judge({
            dev: [{ outputs: shared }],
            prod: [{ outputs: { staleCertIds: ["cert_shared"] } }],
        });
        expect(stale.map(codesOf)).to.deep.equal([["shared-id"], ["shared-id", "stale-ids"]]);
        const waiting = await judge({
            dev: [{ outputs: shared }],
            prod: [{ outputs: shared, resource: { delete: true } }],
        });
        expect(waiting.map(codesOf)).to.deep.equal([["shared-id"], ["shared-id", "pending-deletion"]]);
        const lookedUp = await judge({ dev: [{ outputs: shared }, { outputs: shared, resource: { external: true } }] });
        expect(lookedUp.map(codesOf)).to.deep.equal([[], []]);
        const urn = "urn:pulumi:dev::web::x:y:Z::mtls";
        const replaced = await judge({
            dev: [
                { outputs: shared, resource: { urn } },
                { outputs: shared, resource: { urn, delete: true } },
            ],
        });
        expect(replaced.map(codesOf)).to.deep.equal([[], ["pending-deletion"]]);
    });

    it("names three of many that share something and counts the others, so that all together stays readable", async () => {
        const one = await mint.certificate({ name: "x", origin: ORIGIN, outputs: { certId: "" } });
        const many = (count: number, certId: string): readonly JudgedCertificate[] => {
            const resources = Array.from({ length: count }, (_, index) => ({
                ...one,
                urn: `${one.urn}${String(index)}`,
                outputs: { ...one.outputs, certId, otherCertIds: ["cert_shared"] },
            }));
            return judgeAll(readStack("dev", exportOf(resources)).certificates, {
                nowMs: NOW_MS,
                warningDays: undefined,
            });
        };
        expect(many(2000, "")[7]?.warnings.find(({ code }) => code === "duplicate")?.message).to.match(
            /^x0 of dev, x1 of dev, x2 of dev and 1996 more has a certificate/,
        );
        expect(many(2000, "cert_shared")[7]?.warnings.map(({ code }) => code)).to.include("shared-id");
        for (const certId of ["", "cert_shared"]) {
            const text = statusText({ nowMs: NOW_MS, stacks: [], certificates: many(3000, certId) });
            expect(JSON.stringify(text).length).to.be.lessThan(3000 * 2000);
        }
    });

    it("mentions the same certificate in several places, which is no warning", async () => {
        const certFingerprint = "ab".repeat(32);
        const [one] = await judge({
            dev: [{ outputs: { certFingerprint } }],
            test: [{ origin: "https://other.example.com", outputs: { certFingerprint } }],
        });
        expect(one?.warnings).to.deep.equal([]);
        expect(one?.notes).to.deep.equal([
            { code: "same-certificate", message: "the same certificate is that of mtls-0 of test" },
        ]);
    });

    it("goes by what is declared where an import left no dates, as long as that is what is in place", async () => {
        const without = { notAfter: "", notBefore: "", expiries: [] };
        const imported = await judgeOne({ days: [-60, 20], outputs: without });
        expect([imported.daysLeft, codesOf(imported)]).to.deep.equal([20, ["expires-soon"]]);
        const other = await judgeOne({ outputs: without, inputs: { fingerprint: `v1:${"0".repeat(64)}` } });
        expect([other.daysLeft, codesOf(other)]).to.deep.equal([undefined, ["dates-unknown"]]);
    });

    it("is not in order where what it needs is encrypted, and shows no ciphertext", async () => {
        const hidden = {
            expiries: SECRET,
            notAfter: SECRET,
            staleCertIds: SECRET,
            fingerprint: SECRET,
            subject: SECRET,
        };
        const judged = await judgeOne({ outputs: hidden, inputs: { notAfter: SECRET, expiryWarningDays: SECRET } });
        expect(codesOf(judged)).to.deep.equal(["encrypted"]);
        expect(judged.warnings[0]?.message).to.match(
            /^the state keeps fingerprint, notAfter, staleCertIds as a secret/,
        );
        expect(JSON.stringify(judged)).to.not.contain("c2VjcmV0");
    });

    it("puts what ends first at the top, whatever the order in the state", async () => {
        const judged = await judge({
            dev: [
                { project: "a", days: [-1, 90] },
                { project: "b", outputs: { notAfter: 7, expiries: 7 } },
                { project: "c", days: [-1, 40] },
            ],
        });
        expect(judged.map(({ project }) => project)).to.deep.equal(["c", "b", "a"]);
        expect(judged.every(({ toMs = 0 }) => toMs > NOW_MS + 30 * DAY_MS)).to.equal(true);
    });
});
