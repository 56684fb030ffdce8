import { generateKeyPairSync } from "node:crypto";
import { expect } from "chai";
import { describe, it } from "mocha";
import { redact } from "../../../provider/text/redact";

const pem = generateKeyPairSync("rsa", { modulusLength: 1024 })
    .privateKey.export({ type: "pkcs8", format: "pem" })
    .toString();
const bodyLines = pem.split("\n").filter((line) => line.length >= 24 && !line.startsWith("-"));

function expectNoKey(shown: string): void {
    for (const line of bodyLines) {
        expect(shown).not.to.contain(line.slice(0, 24));
    }
}

describe("text/redact", () => {
    it("removes PEM blocks: whole, truncated at either end, and escaped as in JSON", () => {
        const half = pem.slice(0, pem.length / 2);
        const tail = pem.slice(pem.length / 2);
        for (const text of [
            pem,
            half,
            tail,
            JSON.stringify(pem),
            JSON.stringify(half),
            JSON.stringify(tail),
            pem.replaceAll("\n", " "),
        ]) {
            const shown = redact(`before ${text}`);
            expect(shown).to.contain("before");
            expectNoKey(shown);
            expect(shown).not.to.contain("PRIVATE KEY");
        }
    });

    it("removes what stands before the end of a block that was cut", () => {
        expect(redact("bad line: AbC9xY==\n-----END PRIVATE KEY-----")).not.to.contain("AbC9xY");
    });

    it("removes base64 without a frame", () => {
        for (const line of bodyLines) {
            expectNoKey(redact(`unexpected ${line}`));
        }
        expect(redact("short run Ab3dEf6hIj9lMn2pQr5tUv8x!")).not.to.contain("Ab3dEf6h");
    });

    it("removes tokens, new and old, and the header that carries them", () => {
        for (const prefix of ["vcp", "vci", "vca", "vcr", "vck"]) {
            expect(redact(`token ${prefix}_abc123DEF456 refused`)).to.equal("token [token] refused");
        }
        expect(redact("token a1B2c3D4e5F6g7H8i9J0k1L2 refused")).to.equal("token [token] refused");
        expect(redact("Authorization: Bearer s3cret")).not.to.contain("s3cret");
    });

    it("removes the secrets it is given, wherever they stand", () => {
        expect(redact("xxmy.secret.valuexx my.secret.value", ["my.secret.value", ""])).to.equal(
            "xx[secret]xx [secret]",
        );
    });

    it("leaves words alone where the secret is shorter than any token", () => {
        expect(redact("a token of the north", ["north", "token"])).to.equal("a token of the north");
    });

    it("leaves no part of a secret that stands where the text is cut", () => {
        // The block shrinks to a few characters, so that the place of the cut is still shown.
        const filler = `${"-----BEGIN X-----"}${"A".repeat(5900)}${"-----END X-----"}`;
        const secret = "my.secret.value".repeat(20);
        expect(redact(`${filler}${secret}`, [secret])).to.equal("[PEM][secret]");
    });

    it("keeps ids, fingerprints, addresses and words readable", () => {
        for (const text of [
            "project prj_XLKmu1DyR1eY7zq8UgeRKbA7yVLA of team_LLHUOMOoDlqOp8wPE4kFo9pE",
            `fingerprint ${"0123456789abcdef".repeat(4)}`,
            "fra1::iad1::5q7wz-1791210516348-2c1b9d3e4f5a",
            "see https://vercel.com/docs/Projects/ClientCertificates/HowToUse",
            "in /Users/anna/Project2/infra/certs",
        ]) {
            expect(redact(text)).to.equal(text);
        }
    });

    it("forges no lines and hides no text", () => {
        expect(redact("a\r\nerror: b\u001b[31mc\u2028d\u202ee")).to.equal("a error: b [31mc d e");
    });

    it("leaves no half of a character", () => {
        expect(redact("a\ud800b")).to.equal("a b");
        expect(redact(`${"x ".repeat(749)}x😀 more`)).to.not.match(/\p{Cs}/u);
    });

    it("caps the length", () => {
        expect(redact("a b ".repeat(100_000)).length).to.be.lessThan(1600);
    });

    it("takes time in proportion to what is shown, whatever the text", () => {
        const startedMs = performance.now();
        for (const part of ["\\", "\\n", "-----BEGIN ", "A", "a1B", "vcp_", "bearer ", "%5C", "u00", " "]) {
            redact(part.repeat(300_000), ["my.secret.value"]);
        }
        expect(performance.now() - startedMs).to.be.lessThan(5_000);
    });
});
