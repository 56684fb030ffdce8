import { expect } from "chai";
import * as fc from "fast-check";
import { after, before, describe, it } from "mocha";
import { isBare, UNKNOWN_VALUE } from "../../provider/operations/arguments";
import { TestEnvironment } from "../support/testEnvironment";
import { holdsFor, runsOf } from "./support/fuzz";
import { Messages } from "./support/judged";

/** What may stand in an argument. Secrets are named, not held, so that a failure that is reported shows none. */
type Content = { readonly whole: string } | { readonly json: unknown } | { readonly secret: keyof typeof SECRETS };

const SECRETS = {
    key: ({ bundle }: TestEnvironment) => bundle.key,
    keyOnOneLine: ({ bundle }: TestEnvironment) => bundle.key.replace(/\n/g, "\\n"),
    keyWithoutFrame: ({ bundle }: TestEnvironment) => bundle.key.replace(/-----[^-]+-----/g, "").trim(),
    keyDense: ({ bundle }: TestEnvironment) => bundle.key.replace(/-----[^-]+-----|\n/g, ""),
    keyInBase64: ({ bundle }: TestEnvironment) => Buffer.from(bundle.key).toString("base64"),
    endOfKey: ({ bundle }: TestEnvironment) => bundle.key.slice(60),
    token: ({ token }: TestEnvironment) => token,
} as const satisfies Record<string, (env: TestEnvironment) => string>;

/** How the SDK marks a secret on its way to the engine. */
const SECRET = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" };
const ONLY_CERTIFICATES = /^(?:-----BEGIN CERTIFICATE-----\n[A-Za-z0-9+/=\n]+\n-----END CERTIFICATE-----\n)+$/;
const ASSET = { "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17", path: "x" };
const ARGUMENTS = [
    ...(["project", "team", "origin", "cert", "key", "ca"] as const),
    ...(["skipValidation", "allowOverwrite", "expectedFingerprint", "tokenEnv"] as const),
];

const json = fc.oneof(
    fc.jsonValue({ stringUnit: "binary", maxDepth: 2 }),
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.webUrl({ withFragments: true, withQueryParameters: true, validSchemes: ["https", "http", "ftp"] }),
    fc.constantFrom(UNKNOWN_VALUE, ASSET, "", "*", { file: "none.key" }, { env: "NONE" }, { file: "", env: "" }),
    fc.record(
        { file: fc.jsonValue({ maxDepth: 1 }), env: fc.jsonValue({ maxDepth: 1 }), x: fc.string() },
        { requiredKeys: [] },
    ),
);
const secret = fc.constantFrom(...(Object.keys(SECRETS) as (keyof typeof SECRETS)[]));
const content: fc.Arbitrary<Content> = fc.oneof(
    { weight: 6, arbitrary: fc.constant({ whole: "as it should be" }) },
    { weight: 3, arbitrary: json.map((value) => ({ json: value })) },
    { weight: 1, arbitrary: secret.map((name) => ({ secret: name })) },
);
const others = fc.dictionary(
    fc.oneof(fc.string({ unit: "binary", maxLength: 30 }), fc.constantFrom("__proto__", "fingerprint", "notAfter")),
    fc.jsonValue({ maxDepth: 1 }),
    { maxKeys: 2 },
);
const inputs = fc.record(
    {
        ...(Object.fromEntries(ARGUMENTS.map((name) => [name, content])) as Record<string, fc.Arbitrary<Content>>),
        others: fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: others }),
        secretName: fc.option(secret, { freq: 20 }),
        secretReference: fc.option(fc.tuple(fc.constantFrom("file", "env", "x"), secret), { freq: 10 }),
    },
    { requiredKeys: ["others"] },
);

const SHORTEST_VALUE = 12;

describe("check of hostile arguments", () => {
    let env: TestEnvironment;
    let messages: Messages;
    let fingerprint: unknown;
    before(async () => {
        env = await TestEnvironment.start();
        ({ fingerprint } = await env.checked());
        messages = new Messages({ keys: [env.bundle.key], tokens: [env.token] });
    });
    after(async () => {
        expect(env.fakeVercel.requests).to.deep.equal([]);
        messages.expectClean(env.lines);
        await env.stop();
    });

    const newsOf = ({ others: more, ...contents }: Record<string, unknown>): Record<string, unknown> => {
        const others = { skipValidation: false, allowOverwrite: false, tokenEnv: "TOKEN_PROD" };
        const fine = env.inputs({ ...others, expectedFingerprint: fingerprint });
        const read = (name: string): unknown => {
            const given = contents[name] as Content;
            if ("json" in given) {
                return given.json;
            }
            return "secret" in given ? SECRETS[given.secret](env) : fine[name];
        };
        const news = Object.fromEntries(ARGUMENTS.filter((name) => name in contents).map((name) => [name, read(name)]));
        const { secretName, secretReference } = contents as {
            readonly secretName?: keyof typeof SECRETS | null;
            readonly secretReference?: readonly [string, keyof typeof SECRETS] | null;
        };
        if (secretName !== undefined && secretName !== null) {
            news[SECRETS[secretName](env)] = "x";
        }
        if (secretReference !== undefined && secretReference !== null) {
            news["key"] = { [secretReference[0]]: SECRETS[secretReference[1]](env) };
        }
        return { ...news, ...(more as object) };
    };

    /**
     * The engine may store inputs that failed: of the texts only certificates, the key as a secret, and nothing of what is
     * given in its place; all else as it came.
     */
    const expectStorable = (
        { cert, key, ca, ...others }: Readonly<Record<string, unknown>>,
        news: Readonly<Record<string, unknown>>,
        reasons: readonly string[],
    ): void => {
        const { cert: givenCert, key: givenKey, ca: givenCa, ...given } = news;
        const { team, ...withoutTeam } = given;
        // A team without a value counts as left out.
        expect(others).to.deep.equal(team === null ? withoutTeam : given);
        const isText = typeof givenKey === "string" && givenKey !== UNKNOWN_VALUE;
        if (key === undefined && givenKey !== undefined) {
            expect(reasons.some((reason) => reason.startsWith("key: "))).to.equal(true);
        } else {
            expect(key).to.deep.equal(isText ? { ...SECRET, value: givenKey } : givenKey);
        }
        const { cert: fineCert, ca: fineCa } = env.inputs();
        for (const [text, came, fine] of [[cert, givenCert, fineCert] as const, [ca, givenCa, fineCa] as const]) {
            if (came === fine || came === UNKNOWN_VALUE) {
                expect(text).to.equal(came);
            } else if (text !== undefined) {
                expect(text).to.match(ONLY_CERTIFICATES);
            }
        }
    };

    const NAMES_ITS_ARGUMENT = new RegExp(`^(${ARGUMENTS.join("|")}|"[^\\n]*"): [^\\n]+ \\[[a-z0-9-]+\\]$`);

    it(`answers with one line for each problem, without a call, and shows no secret (${String(runsOf(2_000))} cases)`, async () => {
        await holdsFor(2_000, inputs, async (contents) => {
            const news = newsOf(contents);
            const result = await env.provider.check({}, news);
            const reasons = result.failures.map(({ reason }) => reason);
            messages.expectClean(reasons);
            for (const { property, reason } of result.failures) {
                expect(property).to.equal("");
                expect(reason).to.match(NAMES_ITS_ARGUMENT);
            }
            const { key } = news;
            if (typeof key === "string" && key.length >= SHORTEST_VALUE && key !== UNKNOWN_VALUE) {
                expect(reasons.some((reason) => reason.includes(key))).to.equal(false);
            }
            if (isBare(news)) {
                expect(result.inputs).to.deep.equal(news);
            } else if (reasons.length > 0) {
                expectStorable(result.inputs, news, reasons);
            } else {
                const { cert, ca, fingerprint, certFingerprint, notAfter, expiries, findings } = result.inputs;
                for (const value of [cert, ca, fingerprint, certFingerprint, notAfter]) {
                    expect(value).to.be.a("string").that.is.not.equal("");
                }
                expect(expiries === UNKNOWN_VALUE || Array.isArray(expiries)).to.equal(true);
                messages.expectNoSecrets([JSON.stringify([cert, ca, expiries, findings])]);
            }
        });
    });
});
