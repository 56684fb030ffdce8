import type { X509Certificate } from "node:crypto";
import { remembered } from "./certificateCache";
import { childrenOf, readElement, readElements, readNumber, readOid, TAG, type DerElement } from "./der";
import { comparableName } from "./distinguishedName";

const VERSION = 0xa0;
/** Tags in an authority key identifier, and in its list of general names. */
const [KEY_ID, ISSUER_NAMES, ISSUER_SERIAL] = [0x80, 0xa1, 0x82];
export const DIRECTORY_NAME = 0xa4;
/** keyCertSign, a bit of the first octet of the key usage. */
export const CERT_SIGN = 0x04;
const EXTENSIONS = 0xa3;
const EC = "1.2.840.10045.2.1";
const RSA = "1.2.840.113549.1.1.1";
const RSA_PSS = "1.2.840.113549.1.1.10";
const SHA1 = "1.3.14.3.2.26";

/** By key, the algorithms of its signatures. */
const SIGNING_ARCS: readonly (readonly [string, RegExp])[] = [
    [RSA, /^(1\.2\.840\.113549\.1\.1|1\.3\.14\.3\.2\.(15|29)|2\.16\.840\.1\.101\.3\.4\.3\.1[3-6])(\.|$)/],
    [EC, /^(1\.2\.840\.10045\.4|2\.16\.840\.1\.101\.3\.4\.3\.(9|1[0-2]))(\.|$)/],
    ["1.2.840.10040.4.1", /^(1\.2\.840\.10040\.4\.3|2\.16\.840\.1\.101\.3\.4\.3\.[1-8])$/],
];

const SUBJECT_KEY_ID = "2.5.29.14";
const KEY_USAGE = "2.5.29.15";
const ALTERNATIVE_NAMES = "2.5.29.17";
const BASIC_CONSTRAINTS = "2.5.29.19";
const NAME_CONSTRAINTS = "2.5.29.30";
const REVOCATION_LISTS = "2.5.29.31";
const NETSCAPE_TYPE = "2.16.840.1.113730.1.1";
const AUTHORITY_KEY_ID = "2.5.29.35";

/** Those that OpenSSL handles beside the above; of the rest it refuses the critical ones (RFC 5280 §4.2). */
const HANDLED_EXTENSIONS: ReadonlySet<string> = new Set([
    KEY_USAGE,
    ALTERNATIVE_NAMES,
    BASIC_CONSTRAINTS,
    NAME_CONSTRAINTS,
    REVOCATION_LISTS,
    "2.5.29.32", // certificatePolicies
    "2.5.29.33", // policyMappings
    "2.5.29.36", // policyConstraints
    "2.5.29.37", // extKeyUsage
    "2.5.29.54", // inhibitAnyPolicy
    "1.3.6.1.5.5.7.1.7", // IP address blocks (RFC 3779)
    "1.3.6.1.5.5.7.1.8", // autonomous systems (RFC 3779)
    "1.3.6.1.5.5.7.48.1.5", // OCSP without check
    NETSCAPE_TYPE,
]);

const WEAK_SIGNATURES: ReadonlyMap<string, "SHA-1" | "MD5"> = new Map([
    ["1.2.840.113549.1.1.4", "MD5"],
    ["1.2.840.113549.1.1.5", "SHA-1"],
    ["1.3.14.3.2.29", "SHA-1"],
    ["1.2.840.10045.4.1", "SHA-1"],
    ["1.2.840.10040.4.3", "SHA-1"],
]);

/** What of RFC 5280 §4.1 is needed and node:crypto does not tell, at least not in every version in use. */
export const fieldsOf = remembered(readFields);

function readFields({ raw }: X509Certificate) {
    const [body, signatureAlgorithm] = childrenOf(readElement(raw));
    const all = childrenOf(body);
    const version = all[0]?.tag === VERSION ? readElement(all[0].content)?.content.at(-1) : undefined;
    const [serialNumber, , issuer, validity, subject, publicKey] = all[0]?.tag === VERSION ? all.slice(1) : all;
    const [keyType, keyParameters] = childrenOf(childrenOf(publicKey)[0]);
    const [from, to] = childrenOf(validity);
    const extensions = extensionsOf(all.find(({ tag }) => tag === EXTENSIONS));
    const valueOf = (oid: string): DerElement | undefined => extensions.get(oid)?.value;
    const subjectLevels = subject?.content ?? Buffer.alloc(0);
    const constraints = valueOf(BASIC_CONSTRAINTS);
    return {
        version: (version ?? 0) + 1,
        /** The name of a digest that is broken, or `undefined`. */
        weakDigest: weakDigestOf(signatureAlgorithm),
        publicKeyAlgorithm: readOid(keyType),
        /** Whether the key gives its curve by parameters, which RFC 5480 §2.1.1 and TLS rule out, and Node does not show. */
        hasExplicitCurve: readOid(keyType) === EC && keyParameters?.tag === TAG.SEQUENCE,
        /** The algorithms, one of which the key is of that made the signature. */
        signerAlgorithms: signerAlgorithmsOf(readOid(childrenOf(signatureAlgorithm)[0])),
        /** In hexadecimal. */
        serialNumber: hex(serialNumber) ?? "",
        /** Milliseconds since the epoch; NaN for a date that is none. */
        fromMs: readTime(from),
        toMs: readTime(to),
        /** The levels of the name, as DER. */
        subject: subjectLevels,
        /** Names in a form to compare. */
        subjectName: nameKey(subjectLevels),
        issuerName: nameKey(issuer?.content),
        /** The first octet of the key usage, `undefined` where the extension is absent. */
        keyUsage: firstOctet(valueOf(KEY_USAGE)),
        /** Netscape's certificate type, which old authorities still write; its first octet. */
        netscapeType: firstOctet(valueOf(NETSCAPE_TYPE)),
        /** `undefined` where the certificate has no basic constraints. */
        isAuthority:
            constraints && childrenOf(constraints).some(({ tag, content }) => tag === TAG.BOOLEAN && content[0] !== 0),
        /** `Infinity` where there is no limit. */
        pathLength: readNumber(childrenOf(constraints).find(({ tag }) => tag === TAG.INTEGER)),
        /** In hexadecimal. */
        subjectKeyId: hex(valueOf(SUBJECT_KEY_ID)),
        authorityKeyId: authorityKeyIdOf(valueOf(AUTHORITY_KEY_ID)),
        /** The general names of the subject alternative name. */
        alternativeNames: childrenOf(valueOf(ALTERNATIVE_NAMES)),
        nameConstraints: valueOf(NAME_CONSTRAINTS),
        /** Critical extensions that OpenSSL does not accept, by their object identifiers. */
        unknownCritical: [...extensions].flatMap(([oid, { isCritical }]) =>
            isCritical && !HANDLED_EXTENSIONS.has(oid) ? [oid] : [],
        ),
        namesRevocationList: extensions.has(REVOCATION_LISTS),
    };
}

function extensionsOf(wrapper: DerElement | undefined) {
    const list = wrapper === undefined ? undefined : readElement(wrapper.content);
    return new Map(
        childrenOf(list).map((extension) => {
            const [oid, ...rest] = childrenOf(extension);
            const octets = rest.find(({ tag }) => tag === TAG.OCTET_STRING);
            const isCritical = rest.some(({ tag, content }) => tag === TAG.BOOLEAN && content[0] !== 0);
            return [readOid(oid), { isCritical, value: octets && readElement(octets.content) }] as const;
        }),
    );
}

/** Which of the issuer's certificates is meant (RFC 5280 §4.2.1.1). */
function authorityKeyIdOf(value: DerElement | undefined) {
    const parts = childrenOf(value);
    const part = (wanted: number): DerElement | undefined => parts.find(({ tag }) => tag === wanted);
    const names = readElements(part(ISSUER_NAMES)?.content ?? Buffer.alloc(0));
    const directory = names.find(({ tag }) => tag === DIRECTORY_NAME);
    return {
        keyId: hex(part(KEY_ID)),
        serialNumber: hex(part(ISSUER_SERIAL)),
        issuerName: directory && nameKey(readElement(directory.content)?.content),
    };
}

function nameKey(levels: Buffer | undefined): string {
    return levels === undefined ? "" : JSON.stringify(comparableName(levels));
}

function hex(element: DerElement | undefined): string | undefined {
    return element?.content.toString("hex");
}

/** The first octet of a bit string says how many bits of the last are unused. */
function firstOctet(bits: DerElement | undefined): number | undefined {
    return bits?.tag === TAG.BIT_STRING ? (bits.content[1] ?? 0) : undefined;
}

/** RFC 5280 §4.1.2.5, which OpenSSL is strict about; NaN for what is no date. */
function readTime(time: DerElement | undefined): number {
    const text = time?.content.toString("latin1") ?? "";
    const century = time?.tag === TAG.UTC_TIME ? (text < "5" ? "20" : "19") : "";
    const isTime = time?.tag === TAG.UTC_TIME || time?.tag === TAG.GENERALIZED_TIME;
    const digits = isTime ? `${century}${text}` : "";
    const iso = digits.replace(/^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6.000Z");
    const ms = iso === digits ? NaN : Date.parse(iso);
    // The 30th of February would be read as a day of March.
    return !Number.isNaN(ms) && new Date(ms).toISOString() === iso ? ms : NaN;
}

/** An RSA key signs with RSA-PSS as well; every other key has algorithms of its own. */
function signerAlgorithmsOf(signature: string): readonly string[] {
    if (signature === RSA_PSS) {
        return [RSA, RSA_PSS];
    }
    const [arc] = SIGNING_ARCS.find(([, signatures]) => signatures.test(signature)) ?? [signature];
    return [arc];
}

function weakDigestOf(algorithm: DerElement | undefined): "SHA-1" | "MD5" | undefined {
    const [name, parameters] = childrenOf(algorithm);
    const oid = readOid(name);
    if (oid !== RSA_PSS) {
        return WEAK_SIGNATURES.get(oid);
    }
    // RFC 4055 §3.1: where the digest is left out, it is SHA-1.
    const digest = childrenOf(parameters).find(({ tag }) => tag === 0xa0);
    const digestOid = digest === undefined ? SHA1 : readOid(childrenOf(readElements(digest.content)[0])[0]);
    return digestOid === SHA1 ? "SHA-1" : undefined;
}
