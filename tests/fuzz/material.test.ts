import * as fc from "fast-check";
import { before, describe, it } from "mocha";
import { mintBundle, type CertificateBundle } from "../support/mint";
import { holdsFor, runsOf } from "./support/fuzz";
import { judge, Messages, type Texts } from "./support/judged";
import { apply, damages, type Damage } from "./support/pemDamage";

const KEY_TYPES = ["p256", "rsa", "ed25519"] as const;

describe("certificates from hostile text", () => {
    let bundles: readonly CertificateBundle[];
    let messages: Messages;
    before(async () => {
        bundles = await Promise.all(KEY_TYPES.map((keyType) => mintBundle({ keyType })));
        messages = new Messages({ keys: bundles.map(({ key }) => key) });
    });

    const expectCalm = async (texts: Texts): Promise<void> => {
        const findings = await judge(texts);
        messages.expectClean(findings.map(({ message }) => message));
    };

    const text = fc.oneof(
        fc.string({ unit: "binary", maxLength: 400 }),
        fc.string({ unit: fc.constantFrom(..."-BEGINCRT \nMIaz09+/="), maxLength: 400 }),
        fc
            .tuple(fc.constantFrom("–", "-", " ", "\n", "M", "$a", "%", "\\n", "\\", '"', "a/"), fc.nat(66_000))
            .map(([unit, times]) => unit.repeat(times)),
    );
    const bundle = fc.nat({ max: KEY_TYPES.length - 1 });

    it(`gets a finding, not an exception or a hang, from any text (${String(runsOf(1_500))} cases)`, async () => {
        await holdsFor(1_500, fc.record({ cert: text, key: text, ca: text }), expectCalm);
    });

    it(`gets a finding from a key file of any bytes (${String(runsOf(500))} cases)`, async () => {
        const [{ cert, ca }] = [bundles[0] ?? { cert: "", ca: "" }];
        const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
        await holdsFor(500, bytes, (key) => expectCalm({ cert, key, ca }));
    });

    const damaged = (which: readonly (keyof Texts)[], cases: number): void => {
        const name = which.join(", ");
        it(`says what is wrong with a damaged ${name}, and shows no key (${String(runsOf(cases))} cases)`, async () => {
            const arbitrary = fc.record({ bundle, cert: damages(1), key: damages(1), ca: damages(1) });
            await holdsFor(cases, arbitrary, async ({ bundle: index, ...all }) => {
                const whole = bundles[index];
                if (whole === undefined) {
                    throw new Error("expected a bundle");
                }
                const harm = (argument: keyof Texts, other: string): string =>
                    which.includes(argument)
                        ? all[argument].reduce((pem: string, one: Damage) => apply(one, pem, other), whole[argument])
                        : whole[argument];
                await expectCalm({
                    cert: harm("cert", whole.key),
                    key: harm("key", whole.cert),
                    ca: harm("ca", whole.key),
                });
            });
        });
    };
    damaged(["cert"], 1_000);
    damaged(["key"], 1_000);
    damaged(["ca"], 700);
    damaged(["cert", "key", "ca"], 300);
});
