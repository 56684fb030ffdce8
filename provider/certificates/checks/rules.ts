import type { X509Certificate } from "node:crypto";
import * as tls from "node:tls";
import { describeCertificate, nameOf } from "../parse/certificate";
import { CERT_SIGN, fieldsOf } from "../parse/certificateFields";
import { judgeValidity } from "./dates";
import { finding, type Finding, type FindingCode, type BundleArgument } from "../findings";
import { isNamedBy, isSelfSigned, mismatchOf } from "../parse/issuance";
import { violationOf } from "./nameConstraints";
import { isSignedBy, publicKeyOf } from "../parse/certificateCache";
import type { Path, Pools } from "../pools";
import { shownUpTo } from "../../text/quoting";

const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
const ANY_PURPOSE = "2.5.29.37.0";
/** RFC 5280 §4.2.1.12; Node has the numbers only. */
const PURPOSE_NAMES: Readonly<Record<string, string>> = {
    "1.3.6.1.5.5.7.3.1": "serverAuth",
    [CLIENT_AUTH]: "clientAuth",
    "1.3.6.1.5.5.7.3.3": "codeSigning",
    "1.3.6.1.5.5.7.3.4": "emailProtection",
    "1.3.6.1.5.5.7.3.8": "timeStamping",
    "1.3.6.1.5.5.7.3.9": "OCSPSigning",
};
/** The bits of the first octet of a key usage (RFC 5280 §4.2.1.3), from the highest on. */
const USAGE_NAMES = [
    "digitalSignature",
    "nonRepudiation",
    "keyEncipherment",
    "dataEncipherment",
    "keyAgreement",
    "keyCertSign",
    "cRLSign",
    "encipherOnly",
] as const;
/** OpenSSL takes one of the two for enough: digitalSignature or keyAgreement. */
const CLIENT_USAGES = 0x88;
const SHOWN_PURPOSES = 80;
/** As OpenSSL's security levels have it, of which 2 is the default from version 3.2 on. */
const [, OPENSSL_MAJOR = "", OPENSSL_MINOR = ""] = /^(\d+)\.(\d+)/.exec(process.versions.openssl) ?? [];
const SECURITY_LEVEL =
    /@SECLEVEL=(\d)/.exec(tls.DEFAULT_CIPHERS)?.[1] ??
    (Number(OPENSSL_MAJOR) * 100 + Number(OPENSSL_MINOR) >= 302 ? "2" : "1");
const SHORTEST_ISSUER_RSA_BITS = SECURITY_LEVEL === "0" ? 0 : SECURITY_LEVEL === "1" ? 1024 : 2048;

/** As OpenSSL has it: a leaf, a root, and a hundred between them. */
export const LONGEST_PATH = 102;

/** A rule of RFC 5280 that a path breaks. */
export interface Fault {
    /** What would have to go if another path is to be found. */
    readonly culprit: X509Certificate;
    readonly finding: Finding;
}

/** Whether a certificate breaks no rule of its own as an issuer of client certificates. */
export function isFitIssuer(certificate: X509Certificate): boolean {
    return [...judgeExtensions(certificate, "ca"), ...judgeIssuer(certificate, "ca", true)].length === 0;
}

/** What is wrong with a path, from the leaf on, as OpenSSL sees it at a moment; all of it, where OpenSSL names one reason. */
export function faultsOf(path: Path, pools: Pools, nowMs: number): Fault[] {
    const { certificates, end } = path;
    const faults = certificates.flatMap((certificate, index) => {
        const argument = index < path.presented ? "cert" : "ca";
        const isLast = index === certificates.length - 1;
        const issuer = certificates[index + 1];
        const own = [
            ...judgeExtensions(certificate, argument),
            ...(index === 0 ? judgeLeafPurpose(certificate) : judgeIssuer(certificate, argument, isLast)),
            ...(certificates.length > 1 ? judgeCurve(certificate, argument) : []),
            ...judgePathLength(path, index, argument),
            ...(isLast ? [] : judgeDigest(certificate, argument)),
            ...judgeValidity(certificate, argument, nowMs),
        ].map((finding) => ({ culprit: certificate, finding }));
        return [
            ...own,
            ...(issuer === undefined
                ? []
                : judgeSignature(certificate, issuer, index + 1 < path.presented ? "cert" : "ca")),
        ];
    });
    return [...faults, ...judgeNames(path), ...(end === "root" ? [] : judgeEnd(path, pools))];
}

function judgeExtensions(certificate: X509Certificate, argument: BundleArgument): Finding[] {
    const [oid] = fieldsOf(certificate).unknownCritical;
    if (oid === undefined) {
        return [];
    }
    const facts = `expected critical extensions that OpenSSL knows, got ${shownUpTo(SHOWN_PURPOSES, oid)} in ${describeCertificate(certificate)}`;
    return [finding("unknown-critical-extension", argument, facts)];
}

/** Node calls the extended key usages `keyUsage`, and it is undefined where there are none, though typed otherwise. */
function purposesOf(certificate: X509Certificate): readonly string[] | undefined {
    return certificate.keyUsage as readonly string[] | undefined;
}

export function isForClients(certificate: X509Certificate): boolean {
    return purposesOf(certificate)?.includes(CLIENT_AUTH) ?? true;
}

function describePurposes(certificate: X509Certificate): string {
    const purposes = purposesOf(certificate) ?? [];
    // RFC 5280 §4.2.1.12 lets an application refuse what is for any purpose, and OpenSSL does.
    return purposes.includes(ANY_PURPOSE)
        ? `any purpose (${ANY_PURPOSE}), which OpenSSL does not take for it`
        : shownUpTo(
              SHOWN_PURPOSES,
              purposes.map((oid) => (PURPOSE_NAMES[oid] ? `${PURPOSE_NAMES[oid]} (${oid})` : oid)).join(", "),
          );
}

function describeUsage(keyUsage: number): string {
    const names = USAGE_NAMES.filter((_, index) => (keyUsage & (0x80 >> index)) !== 0);
    return names.length === 0 ? "none of the first eight" : names.join(", ");
}

/** What the leaf is for. */
export function judgeLeafPurpose(leaf: X509Certificate): Finding[] {
    const findings: Finding[] = [];
    if (!isForClients(leaf)) {
        const facts = `expected a certificate for clients, got ${describeCertificate(leaf)} with the extended key usages ${describePurposes(leaf)}`;
        findings.push(finding("no-client-auth", "cert", facts));
    }
    const { keyUsage } = fieldsOf(leaf);
    if (keyUsage !== undefined && (keyUsage & CLIENT_USAGES) === 0) {
        const facts = `expected a certificate that may sign, got ${describeCertificate(leaf)} with the key usage ${describeUsage(keyUsage)}`;
        findings.push(finding("no-digital-signature", "cert", facts));
    }
    return findings;
}

function judgeIssuer(certificate: X509Certificate, argument: BundleArgument, isLast: boolean): Finding[] {
    const { keyUsage, isAuthority, version } = fieldsOf(certificate);
    const name = describeCertificate(certificate);
    const findings: Finding[] = [];
    const say = (code: FindingCode, facts: string): void => {
        findings.push(finding(code, argument, facts));
    };
    if (keyUsage !== undefined && (keyUsage & CERT_SIGN) === 0) {
        say(
            "issuer-may-not-sign",
            `expected an issuer with the key usage keyCertSign, got ${name} with ${describeUsage(keyUsage)}`,
        );
    }
    // Where the constraints are left out, OpenSSL lets the end of a path pass that has a key usage or is an old root.
    const isTolerated = isLast && (keyUsage !== undefined || (version === 1 && isSelfSigned(certificate)));
    if (!(isAuthority ?? isTolerated)) {
        const got = isAuthority === undefined ? "without basic constraints" : "with CA:FALSE";
        say("issuer-is-no-ca", `expected an issuer that is an authority (CA:TRUE), got ${name} ${got}`);
    }
    if (!isForClients(certificate)) {
        say(
            "issuer-not-for-clients",
            `expected an issuer that may issue for clients, got ${name} with the extended key usages ${describePurposes(certificate)}`,
        );
    }
    const bits = rsaBitsOf(certificate);
    if (bits !== undefined && bits < SHORTEST_ISSUER_RSA_BITS) {
        say(
            "rsa-too-short",
            `expected an RSA key of ${String(SHORTEST_ISSUER_RSA_BITS)} bits or more, got ${String(bits)} in ${name}`,
        );
    }
    return findings;
}

/** DSA keys have a modulus, too. */
export function rsaBitsOf(certificate: X509Certificate): number | undefined {
    const key = publicKeyOf(certificate);
    return key?.asymmetricKeyType?.startsWith("rsa") === true ? key.asymmetricKeyDetails?.modulusLength : undefined;
}

function judgeCurve(certificate: X509Certificate, argument: BundleArgument): Finding[] {
    if (!fieldsOf(certificate).hasExplicitCurve) {
        return [];
    }
    const facts = `expected an EC key on a curve that is given by name, got ${describeCertificate(certificate)}, whose curve is given by parameters`;
    return [finding("key-unusable-in-tls", argument, facts)];
}

/** Self-issued ones, as of an authority with a new key, are not counted (RFC 5280 §4.2.1.9). */
function judgePathLength({ certificates }: Path, index: number, argument: BundleArgument): Finding[] {
    const [certificate] = certificates.slice(index);
    const limit = certificate === undefined ? undefined : fieldsOf(certificate).pathLength;
    const below = certificates.slice(1, index).filter((one) => !isNamedBy(one, one)).length;
    if (certificate === undefined || limit === undefined || below <= limit) {
        return [];
    }
    const facts = `expected at most ${String(limit)} intermediates below ${describeCertificate(certificate)}, as its path length has it, got ${String(below)}`;
    return [finding("path-too-long", argument, facts)];
}

export function judgeDigest(certificate: X509Certificate, argument: BundleArgument): Finding[] {
    const { weakDigest } = fieldsOf(certificate);
    if (weakDigest === undefined || SECURITY_LEVEL === "0") {
        return [];
    }
    const facts = `expected a signature with SHA-256 or better, got ${weakDigest} in ${describeCertificate(certificate)}`;
    return [finding("weak-signature", argument, facts)];
}

function judgeSignature(certificate: X509Certificate, issuer: X509Certificate, argument: BundleArgument): Fault[] {
    if (isSignedBy(certificate, issuer)) {
        return [];
    }
    const facts = `expected the signature of ${describeCertificate(certificate)} to be of the key of its issuer, got another key in the certificate of that name: ${describeCertificate(issuer)}`;
    return [{ culprit: issuer, finding: finding("signature-mismatch", argument, facts) }];
}

/** Self-issued intermediates are not looked at; roots bind as well, though RFC 5280 does not ask for it. */
function judgeNames({ certificates, presented }: Path): Fault[] {
    return certificates.flatMap((certificate, index) =>
        index > 0 && isNamedBy(certificate, certificate)
            ? []
            : certificates.slice(index + 1).flatMap((authority, above) => {
                  const violation = violationOf(certificate, authority, index === 0);
                  if (violation === undefined) {
                      return [];
                  }
                  const { name, constraint } = violation;
                  const facts = `expected names within the name constraints of ${describeCertificate(authority)}, which ${constraint}, got ${name} in ${describeCertificate(certificate)}`;
                  const argument = index + 1 + above < presented ? "cert" : "ca";
                  return [{ culprit: authority, finding: finding("name-constraint-violated", argument, facts) }];
              }),
    );
}

/** Why a path ends short of a root. */
function judgeEnd({ certificates, end }: Path, { chain, authorities }: Pools): Fault[] {
    const [last] = certificates.slice(-1);
    if (last === undefined) {
        return [];
    }
    const fault = (code: FindingCode, facts: string): Fault[] => [
        { culprit: last, finding: finding(code, "ca", facts) },
    ];
    if (certificates.length >= LONGEST_PATH) {
        const facts = `expected a path of at most ${String(LONGEST_PATH)} certificates, got one that is longer at ${describeCertificate(last)}`;
        return fault("path-too-long", facts);
    }
    if (end === "intermediate") {
        const facts = `expected the root "${nameOf(last.issuer, SHOWN_NAME)}" in ca, got only the intermediate "${nameOf(last.subject, SHOWN_NAME)}"`;
        return fault("no-root", facts);
    }
    if (isSelfSigned(last)) {
        return fault(
            "chain-unverified",
            `expected the root of the chain in ca, got it in cert only: ${describeCertificate(last)}`,
        );
    }
    const [namesake] = [...authorities, ...chain].filter((one) => isNamedBy(last, one) && one !== last);
    const mismatch = namesake && mismatchOf(last, namesake);
    if (namesake !== undefined && mismatch !== undefined) {
        return fault(
            "key-identifier-mismatch",
            `expected the issuer that ${describeCertificate(last)} names, with ${mismatch}: ${describeCertificate(namesake)}`,
        );
    }
    const given = authorities.slice(0, SHOWN_ISSUERS).map(({ subject }) => `"${nameOf(subject, SHOWN_NAME)}"`);
    const more = authorities.length > SHOWN_ISSUERS ? ` and ${String(authorities.length - SHOWN_ISSUERS)} more` : "";
    const from = describeCertificate(last);
    const issuer = nameOf(last.issuer, SHOWN_NAME);
    const facts = `expected a path from ${from} to a root in ca, got none: missing the certificate of the issuer "${issuer}"${sourceOf(last)}, beside ${given.join(", ")}${more} in ca`;
    return fault("chain-unverified", facts);
}

const SHOWN_NAME = 80;
const SHOWN_ISSUERS = 3;

/** Where the certificate itself says its issuer can be had; only an address that is safe to copy into a shell. */
function sourceOf({ infoAccess }: X509Certificate): string {
    const [, address] = /^CA Issuers - URI:(https?:\/\/[\w.~:/%-]{1,120})$/m.exec(infoAccess ?? "") ?? [];
    return address === undefined ? "" : ` (to be had at ${address})`;
}
