import type { X509Certificate } from "node:crypto";
import { describeCertificate, nameOf } from "../parse/certificate";
import { CERT_SIGN, fieldsOf } from "../parse/certificateFields";
import { judgeValidity } from "./dates";
import { finding, type Finding, type FindingCode, type BundleArgument } from "../findings";
import { isNamedBy, isSelfSigned, mismatchOf } from "../parse/issuance";
import { violationOf } from "./nameConstraints";
import { isSignedBy, publicKeyOf } from "../parse/certificateCache";
import type { Path, Pools } from "../pools";
import { securityLevel, SHORTEST_RSA_BITS } from "./securityLevel";
import { counted, shownUpTo } from "../../text/quoting";

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
/** The bit of Netscape's certificate type. */
const NETSCAPE_CLIENT = 0x80;
const SHOWN_PURPOSES = 80;
/** Long enough for every level in use. */
export const USUAL_RSA_BITS = 2048;

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
    return [...judgeItself(certificate, "ca"), ...judgeIssuer(certificate, "ca", true)].length === 0;
}

/** What is wrong with a path, from the leaf on, as OpenSSL sees it at a moment; all of it, where OpenSSL names one reason. */
export function faultsOf(path: Path, pools: Pools, nowMs: number): Fault[] {
    const { certificates, end } = path;
    const faults = certificates.flatMap((certificate, index) => {
        const argument = index < path.presented ? "cert" : "ca";
        const isLast = index === certificates.length - 1;
        const issuer = certificates[index + 1];
        const own = [
            ...judgeItself(certificate, argument),
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

/** Of every certificate of a path, the leaf included. */
function* judgeItself(certificate: X509Certificate, argument: BundleArgument): Iterable<Finding> {
    const [oid] = fieldsOf(certificate).unknownCritical;
    if (oid !== undefined) {
        const fact = `${describeCertificate(certificate)} has a critical extension that OpenSSL does not accept: ${shownUpTo(SHOWN_PURPOSES, oid)}`;
        yield finding("unknown-critical-extension", argument, fact);
    }
    const bits = rsaBitsOf(certificate) ?? Infinity;
    // The level takes a moment to find out.
    if (bits < USUAL_RSA_BITS && bits < SHORTEST_RSA_BITS[securityLevel()]) {
        yield finding("rsa-too-short", argument, describeShortKey(certificate, bits));
    }
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
    if (purposes.length === 0) {
        return "none";
    }
    const names = purposes.map((oid) => (PURPOSE_NAMES[oid] ? `${PURPOSE_NAMES[oid]} (${oid})` : oid)).join(", ");
    // RFC 5280 §4.2.1.12 lets an application refuse what is for any purpose, and OpenSSL does.
    return purposes.includes(ANY_PURPOSE)
        ? `any purpose (${ANY_PURPOSE}), which OpenSSL does not count`
        : shownUpTo(SHOWN_PURPOSES, names);
}

function describeUsage(keyUsage: number): string {
    const names = USAGE_NAMES.filter((_, index) => (keyUsage & (0x80 >> index)) !== 0);
    return names.length === 0 ? "none of the first eight" : names.join(", ");
}

/** What the leaf is for. */
export function* judgeLeafPurpose(leaf: X509Certificate): Iterable<Finding> {
    const { keyUsage, netscapeType } = fieldsOf(leaf);
    const name = describeCertificate(leaf);
    if (!isForClients(leaf)) {
        const fact = `${name} is not for clients: its extended key usages are ${describePurposes(leaf)}`;
        yield finding("no-client-auth", "cert", fact);
    }
    if (netscapeType !== undefined && (netscapeType & NETSCAPE_CLIENT) === 0) {
        const fact = `${name} is not for clients: its Netscape certificate type is without SSL client`;
        yield finding("no-client-auth", "cert", fact, "have it issued without that type, or with SSL client in it");
    }
    if (keyUsage !== undefined && (keyUsage & CLIENT_USAGES) === 0) {
        const fact = `${name} may not sign a handshake: its key usage is ${describeUsage(keyUsage)}`;
        yield finding("no-digital-signature", "cert", fact);
    }
}

function* judgeIssuer(certificate: X509Certificate, argument: BundleArgument, isLast: boolean): Iterable<Finding> {
    const { keyUsage, isAuthority, version } = fieldsOf(certificate);
    const name = `the issuer ${describeCertificate(certificate)}`;
    if (keyUsage !== undefined && (keyUsage & CERT_SIGN) === 0) {
        const fact = `${name} may not sign certificates: its key usage is ${describeUsage(keyUsage)}, without keyCertSign`;
        yield finding("issuer-may-not-sign", argument, fact);
    }
    // Where the constraints are left out, OpenSSL lets the end of a path pass that has a key usage or is an old root.
    const isTolerated = isLast && (keyUsage !== undefined || (version === 1 && isSelfSigned(certificate)));
    if (!(isAuthority ?? isTolerated)) {
        const reason = isAuthority === undefined ? "it has no basic constraints" : "it says CA:FALSE";
        yield finding("issuer-is-no-ca", argument, `${name} is no authority (CA:TRUE): ${reason}`);
    }
    if (!isForClients(certificate)) {
        const fact = `${name} may not issue for clients: its extended key usages are ${describePurposes(certificate)}`;
        yield finding("issuer-not-for-clients", argument, fact);
    }
}

/** Whatever this OpenSSL admits, the next authority issues for 2048 bits or more. */
export function describeShortKey(certificate: X509Certificate, bits: number): string {
    return `the RSA key of ${describeCertificate(certificate)} has ${String(bits)} bits, fewer than ${String(USUAL_RSA_BITS)}`;
}

/** DSA keys have a modulus, too. */
export function rsaBitsOf(certificate: X509Certificate): number | undefined {
    const key = publicKeyOf(certificate);
    return key?.asymmetricKeyType?.startsWith("rsa") === true ? key.asymmetricKeyDetails?.modulusLength : undefined;
}

export function* judgeCurve(certificate: X509Certificate, argument: BundleArgument): Iterable<Finding> {
    if (fieldsOf(certificate).hasExplicitCurve) {
        const fact = `the key of ${describeCertificate(certificate)} gives its curve by parameters, not by name`;
        yield finding("key-unusable-in-tls", argument, fact);
    }
}

/** Self-issued ones, as of an authority with a new key, are not counted (RFC 5280 §4.2.1.9). */
function* judgePathLength({ certificates }: Path, index: number, argument: BundleArgument): Iterable<Finding> {
    const [certificate] = certificates.slice(index);
    const limit = certificate === undefined ? Infinity : fieldsOf(certificate).pathLength;
    const below = certificates.slice(1, index).filter((one) => !isNamedBy(one, one)).length;
    if (certificate !== undefined && below > limit) {
        const fact = `the path length of ${describeCertificate(certificate)} allows ${counted(limit, "intermediate")} below it, and there ${below === 1 ? "is" : "are"} ${String(below)}`;
        yield finding("path-too-long", argument, fact);
    }
}

export function* judgeDigest(certificate: X509Certificate, argument: BundleArgument): Iterable<Finding> {
    const { weakDigest } = fieldsOf(certificate);
    if (weakDigest !== undefined && securityLevel() > 0) {
        yield finding("weak-signature", argument, `${describeCertificate(certificate)} is signed with ${weakDigest}`);
    }
}

function* judgeSignature(
    certificate: X509Certificate,
    issuer: X509Certificate,
    argument: BundleArgument,
): Iterable<Fault> {
    if (!isSignedBy(certificate, issuer)) {
        const fact = `the key of ${describeCertificate(issuer)}, which has the issuer's name, did not sign ${describeCertificate(certificate)}`;
        yield { culprit: issuer, finding: finding("signature-mismatch", argument, fact) };
    }
}

/** Self-issued intermediates are not looked at; roots bind as well, though RFC 5280 does not ask for it. */
function* judgeNames({ certificates, presented }: Path): Iterable<Fault> {
    for (const [index, certificate] of certificates.entries()) {
        const isExempt = index > 0 && isNamedBy(certificate, certificate);
        for (const [above, authority] of isExempt ? [] : [...certificates.entries()].slice(index + 1)) {
            const { name, constraint } = violationOf(certificate, authority, index === 0) ?? {};
            if (name !== undefined && constraint !== undefined) {
                const fact = `the name constraints of ${describeCertificate(authority)} do not admit ${name} in ${describeCertificate(certificate)}: they ${constraint}`;
                const argument = above < presented ? "cert" : "ca";
                yield { culprit: authority, finding: finding("name-constraint-violated", argument, fact) };
            }
        }
    }
}

/** Why a path ends short of a root. */
function judgeEnd({ certificates, end }: Path, { chain, authorities }: Pools): Fault[] {
    const [last] = certificates.slice(-1);
    if (last === undefined) {
        return [];
    }
    const fault = (code: FindingCode, fact: string): Fault[] => [{ culprit: last, finding: finding(code, "ca", fact) }];
    if (certificates.length >= LONGEST_PATH) {
        const fact = `the path goes on at ${describeCertificate(last)}, after ${String(LONGEST_PATH)} certificates`;
        return fault("path-too-long", fact);
    }
    if (end === "intermediate") {
        const fact = `missing the root "${nameOf(last.issuer, SHOWN_NAME)}": only the intermediate "${nameOf(last.subject, SHOWN_NAME)}" is there`;
        return fault("no-root", fact);
    }
    if (isSelfSigned(last)) {
        return fault("chain-unverified", `missing the root, which is in cert only: ${describeCertificate(last)}`);
    }
    const [namesake] = [...authorities, ...chain].filter((one) => isNamedBy(last, one) && one !== last);
    const mismatch = namesake && mismatchOf(last, namesake);
    if (namesake !== undefined && mismatch !== undefined) {
        return fault(
            "key-identifier-mismatch",
            `${describeCertificate(namesake)} is not the issuer that ${describeCertificate(last)} names: ${mismatch}`,
        );
    }
    const given = authorities.slice(0, SHOWN_ISSUERS).map(({ subject }) => `"${nameOf(subject, SHOWN_NAME)}"`);
    const more = authorities.length > SHOWN_ISSUERS ? ` and ${String(authorities.length - SHOWN_ISSUERS)} more` : "";
    const from = describeCertificate(last);
    const issuer = nameOf(last.issuer, SHOWN_NAME);
    const fact = `missing the certificate of the issuer "${issuer}"${sourceOf(last)}, which signed ${from}, while ca holds ${given.join(", ")}${more}`;
    return fault("chain-unverified", fact);
}

const SHOWN_NAME = 80;
const SHOWN_ISSUERS = 3;

/** Where the certificate itself says its issuer can be had; only an address that is safe to copy into a shell. */
function sourceOf({ infoAccess }: X509Certificate): string {
    const [, address] = /^CA Issuers - URI:(https?:\/\/[\w.~:/%-]{1,120})$/m.exec(infoAccess ?? "") ?? [];
    return address === undefined ? "" : ` (to be had at ${address})`;
}
