import { createHash, X509Certificate } from "node:crypto";
import { readElement } from "./der";
import { exposesPrivateKey, holdsKeyDer } from "./exposedKey";
import { finding, type Finding } from "../findings";
import { describeForeignBlock } from "./unexpectedContent";
import { shapeOf } from "./keyEncoding";
import { parseCertificate } from "./certificateCache";
import { LARGEST_TEXT_KB, readPem, type PemBlock, type PemReading } from "./pem";
import { shown, shownUpTo } from "../../text/quoting";

export { isIssuedBy } from "./certificateCache";

export interface CertificateReading {
    readonly certificates: readonly X509Certificate[];
    readonly findings: readonly Finding[];
}

const CERTIFICATE_LABELS = new Set(["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"]);
/** In one message. */
const MOST_LABELS = 5;
/** A name in a message; the whole name is an output. */
const SHOWN_NAME = 80;

/** Every certificate of a PEM text, without duplicates, in the order of the text. */
export function readCertificates(text: string, argument: "cert" | "ca"): CertificateReading {
    const { blocks, form, findings } = readPublicBlocks(text, argument);
    const found: Finding[] = [...findings];
    const certificates = new Map<string, X509Certificate>();
    const others: PemBlock[] = [];
    for (const block of blocks) {
        const certificate = CERTIFICATE_LABELS.has(block.label) ? readBlock(block, argument) : others.push(block);
        if (certificate instanceof X509Certificate) {
            certificates.set(certificate.fingerprint256, certificate);
        } else if (typeof certificate === "object") {
            found.push(certificate);
        }
    }
    if (form !== undefined && certificates.size > 0) {
        found.push(finding("text-repaired", argument, `was repaired: ${form}`));
    }
    found.push(...judgeOthers(others, certificates.size > 0, argument));
    return { certificates: [...certificates.values()], findings: found };
}

/** The blocks of a text that are no private key; that there is one, in whatever form, is a finding. */
function readPublicBlocks(text: string, argument: "cert" | "ca"): PemReading {
    const reading = readPem(text, argument);
    const { blocks, rest, form, findings } = reading;
    const ofPublic = blocks.filter(({ label, der }) => !label.includes("PRIVATE KEY") && isPublic(der));
    // Where a block was repaired, or is longer than its certificate, anything may stand in the middle of it.
    const isExact = form === undefined && findings.length === 0 && blocks.every(({ der }) => endOf(der) === der.length);
    // Of PKCS #12 alone there is more to say.
    const isPkcs12 = blocks.length > 0 && blocks.every(({ der }) => shapeOf(der) === "PKCS12");
    // What is longer is refused, and nothing of it is stored.
    const unread = (isExact ? rest : text).slice(0, LARGEST_TEXT_KB[argument] * 1024);
    if (isPkcs12 || (ofPublic.length === blocks.length && !exposesPrivateKey(unread))) {
        return reading;
    }
    const exposed = finding("private-key-exposed", argument, "holds a private key, and is not secret");
    return { ...reading, blocks: ofPublic, findings: [...findings, exposed] };
}

/** Behind a certificate OpenSSL reads nothing, and a key may follow. */
function isPublic(der: Buffer): boolean {
    return !holdsKeyDer(shapeOf(der) === "CERTIFICATE" ? der.subarray(endOf(der)) : der);
}

function endOf(der: Buffer): number | undefined {
    return readElement(der)?.end;
}

/** OpenSSL ignores blocks of other kinds beside certificates; but a bundle may hold the ones that are missed. */
function judgeOthers(others: readonly PemBlock[], isBeside: boolean, argument: "cert" | "ca"): readonly Finding[] {
    const labels = [...new Set(others.map(({ label }) => label))];
    const isUnneeded = (label: string): boolean => isBeside && !/^PKCS|^CMS/.test(label);
    const unneeded = labels.filter(isUnneeded).slice(0, MOST_LABELS).map(shown).join(", ");
    return [
        ...labels.filter((label) => !isUnneeded(label)).map((label) => describeForeignBlock(label, argument)),
        ...(unneeded === ""
            ? []
            : [finding("block-ignored", argument, `holds ${unneeded} beside certificates, which is ignored`)]),
    ];
}

function readBlock({ label, der }: PemBlock, argument: "cert" | "ca"): X509Certificate | Finding {
    // OpenSSL's own format: what it trusts the certificate for follows it, and is of no use here.
    const bytes = label === "TRUSTED CERTIFICATE" ? der.subarray(0, readElement(der)?.end) : der;
    try {
        return parseCertificate(bytes);
    } catch {
        const shape = shapeOf(der);
        if (shape !== "other" && shape !== "CERTIFICATE") {
            return describeForeignBlock(shape, argument);
        }
        const fact = `holds a block of ${String(der.length)} bytes that are no certificate (RFC 5280)`;
        return finding("unreadable-certificate", argument, fact);
    }
}

export function sha256(bytes: Buffer): string {
    return createHash("sha256").update(bytes).digest("hex");
}

/**
 * A distinguished name on one line, as "CN=client, O=Example". RFC 5280 §4.1.2.6 allows an empty subject, as workload
 * identities have it; for that one Node's getter returns `undefined`, though typed otherwise.
 */
export function nameOf(lines: string | undefined, longest = Infinity): string {
    const parts = (lines ?? "").split("\n").filter((part) => part !== "");
    return shownUpTo(longest, parts.reverse().join(", "));
}

/** How a message names a certificate: what a user can find it by. */
export function describeCertificate(certificate: X509Certificate): string {
    const subject = nameOf(certificate.subject, SHOWN_NAME);
    const name = subject === "" ? "the certificate without a subject" : `"${subject}"`;
    return `${name} (issuer "${nameOf(certificate.issuer, SHOWN_NAME)}", serial ${shownUpTo(SHOWN_NAME, certificate.serialNumber)})`;
}
