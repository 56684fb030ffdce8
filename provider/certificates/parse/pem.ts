import { isWholeSequence } from "./der";
import { finding, type Finding, type BundleArgument } from "../findings";
import { describeForeignText } from "./unexpectedContent";
import { exposesPrivateKey } from "./exposedKey";
import { sequencesInBase64, shapeOf } from "./keyEncoding";
import { decodeBlock } from "./certificateCache";
import { codePointOf, hidesBlock, isInvisible, repairEncoding, repairText } from "./repair";
import { shown } from "../../text/quoting";

/** One block of a PEM text. */
export interface PemBlock {
    /** As `CERTIFICATE` or `EC PRIVATE KEY`. */
    readonly label: string;
    /** Empty where the label is of no use here. */
    readonly der: Buffer;
    /** Encrypted after RFC 1421 (`Proc-Type: 4,ENCRYPTED`): the block with its headers; its DER is nothing. */
    readonly encrypted?: { readonly cipher: string; readonly pem: string };
}

export interface PemReading {
    readonly blocks: readonly PemBlock[];
    /** What stands outside of the blocks: comments, or what should not be there. */
    readonly rest: string;
    /** What the text was instead of PEM, and has been read from. */
    readonly form?: string;
    readonly findings: readonly Finding[];
}

/** The bundle of all public authorities has 230 kB. Bounds the work on hostile input, too. */
export const LARGEST_TEXT_KB = { cert: 64, key: 64, ca: 512 } as const;
const BEGIN = "-----BEGIN ";
/** RFC 7468 §3, and bounded. */
const LABEL_LINE = /^([\x21-\x2c\x2e-\x7e][\x20-\x2c\x2e-\x7e]{0,59})-----/;
/** The labels of blocks that are decoded; others need not even be base64. */
const DECODED = /CERTIFICATE(?: CHAIN)?$|PRIVATE KEY$|PKCS|CMS/;

/** What is no label and looks like one: a certificate that is not read, and would be missed for no reason. */
const DAMAGED_LABEL =
    /^(?!-----(?:BEGIN|END) CERT)[-\u2010-\u2015\u2212]{1,9}\s?(?:BEGIN|END|begin|end) (?:CERTIFICATE|certificate)[^\w\n]{0,9}$/m;

/** Reads every block of a text that may have been mangled on its way; what cannot be read is a finding. */
export function readPem(input: string, argument: BundleArgument): PemReading {
    const refuse = (found: Finding): PemReading => ({ blocks: [], rest: input, findings: [found] });
    const largest = LARGEST_TEXT_KB[argument];
    if (input.length > largest * 1024) {
        const size = String(Math.ceil(input.length / 1024));
        return refuse(
            finding("too-large", argument, `has ${size} kB, more than the ${String(largest)} kB that are read`),
        );
    }
    if (isInvisible(input)) {
        const content = input.trim() === "" ? "" : `, but for invisible characters (${codePointOf(input.trim())})`;
        return refuse(finding("empty", argument, `is empty${content}`));
    }
    const { blocks, problems, rest, repairs } = readRepaired(input);
    if (blocks.length === 0 && problems.length === 0) {
        return readBareBase64(input) ?? refuse(describeForeignText(input, argument));
    }
    // That a private key in a certificate's place is damaged as well is of no use to know.
    const told = new Set(problems.filter((what) => argument === "key" || !what.includes("PRIVATE KEY")));
    const findings = [...told].map((what) =>
        finding(
            /[\u2010-\u2015\u2212]{1,5}\s{0,9}END /.test(rest) ? "dashes-replaced" : "unreadable-pem",
            argument,
            `holds ${what}`,
        ),
    );
    if (told.size === 0 && DAMAGED_LABEL.test(rest)) {
        findings.push(finding("dashes-replaced", argument, "holds a BEGIN or END line with a damaged label"));
    }
    if (blocks.length > 0 && repairs.length > 0) {
        findings.push(finding("text-repaired", argument, `was repaired: ${repairs.join(", ")}`));
    }
    if (/^[ \t]+-----BEGIN /m.test(rest)) {
        findings.push(finding("block-ignored", argument, "holds an indented block beside others, which is ignored"));
    }
    return { blocks, rest, findings };
}

interface BlockReading {
    readonly blocks: readonly PemBlock[];
    readonly problems: readonly string[];
    readonly rest: string;
    readonly repairs: readonly string[];
    /** Whether a line begins as a block does, and none was found there. */
    readonly isDoubtful: boolean;
}

/**
 * As OpenSSL reads it, where that finds whole blocks and nothing else that begins as one. Then repaired; and at last
 * wherever in a line a block may begin.
 */
function readRepaired(input: string): BlockReading {
    const encoded = repairEncoding(input);
    const strict = { ...readBlocks(encoded.text, LINE_STARTS), repairs: encoded.repairs };
    if (isWhole(strict) && !strict.isDoubtful && !hidesBlock(encoded.text)) {
        return strict;
    }
    const { text, repairs } = repairText(encoded);
    const repaired = { ...readBlocks(text, LINE_STARTS), repairs };
    const lenient = { ...readBlocks(text, ANYWHERE), repairs: [...repairs, "indentation or lost line breaks"] };
    const readings = [strict, repaired, lenient];
    const [best] = readings.filter(isWhole).sort((a, b) => b.blocks.length - a.blocks.length);
    return best ?? readings.find(({ blocks }) => blocks.length > 0) ?? lenient;
}

function isWhole({ blocks, problems }: Pick<BlockReading, "blocks" | "problems">): boolean {
    return blocks.length > 0 && problems.length === 0;
}

const LINE_STARTS = { begin: /^-----BEGIN /m, afterLabel: /^[^\S\n]*\n/, end: "\n-----END ", isGuess: false };
const ANYWHERE = { begin: BEGIN, afterLabel: /^/, end: "-----END ", isGuess: true };

/** What was put together anew, as from numbered lines, may be base64 and yet nothing. */
function isIncomplete({ label, der }: PemBlock): boolean {
    return label === "CERTIFICATE" && !isWholeSequence(der);
}

/** Cuts a text at each BEGIN and looks no further than the next, so that hostile input takes no more than linear time. */
function readBlocks(
    text: string,
    { begin, afterLabel, end, isGuess }: typeof LINE_STARTS | typeof ANYWHERE,
): Omit<BlockReading, "repairs"> {
    const [before = "", ...pieces] = text.split(begin);
    const blocks: PemBlock[] = [];
    const problems: string[] = [];
    const rest = [before];
    let isDoubtful = false;
    for (const piece of pieces) {
        const [line, label] = LABEL_LINE.exec(piece) ?? [];
        const body = line === undefined ? "" : piece.slice(line.length);
        if (label === undefined || !afterLabel.test(body)) {
            isDoubtful = true;
            rest.push(BEGIN, piece);
            continue;
        }
        const footer = `${end}${label}-----`;
        const endAt = body.indexOf(footer);
        const decoded = endAt < 0 ? `${named(label)} without its END line` : decode(label, body.slice(0, endAt));
        const block =
            typeof decoded === "object" && isGuess && isIncomplete(decoded)
                ? `${named(label)} with characters that are not of it`
                : decoded;
        if (typeof block === "string") {
            problems.push(shown(block));
            rest.push(BEGIN, piece);
        } else {
            blocks.push(block);
            rest.push(block.der.length === 0 ? body : body.slice(endAt + footer.length));
        }
    }
    if (isDoubtful && blocks.length === 0 && problems.length === 0) {
        problems.push("a BEGIN line without a proper label");
    }
    return { blocks, problems, rest: rest.join(""), isDoubtful };
}

function named(label: string): string {
    return `${/^[AEIORX]/.test(label) ? "an" : "a"} ${label} block`;
}

/** Headers of RFC 1421 stand before the base64; only old encrypted keys still have them. */
function decode(label: string, body: string): PemBlock | string {
    if (!DECODED.test(label)) {
        return { label, der: Buffer.alloc(0) };
    }
    const [, cipher, vector, encrypted] =
        /Proc-Type:\s*4,\s*ENCRYPTED\s+DEK-Info:\s*([\w-]+),\s*([0-9A-F]+)\s([^]*)$/i.exec(body) ?? [];
    // Quotes, commas and backslashes are what is left of lines in a list or of escaped line breaks.
    const base64 = (encrypted ?? body)
        .replace(/[\s\\"',]+/g, "")
        .replaceAll("-", "+")
        .replaceAll("_", "/");
    const [foreign] = /[^A-Za-z0-9+/=]/u.exec(base64) ?? [];
    if (foreign !== undefined) {
        return `${named(label)} with the character ${codePointOf(foreign)} in it`;
    }
    const isPadded = base64.length % 4 === 0 && /^[^=]+={0,2}$/.test(base64);
    const der = decodeBlock(label, base64);
    if (!isPadded && (base64.includes("=") || !isWholeSequence(der))) {
        return `${named(label)} that is no base64`;
    }
    if (cipher !== undefined && vector !== undefined) {
        const headers = ["Proc-Type: 4,ENCRYPTED", `DEK-Info: ${cipher},${vector}`, ""];
        return { label, der: Buffer.alloc(0), encrypted: { cipher, pem: frame(label, base64, headers) } };
    }
    return { label, der };
}

/** Shorter words are names of fields, or what a sentence is made of. */
const SHORTEST_WORD = 40;

/** DER in base64 without BEGIN and END lines, one or several, alone or as the values of JSON or XML. */
function readBareBase64(input: string): PemReading | undefined {
    const { text } = repairText(repairEncoding(input));
    // The letters alone may stand in base64, too.
    if (/\b(?:BEGIN|END) /.test(text)) {
        return undefined;
    }
    const words = text
        .split(/[^\w+/=\s-]+|\n[^\S\n]*\n|(?<==)\s/)
        .filter((word) => word.length > SHORTEST_WORD && !/^\s*[A-Za-z]+ /.test(word));
    const ders = words.map(sequencesInBase64);
    return ders.length === 0 || ders.some(({ length }) => length === 0)
        ? undefined
        : {
              blocks: ders.flat().map((der) => ({ label: shapeOf(der), der })),
              rest: text,
              form: "base64 without BEGIN and END lines",
              findings: [],
          };
}

/** Whether a text, where something else is expected, is a certificate as PEM or base64, or a key, in whatever notation. */
export function isKeyText(text: string): boolean {
    return (
        repairText(repairEncoding(text)).text.includes("-----BEGIN") ||
        (text.length > SHORTEST_WORD && sequencesInBase64(text).length > 0) ||
        exposesPrivateKey(text)
    );
}

/** PEM text as RFC 7468 has it: 64 columns, LF. */
export function encodePem(label: string, der: Buffer): string {
    return frame(label, der.toString("base64"), []);
}

function frame(label: string, base64: string, headers: readonly string[]): string {
    const lines = base64.match(/.{1,64}/g) ?? [];
    return [`-----BEGIN ${label}-----`, ...headers, ...lines, `-----END ${label}-----`, ""].join("\n");
}
