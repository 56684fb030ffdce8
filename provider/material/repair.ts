export interface Repair {
    readonly text: string;
    /** What was undone, in the words of a message. */
    readonly repairs: readonly string[];
}

interface Step {
    readonly name: string;
    readonly undo: (text: string) => string;
}

/** What environment variables, YAML, editors and secret stores do to PEM text, in the order in which it is undone. */
const STEPS: readonly Step[] = [
    // ASCII in UTF-16 that was decoded as UTF-8: a zero byte beside each letter, and a mark that became U+FFFD.
    { name: "UTF-16", undo: (text) => (text.includes("\0") ? text.replace(/^\uFFFD+|\0/g, "") : text) },
    { name: "base64 of the PEM", undo: (text) => fromBase64(text) ?? text },
    { name: "literal \\n", undo: (text) => text.replace(/\\r\\n|\\n|\\r/g, "\n").replace(/\\t/g, " ") },
    { name: "CR or CRLF line ends", undo: (text) => text.replace(/\r\n?/g, "\n") },
    { name: "quotes around it", undo: (text) => text.replace(/^["']|["']$/g, "") },
];

/** Undoes what can be undone to a text as a whole. White space at its ends is nothing to speak of. */
export function repairText(input: string): Repair {
    // White space for `trim`, and so gone with it.
    const repairs = /^\s*\uFEFF/.test(input) ? ["a byte order mark"] : [];
    let text = input.trim();
    for (const { name, undo } of STEPS) {
        const undone = undo(text);
        if (undone !== text) {
            repairs.push(name);
            text = undone.trim();
        }
    }
    if (hasForeignLayout(text)) {
        repairs.push("indentation or lost line breaks");
    }
    return { text, repairs };
}

/** Bytes of a file as text. Editors of Windows write UTF-16 with a byte order mark; everything else is UTF-8. */
export function decodeText(bytes: Buffer): string {
    if (bytes[0] === 0xff && bytes[1] === 0xfe) {
        return bytes.toString("utf16le");
    }
    if (bytes[0] === 0xfe && bytes[1] === 0xff && bytes.length % 2 === 0) {
        return Buffer.from(bytes).swap16().toString("utf16le");
    }
    return bytes.toString("utf8");
}

/** Base64 of a PEM text, which may have been mangled before; also where quotes and escaped line breaks came later. */
export function fromBase64(text: string): string | undefined {
    const compact = text.replace(/\\[nrt]/g, "").replace(/[\s\\"'\uFEFF]+/g, "");
    if (!isBase64(compact)) {
        return undefined;
    }
    const decoded = Buffer.from(compact, "base64").toString("utf8");
    return decoded.includes("-----BEGIN ") ? decoded : undefined;
}

/** Whether a text without white space is base64, with or without padding. */
export function isBase64(compact: string): boolean {
    return compact !== "" && /^[A-Za-z0-9+/]+={0,2}$/.test(compact);
}

/** Framing lines that do not stand alone on their line; what is between the blocks may look as it likes. */
function hasForeignLayout(text: string): boolean {
    return /[ \t]-----(?:BEGIN|END) |-----(?:BEGIN|END) [A-Z0-9 ]{1,40}-----[^\n]|[A-Za-z0-9+/=]-----END /.test(text);
}
