import type { X509Certificate } from "node:crypto";
import { nameOf, readCertificates, sha256, validityOf, type CertificateReading } from "./certificate";
import { orderChain } from "./chain";
import { judgeDates, judgeUnneeded, type Moment } from "./dates";
import { fingerprintOf } from "./fingerprint";
import { finding, type Finding } from "./findings";
import { judgeFitness } from "./fitness";
import { publicKeyOf } from "./once";
import { encodePem } from "./pem";

export { readPrivateKey, PrivateKey } from "./privateKey";

/** What is public of a triple: read, repaired and put in order. */
export interface PublicMaterial {
    /** As it is sent: leaf first and each followed by its issuer, 64 columns, LF. */
    readonly certPem: string;
    /** In the order of the text: where two authorities bear one name, OpenSSL takes the first. */
    readonly caPem: string;
    readonly chain: readonly X509Certificate[];
    readonly authorities: readonly X509Certificate[];
    readonly fingerprint: string;
    readonly certFingerprint: string;
    /** Empty where this version of Node cannot read the type of the key. */
    readonly publicKeyFingerprint: string;
    readonly subject: string;
    readonly issuer: string;
    readonly serialNumber: string;
    /** ISO 8601, of the leaf. */
    readonly notBefore: string;
    /** ISO 8601, the earliest of the chain. */
    readonly notAfter: string;
    /** From when on all certificates are valid that have not expired: a moment that follows from them, not from a clock. */
    readonly settledMs: number;
}

export interface Reading<T> {
    readonly value: T | undefined;
    readonly findings: readonly Finding[];
}

/** PEM texts; `undefined` where one is not known, or not readable. */
export interface PublicTexts {
    readonly cert: string | undefined;
    readonly ca: string | undefined;
}

export interface PublicReading extends Reading<PublicMaterial> {
    /**
     * What may be stored of the texts: their certificates as PEM, made anew, and nothing else that stood beside them. The
     * leaf comes first, all others stay in the user's order.
     */
    readonly canonical: PublicTexts;
}

/** Reads certificate and issuers, without the key and without a look at the clock. */
export function readPublicMaterial(input: PublicTexts): PublicReading {
    const cert = readText(input.cert, "cert");
    const ca = readText(input.ca, "ca");
    const { chain, findings: ofOrder } = orderChain(cert.certificates);
    const findings = [...cert.findings, ...ca.findings, ...ofOrder, ...noteOrder(cert.certificates, chain)];
    const [leaf] = chain;
    // A key beside certificates makes them no other ones; whether they may be used is for the caller to say.
    const sound = findings.every(({ severity, code }) => severity !== "error" || code === "private-key-exposed");
    const complete = leaf !== undefined && ca.certificates.length > 0 && sound;
    return {
        value: complete ? describe(leaf, chain, ca.certificates) : undefined,
        findings,
        canonical: {
            cert: leaf && toPem([leaf, ...cert.certificates.filter((certificate) => certificate !== leaf)]),
            ca: ca.certificates.length === 0 ? undefined : toPem(ca.certificates),
        },
    };
}

function readText(text: string | undefined, argument: "cert" | "ca"): CertificateReading {
    return text === undefined ? { certificates: [], findings: [] } : readCertificates(text, argument);
}

const CANONICAL =
    /^(?:-----BEGIN CERTIFICATE-----\n(?:[A-Za-z0-9+/]{64}\n)*[A-Za-z0-9+/]{1,64}={0,2}\n-----END CERTIFICATE-----\n)+$/;

/** Whether a text has the form that is stored: nothing stands in it but blocks of certificates. */
export function isCanonical(text: string): boolean {
    return CANONICAL.test(text);
}

function noteOrder(given: readonly X509Certificate[], chain: readonly X509Certificate[]): Finding[] {
    if (chain.length === 0 || given.every((certificate, index) => certificate === chain[index])) {
        return [];
    }
    const facts = "expected the leaf first and each certificate followed by its issuer, got another order";
    return [finding("order-repaired", "cert", facts)];
}

/** Everything about new material that neither needs the key nor a look at its text. */
export function judgePublicMaterial(material: PublicMaterial, moment: Moment): Finding[] {
    return [...judgeDates(material, moment), ...judgeUnneeded(material, moment.nowMs), ...judgeLasting(material)];
}

/** What follows from the certificates alone, whatever the clock and the machine. */
export function judgeLasting(material: PublicMaterial): Finding[] {
    return judgeFitness(material);
}

function describe(
    leaf: X509Certificate,
    chain: readonly X509Certificate[],
    authorities: readonly X509Certificate[],
): PublicMaterial {
    const derOf = ({ raw }: X509Certificate): Buffer => raw;
    return {
        chain,
        authorities,
        fingerprint: fingerprintOf(chain.map(derOf), authorities.map(derOf)),
        certFingerprint: sha256(leaf.raw),
        notAfter: isoDate(Math.min(...chain.map((certificate) => validityOf(certificate).toMs))),
        settledMs: Math.max(...[...chain, ...authorities].map((certificate) => validityOf(certificate).fromMs)),
        // Only what is uploaded is asked for the rest.
        get certPem() {
            return toPem(chain);
        },
        get caPem() {
            return toPem(authorities);
        },
        get publicKeyFingerprint() {
            const spki = publicKeyOf(leaf)?.export({ type: "spki", format: "der" });
            return spki === undefined ? "" : sha256(spki);
        },
        get subject() {
            return nameOf(leaf.subject);
        },
        get issuer() {
            return nameOf(leaf.issuer);
        },
        get serialNumber() {
            return leaf.serialNumber;
        },
        get notBefore() {
            return isoDate(validityOf(leaf).fromMs);
        },
    };
}

function toPem(certificates: readonly X509Certificate[]): string {
    return certificates.map(({ raw }) => encodePem("CERTIFICATE", raw)).join("");
}

function isoDate(ms: number): string {
    return Number.isNaN(ms) ? "" : new Date(ms).toISOString();
}
