import { readElement, readElements, readOid, SEQUENCE, SET, type DerElement } from "../material/der";
import { shown } from "../material/findings";

/** The short names of RFC 4514 and OpenSSL, by object identifier; others are shown as numbers. */
const SHORT_NAMES: Readonly<Record<string, string>> = {
    "2.5.4.3": "CN",
    "2.5.4.5": "serialNumber",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.9": "street",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "0.9.2342.19200300.100.1.1": "UID",
    "0.9.2342.19200300.100.1.25": "DC",
    "1.2.840.113549.1.9.1": "emailAddress",
};

/**
 * A distinguished name (RFC 5280 §4.1.2.4) on one line, the most specific part first, as the names of certificates are
 * shown. Bytes that are no name are shown as such: they come from a server that nobody vouches for.
 */
export function describeName(der: Buffer): string {
    const name = readElement(der);
    const parts = wholeChildrenOf(name, SEQUENCE)?.map(relativeName);
    return parts === undefined || parts.includes(undefined)
        ? `a name that cannot be read (${String(der.length)} bytes)`
        : shown(parts.reverse().join(", "));
}

function relativeName(set: DerElement): string | undefined {
    const attributes = wholeChildrenOf(set, SET)?.map((attribute) => {
        const [identifier, value] = wholeChildrenOf(attribute, SEQUENCE) ?? [];
        const oid = readOid(identifier);
        return value === undefined || oid === ""
            ? undefined
            : `${SHORT_NAMES[oid] ?? oid}=${decodeText(value.tag, value.content)}`;
    });
    return attributes === undefined || attributes.includes(undefined) ? undefined : attributes.join(" + ");
}

/** The elements inside one of a tag, and nothing behind them. */
function wholeChildrenOf(element: DerElement | undefined, tag: number): readonly DerElement[] | undefined {
    if (element?.tag !== tag) {
        return undefined;
    }
    const children = readElements(element.content);
    return (children.at(-1)?.end ?? 0) === element.content.length ? children : undefined;
}

/** The string types of RFC 5280; anything else in hexadecimal, as RFC 4514 has it. */
function decodeText(tag: number, bytes: Buffer): string {
    switch (tag) {
        case 0x0c: // UTF8String
        case 0x13: // PrintableString
        case 0x16: // IA5String
            return bytes.toString("utf8");
        case 0x14: // TeletexString, in practice Latin-1
            return bytes.toString("latin1");
        case 0x1e: // BMPString
            return Buffer.from(bytes.subarray(0, bytes.length & ~1))
                .swap16()
                .toString("utf16le");
        default:
            return `#${bytes.toString("hex")}`;
    }
}
