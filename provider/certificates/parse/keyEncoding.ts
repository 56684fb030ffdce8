import { childrenOf, readElement, readElements, readOid, TAG } from "./der";
import { isPkcs12 } from "./pkcs12";

/**
 * What DER bytes hold, named as a label of PEM where there is one. The encodings of RFC 5958, RFC 8017, RFC 5915, RFC 5280,
 * RFC 2986, RFC 5652 and RFC 7292 differ in their first elements.
 */
export function shapeOf(der: Buffer) {
    if (isPkcs12(der)) {
        return "PKCS12";
    }
    const [first, second, third] = childrenOf(readElement(der));
    if (first?.tag === TAG.INTEGER && second?.tag === TAG.SEQUENCE && third?.tag === TAG.OCTET_STRING) {
        return "PRIVATE KEY";
    }
    if (first?.tag === TAG.INTEGER && second?.tag === TAG.OCTET_STRING) {
        return "EC PRIVATE KEY";
    }
    if (first?.tag === TAG.INTEGER && second?.tag === TAG.INTEGER) {
        return third?.tag === TAG.INTEGER ? "RSA PRIVATE KEY" : "PUBLIC KEY";
    }
    if (readOid(first).startsWith("1.2.840.113549.1.7.")) {
        return "PKCS7";
    }
    if (first?.tag === TAG.SEQUENCE && second?.tag === TAG.SEQUENCE && third?.tag === TAG.BIT_STRING) {
        // A request has the name of its subject where a certificate of version 1 has an algorithm.
        const [version, subject] = childrenOf(first);
        const [part] = childrenOf(subject);
        return version?.tag === TAG.INTEGER && part?.tag === TAG.SET ? "CERTIFICATE REQUEST" : "CERTIFICATE";
    }
    const isKeyWithAlgorithm = readOid(childrenOf(first)[0]) !== "" && third === undefined;
    if (isKeyWithAlgorithm && second?.tag === TAG.OCTET_STRING) {
        return "ENCRYPTED PRIVATE KEY";
    }
    return isKeyWithAlgorithm && second?.tag === TAG.BIT_STRING ? "PUBLIC KEY" : "other";
}

/** The object identifier of the key's type in PKCS #8, or the empty text. */
export function algorithmOf(der: Buffer): string {
    return readOid(childrenOf(childrenOf(readElement(der))[1])[0]);
}

/** The sequences of DER that a text is the base64 of, and of nothing else; otherwise none. */
export function sequencesInBase64(text: string): readonly Buffer[] {
    const compact = text.replace(/\s+/g, "").replaceAll("-", "+").replaceAll("_", "/");
    // A sequence begins with the byte 0x30.
    return compact.startsWith("M") && /^[A-Za-z0-9+/]+={0,2}$/.test(compact)
        ? sequencesIn(Buffer.from(compact, "base64"))
        : [];
}

/** The certificates of PKCS #7 (RFC 2315 §9.1), as they are in it. */
export function certificatesOfPkcs7(der: Buffer): readonly Buffer[] {
    const [, wrapped] = childrenOf(readElement(der));
    const signed = wrapped === undefined ? undefined : readElement(wrapped.content);
    return sequencesIn(childrenOf(signed).find(({ tag }) => tag === PKCS7_CERTIFICATES)?.content ?? Buffer.alloc(0));
}

const PKCS7_CERTIFICATES = 0xa0;

function sequencesIn(bytes: Buffer): readonly Buffer[] {
    const elements = readElements(bytes);
    const isWhole = elements.at(-1)?.end === bytes.length && elements.every(({ tag }) => tag === TAG.SEQUENCE);
    return isWhole ? elements.map(({ end }, index) => bytes.subarray(elements[index - 1]?.end ?? 0, end)) : [];
}
