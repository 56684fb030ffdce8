import { expect } from "chai";
import { X509Certificate } from "node:crypto";
import { describe, it } from "mocha";
import { mintTestCertificates } from "../../../provider/certificates/testCertificates";

describe("certificates/testCertificates", function () {
    // Three keys of RSA.
    this.timeout(30_000);

    it("mints certificates that OpenSSL reads, whatever bytes a serial number is made of", async () => {
        for (const first of [0x00, 0x01, 0x7f, 0x80, 0xff]) {
            for (const others of [0x00, 0xff]) {
                const random = (size: number): Buffer => Buffer.alloc(size, others).fill(first, 0, 1);
                const { certs, ca, otherCa } = await mintTestCertificates(Date.now(), random);
                for (const pem of [...certs, ca, otherCa]) {
                    const { serialNumber } = new X509Certificate(pem);
                    // RFC 5280 §4.1.2.2: positive, and of 20 bytes at most.
                    expect(serialNumber).to.match(/^[0-9A-F]{2,40}$/);
                    expect(BigInt(`0x${serialNumber}`) > 0n).to.equal(true);
                }
            }
        }
    });
});
