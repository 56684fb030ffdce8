import { generateKeyPairSync } from "node:crypto";
import { expect } from "chai";
import { describe, it } from "mocha";
import { SecretIndex } from "../../../provider/text/secretIndex";

const pem = generateKeyPairSync("rsa", { modulusLength: 1024 })
    .privateKey.export({ type: "pkcs8", format: "pem" })
    .toString();
const body = pem.replace(/-----[^-]+-----|\s/g, "");
const der = Buffer.from(body, "base64");
const colons = (der.subarray(300, 340).toString("hex").match(/../g) ?? []).join(":");
const token = "vcp_0123456789abcdef0123456789abcdef";

function indexOf(...secrets: readonly string[]): SecretIndex {
    const index = new SecretIndex();
    secrets.forEach((secret) => {
        index.add(secret);
    });
    return index;
}

describe("text/secretIndex", () => {
    const index = indexOf(token, pem);

    const FORMS: Readonly<Record<string, string>> = {
        "the middle of a token": token.slice(9, 30),
        "a token in hexadecimal": Buffer.from(token).toString("hex"),
        "a token behind other bytes, in base64": Buffer.from(`x ${token}`).toString("base64"),
        "a key in hexadecimal": der.toString("hex").slice(300, 400),
        "a key in capital hexadecimal": der.toString("hex").toUpperCase().slice(301, 400),
        "a key for URLs": encodeURIComponent(pem).slice(200, 260),
        "a key in base64 for URLs": der.toString("base64url").slice(300, 400),
        "a key in JSON": JSON.stringify(pem).slice(200, 260),
        "a key as JSON of another server": pem.slice(200, 260).replaceAll("/", "\\/"),
        "a key with blanks": [...pem.slice(200, 260).replaceAll("\n", "")].join(" "),
        "a key in base64 once more": Buffer.from(pem.slice(201)).toString("base64").slice(0, 60),
        "a key as numbers": [...der.subarray(300, 340)].join(" / "),
        "a key as Java shows bytes": JSON.stringify([...new Int8Array(der.subarray(300, 340))]),
        "a key as JSON has a typed array": JSON.stringify({ ...der.subarray(300, 340) }),
        "a key as octal escapes": [...der.subarray(300, 340)]
            .map((byte) => `\\${byte.toString(8).padStart(3, "0")}`)
            .join(""),
        "a key in binary": [...der.subarray(300, 340)].map((byte) => byte.toString(2).padStart(8, "0")).join(" "),
        "a key as Node shows bytes": `<Buffer ${(der.subarray(300, 340).toString("hex").match(/../g) ?? []).join(" ")} … 500 more>`,
        "a key as entities of HTML": [...body.slice(100, 140)]
            .map((letter) => `&#${String(letter.charCodeAt(0))};`)
            .join(""),
        "a key escaped letter by letter": [...body.slice(100, 140)]
            .map((letter) => `\\u00${letter.charCodeAt(0).toString(16)}`)
            .join(""),
        "a key with some letters as octal escapes": [...body.slice(100, 140)]
            .map((letter, at) => (at % 3 === 0 ? `\\${letter.charCodeAt(0).toString(8).padStart(3, "0")}` : letter))
            .join(""),
        "a key as hexdump shows it": (
            Buffer.from(der.subarray(300, 340)).swap16().toString("hex").match(/.{4}/g) ?? []
        ).join(" "),
        "a key as od shows it": Array.from({ length: 20 }, (_, at) =>
            der
                .readUInt16LE(300 + 2 * at)
                .toString(8)
                .padStart(6, "0"),
        ).join(" "),
        "a key in base64 twice more": Buffer.from(Buffer.from(pem).toString("base64")).toString("base64").slice(1, 400),
        "a key in hexadecimal, in base64": Buffer.from(der.toString("hex").slice(300, 400)).toString("base64"),
        "a key in hexadecimal with colons, in base64": Buffer.from(colons).toString("base64"),
        "a key in hexadecimal, for URLs": encodeURIComponent(colons),
        "a key in hexadecimal, joined by escapes": colons.replaceAll(":", "\\u003a"),
        "a key in hexadecimal lines, in JSON": JSON.stringify(colons.replaceAll(":", "\n")),
        "a key in hexadecimal twice": Buffer.from(der.toString("hex").slice(300, 400)).toString("hex"),
        "a key's bytes as JSON has them": JSON.stringify(der.subarray(300, 340).toString("latin1")),
    };
    for (const [name, form] of Object.entries(FORMS)) {
        it(`finds ${name}, wherever it stands`, () => {
            expect(index.isIn(form)).to.equal(true);
            expect(index.isIn(`at line 7: got "${form}", expected more`)).to.equal(true);
        });
    }

    it("finds a piece from wherever it was taken, the first and the last letters included", () => {
        for (const form of [token.slice(4), der.toString("hex"), body]) {
            const letters = form.replace(/[^A-Za-z0-9]/g, "");
            for (let at = 0; at + 13 <= letters.length; at += 1) {
                expect(index.isIn(`<${letters.slice(at, at + 13)}>`)).to.equal(true);
            }
        }
    });

    it("finds nothing in what is none of them", () => {
        const other = indexOf("vcp_abcdefghijklmnop", pem);
        for (const text of [
            `fingerprint ${"0123456789abcdef".repeat(4)}`,
            "project prj_XLKmu1DyR1eY7zq8UgeRKbA7yVLA of team_LLHUOMOoDlqOp8wPE4kFo9pE",
            "fra1::iad1::5q7wz-1791210516348-2c1b9d3e4f5a",
            "The rate limit of 6 exceeded for 'client-cert'. Try again in 7 days, 3 hours, 12 minutes, 5 seconds",
            "10.0.0.1, 10.0.0.2, 192.168.178.1 and 2001:db8::1",
            "",
        ]) {
            expect(other.isIn(text), text).to.equal(false);
        }
        expect(indexOf("", "north").isIn("north of the north-eastern north")).to.equal(false);
    });

    it("takes as long for many secrets as for one", () => {
        const many = indexOf(
            ...Array.from({ length: 300 }, (_, number) => `${String(number)}${"x".repeat(40)}${pem}`),
            pem,
        );
        const startedMs = performance.now();
        for (let times = 0; times < 300; times += 1) {
            many.isIn(`0123456789abcdef-${String(times)}-https://billing.example.com`);
        }
        expect(performance.now() - startedMs).to.be.lessThan(1_000);
    });
});
