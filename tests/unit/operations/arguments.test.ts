import { expect } from "chai";
import { generateKeyPairSync } from "node:crypto";
import { describe, it } from "mocha";
import { parseArguments, UNKNOWN, UNKNOWN_VALUE } from "../../../provider/operations/arguments";
import { storedKey } from "../../../provider/operations/keyArgument";
import { withinTime } from "../../fuzz/support/fuzz";
import { assertNoSecrets } from "../../support/secretSweep";

const { privateKey } = generateKeyPairSync("ed25519");
const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const body = privateKey.export({ type: "pkcs8", format: "der" }).toString("base64");
/** Of the form that tokens have today. */
const TOKEN = `vcp_${"0aZ".repeat(14)}`;

const problemsOf = (overrides: Readonly<Record<string, unknown>>): readonly string[] =>
    parseArguments({ project: "site", cert: "c", key: "k", ca: "c", ...overrides }).problems;

describe("operations/arguments", () => {
    it("does not repeat a key that stands in the wrong argument: 80 letters were enough for an Ed25519 key", () => {
        for (const text of [key, key.replace(/\n/g, "\\n"), Buffer.from(key).toString("base64"), `${body}/`]) {
            for (const overrides of [
                { project: text },
                { team: text },
                { origin: text },
                { [text]: true },
                { key: { [text]: "x" } },
            ]) {
                const problems = problemsOf(overrides);
                expect(problems).to.have.lengthOf(1);
                assertNoSecrets(problems.join("\n"), { keys: [key], tokens: [] });
            }
        }
    });

    it("refuses a key in base64 as a path or a variable: both are kept in the state in clear", () => {
        for (const text of [Buffer.from(key).toString("base64"), body]) {
            for (const source of [{ file: text }, { env: text }, { command: [text] }, { command: ["cat", text] }]) {
                const problems = problemsOf({ key: source });
                expect(problems.join()).to.contain("got a key or certificate itself; give the text of the key as key");
            }
        }
    });

    it("shows no password of an origin, however it is written", () => {
        for (const origin of [
            "https://user:hunter22@x.example.com",
            "https://user:hunter22\n@x.example.com",
            "https:user:hunter22@x.example.com",
            "https:\\\\user:hunter22@x.example.com",
            "user:hunter22@x.example.com",
            "https://user:hunter22#?@x.example.com",
            "https://x.example.com?a@hunter22",
            "https://x.example.com/?hunter22",
        ]) {
            expect(problemsOf({ origin }).join(), origin).to.match(/^origin: expected https/);
            expect(problemsOf({ origin }).join(), origin).not.to.contain("hunter22");
        }
    });

    it("answers at once to an origin of nothing but slashes: each was the start of a search to the end", async () => {
        await withinTime(() => {
            expect(problemsOf({ origin: "/".repeat(300_000) })).to.have.lengthOf(1);
        });
    });

    it("names few of the properties that a key must not have, however many there are", () => {
        const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`name${String(index)}`, "x"]));
        expect(problemsOf({ key: many }).join().length).to.be.lessThan(300);
    });

    const BUFFER = { ...Buffer.from("-----BEGIN") };
    const OUTPUT =
        "Calling [toString] on an [Output<T>] is not supported.\n\nTo get the value of an Output<T> as an ...";
    /** Arguments as they come over the wire, and what the one message about them says; each ends with its code. */
    const WRONG: readonly (readonly [Readonly<Record<string, unknown>>, RegExp])[] = [
        // What JavaScript hands over where a text is wanted.
        [
            { cert: BUFFER },
            /^cert: .* got the bytes of a Buffer; give its text: buffer\.toString\("utf8"\) \[wrong-type\]$/,
        ],
        [{ ca: Buffer.from("x").toJSON() }, /^ca: .* got the bytes of a Buffer; .*\[wrong-type\]$/],
        [{ key: BUFFER }, /^key: .* got the bytes of a Buffer; give \{ file: "path" \}.*\[wrong-type\]$/],
        [{ origin: {} }, /^origin: .* as a URL, a Date, .* such as url\.href \[wrong-type\]$/],
        [{ project: ["site"] }, /^project: .* got a list; .*\[wrong-type\]$/],
        [
            { ca: ["one", "two"] },
            /^ca: .* got a list; give one text; of several PEM texts: list\.join\("\\n"\) \[wrong-type\]$/,
        ],
        [{ keyFile: "client.key" }, /^"keyFile": .*; did you mean key\? \[unknown-argument\]$/],
        [{ apiToken: "VERCEL" }, /^"apiToken": .*; did you mean tokenEnv\? \[unknown-argument\]$/],
        [{ project: 7 }, /^project: .* got a number; .*\[wrong-type\]$/],
        [{ team: true }, /^team: .* got a boolean; .*\[wrong-type\]$/],
        [{ cert: { a: 1 } }, /^cert: .* got an object; .*\[wrong-type\]$/],
        [
            { key: { "4dabf18193072939515e22adb298388d": "5cf8f73096256a8f31e491e813e4eb8e", urn: "u", id: "i" } },
            /^key: .* got a resource; give one of its outputs, such as \.id \[wrong-type\]$/,
        ],
        [
            { project: { "4dabf18193072939515e22adb298388d": "5cf8f73096256a8f31e491e813e4eb8e", urn: "u", id: "i" } },
            /^project: .* got a resource; give one of its outputs, such as \.id \[wrong-type\]$/,
        ],
        [
            { skipValidation: "true" },
            /^skipValidation: .* got the text "true"; write true without quotes \[wrong-type\]$/,
        ],
        [{ expiryWarningDays: "30" }, /^expiryWarningDays: .* got the text "30"; give a number without quotes/],
        // What JavaScript, shells and templates leave in a text.
        ...["project", "team", "origin"].flatMap((name) =>
            (["undefined", "[object Object]", "https://[object Promise]/", OUTPUT] as const).map(
                (text) => [{ [name]: text }, new RegExp(`^${name}: .*\\[output-in-text\\]$`)] as const,
            ),
        ),
        [{ project: "${PROJECT}" }, /^project: .* got the placeholder "\$\{PROJECT\}"; .*\[placeholder\]$/],
        [{ team: "${{ vars.TEAM }}" }, /^team: .*\[placeholder\]$/],
        [{ project: "<your-project>" }, /^project: .*\[placeholder\]$/],
        [
            { origin: "https://undefined.example.com" },
            /^origin: .* which JavaScript makes of a variable without a value; .*\[output-in-text\]$/,
        ],
        // Names.
        [{ project: "https://vercel.com/acme/site" }, /^project: .* one name alone, .*\[wrong-name\]$/],
        [{ team: "" }, /^team: .* got an empty text; .*\[wrong-name\]$/],
        [{ project: key }, /^project: .* got a key or certificate itself; .*\[wrong-type\]$/],
        // Origins: the text to write is in the message.
        [
            { origin: "billing.example.com" },
            /got "billing\.example\.com", without https:\/\/; write "https:\/\/billing\.example\.com" \[wrong-origin\]$/,
        ],
        [{ origin: "billing.example.com:8443" }, /write "https:\/\/billing\.example\.com:8443" \[wrong-origin\]$/],
        [{ origin: "localhost:8443" }, /write "https:\/\/localhost:8443" \[wrong-origin\]$/],
        [{ origin: "//billing.example.com" }, /write "https:\/\/billing\.example\.com" \[wrong-origin\]$/],
        [
            { origin: " https://x.example.com\n" },
            /blanks or line breaks around it; write "https:\/\/x\.example\.com" \[wrong-origin\]$/,
        ],
        [{ origin: "https://https://x.example.com" }, /give one origin, with https:\/\/ once \[wrong-origin\]$/],
        [{ origin: "https://x.example.com,https://y.example.com" }, /give one origin, .*\[wrong-origin\]$/],
        [{ origin: "https://x.example.com:65536" }, /write https:\/\/, the host, and the port if it is not 443 \[/],
        [{ origin: "https://null" }, /which JavaScript makes of a variable without a value; .* \[output-in-text\]$/],
        [{ origin: "https://x.example.com:NaN" }, /JavaScript makes of a variable .* \[output-in-text\]$/],
        [{ origin: "*" }, /leave origin out for a certificate of the whole project \[wrong-origin\]$/],
        [{ origin: "" }, /got an empty text; leave origin out for .*\[wrong-origin\]$/],
        [{ origin: "https://u:p@x.example.com" }, /leave user and password out \[wrong-origin\]$/],
        [
            { origin: "https://x..example.com" },
            /where no server can be; correct the host or the port \[wrong-origin\]$/,
        ],
        [{ origin: "https://-x.example.com" }, /where no server can be; .*\[wrong-origin\]$/],
        [{ origin: `https://${"x".repeat(64)}.example.com` }, /where no server can be; .*\[wrong-origin\]$/],
        [{ origin: "https://x.example.com:0" }, /where no server can be; .*\[wrong-origin\]$/],
        [
            { origin: "https:///x.example.com" },
            /got "https:\/\/\/x\.example\.com"; write "https:\/\/x\.example\.com" \[/,
        ],
        [{ origin: "https:x.example.com" }, /without https:\/\/; write "https:\/\/x\.example\.com" \[wrong-origin\]$/],
        // Tokens.
        [{ project: TOKEN }, /^project: .* got a token of Vercel's, .* VERCEL_API_TOKEN, .*\[token-in-text\]$/],
        [{ team: ` Bearer ${TOKEN}\n` }, /^team: .* got a token of Vercel's, .*\[token-in-text\]$/],
        [{ origin: TOKEN }, /^origin: .* got a token of Vercel's, .*\[token-in-text\]$/],
        [{ key: { file: TOKEN } }, /^key: .* got a token of Vercel's, .*\[token-in-text\]$/],
        [{ tokenEnv: TOKEN }, /^tokenEnv: .* not shown because it may be a token; .*\[wrong-variable\]$/],
        // Variables.
        [{ tokenEnv: "$VERCEL_TOKEN_PROD" }, /signs around it; write VERCEL_TOKEN_PROD alone \[wrong-variable\]$/],
        [{ tokenEnv: "${VERCEL_TOKEN_PROD}" }, /write VERCEL_TOKEN_PROD alone \[wrong-variable\]$/],
        [{ tokenEnv: "vcp_abc" }, /is not shown because it may be a token; .*\[wrong-variable\]$/],
        // An output without a value.
        [
            { origin: null },
            /^origin: .* got an output that has no value; leave origin out, or give a literal undefined, for a certificate of the whole project \[no-value\]$/,
        ],
        [{ tokenEnv: null }, /^tokenEnv: .* leave tokenEnv out, .*\[no-value\]$/],
        [{ expectedFingerprint: null }, /^expectedFingerprint: .* leave expectedFingerprint out, .*\[no-value\]$/],
        [{ key: { file: "a", passphrase: null } }, /^key: .* leave passphrase out, .*\[no-value\]$/],
        [{ key: { file: null } }, /^key: .* got an output that has no value; .*\[wrong-key-source\]$/],
        [{ project: null }, /^project: missing the name or id of a Vercel project; .*\[missing-argument\]$/],
        // Sources of the key.
        [{ key: {} }, /^key: .* give the name in quotes, as \{ env: "CLIENT_KEY" \}.*\[wrong-type\]$/],
        [{ key: { file: "a", env: "B" } }, /got an object with "file", "env"; give one of .*\[wrong-key-source\]$/],
        [{ key: { path: "client.key" } }, /did you mean file\? \[wrong-key-source\]$/],
        [{ key: { file: "a", passphrase: {} } }, /^key: expected the passphrase .* without a value leaves nothing \[/],
        [{ key: { file: "a", password: "b" } }, /did you mean passphrase\? \[wrong-key-source\]$/],
        [{ key: { env: "$CLIENT_KEY" } }, /\[placeholder\]$/],
        [{ key: { env: "CLIENT KEY" } }, /give the name alone, .*\[wrong-key-source\]$/],
        [{ key: { file: "~/client.key" } }, /os\.homedir\(\) \[wrong-key-source\]$/],
        [{ key: { file: "file:///client.key" } }, /fileURLToPath.*\[wrong-key-source\]$/],
        [{ key: { file: "${HOME}/client.key" } }, /\[placeholder\]$/],
        [{ key: { file: BUFFER } }, /got the bytes of a Buffer; .*\[wrong-key-source\]$/],
        [{ key: { command: "op read x" } }, /no shell splits it: give a list of texts \[wrong-key-source\]$/],
        [{ key: { command: [] } }, /got an empty list; .*\[wrong-key-source\]$/],
        [{ key: { command: ["", "x"] } }, /got an empty text; .*\[wrong-key-source\]$/],
        [{ key: { command: ["op", 7] } }, /got a number; .*\[wrong-key-source\]$/],
        [{ key: { command: ["op"], passphrase: "x" } }, /the command print the decrypted key; .*\[wrong-key-source\]$/],
        [
            { key: { env: "A", passphrase: 7 } },
            /^key: expected the passphrase .* got a number; .*\[wrong-key-source\]$/,
        ],
        [
            { key: { env: "A", passphrase: { command: ["x"] } } },
            /^key: expected the passphrase .*\[wrong-key-source\]$/,
        ],
        [{ probe: true }, /^probe: .*\[probe-without-origin\]$/],
        // Names of arguments.
        ...(
            [
                ["Origin", "origin"],
                ["orgin", "origin"],
                ["domain", "origin"],
                ["certificate", "cert"],
                ["private_key", "key"],
                ["caCert", "ca"],
                ["projectId", "project"],
                ["teamID", "team"],
                ["skipvalidation", "skipValidation"],
                ["tokenEnvironment", undefined],
                ["xyzzy", undefined],
            ] as const
        ).map(
            ([given, meant]) =>
                [
                    { [given]: "x" },
                    new RegExp(
                        `is none of the arguments project, team, .*; ${meant === undefined ? "correct the name, .*" : `did you mean ${meant}\\?`} \\[unknown-argument\\]$`,
                    ),
                ] as const,
        ),
    ];
    for (const [overrides, said] of WRONG) {
        it(`says once what is really wrong, with a code: ${JSON.stringify(overrides).slice(0, 80)}`, () => {
            const problems = problemsOf(overrides);
            expect(problems).to.have.lengthOf(1);
            expect(problems[0]?.replaceAll("\n", " ")).to.match(said);
        });
    }

    it("takes what looks odd and may be meant", () => {
        for (const overrides of [
            { key: { command: ["sh", "-c", "echo ${KEY} {{x}} $(y)", ""] } },
            { key: { file: "a b/$cert/ü.key", passphrase: "" } },
            { key: { env: "client_key", passphrase: { file: "pass word" } } },
            { project: "undefined-site", team: "null-team" },
            { team: null, skipValidation: null, expiryWarningDays: null },
        ]) {
            expect(problemsOf(overrides)).to.deep.equal([]);
        }
    });

    it("waits for a part of a source that is not known yet", () => {
        for (const key of [
            { file: UNKNOWN_VALUE },
            { env: "A", passphrase: UNKNOWN_VALUE },
            { env: "A", passphrase: { env: UNKNOWN_VALUE } },
            { command: ["op", UNKNOWN_VALUE] },
            { command: UNKNOWN_VALUE },
        ]) {
            const { args, problems } = parseArguments({ project: "site", cert: "c", ca: "c", key });
            expect([args.key, problems]).to.deep.equal([UNKNOWN, []]);
        }
    });

    it("stores the texts of a key and of a passphrase as secrets, and names in clear", () => {
        const secret = (value: string): unknown => ({
            "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
            value,
        });
        expect(storedKey("text")).to.deep.equal(secret("text"));
        expect(storedKey({ file: "a", passphrase: "p" })).to.deep.equal({ file: "a", passphrase: secret("p") });
        for (const key of [{ env: "A", passphrase: { env: "P" } }, { command: ["op"] }, UNKNOWN_VALUE, undefined]) {
            expect(storedKey(key)).to.deep.equal(key);
        }
    });
});
