import { expect } from "chai";
import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { describe, it } from "mocha";
import { judgeChain, readPrivateKey, readPublicMaterial } from "../../../provider/material/material";
import { handmade, oddNumber, rsaPublicKey } from "../../fuzz/support/handmade";

const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const keyPem = privateKey.export({ type: "pkcs8", format: "pem" });

/** The length of the leaf's key is judged before the handshake, which alone needs the key to be the leaf's. */
async function codesFor(publicKey: Buffer | KeyObject): Promise<string[]> {
    const cert = handmade({ publicKey });
    const material = readPublicMaterial({ cert, ca: cert }).value;
    const key = readPrivateKey(keyPem).value;
    if (material === undefined || key === undefined) {
        throw new Error("expected material and a key");
    }
    return (await judgeChain(material, key)).map(({ code }) => code);
}

describe("the length of a key", () => {
    const rsaOf = (bytes: number): KeyObject =>
        createPublicKey({
            key: rsaPublicKey(oddNumber(bytes), Buffer.from([1, 0, 1])),
            type: "spki",
            format: "der",
        });

    it("is too short for RSA below 2048 bits, and too long above 8192, where a handshake takes seconds", async () => {
        expect(await codesFor(rsaOf(128))).to.deep.equal(["rsa-too-short"]);
        expect(await codesFor(rsaOf(1025))).to.deep.equal(["rsa-too-long"]);
        expect(await codesFor(rsaOf(1024))).to.not.include("rsa-too-long");
    });

    it("is not said to be RSA's where the key is a DSA key", async () => {
        const { publicKey } = generateKeyPairSync("dsa", { modulusLength: 1024, divisorLength: 160 });
        expect(await codesFor(publicKey)).to.not.include("rsa-too-short");
    });
});
