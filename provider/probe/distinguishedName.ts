import { shown } from "../material/findings";
import { ByteReader } from "./byteReader";

const SEQUENCE = 0x30;
const SET = 0x31;
const OBJECT_IDENTIFIER = 0x06;

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
    try {
        const parts: string[] = [];
        const name = element(new ByteReader(der), SEQUENCE);
        while (name.left > 0) {
            parts.push(relativeName(element(name, SET)));
        }
        return shown(parts.reverse().join(", "));
    } catch {
        return `a name that cannot be read (${String(der.length)} bytes)`;
    }
}

function relativeName(set: ByteReader): string {
    const attributes: string[] = [];
    while (set.left > 0) {
        const attribute = element(set, SEQUENCE);
        const identifier = objectIdentifier(element(attribute, OBJECT_IDENTIFIER).rest());
        const { tag, content } = anyElement(attribute);
        attributes.push(`${SHORT_NAMES[identifier] ?? identifier}=${decodeText(tag, content.rest())}`);
    }
    return attributes.join(" + ");
}

function element(reader: ByteReader, expectedTag: number): ByteReader {
    const { tag, content } = anyElement(reader);
    if (tag !== expectedTag) {
        throw new RangeError(`expected the tag ${String(expectedTag)}, got ${String(tag)}`);
    }
    return content;
}

function anyElement(reader: ByteReader): { readonly tag: number; readonly content: ByteReader } {
    const tag = reader.number(1);
    const first = reader.number(1);
    const length = first < 0x80 ? first : reader.number(first & 0x7f);
    return { tag, content: new ByteReader(reader.take(length)) };
}

function objectIdentifier(bytes: Buffer): string {
    const arcs: number[] = [];
    let arc = 0;
    for (const byte of bytes) {
        arc = arc * 128 + (byte & 0x7f);
        if (byte < 0x80) {
            arcs.push(arc);
            arc = 0;
        }
    }
    const [head = 0, ...rest] = arcs;
    const first = Math.min(Math.floor(head / 40), 2);
    return [first, head - 40 * first, ...rest].join(".");
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
