import { X509Certificate, type KeyObject } from "node:crypto";

/**
 * Hundreds of resources share their issuers, and each asks several times who issued whom. Parsing, keys and signatures
 * are nearly all of the work; none of them can come out differently the second time.
 */
const MOST_PARSED = 512;
const parsed = new Map<string, X509Certificate>();

/** Throws what OpenSSL throws where the bytes are no certificate. */
export function parseCertificate(der: Buffer): X509Certificate {
    const bytes = der.toString("base64");
    const known = parsed.get(bytes);
    if (known !== undefined) {
        return known;
    }
    const certificate = new X509Certificate(der);
    if (parsed.size >= MOST_PARSED) {
        parsed.clear();
    }
    parsed.set(bytes, certificate);
    return certificate;
}

const publicKeys = new WeakMap<X509Certificate, { readonly key: KeyObject | undefined }>();

/** The public key, or `undefined` where this version of Node cannot read its type: then the getter throws. */
export function publicKeyOf(certificate: X509Certificate): KeyObject | undefined {
    const known = publicKeys.get(certificate) ?? { key: readPublicKey(certificate) };
    publicKeys.set(certificate, known);
    return known.key;
}

function readPublicKey(certificate: X509Certificate): KeyObject | undefined {
    try {
        return certificate.publicKey;
    } catch {
        // The answer: no key that this Node can read.
        return undefined;
    }
}

const verdicts = new WeakMap<X509Certificate, WeakMap<X509Certificate, boolean>>();

/** Whether `issuer` issued `certificate`: names, key identifiers and key usage, and then the signature as well. */
export function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
    const ofCertificate = verdicts.get(certificate) ?? new WeakMap<X509Certificate, boolean>();
    verdicts.set(certificate, ofCertificate);
    const verdict = ofCertificate.get(issuer) ?? (certificate.checkIssued(issuer) && verifies(certificate, issuer));
    ofCertificate.set(issuer, verdict);
    return verdict;
}

/** Authorities use 65537. Near the modulus' own length one signature takes a hundred times as long to check. */
const LARGEST_EXPONENT = 2n ** 64n;

function verifies(certificate: X509Certificate, issuer: X509Certificate): boolean {
    const key = publicKeyOf(issuer);
    if (key === undefined || (key.asymmetricKeyDetails?.publicExponent ?? 0n) > LARGEST_EXPONENT) {
        return false;
    }
    try {
        return certificate.verify(key);
    } catch {
        // OpenSSL throws for signature algorithms that it does not know; then nobody can say that it verifies.
        return false;
    }
}
