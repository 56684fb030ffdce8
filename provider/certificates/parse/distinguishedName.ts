import { childrenOf, readElement, readElements, readOid, TAG, type DerElement } from "./der";
import { shown } from "../../text/quoting";

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
 * A distinguished name on one line, the most specific part first, as the names of certificates are shown. Bytes that are
 * no name are shown as such: they may come from a server that nobody vouches for.
 */
export function describeName(der: Buffer): string {
    const name = readElement(der);
    const text = name?.tag === TAG.SEQUENCE ? describeLevels(name.content) : undefined;
    return text ?? `a name that cannot be read (${String(der.length)} bytes)`;
}

/** The same of the content of a name's sequence; `undefined` where that is none. */
export function describeLevels(content: Buffer): string | undefined {
    const parts = readLevels(content)?.map((attributes) =>
        attributes
            .map(({ type, text, raw }) => `${SHORT_NAMES[type] ?? type}=${text ?? `#${raw.toString("hex")}`}`)
            .join(" + "),
    );
    return parts && shown(parts.reverse().join(", "));
}

/**
 * Each level of a name in a form to compare, as OpenSSL and RFC 5280 §7.1 have it: without regard to string types, case and
 * spaces.
 *
 * @param levels The content of the name's sequence.
 */
export function comparableName(levels: Buffer): readonly string[] {
    return (readLevels(levels) ?? []).map((attributes) =>
        attributes
            .map(({ type, text, raw }) => `${type}=${text === undefined ? raw.toString("hex") : fold(text)}`)
            .sort()
            .join("\0"),
    );
}

/** The texts of one attribute, wherever in a name it stands. */
export function textsOf(levels: Buffer, type: string): readonly string[] {
    const attributes = (readLevels(levels) ?? []).flat();
    return attributes.flatMap((one) => (one.type === type && one.text !== undefined ? [one.text] : []));
}

function fold(text: string): string {
    return text
        .trim()
        .replace(/[ \t-\r]+/g, " ")
        .replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function readLevels(content: Buffer): readonly (readonly ReturnType<typeof readAttribute>[])[] | undefined {
    const levels = readElements(content);
    const attributes = levels.map(({ tag, content }) =>
        tag === TAG.SET ? readElements(content).map(readAttribute) : [],
    );
    const isWhole = (levels.at(-1)?.end ?? 0) === content.length;
    return isWhole && attributes.every((level) => level.length > 0) ? attributes : undefined;
}

/** One attribute of a distinguished name (RFC 5280 §4.1.2.4); without a text where it is of no string type. */
function readAttribute(attribute: DerElement) {
    const [type, value] = childrenOf(attribute);
    const raw = value?.content ?? Buffer.alloc(0);
    return { type: readOid(type), text: decodeText(value?.tag ?? 0, raw), raw };
}

/** The string types of RFC 5280, by their tags: UTF8String, PrintableString, IA5String, VisibleString, TeletexString. */
const ENCODINGS: Readonly<Record<number, BufferEncoding>> = {
    ...{ 0x0c: "utf8", 0x13: "utf8", 0x16: "utf8", 0x1a: "utf8" },
    // In practice Latin-1.
    0x14: "latin1",
};
const BMP_STRING = 0x1e;

function decodeText(tag: number, bytes: Buffer): string | undefined {
    const encoding = ENCODINGS[tag];
    return tag === BMP_STRING ? new TextDecoder("utf-16be").decode(bytes) : encoding && bytes.toString(encoding);
}
