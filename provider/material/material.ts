import type { X509Certificate } from "node:crypto";
import { nameOf, readCertificates, sha256, validityOf } from "./certificate";
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
    /** As it is sent: leaf first, 64 columns, LF. */
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
}

export interface Reading<T> {
    readonly value: T | undefined;
    readonly findings: readonly Finding[];
}

/** Reads certificate and issuers, without the key and without a look at the clock. */
export function readPublicMaterial(input: { readonly cert: string; readonly ca: string }): Reading<PublicMaterial> {
    const cert = readCertificates(input.cert, "cert");
    const ca = readCertificates(input.ca, "ca");
    const order = orderChain(cert.certificates);
    const findings = [
        ...cert.findings,
        ...ca.findings,
        ...order.findings,
        ...noteOrder(cert.certificates, order.chain),
    ];
    const [leaf] = order.chain;
    const sound = findings.every(({ severity }) => severity !== "error");
    const complete = leaf !== undefined && ca.certificates.length > 0 && sound;
    return { value: complete ? describe(leaf, order.chain, ca.certificates) : undefined, findings };
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
    return [
        ...judgeDates(material, moment),
        ...judgeUnneeded(material, moment.nowMs),
        ...judgeFitness(material, moment.nowMs),
    ];
}

function describe(
    leaf: X509Certificate,
    chain: readonly X509Certificate[],
    authorities: readonly X509Certificate[],
): PublicMaterial {
    const chainDer = chain.map(({ raw }) => raw);
    const authorityDer = authorities.map(({ raw }) => raw);
    return {
        chain,
        authorities,
        fingerprint: fingerprintOf(chainDer, authorityDer),
        certFingerprint: sha256(leaf.raw),
        notAfter: isoDate(Math.min(...chain.map((certificate) => validityOf(certificate).toMs))),
        // Only what is uploaded is asked for the rest.
        get certPem() {
            return toPem(chainDer);
        },
        get caPem() {
            return toPem(authorityDer);
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

function toPem(ders: readonly Buffer[]): string {
    return ders.map((der) => encodePem("CERTIFICATE", der)).join("");
}

function isoDate(ms: number): string {
    return Number.isNaN(ms) ? "" : new Date(ms).toISOString();
}
