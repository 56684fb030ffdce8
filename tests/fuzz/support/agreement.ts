import { expect } from "chai";
import { before, describe, it } from "mocha";
import type { Finding } from "../../../provider/certificates/findings";
import { OpensslVerify, opensslVersion, type Standing } from "../../support/opensslVerify";
import { speak, type Spoken } from "../../support/spoken";
import { randomPki, RULES, type RandomPki, type Rule } from "../../support/randomPki";
import { fuzzSeed, runsOf } from "./fuzz";

/** In a long run: how often each rule is to have been the reason for a refusal. */
const LEAST_OF_EACH_RULE = 50;
const LONG_RUN = 5_000;
const AT_A_TIME = 4;

interface Case {
    readonly seed: number;
    readonly pki: RandomPki;
    readonly openssl: Standing;
    /** Whether the broken rule alone is the reason. */
    readonly isCause: boolean;
    readonly withKey: Spoken;
    readonly withoutKey: Spoken;
}

/** Mints so many PKIs, or as many as FUZZ_RUNS says, and holds what this package says of them against OpenSSL. */
export function describeAgreement(usualPkis: number): void {
    const runs = runsOf(usualPkis);

    describe(`random PKIs (${String(runs)}), as OpenSSL judges them`, function () {
        this.timeout(0);

        const cases: Case[] = [];
        let isOneVersion: boolean;
        before(async () => {
            isOneVersion = (await opensslVersion()) === process.versions.openssl;
            const openssl = await OpensslVerify.start();
            const first = fuzzSeed() * 100_000;
            const judge = async (seed: number): Promise<void> => {
                const pki = randomPki(seed);
                const name = String(seed);
                const { standing } = await openssl.judge(name, pki.leaf, pki.cert, pki.ca);
                const { sound } = pki;
                const ofSound =
                    sound === undefined || standing === "accepted"
                        ? undefined
                        : await openssl.judge(`${name}.sound`, sound.leaf, sound.cert, sound.ca);
                cases.push({
                    seed,
                    pki,
                    openssl: standing,
                    isCause: ofSound?.standing === "accepted",
                    withKey: await speak(pki, true),
                    withoutKey: await speak(pki, false),
                });
            };
            try {
                for (let at = 0; at < runs; at += AT_A_TIME) {
                    const count = Math.min(AT_A_TIME, runs - at);
                    await Promise.all(Array.from({ length: count }, (_, index) => judge(first + at + index)));
                }
            } finally {
                await openssl.stop();
            }
        });

        const described = ({ seed, pki, openssl, withKey, withoutKey }: Case): string =>
            `seed ${String(seed)} (${String(pki.rule)}, ${String(pki.broken)}): OpenSSL ${openssl}, with key ${withKey.standing}, without ${withoutKey.standing}: ${withKey.findings.map(({ message }) => message).join(" | ")}`;

        it("are accepted, refused, or left to partial chains with the key, each as OpenSSL's command has it", function () {
            if (!isOneVersion) {
                const apart = cases.filter(({ openssl, withKey }) => openssl !== withKey.standing);
                process.stderr.write(
                    `two versions of OpenSSL: ${String(apart.length)} apart\n${apart.map(described).join("\n")}\n`,
                );
                this.skip();
            }
            expect(cases.filter(({ openssl, withKey }) => openssl !== withKey.standing).map(described)).to.deep.equal(
                [],
            );
        });

        it("are not refused without the key where OpenSSL accepts, and are in 95 of 100 where it refuses", () => {
            const wrong = cases.filter(
                ({ openssl, withoutKey }) => openssl !== "refused" && withoutKey.standing === "refused",
            );
            expect(wrong.map(described)).to.deep.equal([]);
            const refused = cases.filter(({ openssl }) => openssl === "refused");
            const missed = refused.filter(({ withoutKey }) => withoutKey.standing !== "refused");
            expect(missed.length / refused.length, missed.map(described).join("\n")).to.be.at.most(0.05);
        });

        it("are refused in words of this package in 95 of 100, by the certificate and the rule that were broken", () => {
            const refused = cases.filter(({ openssl }) => openssl === "refused");
            const quoted = refused.filter(({ withKey }) =>
                withKey.findings.some(({ code }) => code === "openssl-refuses"),
            );
            expect(quoted.length / refused.length, quoted.map(described).join("\n")).to.be.at.most(0.05);
            const ofOneCause = refused.filter(({ isCause }) => isCause);
            const unnamed = ofOneCause.filter(({ pki, withKey }) => !names(pki, withKey.findings));
            expect(unnamed.length / ofOneCause.length, unnamed.map(described).join("\n")).to.be.at.most(0.05);
        });

        it("are a third of them refused, and in a long run for each rule often enough", () => {
            const refused = cases.filter(({ openssl }) => openssl === "refused");
            expect(refused.length / cases.length).to.be.at.least(1 / 3);
            const counted = Object.keys(RULES).map((rule) => {
                const count = cases.filter(
                    ({ pki, isCause, openssl }) => pki.rule === rule && isCause && openssl !== "accepted",
                ).length;
                return [rule, count] as const;
            });
            process.stderr.write(
                `${JSON.stringify({ cases: cases.length, refused: refused.length, partial: cases.filter(({ openssl }) => openssl === "partial").length, ...Object.fromEntries(counted) })}\n`,
            );
            const least = runs >= LONG_RUN ? LEAST_OF_EACH_RULE : runs >= usualPkis ? 1 : 0;
            expect(counted.filter(([, count]) => count < least)).to.deep.equal([]);
        });
    });
}

/** Whether a message says which certificate broke the rule, and which rule. */
function names({ rule, broken }: RandomPki, findings: readonly Finding[]): boolean {
    const codes: readonly string[] = rule === undefined ? [] : RULES[rule satisfies Rule];
    return findings.some(
        ({ code, message }) =>
            message.includes(`"CN=${String(broken)}"`) &&
            (codes.includes(code) || codes.some((one) => message.includes(`it finds: ${one.replaceAll("-", " ")}`))),
    );
}
