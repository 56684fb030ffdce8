import { bytesInNumbers } from "./byteNumbers";

/** So many letters and digits in a row that a secret has as well are no coincidence. */
const PIECE_LENGTH = 12;
const LETTERS_PER_BYTE = 2;

/**
 * The secrets of a process, and whether a text repeats a piece of one. A server quotes what it was sent in the form in
 * which a layer of it had it: as it came, in other case, as base64 or hexadecimal with anything between, as a list of
 * numbers. What repeats a piece is withheld whole, so nothing has to be cut out of it.
 *
 * A look takes time in proportion to the text, however many secrets there are.
 */
export class SecretIndex {
    readonly #pieces = new Set<string>();

    /** @param secret A token, or a private key as PEM text. */
    add(secret: string): void {
        const [, body] = /-----BEGIN [^-]+-----([A-Za-z0-9+/=\s]+)-----END/.exec(secret) ?? [];
        const bytes = body === undefined ? "" : Buffer.from(body, "base64").toString("hex");
        const pieces = [...piecesOf(lettersOf(body ?? secret), 1), ...piecesOf(bytes, LETTERS_PER_BYTE)];
        pieces.forEach((piece) => this.#pieces.add(piece));
    }

    /** Whether the text repeats a piece of a secret, in whatever notation. */
    isIn(text: string): boolean {
        return (
            text.length >= PIECE_LENGTH &&
            readingsOf(text).some((reading) => piecesOf(lettersOf(reading), 1).some((piece) => this.#pieces.has(piece)))
        );
    }
}

function piecesOf(letters: string, step: number): readonly string[] {
    const count = Math.floor(Math.max(letters.length - PIECE_LENGTH + step, 0) / step);
    return Array.from({ length: count }, (_, index) => letters.slice(index * step, index * step + PIECE_LENGTH));
}

/** Without what formatting and escaping add, in one case, and without the two letters in which kinds of base64 differ. */
function lettersOf(text: string): string {
    return text.toLowerCase().replace(/[^a-z0-9]/g, "");
}

const ESCAPE = /(?:%|0x|\\x|\\{1,4}u00|&#x)([0-9a-f]{2})/gi;

/** The text itself, and what it says if it is escaped, numbers, hexadecimal, or base64 that begins anywhere. */
function readingsOf(text: string): readonly string[] {
    const hexadecimal = lettersOf(text.replace(ESCAPE, "$1")).match(/[0-9a-f]{12,}/g) ?? [];
    const base64 = text.replace(/[^A-Za-z0-9+/_-]/g, "");
    const bytes = [
        Buffer.from(
            text.replace(ESCAPE, (_, code: string) => String.fromCharCode(parseInt(code, 16))),
            "latin1",
        ),
        ...bytesInNumbers(text),
        ...hexadecimal.flatMap((run) => [Buffer.from(run, "hex"), Buffer.from(run.slice(1), "hex")]),
        ...[0, 1, 2, 3].map((skipped) => Buffer.from(base64.slice(skipped), "base64")),
    ];
    return [text, ...hexadecimal, ...bytes.flatMap((read) => [read.toString("latin1"), read.toString("hex")])];
}
