import { expect } from "chai";
import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { describe, it } from "mocha";
import { describeCertificate, isIssuedBy } from "../../../../provider/certificates/parse/certificate";
import { readCertificateSet } from "../../../../provider/certificates/certificates";
import { handmade, nameOf, oddNumber, rsaPublicKey } from "../../../fuzz/support/handmade";
import { mintAuthority } from "../../../support/mint";

const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });

describe("certificates/parse/certificate", () => {
    it("reads a certificate with an empty subject, as workload identities have it: Node's getter has no text for it", async () => {
        const cert = handmade({ subject: nameOf(), issuer: nameOf("CA"), publicKey, signingKey: privateKey });
        const { certPem: ca } = await mintAuthority();
        expect(readCertificateSet({ cert, ca }).value).to.include({ subject: "", issuer: "CN=CA" });
        expect(describeCertificate(new X509Certificate(cert))).to.match(
            /^the certificate without a subject \(issuer "CN=CA", serial [0-9A-F]+\)$/,
        );
    });

    it("keeps a message readable where the serial number is endless", () => {
        const certificate = new X509Certificate(handmade({ publicKey, serial: oddNumber(5_000) }));
        expect(describeCertificate(certificate).length).to.be.lessThan(300);
    });

    it("checks no signature by an RSA key whose exponent makes that a hundred times as long", () => {
        const hostile = handmade({ publicKey: rsaPublicKey(oddNumber(384), oddNumber(383)) });
        const startedAt = process.cpuUsage();
        const certificate = new X509Certificate(hostile);
        for (let count = 0; count < 100; count += 1) {
            expect(isIssuedBy(certificate, certificate)).to.equal(false);
        }
        expect(process.cpuUsage(startedAt).user / 1_000).to.be.lessThan(500);
    });
});
