import { constants, unzipSync } from "node:zlib";
import { readHead, TAG } from "./der";
import { repairEncoding, repairText } from "./repair";
import { bytesInNumbers, unescaped } from "../../text/byteNumbers";

/**
 * What begins or belongs to a private key in text: a label, however its hyphens and letters came over; the dumps of
 * `openssl pkey -text` and `certtool`; the private numbers of JWK and of XML; the formats of PuTTY, OpenSSH and age.
 */
const SIGNS: readonly RegExp[] = [
    /[-\u2010-\u2015\u2212]\s{0,3}(?:BEGIN|END)\s{1,3}(?:[A-Z0-9]{2,12}\s{1,3}){0,2}PRIVATE\s{0,3}KEY/i,
    /PRIVATE\s{0,3}KEY(?:\s{0,3}-{2}|[\u2010-\u2015\u2212])/i,
    /^[^\w\n]{0,20}(?:[\w-]{1,20} )?(?:Private-Key|priv|privateExponent|prime1):(?! (?!priv)\w{0,2}[g-z/])/im,
    /^[^\w\n]{0,20}private key:\s{0,9}[0-9a-f:]{40}/im,
    /(?:^|[{,\s"'])(?:[dD]|priv)["']?\s{0,9}[:=]\s{0,9}["']?[\w+/-]{40}/,
    /<(?:D|InverseQ)>\s{0,9}[A-Za-z0-9+/=]{20}/,
    /PuTTY-User-Key-File-\d/,
    /AGE-SECRET-KEY-1/,
];

/** How binary formats begin that hold private keys: that of OpenSSH, and those of Windows (PVK, BLOB of CryptoAPI). */
const MARKS = [
    ...["openssh-key-v1", "PRIVATE KEY"].map((text) => Buffer.from(text)),
    ...["1ef1b5b000000000", "000052534132"].map((hex) => Buffer.from(hex, "hex")),
];

/** Base64 in base64 in base64. */
const MOST_LEVELS = 3;
/** In bytes, or letters; the shortest key in use has more. */
const SHORTEST_KEY = 36;
/** How many times longer than it is what is unpacked may always be: keys can hardly be packed. */
const MOST_UNZIPPED = 8;
/** Keys may stand among what can be packed. The first may take so much, each other half as much: bombs would take minutes. */
const ROOM_BYTES = 256 * 1024;

/**
 * Whether a text holds a private key in any form that can be recognised: in clear, in base64, in hexadecimal digits or
 * numbers, inside other text, cut off, or mangled. In linear time.
 */
export function exposesPrivateKey(text: string, level = 0, room = { bytes: ROOM_BYTES }): boolean {
    if (text.length < SHORTEST_KEY) {
        return false;
    }
    // What repairs a certificate may spoil the form of a key.
    const readings = [...new Set([text, repairText(repairEncoding(text)).text, unescaped(withoutOffsets(text))])];
    if (readings.some((reading) => holdsKeyDer(Buffer.from(reading, "latin1")))) {
        return true;
    }
    return readings
        .map((reading) => reading.replace(/[\p{Cf}\\]/gu, "").normalize("NFKC"))
        .some(
            (plain) =>
                SIGNS.some((sign) => sign.test(plain)) ||
                bytesInNumbers(plain).some(beginsKey) ||
                encodedIn(plain).some((bytes) => holdsKey(bytes, level, room)),
        );
}

/** Dumps of `xxd`, `hexdump` and `od`: an offset before each line, and what it says in letters behind some. */
function withoutOffsets(text: string): string {
    return text.replace(
        /^[ \t]{0,80}[0-9a-f]{6,10}:?(?=[ \t])[ \t]*((?:(?:[0-9a-f]{2}){1,2} {1,3}){4,}(?= ))?.*\n?/gim,
        (line, bytes?: string) => bytes ?? line.replace(/^\s*\S+|\n/g, "").replace(CELL, escapeOf),
    );
}

/** Four columns of `od -c` or `od -b`, for each byte: its octal number, an escape, or itself. */
const CELL = / ([0-7]{3})(?!\S)| {2}(\\.)| {3}(.)/g;

function escapeOf(_: string, octal?: string, escape?: string, itself?: string): string {
    return octal !== undefined ? `\\${octal}` : escape === "\\0" ? "\\000" : (escape ?? itself ?? "");
}

function beginsKey(bytes: Buffer): boolean {
    return holdsKeyDer(bytes) || MARKS.some((mark) => bytes.includes(mark));
}

function holdsKey(bytes: Buffer, level: number, room: { bytes: number }): boolean {
    const isZipped = isCompressed(bytes);
    const plain = isZipped ? unzipped(bytes, room) : bytes;
    if (beginsKey(plain)) {
        return true;
    }
    const text = plain.toString("utf8").replaceAll("\0", "");
    const isText = !/(?!\s)\p{Cc}|\uFFFD/u.test(text);
    return isText && level < MOST_LEVELS && exposesPrivateKey(text, isZipped ? MOST_LEVELS : level + 1, room);
}

/** By gzip or zlib (RFC 1952, RFC 1950). */
function isCompressed(bytes: Buffer): boolean {
    const head = bytes.length < 2 ? 0 : bytes.readUInt16BE();
    return head === 0x1f8b || (head >> 8 === 0x78 && head % 31 === 0);
}

/** As far as it can be unpacked. */
function unzipped(bytes: Buffer, room: { bytes: number }): Buffer {
    const maxOutputLength = Math.max(MOST_UNZIPPED * bytes.length, room.bytes);
    room.bytes >>= 1;
    try {
        return unzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength });
    } catch {
        // Nothing that anybody could read.
        return bytes;
    }
}

/** The bytes of base64 and of hexadecimal digits. What stands before a run may shift it. */
function encodedIn(text: string): readonly Buffer[] {
    const runs = (foreign: RegExp, filler: RegExp): readonly string[] =>
        text
            .split(foreign)
            .map((run) => run.replace(filler, ""))
            .filter(({ length }) => length >= SHORTEST_KEY);
    return [
        // The words as well, for lines behind marks; and the whole text, for what is cut into pieces.
        ...[...runs(/[^\w+/\s-]+/, /\s+/g), ...runs(/[^\w+/-]+/, /(?!)/), text.replace(/[^\w+/-]+/g, "")].flatMap(
            (run) => [0, 1, 2, 3].map((shift) => Buffer.from(run.slice(shift), "base64")),
        ),
        ...runs(/[^0-9a-fx\s:,]+/i, /0x|[^0-9a-f]/gi).flatMap((run) =>
            [0, 1].map((shift) => Buffer.from(run.slice(shift), "hex")),
        ),
    ];
}

/** The object identifiers of encryption with a passphrase (RFC 8018, RFC 7292, JKS and JCEKS of Java), as they begin. */
const ENCRYPTIONS = ["2a864886f70d0105", "2a864886f70d010c01", "2b060104012a0211", "2b060104012a0213"].map((oid) =>
    Buffer.from(oid, "hex"),
);

/** Whether a private key begins anywhere in bytes: PKCS #8, also encrypted, SEC 1, PKCS #1, DSA's own form, or a PKCS #12 file. */
export function holdsKeyDer(bytes: Buffer): boolean {
    if (ENCRYPTIONS.some((oid) => bytes.includes(oid))) {
        return true;
    }
    for (let at = bytes.indexOf(TAG.SEQUENCE); at >= 0; at = bytes.indexOf(TAG.SEQUENCE, at + 1)) {
        if (beginsKeyDer(bytes, at)) {
            return true;
        }
    }
    return false;
}

/** The object identifier of RFC 2315 with which PKCS #12 begins after its version (RFC 7292). */
const PKCS7 = Buffer.from("06092a864886f70d0107", "hex");

/** RFC 5958, RFC 5915, RFC 8017, RFC 7292. Their first elements do: what follows may be cut off. */
function beginsKeyDer(bytes: Buffer, at: number): boolean {
    const outer = readHead(bytes, at);
    const version = outer === undefined ? undefined : readHead(bytes, outer.start);
    if (outer === undefined || version?.tag !== TAG.INTEGER || version.length !== 1) {
        return false;
    }
    const second = readHead(bytes, version.start + 1);
    if (second === undefined || outer.length < SHORTEST_KEY) {
        return false;
    }
    const number = bytes[version.start];
    if (number !== 0 && number !== 1) {
        return number === 3 && second.tag === TAG.SEQUENCE && bytes.subarray(second.start).indexOf(PKCS7) === 0;
    }
    const next = bytes[second.start + second.length];
    switch (second.tag) {
        case TAG.SEQUENCE:
            // Parameters of a curve, cut off, have the number 1.
            return (
                bytes[second.start] === TAG.OBJECT_IDENTIFIER &&
                (next === TAG.OCTET_STRING || (next === undefined && number === 0))
            );
        case TAG.OCTET_STRING:
            return (
                number === 1 &&
                second.length >= 20 &&
                second.length <= 72 &&
                (next === undefined || next === 0xa0 || next === 0xa1)
            );
        case TAG.INTEGER:
            return second.length >= 64 && (next === undefined || next === TAG.INTEGER);
        default:
            return false;
    }
}
