import { createHash, X509Certificate, type KeyObject } from "node:crypto";
import { finding, shown, type Finding } from "./findings";
import { readPem, type PemBlock } from "./pem";

export interface CertificateReading {
    readonly certificates: readonly X509Certificate[];
    readonly findings: readonly Finding[];
}

const CERTIFICATE_LABELS = new Set(["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"]);

/** Every certificate of a PEM text, without duplicates, in the order of the text. */
export function readCertificates(text: string, argument: "cert" | "ca"): CertificateReading {
    const { blocks, findings, holdsPrivateKey } = readPem(text, argument);
    const found: Finding[] = [...findings];
    if (holdsPrivateKey) {
        found.push(finding("private-key-exposed", argument, "expected certificates only, got a private key as well"));
    }
    const certificates = new Map<string, X509Certificate>();
    for (const block of blocks.filter(({ label }) => !label.includes("PRIVATE KEY"))) {
        const certificate = readBlock(block, argument);
        if (certificate instanceof X509Certificate) {
            certificates.set(certificate.fingerprint256, certificate);
        } else {
            found.push(certificate);
        }
    }
    return { certificates: [...certificates.values()], findings: found };
}

function readBlock({ label, der }: PemBlock, argument: "cert" | "ca"): X509Certificate | Finding {
    if (!CERTIFICATE_LABELS.has(label)) {
        return finding("wrong-content", argument, `expected CERTIFICATE blocks, got ${describeLabel(label)}`);
    }
    try {
        return new X509Certificate(der);
    } catch {
        const facts = `expected a certificate (RFC 5280) in each CERTIFICATE block, got ${String(der.length)} bytes that are none`;
        return finding("unreadable-certificate", argument, facts);
    }
}

export function describeLabel(label: string): string {
    if (label.includes("CERTIFICATE REQUEST")) {
        return "a certificate signing request, which an authority has yet to turn into a certificate";
    }
    if (label === "PKCS7" || label === "CMS") {
        return "a PKCS #7 bundle (openssl pkcs7 -print_certs turns it into certificates)";
    }
    if (label.includes("PUBLIC KEY")) {
        return "a public key";
    }
    return label.includes("CERTIFICATE") ? "a certificate" : `a block labelled ${shown(label)}`;
}

/** The public key, or `undefined` where this version of Node cannot read its type: then the getter throws. */
export function publicKeyOf(certificate: X509Certificate): KeyObject | undefined {
    try {
        return certificate.publicKey;
    } catch {
        return undefined;
    }
}

/** Whether `issuer` issued `certificate`: names, key identifiers and key usage, and then the signature as well. */
export function isIssuedBy(certificate: X509Certificate, issuer: X509Certificate): boolean {
    const key = publicKeyOf(issuer);
    return key !== undefined && certificate.checkIssued(issuer) && verifies(certificate, key);
}

/** Authorities use 65537. Near the modulus' own length one signature takes a hundred times as long to check. */
const LARGEST_EXPONENT = 2n ** 64n;

function verifies(certificate: X509Certificate, key: KeyObject): boolean {
    if ((key.asymmetricKeyDetails?.publicExponent ?? 0n) > LARGEST_EXPONENT) {
        return false;
    }
    try {
        return certificate.verify(key);
    } catch {
        // OpenSSL throws for signature algorithms that it does not know; then nobody can say that it verifies.
        return false;
    }
}

export function sha256(bytes: Buffer): string {
    return createHash("sha256").update(bytes).digest("hex");
}

/**
 * A distinguished name on one line, as "CN=client, O=Example". RFC 5280 §4.1.2.6 allows an empty subject, as workload
 * identities have it; for that one Node's getter returns `undefined`, though typed otherwise.
 */
export function nameOf(lines: string | undefined): string {
    return shown(
        (lines ?? "")
            .split("\n")
            .filter((part) => part !== "")
            .reverse()
            .join(", "),
    );
}

/** How a message names a certificate: what a user can find it by. */
export function describeCertificate(certificate: X509Certificate): string {
    const subject = nameOf(certificate.subject);
    const name = subject === "" ? "the certificate without a subject" : `"${subject}"`;
    return `${name} (issuer "${nameOf(certificate.issuer)}", serial ${shown(certificate.serialNumber)})`;
}

/** Milliseconds since the epoch. `validFromDate` and `validToDate` are younger than the oldest Node in use here. */
export function validityOf(certificate: X509Certificate): { readonly fromMs: number; readonly toMs: number } {
    return { fromMs: Date.parse(certificate.validFrom), toMs: Date.parse(certificate.validTo) };
}
