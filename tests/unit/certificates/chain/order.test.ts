import { expect } from "chai";
import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { describe, it } from "mocha";
import { orderChain } from "../../../../provider/certificates/chain/order";
import { handmade, nameOf, oddNumber, rsaPublicKey } from "../../../fuzz/support/handmade";
import { mintAuthority } from "../../../support/mint";

const certificatesOf = (pems: readonly string[]): X509Certificate[] => pems.map((pem) => new X509Certificate(pem));
const codesOf = (pems: readonly string[]): string[] =>
    orderChain(certificatesOf(pems)).findings.map(({ code }) => code);

describe("certificates/chain/order", () => {
    it("orders a chain of as many certificates as are taken", async () => {
        let issuer = await mintAuthority();
        const chain = [issuer.certPem];
        for (let depth = 0; depth < 30; depth += 1) {
            issuer = await issuer.intermediate(`Level ${String(depth)}`);
            chain.unshift(issuer.certPem);
        }
        chain.unshift((await issuer.issue()).certPem);
        const mixed = chain.map((pem, index) => ({ pem, at: (index * 7) % chain.length }));
        const shuffled = mixed.sort((a, b) => a.at - b.at).map(({ pem }) => pem);
        const ordered = orderChain(certificatesOf(shuffled)).chain.map(({ raw }) => raw.toString("hex"));
        expect(ordered).to.deep.equal(certificatesOf(chain).map(({ raw }) => raw.toString("hex")));
    });

    it("does not check a signature for every pair of certificates that bear one name: that took 17 s for 31 hostile keys", () => {
        const subject = nameOf("same");
        const hostile = Array.from({ length: 20 }, () =>
            handmade({ subject, publicKey: rsaPublicKey(oddNumber(384), oddNumber(383)) }),
        );
        expect(codesOf(hostile)).to.deep.equal(["too-many-certificates"]);
        const honest = Array.from({ length: 20 }, () => {
            const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
            return handmade({ subject, publicKey, signingKey: privateKey });
        });
        expect(codesOf(honest)).to.deep.equal(["too-many-certificates"]);
    });
});
