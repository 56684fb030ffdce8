import { expect } from "chai";
import { createHash, X509Certificate } from "node:crypto";
import { mock } from "node:test";
import tls from "node:tls";
import { inspect } from "node:util";
import { before, describe, it } from "mocha";
import { describeCertificate } from "../../../provider/certificates/parse/certificate";
import { judgeChain } from "../../../provider/certificates/chain/chainVerdict";
import { judgeDates } from "../../../provider/certificates/checks/dates";
import type { Finding } from "../../../provider/certificates/findings";
import { judgeKeyMatch } from "../../../provider/certificates/checks/keyMatch";
import {
    readPrivateKey,
    readCertificateSet,
    type PrivateKey,
    type CertificateSet,
} from "../../../provider/certificates/certificates";
import { mintAuthority, mintBundle, type KeyType, type CertificateBundle } from "../../support/mint";
import { assertNoSecrets } from "../../support/secretSweep";

function materialOf({ cert, ca }: { cert: string; ca: string }): CertificateSet {
    const { value, findings } = readCertificateSet({ cert, ca });
    if (value === undefined) {
        throw new Error(`expected material, got ${findings.map(({ message }) => message).join("; ")}`);
    }
    return value;
}

function keyOf(pem: string): PrivateKey {
    const { value, findings } = readPrivateKey(pem);
    if (value === undefined) {
        throw new Error(`expected a key, got ${findings.map(({ message }) => message).join("; ")}`);
    }
    return value;
}

const now = (): { nowMs: number; expiryWarningDays: undefined } => ({
    nowMs: Date.now(),
    expiryWarningDays: undefined,
});

const codes = (findings: readonly Finding[]): string[] => findings.map(({ code }) => code);

describe("certificates/certificates", () => {
    let bundle: CertificateBundle;
    before(async () => {
        bundle = await mintBundle();
    });

    describe("every key type in use", () => {
        for (const keyType of ["rsa", "p256", "p384", "p521", "ed25519"] as const satisfies readonly KeyType[]) {
            it(`accepts ${keyType}, by a real handshake`, async () => {
                const minted = await mintBundle({ keyType });
                const material = materialOf(minted);
                const key = keyOf(minted.key);
                expect(judgeKeyMatch(material, key)).to.deep.equal([]);
                expect(judgeDates(material, now())).to.deep.equal([]);
                expect(await judgeChain(material, key, [], Date.now())).to.deep.equal([]);
            });
        }
    });

    it("asks OpenSSL about a chain once, as long as no certificate of it ends", async () => {
        const intermediate = await bundle.authority.intermediate(undefined, {
            notAfter: new Date(Date.now() + 120_000),
        });
        const leaf = await intermediate.issue();
        const material = materialOf({ cert: leaf.certPem + intermediate.certPem, ca: bundle.ca });
        const judge = (): Promise<Finding[]> => judgeChain(material, keyOf(leaf.keyPem), [], Date.now());
        const handshakes = mock.method(tls, "createServer").mock;
        try {
            await judge();
            await judge();
            expect(handshakes.callCount()).to.equal(1);
            const later = Date.now() + 130_000;
            mock.method(Date, "now", () => later);
            await judge();
            expect(handshakes.callCount()).to.equal(2);
        } finally {
            mock.restoreAll();
        }
    });

    describe("the fingerprint", () => {
        const fingerprint = (cert: string, ca: string): string => materialOf({ cert, ca }).fingerprint;

        it("is SHA-256 over tag, lengths and DER of the chain, a separator, and the issuers as a set", async () => {
            const other = await mintAuthority();
            const intermediate = await bundle.authority.intermediate();
            const leaf = await intermediate.issue();
            const raw = (pem: string): Buffer => new X509Certificate(pem).raw;
            const framed = (der: Buffer): Buffer => {
                const length = Buffer.alloc(4);
                length.writeUInt32BE(der.length);
                return Buffer.concat([length, der]);
            };
            const issuers = [raw(bundle.ca), raw(other.certPem)].sort((a, b) => Buffer.compare(a, b));
            const expected = createHash("sha256")
                .update("pulumi-vercel-client-cert v1\0")
                .update(Buffer.concat([raw(leaf.certPem), raw(intermediate.certPem)].map(framed)))
                .update(Buffer.from([255, 255, 255, 255]))
                .update(Buffer.concat(issuers.map(framed)))
                .digest("hex");
            const cert = leaf.certPem + intermediate.certPem;
            expect(fingerprint(cert, bundle.ca + other.certPem)).to.equal(`v1:${expected}`);
        });

        const repairs: readonly (readonly [string, (pem: string) => string])[] = [
            ["CRLF", (pem) => pem.replace(/\n/g, "\r\n")],
            ["CR alone", (pem) => pem.replace(/\n/g, "\r")],
            ["a byte order mark", (pem) => `\uFEFF${pem}`],
            ["literal \\n", (pem) => pem.replace(/\n/g, "\\n")],
            ["JSON quotes", (pem) => JSON.stringify(pem)],
            ["indentation", (pem) => pem.replace(/^/gm, "    ")],
            ["spaces for line breaks", (pem) => pem.replace(/\n/g, " ")],
            ["no line breaks", (pem) => pem.replace(/\n/g, "")],
            ["blank lines", (pem) => pem.replace(/\n/g, "\n\n")],
            ["base64 of it all", (pem) => Buffer.from(pem).toString("base64")],
            ["comments and bag attributes around", (pem) => `Bag Attributes\n  friendlyName: x\n# c\n${pem}\n# end\n`],
        ];
        for (const [name, mangle] of repairs) {
            it(`survives ${name}, and what is sent is repaired`, () => {
                const mangled = materialOf({ cert: mangle(bundle.cert), ca: mangle(bundle.ca) });
                const plain = materialOf(bundle);
                expect(mangled.fingerprint).to.equal(plain.fingerprint);
                expect(mangled.certPem).to.equal(plain.certPem);
                expect(keyOf(mangle(bundle.key)).pem).to.equal(keyOf(bundle.key).pem);
            });
        }

        it("survives another order of chain and issuers, and what is sent is leaf first", async () => {
            const intermediate = await bundle.authority.intermediate();
            const leaf = await intermediate.issue();
            const other = await mintAuthority();
            const one = materialOf({ cert: leaf.certPem + intermediate.certPem, ca: bundle.ca + other.certPem });
            const two = materialOf({
                cert: intermediate.certPem + leaf.certPem,
                ca: other.certPem + bundle.ca + bundle.ca,
            });
            expect(two.fingerprint).to.equal(one.fingerprint);
            expect(new X509Certificate(two.certPem).raw.equals(new X509Certificate(leaf.certPem).raw)).to.equal(true);
            expect(await judgeChain(two, keyOf(leaf.keyPem), [], Date.now())).to.deep.equal([]);
        });

        it("changes with a renewal, an intermediate, and another issuer", async () => {
            const renewed = await bundle.authority.issue();
            const other = await mintAuthority();
            const all = [
                fingerprint(bundle.cert, bundle.ca),
                fingerprint(renewed.certPem, bundle.ca),
                fingerprint(bundle.cert + bundle.ca, bundle.ca),
                fingerprint(bundle.cert, bundle.ca + other.certPem),
            ];
            expect(new Set(all).size).to.equal(all.length);
        });

        it("of the leaf is the one that openssl x509 -fingerprint -sha256 prints", () => {
            const material = materialOf(bundle);
            const printed = new X509Certificate(bundle.cert).fingerprint256.replaceAll(":", "").toLowerCase();
            expect(material.certFingerprint).to.equal(printed);
        });
    });

    describe("findings", () => {
        const read = (cert: string, ca: string): readonly Finding[] => readCertificateSet({ cert, ca }).findings;
        const expectFinding = (findings: readonly Finding[], code: string, secrets: readonly string[] = []): void => {
            expect(codes(findings)).to.include(code);
            assertNoSecrets(inspect(findings, { depth: null }), { keys: [bundle.key, ...secrets], tokens: [] });
        };

        const texts: readonly (readonly [string, string, string])[] = [
            ["nothing", "", "empty"],
            ["a path", "./client.pem", "path-not-content"],
            ["a variable", "${CLIENT_CERT}", "variable-not-expanded"],
            ["half a block", "-----BEGIN CERTIFICATE-----\nMIIB\n", "unreadable-pem"],
            ["damaged base64", "-----BEGIN CERTIFICATE-----\nMII!\n-----END CERTIFICATE-----", "unreadable-pem"],
            ["other bytes", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----", "unreadable-certificate"],
            [
                "a signing request",
                "-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----",
                "signing-request",
            ],
            ["a public key", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", "public-key"],
            ["1 MB of text", "-----BEGIN CERTIFICATE-----\n".repeat(40_000), "too-large"],
        ];
        for (const [name, text, code] of texts) {
            it(`name ${name} in cert and in ca: ${code}`, () => {
                expectFinding(read(text, bundle.ca), code);
                expectFinding(read(bundle.cert, text), code);
                expect(read(text, text)).to.have.lengthOf(2);
            });
        }

        it("name a private key in cert or ca, also one that is cut off", () => {
            for (const leak of [bundle.key, bundle.key.slice(0, 120)]) {
                expectFinding(read(bundle.cert + leak, bundle.ca), "private-key-exposed");
                expectFinding(read(bundle.cert, leak + bundle.ca), "private-key-exposed");
            }
        });

        it("name two leaves, and too many certificates, quickly", async () => {
            const second = await bundle.authority.issue();
            expectFinding(read(bundle.cert + second.certPem, bundle.ca), "several-leaves");
            const many = await Promise.all(Array.from({ length: 33 }, () => mintAuthority({ commonName: "Same" })));
            expectFinding(read(many.map(({ certPem }) => certPem).join(""), bundle.ca), "too-many-certificates");
        });
    });

    it("keeps formatting characters and endless names of a certificate out of messages", async () => {
        const hostile = await bundle.authority.issue({ commonName: `evil\u202etxt.${"x".repeat(500)}` });
        const material = materialOf({ cert: hostile.certPem, ca: bundle.ca });
        expect(material.subject).to.not.match(/\p{Cf}/u);
        expect(material.subject.length).to.be.greaterThan(500, "an output is whole, as a name of eIDAS needs it");
        const [leaf] = material.chain;
        expect(leaf === undefined ? "" : describeCertificate(leaf)).to.have.length.below(300);
    });

    it("does not show a key that is looked at", () => {
        const key = keyOf(bundle.key);
        assertNoSecrets(`${inspect(key, { depth: null, showHidden: true })} ${JSON.stringify(key)} ${String(key)}`, {
            keys: [bundle.key],
            tokens: [],
        });
    });
});
