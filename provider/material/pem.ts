import { finding, shown, type Finding, type MaterialArgument } from "./findings";
import { describeForeignText } from "./foreign";
import { fromBareBase64 } from "./keyEncoding";
import { decodeBlock } from "./once";
import { fromBase64, repairText } from "./repair";

/** One block of a PEM text. */
export interface PemBlock {
    /** As `CERTIFICATE` or `EC PRIVATE KEY`. */
    readonly label: string;
    readonly der: Buffer;
    /** Encrypted after RFC 1421 (`Proc-Type: 4,ENCRYPTED`): the block with its headers; its DER is nothing. */
    readonly encrypted?: { readonly cipher: string; readonly pem: string };
}

export interface PemReading {
    readonly blocks: readonly PemBlock[];
    /** Whether a private key begins in the text, even one that cannot be read. */
    readonly holdsPrivateKey: boolean;
    readonly findings: readonly Finding[];
}

/** Larger than any chain in use. Bounds the work on hostile input, too. */
const LARGEST_TEXT = 64 * 1024;
/** In base64. Shorter texts may be DER by chance, and are no key. */
const SHORTEST_DER_TEXT = 40;
const BEGIN = "-----BEGIN ";
const DASHES = "-----";
/** Also where a text processor replaced the hyphens: the key is exposed all the same. */
const PRIVATE_KEY_BEGINS = /PRIVATE KEY[-–—]/;

/** Reads every block of a text that may have been mangled on its way; what cannot be read is a finding. */
export function readPem(input: string, argument: MaterialArgument): PemReading {
    if (input.length > LARGEST_TEXT) {
        const facts = `expected at most ${String(LARGEST_TEXT / 1024)} kB of PEM text, got ${String(Math.ceil(input.length / 1024))} kB`;
        return {
            blocks: [],
            holdsPrivateKey: PRIVATE_KEY_BEGINS.test(input),
            findings: [finding("too-large", argument, facts)],
        };
    }
    const { text, repairs } = repairText(input);
    if (text === "") {
        return {
            blocks: [],
            holdsPrivateKey: false,
            findings: [finding("empty", argument, "expected PEM text, got an empty text")],
        };
    }
    const blocks: PemBlock[] = [];
    const findings: Finding[] = [];
    for (const piece of split(text)) {
        const block = "problem" in piece ? undefined : decode(piece);
        if (block !== undefined) {
            blocks.push(block);
        } else {
            const what = "problem" in piece ? piece.problem : `a ${shown(piece.label)} block that is no base64`;
            const code = /[–—]{1,5}\s{0,9}END /.test(text) ? "dashes-replaced" : "unreadable-pem";
            findings.push(finding(code, argument, `expected whole PEM blocks, got ${what}`));
        }
    }
    if (blocks.length === 0 && findings.length === 0) {
        findings.push(describeForeignText(text, argument));
    }
    if (blocks.length > 0 && repairs.length > 0) {
        findings.push(finding("text-repaired", argument, `expected plain PEM text, got ${repairs.join(", ")}`));
    }
    return { blocks, holdsPrivateKey: PRIVATE_KEY_BEGINS.test(text), findings };
}

/** Whether a text, where something else is expected, is a key or a certificate itself: as PEM, its base64, or DER in base64. */
export function isKeyText(text: string): boolean {
    const isLongEnough = text.length > SHORTEST_DER_TEXT;
    return (
        text.includes("-----BEGIN") ||
        fromBase64(text) !== undefined ||
        (isLongEnough && fromBareBase64(text.replaceAll("-", "+").replaceAll("_", "/")) !== undefined)
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

interface Piece {
    readonly label: string;
    readonly body: string;
}

/** Cuts a text into blocks by searching forward only, so that hostile input takes no more than linear time. */
function* split(text: string): Generator<Piece | { readonly problem: string }> {
    let at = text.indexOf(BEGIN);
    while (at >= 0) {
        const labelEnd = text.indexOf(DASHES, at + BEGIN.length);
        const label = labelEnd < 0 ? "" : text.slice(at + BEGIN.length, labelEnd);
        if (!/^[A-Z0-9 ]{1,40}$/.test(label)) {
            yield { problem: "a BEGIN line without a proper label" };
            return;
        }
        const bodyAt = labelEnd + DASHES.length;
        const end = `-----END ${label}-----`;
        const endAt = text.indexOf(end, bodyAt);
        const nextAt = text.indexOf(BEGIN, bodyAt);
        if (endAt < 0 || (nextAt >= 0 && nextAt < endAt)) {
            yield { problem: `a ${label} block without its END line` };
            return;
        }
        yield { label, body: text.slice(bodyAt, endAt) };
        at = text.indexOf(BEGIN, endAt + end.length);
    }
}

/** Headers of RFC 1421 stand before the base64; only old encrypted keys still have them. */
function decode({ label, body }: Piece): PemBlock | undefined {
    const [, cipher, vector, encrypted] =
        /Proc-Type:\s*4,\s*ENCRYPTED\s+DEK-Info:\s*([\w-]+),\s*([0-9A-F]+)\s([^]*)$/i.exec(body) ?? [];
    const base64 = (encrypted ?? body).replace(/[\s\\]+/g, "");
    if (base64 === "" || base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) {
        return undefined;
    }
    if (cipher !== undefined && vector !== undefined) {
        const headers = ["Proc-Type: 4,ENCRYPTED", `DEK-Info: ${cipher},${vector}`, ""];
        return { label, der: Buffer.alloc(0), encrypted: { cipher, pem: frame(label, base64, headers) } };
    }
    const der = decodeBlock(label, base64);
    return der === undefined ? undefined : { label, der };
}
