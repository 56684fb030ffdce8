import { expect } from "chai";
import { before, describe, it } from "mocha";
import { judgeAll, type JudgedCertificate } from "../../../../provider/bin/status/judgement";
import { readStack } from "../../../../provider/bin/status/storedCertificate";
import { exportOf, StateMint, type CertificateOptions } from "../../../support/exportedState";

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
                message:
                    "expected a certificate that is valid on 2030-01-01T00:00:00Z, got one that expired on " +
                    "2029-12-30T00:00:00Z; give a renewed one to the program and run pulumi up",
            },
        ]);
        expect(codesOf(await judgeOne({ days: [2, 90] }))).to.deep.equal(["not-yet-valid"]);
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
        const nothing = { fingerprint: "", certFingerprint: "", notBefore: "", notAfter: "" };
        const judged = await judgeOne({ resource: { external: true }, outputs: nothing });
        expect([judged.isLookedUp, judged.daysLeft, codesOf(judged)]).to.deep.equal([true, undefined, []]);
    });

    it("sees two stacks that claim the same origin, but neither a lookup nor the predecessor of a replacement", async () => {
        const [one, other] = await judge({ production: [{}], staging: [{}] });
        expect(one?.warnings.map(({ code }) => code)).to.deep.equal(["duplicate"]);
        expect(one?.warnings[0]?.message).to.contain("one resource for my-team/web/https://billing.example.com");
        expect(one?.warnings[0]?.message).to.contain("got mtls-0 of staging as well");
        expect(other?.warnings[0]?.message).to.contain("got mtls-0 of production as well");
        const [declared, lookedUp] = await judge({ production: [{}], staging: [{ resource: { external: true } }] });
        expect([declared?.warnings, lookedUp?.warnings]).to.deep.equal([[], []]);
        const replaced = await judge({ dev: [{ days: [-10, 80] }, { days: [-10, 81], resource: { delete: true } }] });
        expect(replaced.map(codesOf)).to.deep.equal([[], ["pending-deletion"]]);
        const elsewhere = await judge({ dev: [{}, { team: "other" }, { project: "shop" }, { origin: `${ORIGIN}:1` }] });
        expect(elsewhere.flatMap(codesOf)).to.deep.equal([]);
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
        const without = { notAfter: "", notBefore: "" };
        const imported = await judgeOne({ days: [-60, 20], outputs: without });
        expect([imported.daysLeft, codesOf(imported)]).to.deep.equal([20, ["expires-soon"]]);
        const other = await judgeOne({ outputs: without, inputs: { fingerprint: `v1:${"0".repeat(64)}` } });
        expect([other.daysLeft, codesOf(other)]).to.deep.equal([undefined, ["dates-unknown"]]);
    });

    it("is not in order where what it needs is encrypted, and shows no ciphertext", async () => {
        const hidden = { notAfter: SECRET, staleCertIds: SECRET, fingerprint: SECRET, subject: SECRET };
        const judged = await judgeOne({ outputs: hidden, inputs: { notAfter: SECRET, expiryWarningDays: SECRET } });
        expect(codesOf(judged)).to.deep.equal(["encrypted"]);
        expect(judged.warnings[0]?.message).to.match(
            /^expected fingerprint, notAfter, staleCertIds in clear, got a secret/,
        );
        expect(JSON.stringify(judged)).to.not.contain("c2VjcmV0");
    });

    it("puts what ends first at the top, whatever the order in the state", async () => {
        const judged = await judge({
            dev: [
                { project: "a", days: [-1, 90] },
                { project: "b", outputs: { notAfter: 7 } },
                { project: "c", days: [-1, 40] },
            ],
        });
        expect(judged.map(({ project }) => project)).to.deep.equal(["c", "b", "a"]);
        expect(judged.every(({ toMs = 0 }) => toMs > NOW_MS + 30 * DAY_MS)).to.equal(true);
    });
});
