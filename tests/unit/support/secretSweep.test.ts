import { expect } from "chai";
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, type KeyObject } from "node:crypto";
import { describe, it } from "mocha";
import { assertNoSecrets, sweep } from "../../support/secretSweep";

const KEYS: Readonly<Record<string, KeyObject>> = {
    RSA: generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey,
    "RSA-PSS": generateKeyPairSync("rsa-pss", { modulusLength: 2048 }).privateKey,
    "P-256": generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey,
    "P-521": generateKeyPairSync("ec", { namedCurve: "P-521" }).privateKey,
    Ed25519: generateKeyPairSync("ed25519").privateKey,
};
const TOKEN = `vcp_${randomBytes(24).toString("hex")}`;
const NOISE = randomBytes(3000).toString("base64");

for (const [type, key] of Object.entries(KEYS)) {
    describe(`the sweep for an ${type} key`, () => {
        const pem = key.export({ type: "pkcs8", format: "pem" }).toString();
        const secrets = { keys: [pem], tokens: [] };
        const around = (text: string): readonly string[] => sweep(`${NOISE} ${text} ${NOISE}`, secrets);
        const body = pem.replace(/-----[^-]+-----|\s/g, "");
        const der = Buffer.from(body, "base64");

        for (const [form, text] of Object.entries({
            "the PEM text": pem,
            "the PEM text with CRLF": pem.replace(/\n/g, "\r\n"),
            "the PEM text inside JSON": JSON.stringify({ key: pem }),
            "the PEM text inside JSON inside JSON": JSON.stringify(JSON.stringify({ key: pem })),
            "the PEM text, indented": pem.replace(/^/gm, "        "),
            "its base64 on one line": body,
        })) {
            it(`finds ${form}`, () => {
                expect(around(text)).to.deep.equal(["key 0: base64"]);
            });
        }

        it("finds its DER in hexadecimal", () => {
            expect(around(der.toString("hex"))).to.deep.equal(["key 0: hexadecimal"]);
            expect(around(der.toString("hex").toUpperCase())).to.deep.equal(["key 0: hexadecimal"]);
        });

        it("finds the base64 of the PEM", () => {
            expect(around(Buffer.from(pem).toString("base64"))).to.deep.equal(["key 0: base64 of the PEM"]);
        });

        it("leaves the public key alone, in whichever alignment", () => {
            const spki = createPublicKey(key).export({ type: "spki", format: "der" });
            for (const shift of [0, 1, 2]) {
                const shifted = Buffer.concat([Buffer.alloc(shift), spki]);
                expect(around(shifted.toString("base64"))).to.deep.equal([]);
                expect(around(shifted.toString("hex"))).to.deep.equal([]);
            }
        });
    });
}

describe("the sweep", () => {
    const key = createPrivateKey(KEYS["P-256"]?.export({ type: "pkcs8", format: "pem" }).toString() ?? "");
    const pem = key.export({ type: "pkcs8", format: "pem" }).toString();
    const number = Buffer.from(key.export({ format: "jwk" }).d ?? "", "base64url");
    const body = pem.replace(/-----[^-]+-----|\s/g, "");
    const start = Math.ceil((Buffer.from(body, "base64").indexOf(number) * 8) / 6);
    const last = start + Math.floor((number.length * 8) / 6) - 24;

    it("finds any 24 characters of a private number, wherever they stand in a text", () => {
        for (let at = start; at < last; at += 1) {
            const text = `${".".repeat(at)}${body.slice(at, at + 24)}!`;
            expect(sweep(text, { keys: [pem], tokens: [] }), `from ${String(at)}`).to.deep.equal(["key 0: base64"]);
        }
    });

    it("finds the older encoding of an EC key, given as such", () => {
        const sec1 = key.export({ type: "sec1", format: "pem" }).toString();
        expect(sweep(sec1, { keys: [sec1], tokens: [] })).to.deep.equal(["key 0: base64"]);
    });

    it("finds a token, also in base64", () => {
        const secrets = { keys: [], tokens: ["another-token-of-no-use", TOKEN] };
        expect(sweep(`Authorization: Bearer ${TOKEN}`, secrets)).to.deep.equal(["token 1: text"]);
        expect(sweep(Buffer.from(TOKEN).toString("base64"), secrets)).to.deep.equal(["token 1: base64"]);
    });

    it("does not repeat a secret where it reports one", () => {
        const text = `${pem}${TOKEN}`;
        const secrets = { keys: [pem], tokens: [TOKEN] };
        let message = "";
        try {
            assertNoSecrets(text, secrets);
        } catch (error) {
            message = String(error);
        }
        expect(message).to.contain("key 0: base64").and.to.contain("token 0: text");
        expect(sweep(message, secrets)).to.deep.equal([]);
    });

    it("finds nothing in a text without secrets, though it is long", () => {
        const text = randomBytes(4 * 1024 * 1024).toString("base64");
        expect(() => {
            assertNoSecrets(text, { keys: [pem], tokens: [TOKEN] });
        }).to.not.throw();
    });
});
