import { describeCertificate } from "../parse/certificate";
import { finding, type Finding } from "../findings";
import { describeKeyType } from "../parse/keyTypes";
import type { CertificateSet } from "../certificates";
import { isKeyOf, type PrivateKey } from "../parse/privateKey";

/** Whether the key is the leaf's, and where it belongs if it is not. */
export function judgeKeyMatch(certificates: CertificateSet, key: PrivateKey): Finding[] {
    const [leaf] = certificates.chain;
    if (leaf === undefined || isKeyOf(leaf, key)) {
        return [];
    }
    const inCa = certificates.authorities.find((certificate) => isKeyOf(certificate, key));
    // The issuer's key beside a proper leaf is a mix-up of keys; beside an authority, of certificates.
    if (inCa !== undefined && (leaf.ca || !inCa.ca)) {
        const fact = `does not belong to the key, but a certificate in ca does: ${describeCertificate(inCa)}`;
        return [finding("cert-ca-swapped", "cert", fact)];
    }
    const issuer = inCa ?? certificates.chain.find((certificate) => isKeyOf(certificate, key));
    const owner =
        issuer === undefined
            ? `the key of another certificate (${describeKeyType(key.key)})`
            : `the key of the issuer ${describeCertificate(issuer)}`;
    return [finding("key-mismatch", "key", `is ${owner}, and not of ${describeCertificate(leaf)}`)];
}
