import type { X509Certificate } from "node:crypto";
import { describeCertificate } from "./certificate";
import { fieldsOf } from "./certificateFields";
import { finding, shownUpTo, type Finding, type MaterialArgument } from "./findings";
import { describeKeyType, explainUnsupported } from "./keyTypes";
import type { PublicMaterial } from "./material";
import { isIssuedBy, publicKeyOf } from "./once";
import { findPath } from "./path";

const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
const ANY_PURPOSE = "2.5.29.37.0";
/** RFC 5280 §4.2.1.12; Node has the numbers only. */
const PURPOSE_NAMES: Readonly<Record<string, string>> = {
    "1.3.6.1.5.5.7.3.1": "serverAuth",
    [CLIENT_AUTH]: "clientAuth",
    "1.3.6.1.5.5.7.3.3": "codeSigning",
    "1.3.6.1.5.5.7.3.4": "emailProtection",
    "1.3.6.1.5.5.7.3.8": "timeStamping",
    "1.3.6.1.5.5.7.3.9": "OCSPSigning",
};
const SHOWN_PURPOSES = 80;
const DIGITAL_SIGNATURE = 0x80;
const SHORTEST_RSA_BITS = 2048;
/** Beyond, a handshake takes seconds, here and at every origin. */
const LONGEST_RSA_BITS = 8192;
/** The curves that TLS 1.3 clients sign with (RFC 8446 §4.2.3), as OpenSSL calls them. */
const TLS_CURVES = new Set(["prime256v1", "secp384r1", "secp521r1"]);
const SIGNING_TYPES = new Set(["rsa", "rsa-pss", "ec", "ed25519", "ed448"]);

/** What an origin would make of the certificates, whatever the date: purpose, keys, signatures, version. */
export function judgeFitness(material: PublicMaterial): Finding[] {
    const [leaf] = material.chain;
    if (leaf === undefined) {
        return [];
    }
    const inChain = new Set(material.chain.map(({ fingerprint256 }) => fingerprint256));
    const issuers = findPath(material, material.settledMs).authorities.filter(
        ({ fingerprint256 }) => !inChain.has(fingerprint256),
    );
    return [
        ...judgePurpose(leaf),
        ...judgeLeafKey(leaf),
        ...judgeRole(leaf),
        ...material.chain.flatMap((certificate) => judgeStrength(certificate, "cert")),
        ...issuers.flatMap((certificate) => judgeStrength(certificate, "ca")),
        ...judgeRevocation(material.chain),
    ];
}

/** Node calls the extended key usages `keyUsage`, and it is undefined where there are none, though typed otherwise. */
function judgePurpose(leaf: X509Certificate): Finding[] {
    const findings: Finding[] = [];
    const purposes = leaf.keyUsage as readonly string[] | undefined;
    if (purposes !== undefined && !purposes.includes(CLIENT_AUTH)) {
        // RFC 5280 §4.2.1.12 lets an application refuse what is for any purpose, and OpenSSL does.
        const got = purposes.includes(ANY_PURPOSE)
            ? `any purpose (${ANY_PURPOSE}), which OpenSSL does not take for it`
            : shownUpTo(SHOWN_PURPOSES, purposes.map(nameOfPurpose).join(", "));
        const facts = `expected a certificate for clients, got ${describeCertificate(leaf)} with the extended key usages ${got}`;
        findings.push(finding("no-client-auth", "cert", facts));
    }
    const { keyUsage } = fieldsOf(leaf);
    if (keyUsage !== undefined && (keyUsage & DIGITAL_SIGNATURE) === 0) {
        const facts = `expected a certificate that may sign, got ${describeCertificate(leaf)} with a key usage of 0x${keyUsage.toString(16)}`;
        findings.push(finding("no-digital-signature", "cert", facts));
    }
    return findings;
}

function nameOfPurpose(oid: string): string {
    const name = PURPOSE_NAMES[oid];
    return name === undefined ? oid : `${name} (${oid})`;
}

function judgeLeafKey(leaf: X509Certificate): Finding[] {
    const key = publicKeyOf(leaf);
    if (key === undefined) {
        return [finding("key-type-unsupported", "cert", explainUnsupported(fieldsOf(leaf).publicKeyAlgorithm))];
    }
    const { asymmetricKeyType: type, asymmetricKeyDetails } = key;
    const { hasExplicitCurve } = fieldsOf(leaf);
    const isUnusable =
        (type === "ec" && (hasExplicitCurve || !TLS_CURVES.has(asymmetricKeyDetails?.namedCurve ?? ""))) ||
        // A type without a name is newer than this Node, and its OpenSSL may well sign with it.
        (type !== undefined && !SIGNING_TYPES.has(type) && !type.startsWith("ml-dsa"));
    const bits = rsaBitsOf(leaf) ?? 0;
    if (bits > LONGEST_RSA_BITS) {
        const facts = `expected an RSA key of ${String(LONGEST_RSA_BITS)} bits or less, got ${String(bits)}`;
        return [finding("rsa-too-long", "cert", facts)];
    }
    const expected = "expected an RSA key, or an EC key on P-256, P-384 or P-521";
    if (isUnusable) {
        const form = hasExplicitCurve ? ", its curve by parameters instead of by name" : "";
        return [finding("key-unusable-in-tls", "cert", `${expected}, got ${describeKeyType(key)}${form}`)];
    }
    return type === "rsa" || type === "ec"
        ? []
        : [finding("key-type-uncommon", "cert", `${expected}, got ${describeKeyType(key)}`)];
}

/** DSA keys have a modulus, too. */
function rsaBitsOf(certificate: X509Certificate): number | undefined {
    const key = publicKeyOf(certificate);
    return key?.asymmetricKeyType?.startsWith("rsa") === true ? key.asymmetricKeyDetails?.modulusLength : undefined;
}

function judgeRole(leaf: X509Certificate): Finding[] {
    return leaf.ca
        ? [finding("leaf-is-ca", "cert", `expected a leaf, got the authority ${describeCertificate(leaf)}`)]
        : [];
}

function judgeStrength(certificate: X509Certificate, argument: MaterialArgument): Finding[] {
    const findings: Finding[] = [];
    const bits = rsaBitsOf(certificate);
    if (bits !== undefined && bits < SHORTEST_RSA_BITS) {
        const facts = `expected an RSA key of ${String(SHORTEST_RSA_BITS)} bits or more, got ${String(bits)} in ${describeCertificate(certificate)}`;
        findings.push(finding("rsa-too-short", argument, facts));
    }
    const { weakDigest, version } = fieldsOf(certificate);
    // Nobody relies on the signature of a root on itself.
    if (weakDigest !== undefined && !isIssuedBy(certificate, certificate)) {
        const facts = `expected a signature with SHA-256 or better, got ${weakDigest} in ${describeCertificate(certificate)}`;
        findings.push(finding("weak-signature", argument, facts));
    }
    if (version === 1) {
        const facts = `expected X.509 version 3, got version 1 in ${describeCertificate(certificate)}`;
        findings.push(finding("version-1", argument, facts));
    }
    return findings;
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
    const facts = `expected nothing about revocation, got a place to ask in ${describeCertificate(named)}, and nobody asked`;
    return [finding("revocation-unchecked", "cert", facts)];
}
