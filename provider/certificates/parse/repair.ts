export interface Repair {
    readonly text: string;
    /** What was undone, in the words of a message. */
    readonly repairs: readonly string[];
}

interface Step {
    readonly name: string | ((text: string) => string);
    readonly undo: (text: string) => string;
}

/** What happens to a text as a whole, whatever is in it, in the order in which it is undone. */
const ENCODING_STEPS: readonly Step[] = [
    // ASCII in UTF-16 that was decoded as UTF-8: a zero byte beside each letter, and a mark that became U+FFFD.
    { name: "UTF-16", undo: (text) => (text.includes("\0") ? text.replace(/^\uFFFD+|\0/g, "") : text) },
    { name: "a byte order mark", undo: (text) => text.replace(/^\s*\uFEFF/, "") },
    { name: "CR or CRLF line ends", undo: (text) => text.replace(/\r\n?/g, "\n") },
    {
        name: "a lost line break between two blocks",
        // The two may even share their hyphens.
        undo: (text) => text.replace(/(-----END [^\n-]{1,60})-----[ \t-]{0,48}BEGIN /g, "$1-----\n-----BEGIN "),
    },
];

const ENTITIES: Readonly<Record<string, string>> = { quot: '"', apos: "'", amp: "&", lt: "<", gt: ">", nbsp: " " };
const INVISIBLE = /[\u00AD\u180E\u200B-\u200F\u202A-\u202E\u2060-\u2064\uFEFF]/g;
const OTHER_BLANKS = /[\u00A0\u1680\u2000-\u200A\u202F\u205F\u3000]/g;
const OTHER_LINE_ENDS = /[\u0085\u2028\u2029]/g;

/** What environment variables, YAML, JSON, mail, web forms and secret stores do to PEM text. */
const TEXT_STEPS: readonly Step[] = [
    { name: "quoted-printable", undo: undoQuotedPrintable },
    { name: "URL encoding", undo: undoUrlEncoding },
    { name: "HTML", undo: undoHtml },
    {
        name: "literal \\n or other escapes",
        undo: (text) =>
            text
                .replace(/\\(?:u00|x)([0-9a-f]{2})/gi, (_, code: string) => characterOf(code, 16))
                .replaceAll("\\/", "/")
                .replace(/\\r\\n|\\n|\\r|`r`n|`n/g, "\n")
                .replace(/\\t/g, " "),
    },
    {
        name: (text) => `invisible characters (${[...new Set(text.match(INVISIBLE))].map(codePointOf).join(", ")})`,
        undo: (text) => text.replace(INVISIBLE, ""),
    },
    {
        name: "blanks or line ends of another kind",
        undo: (text) => text.replace(OTHER_BLANKS, " ").replace(OTHER_LINE_ENDS, "\n"),
    },
    { name: "quotes around it", undo: undoQuotes },
    { name: "quotes around each line", undo: (text) => text.replace(/["'] ?[+,.\\]? ?\n[ \t]{0,80}["']/g, "\n") },
    { name: "hexadecimal digits", undo: undoHexadecimal },
    { name: "base64 of the PEM", undo: undoBase64 },
    { name: "marks of a quotation", undo: undoQuotation },
    {
        name: "damaged labels",
        undo: (text) =>
            text
                // Ten or more are two labels without a line break between them, or a rule across the page.
                .replace(/(?<!-)-{6,9}(?!-)/g, "-----")
                .replace(/-----(?:begin|end)[ _+][a-z0-9 _+]{1,60}-----/gi, (line) =>
                    line.toUpperCase().replace(/[_+]/g, " "),
                ),
    },
];

/** A text may have been through several hands; base64 twice is two rounds. */
const MOST_ROUNDS = 4;

/** Undoes what is no part of the text itself: its encoding and its line ends. */
export function repairEncoding(input: string): Repair {
    return applySteps(ENCODING_STEPS, { text: input, repairs: [] });
}

/** Undoes all else that can be undone to a text as a whole. */
export function repairText(encoded: Repair): Repair {
    let repair = encoded;
    for (let round = 0; round < MOST_ROUNDS; round += 1) {
        const next = applySteps([...TEXT_STEPS, ...ENCODING_STEPS], repair);
        if (next.text === repair.text) {
            break;
        }
        repair = next;
    }
    return repair;
}

function applySteps(steps: readonly Step[], { text: given, repairs: before }: Repair): Repair {
    const repairs = new Set(before);
    let text = given;
    for (const { name, undo } of steps) {
        const undone = undo(text);
        if (undone !== text) {
            repairs.add(typeof name === "string" ? name : name(text));
            text = undone;
        }
    }
    return { text, repairs: [...repairs] };
}

/** In PEM itself, no `=` is followed by digits, and by a letter on the next line neither. */
function undoQuotedPrintable(text: string): string {
    return /=(?:3D|2D|2B|20|0A)/.test(text) || (/[\w+/]=\n[A-Za-z0-9]/.test(text) && text.includes("-----BEGIN "))
        ? text.replaceAll("=\n", "").replace(/=([0-9A-F]{2})/g, (_, code: string) => characterOf(code, 16))
        : text;
}

function undoUrlEncoding(text: string): string {
    if (!/%(?:2D|20|0A|0D|2B|2F|3D|25)/i.test(text)) {
        return text;
    }
    // Forms have a plus sign for each blank.
    const blanks = /BEGIN\+/.test(text) ? text.replaceAll("+", " ") : text;
    return blanks.replace(/%([0-9A-F]{2})/gi, (_, code: string) => characterOf(code, 16));
}

function undoHtml(text: string): string {
    const bare = text.includes("-----") ? text.replace(/<\/?[a-z][^<>\n]{0,200}>/gi, "\n") : text;
    return bare
        .replace(/&#(\d{1,7});/g, (_, code: string) => characterOf(code, 10))
        .replace(/&#x([0-9a-f]{1,6});/gi, (_, code: string) => characterOf(code, 16))
        .replace(/&(\w{2,4});/g, (entity, name: string) => ENTITIES[name] ?? entity);
}

function characterOf(code: string, radix: number): string {
    const point = parseInt(code, radix);
    return point > 0x10ffff ? "\uFFFD" : String.fromCodePoint(point);
}

/** Of one or three characters, as Python has them, too. */
function undoQuotes(text: string): string {
    const inner = text.trim().replace(/^["'`“”„]{1,3}|["'`“”]{1,3}$/g, "");
    return inner === text.trim() ? text : inner;
}

/** Of PEM, or of DER. */
function undoHexadecimal(text: string): string {
    if (!/^\s*(?:30|2d:?2d)[0-9a-f\s:]{80,}$/i.test(text)) {
        return text;
    }
    const bytes = Buffer.from(text.replace(/[\s:]+/g, ""), "hex");
    return bytes.toString(bytes[0] === 0x30 ? "base64" : "utf8");
}

/** Whole lines of base64, or words of it among other text, as in the YAML of a Kubernetes Secret. */
function undoBase64(text: string): string {
    return text.replace(/(?:(?:[\w+/-]{60,}\s{1,80})+[\w+/-]+|[\w+/-]{40,})={0,2}/g, (run) => {
        const decoded = decodeText(Buffer.from(run, "base64")).replaceAll("\0", "");
        return /-----BEGIN |LS0tLS1CRUdJT|^MI[\w+/\s-]{38,}=*\s*$/.test(decoded) ? `\n${decoded}\n` : run;
    });
}

/** `> ` of a mail, `+` of a patch, `|` of a table, where all of a block has it. */
function undoQuotation(text: string): string {
    const [, mark] = /^((?:[>|+*] ?){1,8})-----BEGIN /m.exec(text) ?? [];
    const prefix = mark?.trimEnd();
    return prefix === undefined
        ? text
        : text
              .split("\n")
              .map((line) => (line.startsWith(prefix) ? line.slice(prefix.length) : line))
              .join("\n");
}

/**
 * Whether a block begins inside a line, behind what lost its line break or the byte order mark of a file in the middle of
 * a bundle, or behind a tag. Behind a blank or the mark of a comment it is not meant.
 */
export function hidesBlock(text: string): boolean {
    return /(?:[^\s#;>|*+/%]>?|\uFEFF)-----BEGIN /.test(text);
}

/** Whether there is nothing to see. */
export function isInvisible(text: string): boolean {
    return text.replace(INVISIBLE, "").trim() === "";
}

/** As `U+200B`. */
export function codePointOf(character: string): string {
    return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
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
