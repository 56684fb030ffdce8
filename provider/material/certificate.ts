import { createHash, X509Certificate } from "node:crypto";
import { readElement } from "./der";
import { finding, LONGEST_NAME, shownUpTo, type Finding } from "./findings";
import { describeForeignBlock } from "./foreign";
import { holdsPrivateKey } from "./keyEncoding";
import { parseCertificate } from "./once";
import { readPem, type PemBlock, type PemReading } from "./pem";

export { isIssuedBy, validityOf } from "./once";

export interface CertificateReading {
    readonly certificates: readonly X509Certificate[];
    readonly findings: readonly Finding[];
}

const CERTIFICATE_LABELS = new Set(["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"]);
/** A name in a message; the whole name is an output. */
const SHOWN_NAME = 80;

/** Every certificate of a PEM text, without duplicates, in the order of the text. */
export function readCertificates(text: string, argument: "cert" | "ca"): CertificateReading {
    const { blocks, findings } = readBlocks(text, argument);
    const found: Finding[] = [...findings];
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

/** Whether a text is certificates and nothing else, as far as that shows without parsing them, which is the slow part. */
export function looksLikeCertificates(text: string, argument: "cert" | "ca"): boolean {
    const { blocks, findings } = readBlocks(text, argument);
    return (
        blocks.length > 0 &&
        blocks.every(({ label, der }) => CERTIFICATE_LABELS.has(label) && readElement(der) !== undefined) &&
        findings.every(({ severity }) => severity !== "error")
    );
}

/** The blocks of a text in which there should be no private key. */
function readBlocks(text: string, argument: "cert" | "ca"): Pick<PemReading, "blocks" | "findings"> {
    const { blocks, findings, ...reading } = readPem(text, argument);
    if (!reading.holdsPrivateKey && !holdsPrivateKey(text)) {
        return { blocks, findings };
    }
    const exposed = finding("private-key-exposed", argument, "expected certificates only, got a private key as well");
    return { blocks, findings: [...findings, exposed] };
}

function readBlock({ label, der }: PemBlock, argument: "cert" | "ca"): X509Certificate | Finding {
    if (!CERTIFICATE_LABELS.has(label)) {
        return describeForeignBlock(label, argument);
    }
    // OpenSSL's own format: what it trusts the certificate for follows it, and is of no use here.
    const bytes = label === "TRUSTED CERTIFICATE" ? der.subarray(0, readElement(der)?.end) : der;
    try {
        return parseCertificate(bytes);
    } catch {
        const facts = `expected a certificate (RFC 5280) in each block, got ${String(der.length)} bytes that are none`;
        return finding("unreadable-certificate", argument, facts);
    }
}

export function sha256(bytes: Buffer): string {
    return createHash("sha256").update(bytes).digest("hex");
}

/**
 * A distinguished name on one line, as "CN=client, O=Example". RFC 5280 §4.1.2.6 allows an empty subject, as workload
 * identities have it; for that one Node's getter returns `undefined`, though typed otherwise.
 */
export function nameOf(lines: string | undefined, longest = LONGEST_NAME): string {
    const parts = (lines ?? "").split("\n").filter((part) => part !== "");
    return shownUpTo(longest, parts.reverse().join(", "));
}

/** How a message names a certificate: what a user can find it by. */
export function describeCertificate(certificate: X509Certificate): string {
    const subject = nameOf(certificate.subject, SHOWN_NAME);
    const name = subject === "" ? "the certificate without a subject" : `"${subject}"`;
    return `${name} (issuer "${nameOf(certificate.issuer, SHOWN_NAME)}", serial ${shownUpTo(SHOWN_NAME, certificate.serialNumber)})`;
}
