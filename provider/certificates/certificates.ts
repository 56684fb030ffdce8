import type { X509Certificate } from "node:crypto";
import { describeCertificate, nameOf, readCertificates, sha256, type CertificateReading } from "./parse/certificate";
import { fieldsOf } from "./parse/certificateFields";
import { orderChain, type ChainReading } from "./chain/order";
import { judgeNewDates, judgeUnneeded, type Moment } from "./checks/dates";
import { fingerprintOf } from "./fingerprint";
import { finding, type Finding } from "./findings";
import { judgeFitness } from "./checks/fitness";
import { publicKeyOf } from "./parse/certificateCache";
import { meantPath } from "./chain/path";
import { includes, type Path } from "./pools";
import { isoDate } from "../text/isoDates";

export type { Reading } from "./findings";
export { readPrivateKey, PrivateKey } from "./parse/privateKey";

export type CertificateSet = Readonly<ReturnType<typeof describe>>;

/** PEM texts; `undefined` where one is not known, or not readable. */
export interface CertificateTexts {
    readonly cert: string | undefined;
    readonly ca: string | undefined;
}

export type CertificateSetReading = Readonly<ReturnType<typeof readCertificateSet>>;

/** Reads certificate and issuers, without the key and without a look at the clock. */
export function readCertificateSet(input: CertificateTexts) {
    const cert = readText(input.cert, "cert");
    const ca = readText(input.ca, "ca");
    const order = orderChain(cert.certificates);
    const ofOrder = [...order.findings, ...noteOrder(cert.certificates, order.chain)];
    const findings = [...cert.findings, ...ca.findings, ...ofOrder];
    const [leaf] = order.chain;
    // A key beside certificates makes them no other ones; whether they may be used is for the caller to say.
    const sound = findings.every(({ severity, code }) => severity !== "error" || code === "private-key-exposed");
    const complete = leaf !== undefined && ca.certificates.length > 0 && sound;
    return {
        value: complete ? describe(leaf, order, ca.certificates) : undefined,
        findings,
        /**
         * What may be stored of the texts: their certificates as PEM, made anew, and nothing else that stood beside them.
         * The leaf comes first, all others stay in the user's order.
         */
        canonical: {
            cert: leaf && toPem([leaf, ...cert.certificates.filter((certificate) => certificate !== leaf)]),
            ca: ca.certificates.length === 0 ? undefined : toPem(ca.certificates),
        },
    };
}

/** A key alone in the place of certificates, and certificates in that of the key: that is one mistake. */
export function withoutEcho(
    findings: readonly Finding[],
    canonical: CertificateTexts,
    ofKey: readonly Finding[],
): readonly Finding[] {
    const isSwapped = ofKey.some(({ code }) => code === "cert-key-swapped");
    return findings.filter(
        ({ code, argument }) =>
            !isSwapped || code !== "private-key-exposed" || canonical[argument as "cert" | "ca"] !== undefined,
    );
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
    return [finding("order-repaired", "cert", "was put in order: the leaf first, each followed by its issuer")];
}

/** Everything about new certificates that neither needs the key nor is a matter of the path that OpenSSL takes. */
export function judgeCertificateSet(certificates: CertificateSet, moment: Moment): Finding[] {
    return [
        ...judgeNewDates(certificates, moment),
        ...judgeUnneeded(certificates, moment.nowMs),
        ...judgeLasting(certificates),
    ];
}

/** What follows from the certificates alone, whatever the clock and the machine. */
export function judgeLasting(certificates: CertificateSet): Finding[] {
    return [...judgeFitness(certificates), ...judgePlaces(certificates)];
}

/** Which certificates stand where they are of no use. Nothing can be said of it where no path leads to a root. */
function* judgePlaces({ chain, path }: CertificateSet): Iterable<Finding> {
    if (path.end !== "root") {
        return;
    }
    for (const certificate of chain.filter((one) => !includes(path.certificates, one))) {
        const fact = `holds ${describeCertificate(certificate)}, which the path to the root does not need`;
        yield finding("certificate-unneeded", "cert", fact);
    }
    for (const certificate of path.certificates.slice(1, -1).filter((one) => !includes(chain, one))) {
        const fact = `lacks the intermediate ${describeCertificate(certificate)}, which is in ca only`;
        yield finding("intermediate-not-sent", "cert", fact);
    }
}

/** What is public of a bundle: read, repaired and put in order. */
function describe(leaf: X509Certificate, { chain, canonical }: ChainReading, authorities: readonly X509Certificate[]) {
    const derOf = ({ raw }: X509Certificate): Buffer => raw;
    let path: Path | undefined;
    return {
        /** All of `cert`, as it is sent: leaf first and each followed by its issuer. */
        chain,
        authorities,
        fingerprint: fingerprintOf(canonical.map(derOf), authorities.map(derOf)),
        certFingerprint: sha256(leaf.raw),
        // Only what is uploaded is asked for the rest.
        /** From the leaf to a root of `ca`, whatever the time. */
        get path(): Path {
            path ??= meantPath({ chain, authorities });
            return path;
        },
        /** ISO 8601, the earliest of the certificates of `cert` that the path needs. */
        get notAfter(): string {
            const needed = chain.filter((certificate) => includes(this.path.certificates, certificate));
            return isoDate(Math.min(...needed.map((certificate) => fieldsOf(certificate).toMs)));
        },
        /** 64 columns, LF. */
        get certPem() {
            return toPem(chain);
        },
        /** In the order of the text: where two authorities bear one name, OpenSSL takes the first. */
        get caPem() {
            return toPem(authorities);
        },
        /** Empty where this version of Node cannot read the type of the key. */
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
        /** ISO 8601, of the leaf. */
        get notBefore() {
            return isoDate(fieldsOf(leaf).fromMs);
        },
    };
}

function toPem(certificates: readonly X509Certificate[]): string {
    return certificates.map(String).join("");
}
