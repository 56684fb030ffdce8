/** So many letters and digits in a row that a secret has as well are no coincidence. */
const PIECE_LENGTH = 12;
/** Of a secret, the pieces that begin at every third place: whoever repeats 14 letters of it repeats one of them. */
const STEP = 3;

/**
 * The secrets of a process, and whether a text repeats a piece of one. A server quotes what it was sent in the form in
 * which a layer of it had it: as it came, in other case, as base64 or hexadecimal with anything between, as a list of
 * numbers. What repeats a piece is withheld whole, so nothing has to be cut out.
 *
 * The index holds short pieces, not the secrets. A look takes time in proportion to the text, however many they are.
 */
export class SecretIndex {
    readonly #pieces = new Set<string>();
    readonly #known = new Set<string>();

    /** A token, or a private key as PEM text. */
    add(secret: string): void {
        const [, body] = /-----BEGIN [^-]+-----([A-Za-z0-9+/=\s]+)-----END/.exec(secret) ?? [];
        const forms = [body ?? secret, ...(body === undefined ? [] : [Buffer.from(body, "base64").toString("hex")])];
        const letters = forms.map(lettersOf);
        const [first = ""] = letters;
        const name = `${String(first.length)}:${first.slice(0, PIECE_LENGTH)}${first.slice(-PIECE_LENGTH)}`;
        if (!this.#known.has(name)) {
            this.#known.add(name);
            letters.flatMap((form) => piecesOf(form, STEP)).forEach((piece) => this.#pieces.add(piece));
        }
    }

    /** Whether the text repeats a piece of a secret, in whatever notation. */
    isIn(text: string): boolean {
        return readingsOf(text).some((reading) => piecesOf(reading, 1).some((piece) => this.#pieces.has(piece)));
    }
}

function piecesOf(letters: string, step: number): readonly string[] {
    const count = Math.floor(Math.max(letters.length - PIECE_LENGTH + step, 0) / step);
    return Array.from({ length: count }, (_, index) => letters.slice(index * step, index * step + PIECE_LENGTH));
}

/** Without what formatting and escaping add, in one case, and without the two letters in which base64 differs. */
function lettersOf(text: string): string {
    return text.toLowerCase().replace(/[^a-z0-9]/g, "");
}

/** The text itself, and what it says if it is a list of numbers, hexadecimal, or base64 that begins anywhere. */
function readingsOf(text: string): readonly string[] {
    if (text.length < PIECE_LENGTH) {
        return [];
    }
    const plain = text.replace(/0x|\\x|\\{1,4}u00|&#x?/gi, "");
    const dense = plain.replace(/[^A-Za-z0-9+/_-]/g, "");
    const numbers = (text.match(/\d{1,3}/g) ?? []).map(Number);
    const hexadecimal = lettersOf(plain).match(/[0-9a-f]{12,}/g) ?? [];
    const bytes = [
        Buffer.from(numbers),
        ...hexadecimal.flatMap((run) => [Buffer.from(run, "hex"), Buffer.from(run.slice(1), "hex")]),
        ...[0, 1, 2, 3].map((skipped) => Buffer.from(dense.slice(skipped), "base64")),
    ];
    return [text, plain, ...bytes.flatMap((read) => [read.toString("latin1"), read.toString("hex")])].map(lettersOf);
}
