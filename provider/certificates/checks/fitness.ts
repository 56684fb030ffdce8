import type { X509Certificate } from "node:crypto";
import { describeCertificate } from "../parse/certificate";
import { fieldsOf } from "../parse/certificateFields";
import { finding, type Finding } from "../findings";
import { describeKeyType, explainUnsupported } from "../parse/keyTypes";
import type { Path, Pools } from "../pools";
import { isIssuedBy, publicKeyOf } from "../parse/certificateCache";
import { describeShortKey, judgeCurve, judgeDigest, judgeLeafPurpose, rsaBitsOf, USUAL_RSA_BITS } from "./rules";

/** Beyond, a handshake takes seconds, here and at every origin. */
const LONGEST_RSA_BITS = 8192;
/** The curves that TLS 1.3 clients sign with (RFC 8446 §4.2.3), as OpenSSL calls them. */
const TLS_CURVES = new Set(["prime256v1", "secp384r1", "secp521r1"]);
const SIGNING_TYPES = new Set(["rsa", "rsa-pss", "ec", "ed25519", "ed448"]);

/** What an origin would make of the leaf, whatever the date, and what newer origins would of its issuers. */
export function judgeFitness({ chain, path }: Pick<Pools, "chain"> & { readonly path: Path }): Finding[] {
    const [leaf] = chain;
    if (leaf === undefined) {
        return [];
    }
    const issuers = path.certificates.slice(1);
    return [
        ...judgeLeafPurpose(leaf),
        ...judgeLeafKey(leaf),
        ...judgeRole(leaf),
        // Nobody relies on the signature of a root on itself.
        ...(isIssuedBy(leaf, leaf) ? [] : judgeDigest(leaf, "cert")),
        ...path.certificates.flatMap((certificate, index) => judgeVersion(certificate, index < path.presented)),
        ...issuers.flatMap((certificate, index) => judgeIssuerKey(certificate, index + 1 < path.presented)),
        ...judgeRevocation(path.certificates.slice(0, -1)),
    ];
}

function judgeLeafKey(leaf: X509Certificate): Finding[] {
    const key = publicKeyOf(leaf);
    if (key === undefined) {
        return [finding("key-type-unsupported", "cert", explainUnsupported(fieldsOf(leaf).publicKeyAlgorithm))];
    }
    const [explicitCurve] = judgeCurve(leaf, "cert");
    if (explicitCurve !== undefined) {
        return [explicitCurve];
    }
    const { asymmetricKeyType: type, asymmetricKeyDetails } = key;
    const isUnusable =
        (type === "ec" && !TLS_CURVES.has(asymmetricKeyDetails?.namedCurve ?? "")) ||
        // A type without a name is newer than this Node, and its OpenSSL may well sign with it.
        (type !== undefined && !SIGNING_TYPES.has(type) && !type.startsWith("ml-dsa"));
    const bits = rsaBitsOf(leaf) ?? 0;
    if (bits > LONGEST_RSA_BITS) {
        const fact = `the RSA key has ${String(bits)} bits, more than ${String(LONGEST_RSA_BITS)}`;
        return [finding("rsa-too-long", "cert", fact)];
    }
    if (bits > 0 && bits < USUAL_RSA_BITS) {
        return [finding("rsa-too-short", "cert", describeShortKey(leaf, bits))];
    }
    const name = describeKeyType(key);
    if (isUnusable) {
        return [finding("key-unusable-in-tls", "cert", `TLS clients cannot sign with this key (${name})`)];
    }
    const isCommon = type === "rsa" || type === "ec";
    return isCommon
        ? []
        : [finding("key-type-uncommon", "cert", `Vercel does not document keys of this type (${name})`)];
}

function judgeRole(leaf: X509Certificate): Finding[] {
    return leaf.ca
        ? [finding("leaf-is-ca", "cert", `the leaf ${describeCertificate(leaf)} is an authority (CA:TRUE)`)]
        : [];
}

function judgeVersion(certificate: X509Certificate, isPresented: boolean): Finding[] {
    const fact = `${describeCertificate(certificate)} is X.509 version 1, not 3`;
    return fieldsOf(certificate).version === 1 ? [finding("version-1", isPresented ? "cert" : "ca", fact)] : [];
}

/** What OpenSSL here accepts, and elsewhere does not. */
function judgeIssuerKey(certificate: X509Certificate, isPresented: boolean): Finding[] {
    const bits = rsaBitsOf(certificate) ?? USUAL_RSA_BITS;
    const fact = describeShortKey(certificate, bits);
    return bits < USUAL_RSA_BITS ? [finding("issuer-rsa-short", isPresented ? "cert" : "ca", fact)] : [];
}

/** Once for the chain: it is about what is not done, not about a certificate. */
function judgeRevocation(chain: readonly X509Certificate[]): Finding[] {
    const named = chain.find(
        (certificate) =>
            fieldsOf(certificate).namesRevocationList || (certificate.infoAccess?.includes("OCSP - URI:") ?? false),
    );
    if (named === undefined) {
        return [];
    }
    const fact = `${describeCertificate(named)} names a CRL or OCSP responder, and revocation was not checked`;
    return [finding("revocation-unchecked", "cert", fact)];
}
