import {
    BIT_STRING,
    childrenOf,
    INTEGER,
    isWholeSequence,
    OCTET_STRING,
    readElement,
    readOid,
    SEQUENCE,
    type DerElement,
} from "./der";
import { isPkcs12 } from "./pkcs12";
import { isBase64 } from "./repair";

/** What DER bytes hold, by the outermost shape of their structure. */
export type KeyShape =
    "PRIVATE KEY" | "RSA PRIVATE KEY" | "EC PRIVATE KEY" | "encrypted" | "PKCS #12" | "public" | "other";

/** The encodings of RFC 5958, RFC 8017, RFC 5915 and RFC 5280 differ in their first elements. */
export function shapeOf(der: Buffer): KeyShape {
    if (isPkcs12(der)) {
        return "PKCS #12";
    }
    const [first, second, third] = childrenOf(readElement(der));
    if (first?.tag === INTEGER && second?.tag === SEQUENCE && third?.tag === OCTET_STRING) {
        return "PRIVATE KEY";
    }
    if (first?.tag === INTEGER && second?.tag === OCTET_STRING) {
        return "EC PRIVATE KEY";
    }
    if (first?.tag === INTEGER && second?.tag === INTEGER) {
        return third?.tag === INTEGER ? "RSA PRIVATE KEY" : "public";
    }
    const isKeyWithAlgorithm = readOid(childrenOf(first)[0]) !== "" && third === undefined;
    if (isKeyWithAlgorithm && second?.tag === OCTET_STRING) {
        return "encrypted";
    }
    return isKeyWithAlgorithm && second?.tag === BIT_STRING ? "public" : "other";
}

/** The object identifier of the key's type in PKCS #8, or the empty text. */
export function algorithmOf(der: Buffer): string {
    const algorithm: DerElement | undefined = childrenOf(readElement(der))[1];
    return readOid(childrenOf(algorithm)[0]);
}

/** The DER in a text that is nothing but its base64. */
export function fromBareBase64(text: string): Buffer | undefined {
    const compact = text.replace(/\s+/g, "");
    // A sequence begins with the byte 0x30.
    if (!compact.startsWith("M") || !isBase64(compact)) {
        return undefined;
    }
    const der = Buffer.from(compact, "base64");
    return isWholeSequence(der) ? der : undefined;
}

/** Whether a text is the base64 of a private key, which no label gives away. */
export function holdsPrivateKey(text: string): boolean {
    const der = fromBareBase64(text);
    return der !== undefined && shapeOf(der).endsWith("PRIVATE KEY");
}
