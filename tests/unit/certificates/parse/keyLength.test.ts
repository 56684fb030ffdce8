import { expect } from "chai";
import { createPublicKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { describe, it } from "mocha";
import { judgeCertificateSet, readCertificateSet } from "../../../../provider/certificates/certificates";
import { handmade, oddNumber, rsaPublicKey } from "../../../fuzz/support/handmade";

function codesFor(publicKey: Buffer | KeyObject): string[] {
    const cert = handmade({ publicKey });
    const material = readCertificateSet({ cert, ca: cert }).value;
    if (material === undefined) {
        throw new Error("expected material");
    }
    const moment = { nowMs: Date.now(), expiryWarningDays: undefined };
    return judgeCertificateSet(material, moment).map(({ code }) => code);
}

describe("the length of a key", () => {
    const rsaOf = (bytes: number): KeyObject =>
        createPublicKey({
            key: rsaPublicKey(oddNumber(bytes), Buffer.from([1, 0, 1])),
            type: "spki",
            format: "der",
        });

    it("is too short for RSA below 2048 bits, and too long above 8192, where a handshake takes seconds", () => {
        expect(codesFor(rsaOf(128))).to.deep.equal(["rsa-too-short"]);
        expect(codesFor(rsaOf(1025))).to.deep.equal(["rsa-too-long"]);
        expect(codesFor(rsaOf(1024))).to.not.include("rsa-too-long");
    });

    it("is not said to be RSA's where the key is a DSA key", () => {
        const { publicKey } = generateKeyPairSync("dsa", { modulusLength: 1024, divisorLength: 160 });
        expect(codesFor(publicKey)).to.not.include("rsa-too-short");
    });
});
