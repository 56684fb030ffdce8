import type { X509Certificate } from "node:crypto";
import {
    BIT_STRING,
    childrenOf,
    OCTET_STRING,
    readElement,
    readElements,
    readOid,
    SEQUENCE,
    type DerElement,
} from "./der";

/** What of RFC 5280 §4.1 is needed and node:crypto does not tell, at least not in every version in use. */
export interface CertificateFields {
    readonly version: number;
    /** The name of a digest that is broken, or `undefined`. */
    readonly weakDigest: "SHA-1" | "MD5" | undefined;
    readonly publicKeyAlgorithm: string;
    /** Whether the key gives its curve by parameters, which RFC 5480 §2.1.1 and TLS rule out, and Node does not show. */
    readonly hasExplicitCurve: boolean;
    /** The first octet of the key usage, `undefined` where the extension is absent. */
    readonly keyUsage: number | undefined;
    readonly namesRevocationList: boolean;
}

const VERSION = 0xa0;
const EXTENSIONS = 0xa3;
const KEY_USAGE = "2.5.29.15";
const REVOCATION_LISTS = "2.5.29.31";
const EC = "1.2.840.10045.2.1";
const RSA_PSS = "1.2.840.113549.1.1.10";
const SHA1 = "1.3.14.3.2.26";

const WEAK_SIGNATURES: ReadonlyMap<string, "SHA-1" | "MD5"> = new Map([
    ["1.2.840.113549.1.1.4", "MD5"],
    ["1.2.840.113549.1.1.5", "SHA-1"],
    ["1.3.14.3.2.29", "SHA-1"],
    ["1.2.840.10045.4.1", "SHA-1"],
    ["1.2.840.10040.4.3", "SHA-1"],
]);

export function fieldsOf({ raw }: X509Certificate): CertificateFields {
    const [body, signatureAlgorithm] = childrenOf(readElement(raw));
    const all = childrenOf(body);
    const version = all[0]?.tag === VERSION ? readElement(all[0].content)?.content.at(-1) : undefined;
    // Serial number, signature, issuer, validity, subject, then the public key.
    const subjectPublicKey = all[all[0]?.tag === VERSION ? 6 : 5];
    const [keyType, keyParameters] = childrenOf(childrenOf(subjectPublicKey)[0]);
    const extensions = extensionsOf(all.find(({ tag }) => tag === EXTENSIONS));
    return {
        version: (version ?? 0) + 1,
        weakDigest: weakDigestOf(signatureAlgorithm),
        publicKeyAlgorithm: readOid(keyType),
        hasExplicitCurve: readOid(keyType) === EC && keyParameters?.tag === SEQUENCE,
        keyUsage: firstOctet(extensions.get(KEY_USAGE)),
        namesRevocationList: extensions.has(REVOCATION_LISTS),
    };
}

function extensionsOf(wrapper: DerElement | undefined): ReadonlyMap<string, Buffer> {
    const list = wrapper === undefined ? undefined : readElement(wrapper.content);
    return new Map(
        childrenOf(list).map((extension) => {
            const [name, ...rest] = childrenOf(extension);
            // A flag may stand between the name and the value.
            const value = rest.find(({ tag }) => tag === OCTET_STRING);
            return [readOid(name), value?.content ?? Buffer.alloc(0)];
        }),
    );
}

/** The first octet of a bit string says how many bits of the last are unused. */
function firstOctet(value: Buffer | undefined): number | undefined {
    const bits = value === undefined ? undefined : readElement(value);
    return bits?.tag === BIT_STRING ? (bits.content[1] ?? 0) : undefined;
}

function weakDigestOf(algorithm: DerElement | undefined): CertificateFields["weakDigest"] {
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
