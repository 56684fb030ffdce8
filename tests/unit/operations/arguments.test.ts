import { expect } from "chai";
import { generateKeyPairSync } from "node:crypto";
import { describe, it } from "mocha";
import { parseArguments } from "../../../provider/operations/arguments";
import { withinTime } from "../../fuzz/support/fuzz";
import { assertNoSecrets } from "../../support/secretSweep";

const { privateKey } = generateKeyPairSync("ed25519");
const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const body = privateKey.export({ type: "pkcs8", format: "der" }).toString("base64");

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
            for (const name of ["file", "env"]) {
                const problems = problemsOf({ key: { [name]: text } });
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
});
