import { expect } from "chai";
import { X509Certificate } from "node:crypto";
import { describe, it } from "mocha";
import type { Attempt } from "../../../provider/probe/connection";
import { explain } from "../../../provider/probe/explanation";
import { KeyPool, mintCertificate, SERVER_AUTH, type CertificateOptions } from "../../support/pki";

const pool = new KeyPool();
const issuer = mintCertificate({ name: "Clients", key: pool.get("issuer"), isAuthority: true });

function explained(alert: string | undefined, options: Partial<CertificateOptions> = {}): string {
    const leaf = mintCertificate({ name: "client", key: pool.get("leaf"), issuer, ...options });
    const handshake = { version: "TLSv1.3", asked: true, authorities: undefined } as const;
    const attempt: Attempt = { ending: { kind: "refused", alert }, handshake };
    return explain({
        origin: "https://billing.example.com",
        verdict: "rejected",
        without: attempt,
        presented: attempt,
        issuerNamed: undefined,
        chain: [new X509Certificate(leaf.pem)],
    });
}

describe("the explanation of a probe", () => {
    it("names the other authority of one name, and does not doubt a key that the handshake could use", () => {
        expect(explained("DECRYPT_ERROR")).to.match(/another authority of the name "CN=Clients"/);
        expect(explained("DECRYPT_ERROR")).to.not.match(/belong together/);
        for (const alert of ["BAD_CERTIFICATE", undefined]) {
            expect(explained(alert)).to.match(/another authority of the issuer's name/);
        }
    });

    it("does not say of a certificate for clients that it is not for clients", () => {
        expect(explained("UNSUPPORTED_CERTIFICATE")).to.match(/one for clients, which it is/);
        expect(explained("UNSUPPORTED_CERTIFICATE", { purposes: [SERVER_AUTH] })).to.match(/is not for clients; have/);
    });

    it("says when the chain ends instead of calling a valid certificate expired", () => {
        const toMs = Date.UTC(2041, 1, 3);
        expect(explained("CERTIFICATE_EXPIRED", { toMs })).to.match(/expires at 2041-02-03T00:00:00Z/);
    });
});
