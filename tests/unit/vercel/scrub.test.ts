import { generateKeyPairSync } from "node:crypto";
import { expect } from "chai";
import { describe, it } from "mocha";
import { scrub } from "../../../provider/vercel/scrub";

const pem = generateKeyPairSync("rsa", { modulusLength: 1024 })
    .privateKey.export({ type: "pkcs8", format: "pem" })
    .toString();
const bodyLines = pem.split("\n").filter((line) => line.length >= 24 && !line.startsWith("-"));

function expectNoKey(shown: string): void {
    for (const line of bodyLines) {
        expect(shown).not.to.contain(line.slice(0, 24));
    }
}

describe("vercel/scrub", () => {
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
            const shown = scrub(`before ${text}`);
            expect(shown).to.contain("before");
            expectNoKey(shown);
            expect(shown).not.to.contain("PRIVATE KEY");
        }
    });

    it("removes what stands before the end of a block that was cut", () => {
        expect(scrub("bad line: AbC9xY==\n-----END PRIVATE KEY-----")).not.to.contain("AbC9xY");
    });

    it("removes base64 without a frame", () => {
        for (const line of bodyLines) {
            expectNoKey(scrub(`unexpected ${line}`));
        }
        expect(scrub("short run Ab3dEf6hIj9lMn2pQr5tUv8x!")).not.to.contain("Ab3dEf6h");
    });

    it("removes tokens, new and old, and the header that carries them", () => {
        for (const prefix of ["vcp", "vci", "vca", "vcr", "vck"]) {
            expect(scrub(`token ${prefix}_abc123DEF456 refused`)).to.equal("token [token] refused");
        }
        expect(scrub("token a1B2c3D4e5F6g7H8i9J0k1L2 refused")).to.equal("token [token] refused");
        expect(scrub("Authorization: Bearer s3cret")).not.to.contain("s3cret");
    });

    it("removes the secrets it is given, wherever they stand", () => {
        expect(scrub("xxmy.secret.valuexx my.secret.value", ["my.secret.value", ""])).to.equal("xx[secret]xx [secret]");
    });

    it("removes pieces of the secrets it is given, in every form in which a server may quote them", () => {
        const token = "vcp_0123456789abcdef0123456789abcdef";
        const der = Buffer.from(bodyLines.join(""), "base64");
        const forms: readonly (readonly [string, string])[] = [
            ["the middle of a token", token.slice(9, 30)],
            ["a token in hexadecimal", Buffer.from(token).toString("hex")],
            ["a token in capital hexadecimal", Buffer.from(token).toString("hex").toUpperCase()],
            ["a token behind other bytes, in base64", Buffer.from(`x ${token}`).toString("base64")],
            ["a key in hexadecimal", der.toString("hex").slice(300, 400)],
            ["a key for URLs", encodeURIComponent(pem).slice(200, 260)],
            ["a key in base64 for URLs", der.toString("base64url").slice(300, 400)],
            ["a key in JSON", JSON.stringify(pem).slice(200, 260)],
            ["a key as JSON of another server", pem.slice(200, 260).replaceAll("/", "\\/")],
            ["a key with blanks", [...pem.slice(200, 260).replaceAll("\n", "")].join(" ")],
            ["a key in base64 once more", Buffer.from(pem.slice(201)).toString("base64").slice(0, 60)],
        ];
        for (const [name, text] of forms) {
            const shown = scrub(`got "${text}" here`, [token, pem]);
            // At the ends there may be left what is too short for a piece.
            expect(shown.replaceAll(/\[\w+\]/g, "").length, name).to.be.lessThan('got "" here'.length + 24);
            expect(shown, name).to.match(/^got ".*" here$/);
        }
    });

    it("removes a piece of the secrets it is given from wherever it was taken, the first and the last letters included", () => {
        const token = "vcp_0123456789abcdefghijklmnopqrstuvwxyz";
        const whole = [token, Buffer.from(token).toString("hex"), Buffer.from(token).toString("base64url")];
        for (const form of whole) {
            for (let at = 0; at + 12 <= form.length; at += 1) {
                expect(scrub(`<${form.slice(at, at + 12)}>`, ["another secret", token])).to.equal("<[secret]>");
            }
        }
    });

    it("looks for pieces only of what it is given", () => {
        const fingerprint = "0123456789abcdef".repeat(4);
        expect(scrub(`fingerprint ${fingerprint}`, ["vcp_abcdefghijklmnop", pem])).to.equal(
            `fingerprint ${fingerprint}`,
        );
    });

    it("leaves no part of a secret that stands where the text is cut", () => {
        // The block shrinks to a few characters, so that the place of the cut is still shown.
        const filler = `${"-----BEGIN X-----"}${"A".repeat(5900)}${"-----END X-----"}`;
        const secret = "my.secret.value".repeat(20);
        expect(scrub(`${filler}${secret}`, [secret])).to.equal("[PEM][secret]");
    });

    it("keeps ids, fingerprints, addresses and words readable", () => {
        for (const text of [
            "project prj_XLKmu1DyR1eY7zq8UgeRKbA7yVLA of team_LLHUOMOoDlqOp8wPE4kFo9pE",
            `fingerprint ${"0123456789abcdef".repeat(4)}`,
            "fra1::iad1::5q7wz-1791210516348-2c1b9d3e4f5a",
            "see https://vercel.com/docs/Projects/ClientCertificates/HowToUse",
            "in /Users/anna/Project2/infra/certs",
        ]) {
            expect(scrub(text)).to.equal(text);
        }
    });

    it("forges no lines and hides no text", () => {
        expect(scrub("a\r\nerror: b\u001b[31mc\u2028d\u202ee")).to.equal("a error: b [31mc d e");
    });

    it("leaves no half of a character", () => {
        expect(scrub("a\ud800b")).to.equal("a b");
        expect(scrub(`${"x ".repeat(749)}x😀 more`)).to.not.match(/\p{Cs}/u);
    });

    it("caps the length", () => {
        expect(scrub("a b ".repeat(100_000)).length).to.be.lessThan(1600);
    });
});
