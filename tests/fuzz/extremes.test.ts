import { expect } from "chai";
import { generateKeyPairSync } from "node:crypto";
import { before, describe, it } from "mocha";
import type { Finding } from "../../provider/certificates/findings";
import { judgeCertificateSet, readCertificateSet } from "../../provider/certificates/certificates";
import { mintAuthority, mintBundle, type CertificateBundle } from "../support/mint";
import { withinTime } from "./support/fuzz";
import { alternativeNames, handmade, nameOf } from "./support/handmade";
import { expectOneLine, judge, type Texts } from "./support/judged";
import { keyPem, KeyPool, mintCertificate } from "../support/pki";

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
const selfSigned = { publicKey, signingKey: privateKey };

describe("certificates at their extremes", () => {
    let bundle: CertificateBundle;
    before(async () => {
        bundle = await mintBundle();
    });

    /** The codes of all findings, after no more than a second. */
    async function codesOf(texts: Texts): Promise<string[]> {
        let findings: readonly Finding[] = [];
        await withinTime(async () => {
            findings = await judge(texts);
        });
        expectOneLine(findings.map(({ message }) => message));
        return findings.map(({ code }) => code);
    }

    it("finds the issuer among 100 authorities of one name", async () => {
        const commonName = "Same";
        const authorities = await Promise.all(Array.from({ length: 100 }, () => mintAuthority({ commonName })));
        const ca = authorities.map(({ certPem }) => certPem).join("");
        const leaf = await authorities[57]?.issue();
        expect(ca.length).to.be.lessThan(64 * 1024);
        expect(await codesOf({ cert: leaf?.certPem ?? "", key: leaf?.keyPem ?? "", ca })).to.deep.equal([]);
        expect(await codesOf({ cert: bundle.cert, key: bundle.key, ca })).to.deep.equal(["chain-unverified"]);
    });

    it("finds a way out of authorities that issued each other", async () => {
        const [a, b] = [await mintAuthority({ commonName: "A" }), await mintAuthority({ commonName: "B" })];
        const aByB = await b.intermediate("A", { keyPem: a.keyPem });
        const bByA = await a.intermediate("B", { keyPem: b.keyPem });
        const leaf = await a.issue();
        const loop = aByB.certPem + bByA.certPem;
        const texts = { cert: leaf.certPem + loop, key: leaf.keyPem };
        expect(await codesOf({ ...texts, ca: a.certPem })).to.deep.equal(Array(2).fill("certificate-unneeded"));
        expect(await codesOf({ ...texts, ca: b.certPem })).to.deep.equal(["certificate-unneeded"]);
        expect(await codesOf({ ...texts, ca: bundle.ca })).to.deep.equal(["chain-unverified"]);
        expect(await codesOf({ cert: loop, key: a.keyPem, ca: a.certPem })).to.deep.equal(["no-leaf"]);
    });

    it("accepts a chain of 30 intermediates, in any order", async () => {
        const root = await mintAuthority({ commonName: "Root" });
        let issuer = root;
        const intermediates: string[] = [];
        for (let depth = 0; depth < 30; depth += 1) {
            issuer = await issuer.intermediate(`Level ${String(depth)}`);
            intermediates.push(issuer.certPem);
        }
        const leaf = await issuer.issue();
        const cert = [...intermediates.slice(15), leaf.certPem, ...intermediates.slice(0, 15)].join("");
        expect(await codesOf({ cert, key: leaf.keyPem, ca: root.certPem })).to.deep.equal(["order-repaired"]);
    });

    it("refuses a text of 1 MB at once, whatever it is", async () => {
        const megabyte = 1024 * 1024;
        for (const text of ["x", "–", "-----BEGIN CERTIFICATE-----\n", bundle.cert, "\0", "\n"]) {
            const large = text.repeat(Math.ceil(megabyte / text.length));
            expect(await codesOf({ cert: large, key: large, ca: large })).to.deep.equal(Array(3).fill("too-large"));
        }
    });

    it("refuses a subject that exceeds what cert or ca may hold, and takes a smaller one without repeating it whole", async () => {
        const issuer = nameOf("CA");
        const of = (length: number): string => {
            const subject = nameOf(...Array.from({ length: length / 50 }, () => "x".repeat(39)));
            return handmade({ ...selfSigned, subject, issuer });
        };
        expect(await codesOf({ cert: of(100_000), key, ca: of(500_000) })).to.deep.equal(["too-large", "too-large"]);
        const cert = of(40_000);
        expect(await codesOf({ cert, key, ca: bundle.ca })).to.deep.equal(["chain-unverified"]);
        expect(await codesOf({ cert: bundle.cert, key: bundle.key, ca: cert })).to.deep.equal(["chain-unverified"]);
        const material = readCertificateSet({ cert, ca: bundle.ca }).value ?? expect.fail("expected material");
        expect(material.subject).to.equal(
            Array(800)
                .fill(`CN=${"x".repeat(39)}`)
                .join(", "),
        );
        const soon = judgeCertificateSet(material, { nowMs: Date.now(), expiryWarningDays: 10_000 });
        expect(soon.map(({ code }) => code)).to.include("expires-soon");
        expectOneLine(soon.map(({ message }) => message));
    });

    it("takes thousands of alternative names", async () => {
        const names = Array.from({ length: 2_500 }, (_, index) => `n${String(index)}.test`);
        const cert = handmade({ ...selfSigned, extensions: [alternativeNames(names)] });
        expect(await codesOf({ cert, key, ca: cert })).to.deep.equal([]);
    });

    it("shows a NUL, a line break and a change of direction in a common name as what they are", async () => {
        const hostile = "good.example\0.evil\nerror: forged\r\u202egpj";
        const cert = handmade({ ...selfSigned, subject: nameOf(hostile) });
        expect(await codesOf({ cert, key, ca: bundle.ca })).to.deep.equal(["chain-unverified"]);
        const { subject = "" } = readCertificateSet({ cert, ca: bundle.ca }).value ?? {};
        expect(subject)
            .to.contain("good.example\\00.evil\\0Aerror: forged\\0D")
            .and.not.match(/[\p{Cc}\p{Cf}]/u);
    });

    it("counts a certificate once, however often it is given", async () => {
        const once = readCertificateSet(bundle).value;
        const often = { cert: bundle.cert.repeat(60), key: bundle.key, ca: bundle.ca.repeat(60) };
        expect(await codesOf(often)).to.deep.equal([]);
        expect(readCertificateSet(often).value?.fingerprint).to.equal(once?.fingerprint);
    });

    it("names what it cannot use of other key types, and waits for no handshake", async () => {
        const pairs = [
            [generateKeyPairSync("ec", { namedCurve: "secp256k1" }), "key-unusable-in-tls"],
            [generateKeyPairSync("ec", { namedCurve: "P-256", paramEncoding: "explicit" }), "key-unusable-in-tls"],
            [generateKeyPairSync("ed448"), "key-type-uncommon"],
            [generateKeyPairSync("x25519"), "key-unusable-in-tls"],
            [generateKeyPairSync("rsa-pss", { modulusLength: 2048 }), "key-type-uncommon"],
            [generateKeyPairSync("dsa", { modulusLength: 1024, divisorLength: 160 }), "key-unusable-in-tls"],
        ] as const;
        for (const [pair, code] of pairs) {
            const cert = handmade({ publicKey: pair.publicKey });
            const keyPem = pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
            expect(await codesOf({ cert, key: keyPem, ca: bundle.ca })).to.deep.equal([code, "chain-unverified"]);
        }
    });

    it("says once that a curve is given by parameters, though OpenSSL minds it too", async () => {
        const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256", paramEncoding: "explicit" });
        const root = mintCertificate({ name: "Root", key: new KeyPool().get("root"), isAuthority: true });
        const { pem } = mintCertificate({ name: "client", key: privateKey, issuer: root });
        expect(await codesOf({ cert: pem, key: keyPem(privateKey), ca: root.pem })).to.deep.equal([
            "key-unusable-in-tls",
        ]);
    });
});
