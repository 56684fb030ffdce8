import { bytesInNumbers, unescaped } from "./byteNumbers";

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

/** The text itself, and what it says if it is escaped, numbers, hexadecimal, or base64 that begins anywhere, also twice. */
function readingsOf(text: string): readonly string[] {
    const hexadecimal = lettersOf(text).match(/[0-9a-f]{12,}/g) ?? [];
    const base64 = inBase64(text.replace(/[^\w+/-]/g, ""));
    const bytes = [
        Buffer.from(unescaped(text), "latin1"),
        ...bytesInNumbers(text),
        ...hexadecimal.flatMap((run) => [Buffer.from(run, "hex"), Buffer.from(run.slice(1), "hex")]),
        ...base64,
        // Hardly any bytes but those of a text have so many such letters in a row.
        ...base64.flatMap((read) => read.toString("latin1").match(/[\w+/-]{16,}/g) ?? []).flatMap(inBase64),
    ];
    return [text, ...hexadecimal, ...bytes.flatMap((read) => [read.toString("latin1"), read.toString("hex")])];
}

function inBase64(run: string): readonly Buffer[] {
    return [0, 1, 2, 3].map((skipped) => Buffer.from(run.slice(skipped), "base64"));
}
