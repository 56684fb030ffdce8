import { X509Certificate, type KeyObject } from "node:crypto";

/**
 * Hundreds of resources share their issuers, and each asks several times who issued whom, and until when it is valid.
 * Decoding, parsing, dates and signatures are nearly all of the work; none of them can come out differently the second
 * time.
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

/** A function that computes its answer once for each object, as long as there is the object. */
export function remembered<K extends object, V extends object | boolean>(compute: (key: K) => V): (key: K) => V {
    const known = new WeakMap<K, V>();
    return (key) => {
        const value = known.get(key) ?? compute(key);
        known.set(key, value);
        return value;
    };
}

/** Throws what OpenSSL throws where the bytes are no certificate. */
export const parseCertificate = remembered((der: Buffer) => new X509Certificate(der));

/** The public key, or `undefined` where this version of Node cannot read its type: then the getter throws. */
export function publicKeyOf(certificate: X509Certificate): KeyObject | undefined {
    try {
        return certificate.publicKey;
    } catch {
        // The answer: no key that this Node can read.
        return undefined;
    }
}

/** Whether `issuer` issued `certificate`: names, key identifiers and key usage, and then the signature as well. */
export function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
    return certificate.checkIssued(issuer) && isSignedBy(certificate, issuer);
}

/** Whether the key of `issuer` made the signature of `certificate`, and nothing else. */
export function isSignedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
    return verdictsOf(certificate)(issuer);
}

const verdictsOf = remembered((certificate: X509Certificate) =>
    remembered((issuer: X509Certificate) => verifies(certificate, issuer)),
);

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
