import { expect } from "chai";
import { generateKeyPairSync } from "node:crypto";
import { describe, it } from "mocha";
import { isKeyText, readPem } from "../../../../provider/certificates/parse/pem";
import { withinTime } from "../../../fuzz/support/fuzz";
import { shown } from "../../../../provider/text/quoting";

const { privateKey } = generateKeyPairSync("ed25519");
const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const der = privateKey.export({ type: "pkcs8", format: "der" });

describe("certificates/parse/pem", () => {
    it("answers at once to 64 kB of dashes: a pattern for BEGIN lines looked at each of them from each", async () => {
        await withinTime(() => {
            const { findings } = readPem("–".repeat(65_000), "cert");
            expect(findings.map(({ code }) => code)).to.deep.equal(["not-pem"]);
        });
    });

    it("repairs what was mangled twice: base64 of a mangled text, base64 in quotes, tabs in JSON", () => {
        const base64 = (text: string): string => Buffer.from(text).toString("base64");
        for (const text of [
            base64(`\uFEFF${pem}`),
            base64(JSON.stringify(pem)),
            JSON.stringify(base64(pem)),
            JSON.stringify(`\t${base64(pem)}\n`),
            JSON.stringify(pem.replace(/^/gm, "\t")),
            JSON.stringify(JSON.stringify(pem)),
        ]) {
            expect(readPem(text, "key").blocks.map((block) => block.der)).to.deep.equal([der]);
        }
    });

    it("reads base64 without its labels also where the letters END stand in it", () => {
        const content = Buffer.concat([Buffer.from("MREN", "base64"), Buffer.from("DjEx", "base64"), Buffer.alloc(43)]);
        const sequence = Buffer.concat([Buffer.from([0x30, 49]), Buffer.alloc(1), content.subarray(0, 48)]);
        const text = sequence.toString("base64");
        expect(text).to.contain("MRENDjEx");
        expect(readPem(text, "cert").blocks.map((block) => block.der)).to.deep.equal([sequence]);
    });

    it("knows a key where a path or a name is expected: as PEM, in base64, and as DER in base64", () => {
        for (const text of [pem, ` ${pem}`, Buffer.from(pem).toString("base64"), der.toString("base64")]) {
            expect(isKeyText(text)).to.equal(true);
        }
        expect(isKeyText(der.toString("base64url"))).to.equal(true);
        expect(isKeyText(pem.replace(/-----[^-]+-----/g, ""))).to.equal(true);
    });

    it("takes no path and no name of a variable for a key", () => {
        for (const text of [
            "client.key",
            "CLIENT_KEY",
            "MY_VERY_LONG_NAME_OF_A_VARIABLE_WITH_THE_CLIENT_KEY_FOR_BILLING",
            "MyCertificates/production/billing/2030/clients/site/key",
            "M".repeat(100),
            "",
        ]) {
            expect(isKeyText(text)).to.equal(false, text);
        }
    });

    it("cuts a name between two characters, not through one", () => {
        expect(shown(`${"x".repeat(199)}😀`)).to.equal(`${"x".repeat(199)}…`);
        expect(shown("a\ud800b")).to.equal("a b");
    });
});
