/** One element of DER (X.690): its tag, its content, and where it ends in the bytes that it was read from. */
export interface DerElement {
    readonly tag: number;
    readonly content: Buffer;
    readonly end: number;
}

/** Universal tags; SEQUENCE and SET with the bit of what is constructed. */
export const TAG = {
    BOOLEAN: 0x01,
    INTEGER: 0x02,
    BIT_STRING: 0x03,
    OCTET_STRING: 0x04,
    OBJECT_IDENTIFIER: 0x06,
    UTC_TIME: 0x17,
    GENERALIZED_TIME: 0x18,
    SEQUENCE: 0x30,
    SET: 0x31,
} as const;

const CONSTRUCTED = 0x20;
/** Bounds the recursion on hostile input. Of what may be nested here, PKCS #12 nests deepest, in about eight levels. */
const MOST_INDEFINITE_LEVELS = 16;

/**
 * Where the content of an element begins, and how long it says to be, whether there is as much or not; `undefined` where
 * there is no head with a tag of one byte and a definite length.
 */
export function readHead(bytes: Buffer, at: number) {
    const tag = bytes[at];
    const first = bytes[at + 1];
    const lengthBytes = first === undefined || first < 0x80 ? 0 : first & 0x7f;
    const start = at + 2 + lengthBytes;
    // Four bytes of length are more than any text that is let in here.
    if (
        tag === undefined ||
        first === undefined ||
        (tag & 0x1f) === 0x1f ||
        first === 0x80 ||
        lengthBytes > 4 ||
        start > bytes.length
    ) {
        return undefined;
    }
    return { tag, start, length: lengthBytes === 0 ? first : bytes.readUIntBE(at + 2, lengthBytes) };
}

/** Reads what node:crypto does not tell. `undefined` where there is no element with a tag of one byte. */
export function readElement(bytes: Buffer, at = 0, level = 0): DerElement | undefined {
    const tag = bytes[at] ?? 0;
    if (bytes[at + 1] === 0x80) {
        const isConstructed = (tag & CONSTRUCTED) !== 0 && (tag & 0x1f) !== 0x1f;
        return isConstructed && level < MOST_INDEFINITE_LEVELS ? readIndefinite(bytes, at, level) : undefined;
    }
    const head = readHead(bytes, at);
    const end = head === undefined ? Infinity : head.start + head.length;
    return head === undefined || end > bytes.length
        ? undefined
        : { tag, content: bytes.subarray(head.start, end), end };
}

/** BER, which browsers and Windows write PKCS #12 in: two zero bytes end an element that does not tell its length. */
function readIndefinite(bytes: Buffer, from: number, level: number): DerElement | undefined {
    const start = from + 2;
    let at = start;
    while (bytes[at] !== 0 || bytes[at + 1] !== 0) {
        const element = readElement(bytes, at, level + 1);
        if (element === undefined) {
            return undefined;
        }
        at = element.end;
    }
    return { tag: bytes[from] ?? 0, content: bytes.subarray(start, at), end: at + 2 };
}

/** The elements that bytes consist of; those before the first that cannot be read. */
export function readElements(bytes: Buffer): readonly DerElement[] {
    const elements: DerElement[] = [];
    let at = 0;
    for (;;) {
        const element = readElement(bytes, at);
        if (element === undefined) {
            return elements;
        }
        elements.push(element);
        at = element.end;
    }
}

/** The elements inside one, if it is a sequence. */
export function childrenOf(element: DerElement | undefined): readonly DerElement[] {
    return element?.tag === TAG.SEQUENCE ? readElements(element.content) : [];
}

/** The bytes of an octet string, which BER cuts into pieces. */
export function octetsOf(element: DerElement | undefined): Buffer {
    const { tag = 0, content = Buffer.alloc(0) } = element ?? {};
    return (tag & CONSTRUCTED) === 0 ? content : Buffer.concat(readElements(content).map((piece) => piece.content));
}

/** A number of up to six bytes; larger ones, and what is none, are too large for whoever asks. */
export function readNumber(element: DerElement | undefined): number {
    const content = element?.tag === TAG.INTEGER ? element.content : Buffer.alloc(0);
    return content.length === 0 || content.length > 6 ? Infinity : content.readUIntBE(0, content.length);
}

/** Whether bytes are one sequence and nothing else, as certificates, keys and PKCS #12 are. */
export function isWholeSequence(bytes: Buffer): boolean {
    return sequenceOfFile(bytes)?.length === bytes.length;
}

/** The sequence that a file is, also where an editor or a copy has put line ends behind it, as OpenSSL reads it. */
export function sequenceOfFile(bytes: Buffer): Buffer | undefined {
    const element = readElement(bytes);
    return element?.tag === TAG.SEQUENCE && /^[ \t\r\n]*$/.test(bytes.toString("latin1", element.end))
        ? bytes.subarray(0, element.end)
        : undefined;
}

/** An object identifier in dots, or the empty text. */
export function readOid(element: DerElement | undefined): string {
    if (element?.tag !== TAG.OBJECT_IDENTIFIER) {
        return "";
    }
    const arcs: number[] = [];
    let arc = 0;
    for (const byte of element.content) {
        arc = arc * 128 + (byte & 0x7f);
        if (byte < 0x80) {
            arcs.push(arc);
            arc = 0;
        }
    }
    const [head = 0, ...others] = arcs;
    const root = Math.min(Math.floor(head / 40), 2);
    return [root, head - root * 40, ...others].join(".");
}
