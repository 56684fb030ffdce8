import type { X509Certificate } from "node:crypto";
import { fieldsOf } from "./certificateFields";
import { isSignedBy } from "./certificateCache";

/** Checks signatures, up to a bound: each may take ten milliseconds with a hostile key. */
export class SignatureChecks {
    #left: number;

    constructor(most: number) {
        this.#left = most;
    }

    /** Whether there were more candidates than signatures that are checked; then answers are not to be relied on. */
    get exhausted(): boolean {
        return this.#left < 0;
    }

    isSigned(certificate: X509Certificate, issuer: X509Certificate): boolean {
        this.#left -= 1;
        return this.#left >= 0 && isSignedBy(certificate, issuer);
    }
}

/** Whether an authority is the one that a certificate names, before anybody looks at signatures. */
export function isNamedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
    return fieldsOf(certificate).issuerName === fieldsOf(issuer).subjectName;
}

/** What rules an issuer out that bears the right name, "expected …, got …"; as OpenSSL compares them. */
export function mismatchOf(certificate: X509Certificate, issuer: X509Certificate): string | undefined {
    const { authorityKeyId: wanted, signerAlgorithms } = fieldsOf(certificate);
    const { subjectKeyId, serialNumber, issuerName, publicKeyAlgorithm } = fieldsOf(issuer);
    if (wanted.keyId !== undefined && subjectKeyId !== undefined && wanted.keyId !== subjectKeyId) {
        return `expected the key identifier ${wanted.keyId}, got ${subjectKeyId}`;
    }
    if (wanted.serialNumber !== undefined && wanted.serialNumber !== serialNumber) {
        return `expected the serial number ${wanted.serialNumber}, got ${serialNumber}`;
    }
    if (wanted.issuerName !== undefined && wanted.issuerName !== issuerName) {
        return `expected a certificate that another authority issued, got the one with the serial number ${serialNumber}`;
    }
    return signerAlgorithms.includes(publicKeyAlgorithm)
        ? undefined
        : `expected a key of the type ${signerAlgorithms.join(" or ")}, got ${publicKeyAlgorithm}`;
}

/** Whether OpenSSL takes `issuer` for the issuer while it looks for a path: by all but the signature. */
export function mayHaveIssued(issuer: X509Certificate, certificate: X509Certificate): boolean {
    return isNamedBy(certificate, issuer) && mismatchOf(certificate, issuer) === undefined;
}

/** Self-signed as OpenSSL has it, which is where a path may end. */
export function isSelfSigned(certificate: X509Certificate): boolean {
    return mayHaveIssued(certificate, certificate);
}
