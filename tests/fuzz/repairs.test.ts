import { expect } from "chai";
import * as fc from "fast-check";
import { before, describe, it } from "mocha";
import { readPrivateKey, readCertificateSet } from "../../provider/certificates/certificates";
import { mintBundle, type CertificateBundle } from "../support/mint";
import { holdsFor, runsOf } from "./support/fuzz";
import { DRESSES } from "./support/pemDamage";

type Dress = keyof typeof DRESSES;

describe("repairs of PEM text", () => {
    let bundle: CertificateBundle;
    let chain: string;
    before(async () => {
        bundle = await mintBundle();
        const intermediate = await bundle.authority.intermediate();
        const leaf = await intermediate.issue();
        chain = leaf.certPem + intermediate.certPem;
    });

    // Base64 of base64 is not promised, nor are comments around base64, which are letters of it.
    const isPromised = (dresses: readonly Dress[]): boolean => {
        const at = dresses.indexOf("base64");
        return at < 0 || !dresses.slice(at + 1).some((dress) => dress === "base64" || dress === "comments");
    };
    const promised = fc
        .array(fc.constantFrom(...(Object.keys(DRESSES) as Dress[])), { minLength: 1, maxLength: 4 })
        .filter(isPromised);
    const put = (dresses: readonly Dress[], pem: string): string =>
        dresses.reduce((text, dress) => DRESSES[dress](text), pem);

    const fingerprintOf = (cert: string, ca: string): { fingerprint: string; certPem: string; caPem: string } => {
        const { value, findings } = readCertificateSet({ cert, ca });
        if (value === undefined) {
            throw new Error(`expected material, got ${findings.map(({ message }) => message).join("; ")}`);
        }
        const { fingerprint, certPem, caPem } = value;
        return { fingerprint, certPem, caPem };
    };

    it(`change neither fingerprint nor what is sent, one after the other (${String(runsOf(1_500))} cases)`, async () => {
        const plain = fingerprintOf(chain, bundle.ca);
        await holdsFor(1_500, fc.tuple(promised, promised, promised), ([cert, ca, key]) => {
            expect(fingerprintOf(put(cert, chain), put(ca, bundle.ca))).to.deep.equal(plain);
            const mended = readPrivateKey(put(key, bundle.key)).value?.pem;
            expect(mended === bundle.key).to.equal(true, "the key is the same");
        });
    });

    it("leave alone what was repaired", () => {
        const repaired = fingerprintOf(DRESSES.json(chain), DRESSES.literal(bundle.ca));
        expect(fingerprintOf(repaired.certPem, repaired.caPem)).to.deep.equal(repaired);
    });
});
