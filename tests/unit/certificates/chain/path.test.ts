import { expect } from "chai";
import { X509Certificate } from "node:crypto";
import { describe, it } from "mocha";
import { pathOfOpenSsl } from "../../../../provider/certificates/chain/path";
import { mintAuthority } from "../../../support/mint";

describe("certificates/chain/path", () => {
    it("takes a self-signed leaf for its own root only if it comes first of its name in ca, as OpenSSL does", async () => {
        const { certPem, keyPem } = await mintAuthority({ commonName: "twin" });
        const twin = new X509Certificate((await mintAuthority({ commonName: "twin", keyPem })).certPem);
        const leaf = new X509Certificate(certPem);
        const endAt = (...authorities: X509Certificate[]): string =>
            pathOfOpenSsl({ chain: [leaf], authorities }, Date.now()).end;
        expect(endAt(leaf, twin)).to.equal("root");
        expect(endAt(twin, leaf)).to.equal("intermediate");
        expect(endAt(twin)).to.equal("nowhere");
    });
});
