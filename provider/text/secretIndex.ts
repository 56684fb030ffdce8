import { bytesInNumbers, unescaped } from "./byteNumbers";
import { NumberSet } from "./numberSet";

/** So many letters and digits in a row that a secret has as well are no coincidence; so many are one exact number. */
const LETTERS = { length: 10, base: 36 };
/** The same of the bytes of a key. */
const BYTES = { length: 6, base: 256 };
/** Of a key every fourth piece is kept: whatever repeats 13 letters in a row holds one. */
const KEY_STEP = 4;

/**
 * The secrets of a process, and whether a text repeats a piece of one. A server quotes what it was sent in the form in
 * which a layer of it had it: as it came, in other case, as base64 or hexadecimal with anything between, as a list of
 * numbers. What repeats a piece is withheld whole, so nothing has to be cut out of it.
 *
 * A look takes time in proportion to the text, however many secrets there are. A key takes some 30 kB.
 */
export class SecretIndex {
    readonly #letters = new NumberSet();
    readonly #bytes = new NumberSet();

    /** @param secret A token, or a private key as PEM text. */
    add(secret: string): void {
        const [, body] = /-----BEGIN [^-]+-----([A-Za-z0-9+/=\s]+)-----END/.exec(secret) ?? [];
        piecesOf(digitsOf(body ?? secret), LETTERS)
            .filter((_, at) => body === undefined || at % KEY_STEP === 0)
            .forEach((piece) => this.#letters.add(piece));
        piecesOf(Buffer.from(body ?? "", "base64"), BYTES).forEach((piece) => this.#bytes.add(piece));
    }

    /** Whether the text repeats a piece of a secret, in whatever notation. */
    isIn(text: string): boolean {
        const bytes = text.length < LETTERS.length ? [] : bytesIn(text);
        const texts = bytes.map((read) => read.toString("latin1"));
        return (
            [text, ...texts].some((read) =>
                piecesOf(digitsOf(read), LETTERS).some((piece) => this.#letters.has(piece)),
            ) ||
            [...bytes, ...texts.flatMap(inHexadecimal)].some((read) =>
                piecesOf(read, BYTES).some((piece) => this.#bytes.has(piece)),
            )
        );
    }
}

/** Every run of so many digits, as a number. */
function piecesOf(digits: Uint8Array, { length, base }: typeof LETTERS): Float64Array {
    const pieces = new Float64Array(Math.max(digits.length - length + 1, 0));
    const highest = base ** (length - 1);
    let piece = 0;
    digits.forEach((digit, at) => {
        piece = (piece % highest) * base + digit;
        if (at >= length - 1) {
            pieces[at - length + 1] = piece;
        }
    });
    return pieces;
}

/** Without what formatting and escaping add, and in one case. */
function lettersOf(text: string): string {
    return text.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** Letters and digits as the digits of a number. */
function digitsOf(text: string): Uint8Array {
    const [nine, beforeA] = ["9".charCodeAt(0), "a".charCodeAt(0) - 10];
    return Buffer.from(lettersOf(text), "latin1").map((code) => code - (code <= nine ? nine - 9 : beforeA));
}

/** What a text says if it is escaped, numbers, hexadecimal, or base64 that begins anywhere, also twice. */
function bytesIn(text: string): readonly Buffer[] {
    const base64 = inBase64(text.replace(/[^\w+/-]/g, ""));
    return [
        Buffer.from(unescaped(text), "latin1"),
        ...bytesInNumbers(text),
        ...inHexadecimal(text),
        ...base64,
        // Hardly any bytes but those of a text have so many such letters in a row.
        ...base64.flatMap((read) => read.toString("latin1").match(/[\w+/-]{16,}/g) ?? []).flatMap(inBase64),
    ].filter(({ length }) => length >= BYTES.length);
}

function inHexadecimal(text: string): readonly Buffer[] {
    const runs = lettersOf(text).match(/[0-9a-f]{12,}/g) ?? [];
    return runs.flatMap((run) => [Buffer.from(run, "hex"), Buffer.from(run.slice(1), "hex")]);
}

function inBase64(run: string): readonly Buffer[] {
    return [0, 1, 2, 3].map((skipped) => Buffer.from(run.slice(skipped), "base64"));
}
