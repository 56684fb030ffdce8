import { INTEGER, OBJECT_IDENTIFIER, OCTET_STRING, readHead, SEQUENCE } from "./der";
import { repairEncoding, repairText } from "./repair";

/**
 * What begins or belongs to a private key in text: a label, however its hyphens and letters came over; the dump of
 * `openssl pkey -text`; the private numbers of JWK and of XML; the formats of PuTTY, OpenSSH and age.
 */
const SIGNS: readonly RegExp[] = [
    /[-\u2010-\u2015\u2212]\s{0,3}(?:BEGIN|END)\s{1,3}(?:[A-Z0-9]{2,12}\s{1,3}){0,2}PRIVATE\s{0,3}KEY/i,
    /PRIVATE\s{0,3}KEY(?:\s{0,3}-{2}|[\u2010-\u2015\u2212])/i,
    /^[ \t]*(?:[\w-]+ )?(?:Private-Key:|priv:|privateExponent:|prime1:)/im,
    /"d"\s{0,9}:\s{0,9}"[\w-]{20}/,
    /<(?:D|InverseQ)>\s{0,9}[A-Za-z0-9+/=]{20}/,
    /PuTTY-User-Key-File-\d/,
    /openssh-key-v1/,
    /AGE-SECRET-KEY-1/,
];

/** Base64 in base64 in base64. */
const MOST_LEVELS = 3;
/** In bytes, or letters; the shortest key in use has more. */
const SHORTEST_KEY = 40;

/**
 * Whether a text holds a private key in any form that can be recognised: in clear, in base64, in hexadecimal or decimal
 * digits, inside other text, cut off, or mangled. In linear time.
 */
export function exposesPrivateKey(text: string, level = 0): boolean {
    if (text.length < SHORTEST_KEY) {
        return false;
    }
    const repaired = repairText(repairEncoding(text)).text;
    const plain = repaired.replace(/[\p{Cf}\\]/gu, "").normalize("NFKC");
    return SIGNS.some((sign) => sign.test(plain)) || encodedIn(plain).some((bytes) => holdsKey(bytes, level));
}

function holdsKey(bytes: Buffer, level: number): boolean {
    if (holdsKeyDer(bytes) || bytes.includes("PRIVATE KEY")) {
        return true;
    }
    const text = bytes.toString("utf8").replaceAll("\0", "");
    const isText = !/(?!\s)\p{Cc}|\uFFFD/u.test(text);
    return isText && level < MOST_LEVELS && exposesPrivateKey(text, level + 1);
}

/** The bytes of every long run of base64 and of digits. What stands before a run may shift it. */
function encodedIn(text: string): readonly Buffer[] {
    const runs = (foreign: RegExp, filler: RegExp): readonly string[] =>
        text
            .split(foreign)
            .map((run) => run.replace(filler, ""))
            .filter(({ length }) => length >= SHORTEST_KEY);
    return [
        ...runs(/[^\w+/\s-]+/, /\s+/g).flatMap((run) =>
            [0, 1, 2, 3].map((shift) => Buffer.from(run.slice(shift), "base64")),
        ),
        ...runs(/[^0-9a-fx\s:,]+/i, /0x|[^0-9a-f]/gi).flatMap((run) =>
            [0, 1].map((shift) => Buffer.from(run.slice(shift), "hex")),
        ),
        ...runs(/[^\d\s,]+/, /\s+/g).map((run) => Buffer.from(run.split(",").map(Number))),
    ];
}

/** Whether a private key begins anywhere in bytes: PKCS #8, SEC 1, PKCS #1, or DSA's own form. */
export function holdsKeyDer(bytes: Buffer): boolean {
    for (let at = bytes.indexOf(SEQUENCE); at >= 0; at = bytes.indexOf(SEQUENCE, at + 1)) {
        if (beginsKeyDer(bytes, at)) {
            return true;
        }
    }
    return false;
}

/** RFC 5958, RFC 5915, RFC 8017. Their first elements do: what follows may be cut off. */
function beginsKeyDer(bytes: Buffer, at: number): boolean {
    const outer = readHead(bytes, at);
    const version = outer === undefined ? undefined : readHead(bytes, outer.start);
    if (outer === undefined || version?.tag !== INTEGER || version.length !== 1 || (bytes[version.start] ?? 2) > 1) {
        return false;
    }
    const second = readHead(bytes, version.start + 1);
    if (second === undefined || outer.length < SHORTEST_KEY) {
        return false;
    }
    const next = bytes[second.start + second.length];
    switch (second.tag) {
        case SEQUENCE:
            return bytes[second.start] === OBJECT_IDENTIFIER && (next === undefined || next === OCTET_STRING);
        case OCTET_STRING:
            return (
                bytes[version.start] === 1 &&
                second.length >= 20 &&
                second.length <= 72 &&
                next !== undefined &&
                next >= 0xa0 &&
                next <= 0xa1
            );
        case INTEGER:
            return second.length >= 64 && (next === undefined || next === INTEGER);
        default:
            return false;
    }
}
