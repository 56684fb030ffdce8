import type { X509Certificate } from "node:crypto";
import { describeCertificate, nameOf, publicKeyOf, readCertificates, sha256, validityOf } from "./certificate";
import { orderChain } from "./chain";
import { fingerprintOf, sortedSet } from "./fingerprint";
import { finding, shown, type Finding } from "./findings";
import { judgeByHandshake } from "./handshake";
import { encodePem } from "./pem";
import { isKeyOf, type PrivateKey } from "./privateKey";

export { readPrivateKey, PrivateKey } from "./privateKey";

/** What is public of a triple: read, repaired and put in order. */
export interface PublicMaterial {
    /** As it is sent: leaf first, 64 columns, LF. */
    readonly certPem: string;
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
    const findings = [...cert.findings, ...ca.findings, ...order.findings];
    const [leaf] = order.chain;
    const sound = findings.every(({ severity }) => severity !== "error");
    const complete = leaf !== undefined && ca.certificates.length > 0 && sound;
    return { value: complete ? describe(leaf, order.chain, ca.certificates) : undefined, findings };
}

function describe(
    leaf: X509Certificate,
    chain: readonly X509Certificate[],
    authorities: readonly X509Certificate[],
): PublicMaterial {
    const chainDer = chain.map(({ raw }) => raw);
    const authorityDer = sortedSet(authorities.map(({ raw }) => raw));
    const spki = publicKeyOf(leaf)?.export({ type: "spki", format: "der" });
    return {
        chain,
        authorities,
        certPem: toPem(chainDer),
        caPem: toPem(authorityDer),
        fingerprint: fingerprintOf(chainDer, authorityDer),
        certFingerprint: sha256(leaf.raw),
        publicKeyFingerprint: spki === undefined ? "" : sha256(spki),
        subject: nameOf(leaf.subject),
        issuer: nameOf(leaf.issuer),
        serialNumber: leaf.serialNumber,
        notBefore: isoDate(validityOf(leaf).fromMs),
        notAfter: isoDate(Math.min(...chain.map((certificate) => validityOf(certificate).toMs))),
    };
}

function toPem(ders: readonly Buffer[]): string {
    return ders.map((der) => encodePem("CERTIFICATE", der)).join("");
}

function isoDate(ms: number): string {
    return Number.isNaN(ms) ? "" : new Date(ms).toISOString();
}

/** What only time changes. @param nowMs Milliseconds since the epoch. */
export function judgeValidity({ chain }: PublicMaterial, nowMs: number): Finding[] {
    return chain.flatMap((certificate) => {
        const { fromMs, toMs } = validityOf(certificate);
        const period = `valid from ${isoDate(fromMs)} to ${isoDate(toMs)}`;
        const facts = `expected a certificate that is valid on ${isoDate(nowMs)}, got ${describeCertificate(certificate)}, ${period}`;
        if (toMs < nowMs) {
            return [finding("expired", "cert", facts)];
        }
        return fromMs > nowMs ? [finding("not-yet-valid", "cert", facts)] : [];
    });
}

/** Whether the key is the leaf's, and where it belongs if it is not. */
export function judgeKeyMatch(material: PublicMaterial, key: PrivateKey): Finding[] {
    const [leaf] = material.chain;
    if (leaf === undefined || isKeyOf(leaf, key)) {
        return [];
    }
    const inCa = material.authorities.find((certificate) => isKeyOf(certificate, key));
    if (inCa !== undefined) {
        const facts = `expected the certificate of the key in cert, got it in ca: ${describeCertificate(inCa)}`;
        return [finding("cert-ca-swapped", "cert", facts)];
    }
    const issuer = material.chain.find((certificate) => isKeyOf(certificate, key));
    const got =
        issuer === undefined
            ? `the key of another certificate (${describeKey(key)})`
            : `the key of the issuer ${describeCertificate(issuer)}`;
    return [finding("key-mismatch", "key", `expected the private key of ${describeCertificate(leaf)}, got ${got}`)];
}

function describeKey({ key }: PrivateKey): string {
    const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
    const size = modulusLength === undefined ? namedCurve : `${String(modulusLength)} bits`;
    return [key.asymmetricKeyType ?? "of an unknown type", size].filter((part) => part !== undefined).join(", ");
}

const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
const ANY_PURPOSE = "2.5.29.37.0";
const SHORTEST_RSA_BITS = 2048;
/** Beyond, a handshake takes seconds, here and at every origin. */
const LONGEST_RSA_BITS = 8192;

/** What an origin would make of it: purpose, key length, and OpenSSL's own verdict on the chain. */
export async function judgeChain(material: PublicMaterial, key: PrivateKey): Promise<Finding[]> {
    const [leaf] = material.chain;
    if (leaf === undefined) {
        return [];
    }
    const unfit = [...judgePurpose(leaf), ...judgeKeyLength(leaf)];
    if (unfit.length > 0) {
        // The handshake would refuse it for the same reason, in fewer words.
        return unfit;
    }
    const verdict = await judgeByHandshake({ certPem: material.certPem, keyPem: key.pem, caPem: material.caPem });
    if (verdict.accepted || isMatterOfTime(verdict.code)) {
        return [];
    }
    return [finding("chain-unverified", "ca", explainVerdict(verdict.code, material, leaf))];
}

/** Node calls the extended key usages `keyUsage`, and it is undefined where there are none, though typed otherwise. */
function judgePurpose(leaf: X509Certificate): Finding[] {
    const usages = leaf.keyUsage as readonly string[] | undefined;
    if (usages === undefined || usages.includes(CLIENT_AUTH) || usages.includes(ANY_PURPOSE)) {
        return [];
    }
    const facts = `expected a certificate for clients, got ${describeCertificate(leaf)} with the extended key usages ${shown(usages.join(", "))}`;
    return [finding("no-client-auth", "cert", facts)];
}

function judgeKeyLength(leaf: X509Certificate): Finding[] {
    const key = publicKeyOf(leaf);
    const bits = key?.asymmetricKeyDetails?.modulusLength;
    // DSA keys have a modulus, too.
    const isRsa = key?.asymmetricKeyType?.startsWith("rsa") === true;
    if (!isRsa || bits === undefined || (bits >= SHORTEST_RSA_BITS && bits <= LONGEST_RSA_BITS)) {
        return [];
    }
    if (bits > LONGEST_RSA_BITS) {
        const facts = `expected an RSA key of ${String(LONGEST_RSA_BITS)} bits or less, got ${String(bits)}`;
        return [finding("rsa-too-long", "cert", facts)];
    }
    const facts = `expected an RSA key of ${String(SHORTEST_RSA_BITS)} bits or more, got ${String(bits)}`;
    return [finding("rsa-too-short", "cert", facts)];
}

/** Validity is judged from the dates, by a clock that can be passed in; the handshake has only this machine's. */
function isMatterOfTime(code: string): boolean {
    return code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID";
}

function explainVerdict(code: string, { chain, authorities }: PublicMaterial, leaf: X509Certificate): string {
    const last = chain.at(-1) ?? leaf;
    const given = authorities.slice(0, 5).map((authority) => `"${nameOf(authority.subject)}"`);
    const wanted = `expected issuers that lead from "${nameOf(leaf.subject)}" to a root, wanted next "${nameOf(last.issuer)}"`;
    return `${wanted}, got ${given.join(", ")} (OpenSSL: ${code})`;
}
