import { X509Certificate, type KeyObject } from "node:crypto";

/**
 * Hundreds of resources share their issuers, and each asks several times who issued whom, and until when it is valid.
 * Decoding, parsing, keys, dates and signatures are nearly all of the work; none of them can come out differently the
 * second time.
 */
const MOST_DECODED = 512;
const decoded = new Map<string, Buffer>();

/** Only certificates are kept: a private key does not stay in memory for the sake of speed. */
export function decodeBlock(label: string, base64: string): Buffer {
    const known = decoded.get(base64);
    if (known !== undefined) {
        return known;
    }
    const der = Buffer.from(base64, "base64");
    if (label === "CERTIFICATE") {
        if (decoded.size >= MOST_DECODED) {
            decoded.clear();
        }
        decoded.set(base64, der);
    }
    return der;
}

const parsed = new WeakMap<Buffer, X509Certificate>();

/** Throws what OpenSSL throws where the bytes are no certificate. */
export function parseCertificate(der: Buffer): X509Certificate {
    const certificate = parsed.get(der) ?? new X509Certificate(der);
    parsed.set(der, certificate);
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
    return certificate.checkIssued(issuer) && isSignedBy(certificate, issuer);
}

/** Whether the key of `issuer` made the signature of `certificate`, and nothing else. */
export function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
    const ofCertificate = verdicts.get(certificate) ?? new WeakMap<X509Certificate, boolean>();
    verdicts.set(certificate, ofCertificate);
    const verdict = ofCertificate.get(issuer) ?? verifies(certificate, issuer);
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
