const LONGEST_SHOWN = 1500;
/** How much of a text is looked at: what is removed makes room for what follows. */
const LONGEST_READ = 4 * LONGEST_SHOWN;
const PEM_BLOCK = /-----BEGIN [A-Z0-9 ]{1,40}-----.*?(?:-----END [A-Z0-9 ]{1,40}-----|$)/gs;
/** The prefixes of Vercel's tokens, and the header that carries them. */
const TOKEN = /\bvc[piark]_[\w-]+|\bbearer\s+\S+/gi;
/** Old tokens are 24 letters and digits; the lookahead leaves words and hexadecimal fingerprints readable. */
const OLD_TOKEN = /\b(?=[A-Za-z0-9]{24}\b)(?=[^\s]*[a-z])(?=[^\s]*[A-Z])(?=[^\s]*\d)[A-Za-z0-9]{24}\b/g;
/** The last line of a block whose beginning was cut off; it may be too short to be told from a word otherwise. */
const PEM_TAIL = /[A-Za-z0-9+/=]{0,76}(?:\s|\\[nr]){0,4}-----END [A-Z0-9 ]{1,40}(?:-----)?/g;
/**
 * A run of base64 as a PEM body has it: mixed case with a digit. Hexadecimal fingerprints have one case, words and
 * addresses no digit; what follows an underscore is an id of Vercel's, as in `prj_…`.
 */
const BASE64 =
    /(?<![A-Za-z0-9+/_])(?=[A-Za-z0-9+/]*[A-Z])(?=[A-Za-z0-9+/]*[a-z])(?=[A-Za-z0-9+/]*\d)[A-Za-z0-9+/]{24,}={0,2}/g;

const PRIVATE_KEY = /-----BEGIN [A-Z0-9 ]{0,30}PRIVATE KEY-----/;
/** An encoding of an encoding is looked through so often. */
const MOST_DECODINGS = 3;

/** Whether a text holds one of these secrets, or any private key. */
export function repeatsSecret(text: string, secrets: readonly string[]): boolean {
    const plain = decoded(text);
    return PRIVATE_KEY.test(plain) || secrets.some((secret) => secret !== "" && plain.includes(secret));
}

/** Without the escapes of URLs and JSON: they would cut a secret into pieces that nothing recognises. */
function decoded(text: string): string {
    let plain = text;
    for (let times = 0; times < MOST_DECODINGS; times += 1) {
        plain = plain
            .replace(/(?:%|\\+u00)([0-7][0-9a-f])/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
            .replace(/\\+\//g, "/");
    }
    return plain;
}

/**
 * Foreign text, fit for a message: one line without key material and tokens, since a server may echo what it was sent.
 *
 * @param secrets Texts that are known to be secret, such as the token in use.
 */
export function scrub(text: string, secrets: readonly string[] = []): string {
    const clean = withoutSecrets(text, secrets)
        .replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]+/gu, " ")
        .trim();
    return clean.length > LONGEST_SHOWN ? `${cut(clean, LONGEST_SHOWN)}…` : clean;
}

/** The beginning of a text without key material and tokens; lines and control characters stay as they are. */
export function withoutSecrets(text: string, secrets: readonly string[] = []): string {
    const known = secrets.filter((secret) => secret !== "");
    const withoutKnown = known.reduce((shown, secret) => shown.replaceAll(secret, "[secret]"), decoded(text));
    // Cut only now, and beyond what is shown: a piece that the cut made too short would no longer be recognised.
    const readable = withoutPieces(withoutKnown.slice(0, LONGEST_READ + PIECE_LENGTH), known);
    return cut(readable, LONGEST_READ)
        .replace(PEM_BLOCK, "[PEM]")
        .replace(PEM_TAIL, "[PEM]")
        .replace(TOKEN, "[token]")
        .replace(OLD_TOKEN, "[token]")
        .replace(BASE64, (run) => (isPath(run) ? run : "[base64]"));
}

/** The beginning of a text, without half a character at its end. */
function cut(text: string, length: number): string {
    return text.length > length ? text.slice(0, length).replace(/\p{Cs}$/u, "") : text;
}

const LONGEST_SEGMENT = 16;
/** Of five neighbours in words one pair at most changes between cases and digits; in base64 every other does. */
const LETTERS_PER_CHANGE = 5;

/** A path has many slashes, and words between them; base64 has one slash in 64 letters, and no words. */
function isPath(run: string): boolean {
    const slashes = run.split("/").length - 1;
    const changes = run.match(/(?<=[a-z0-9])[A-Z]|(?<=[A-Za-z])\d|(?<=\d)[a-z]/g)?.length ?? 0;
    return slashes >= run.length / LONGEST_SEGMENT && changes <= run.length / LETTERS_PER_CHANGE;
}

/** So many letters of a known secret, in any of its encodings, are taken for a piece of it. */
const PIECE_LENGTH = 12;

/** Servers quote parts, and in the form in which a layer of theirs had them: escaped, as bytes, as base64. */
function withoutPieces(text: string, secrets: readonly string[]): string {
    if (text.length < PIECE_LENGTH || secrets.length === 0) {
        return text;
    }
    const letters = lettersOf(text);
    const dense = densely(letters);
    const known = knownPieces(dense, secrets);
    if (known.size === 0) {
        return text;
    }
    let shown = "";
    let shownTo = 0;
    let secretTo = 0;
    letters.forEach(({ from, to }, index) => {
        if (known.has(dense.slice(index, index + PIECE_LENGTH))) {
            shown += index < secretTo ? "" : `${text.slice(shownTo, from)}[secret]`;
            secretTo = index + PIECE_LENGTH;
        }
        shownTo = index < secretTo ? to : shownTo;
    });
    return shown + text.slice(shownTo);
}

/** Of so many letters, two fit into a piece in such a way that only every few places of a form need to be looked at. */
const GRAM_LENGTH = PIECE_LENGTH / 2;
const GRAM_STEP = PIECE_LENGTH - GRAM_LENGTH + 1;

/**
 * The pieces of a text that stand in a form of a secret. The text is indexed and the forms are passed over once: those
 * of a key have tens of thousands of letters, and to search them for each piece of a text takes milliseconds.
 */
function knownPieces(dense: string, secrets: readonly string[]): ReadonlySet<string> {
    const whole = secrets.filter((secret) => !secrets.some((other) => other !== secret && other.includes(secret)));
    const sought = new Set(windowsOf(dense, PIECE_LENGTH));
    const grams = new Set(windowsOf(dense, GRAM_LENGTH));
    const known = new Set<string>();
    for (const form of whole.flatMap(formsOf)) {
        for (let at = 0; at < form.length; at += GRAM_STEP) {
            if (grams.has(form.slice(at, at + GRAM_LENGTH))) {
                // The pieces that hold this gram.
                const around = form.slice(Math.max(at - GRAM_STEP + 1, 0), at + PIECE_LENGTH);
                windowsOf(around, PIECE_LENGTH)
                    .filter((piece) => sought.has(piece))
                    .forEach((piece) => known.add(piece));
            }
        }
    }
    return known;
}

function windowsOf(text: string, length: number): readonly string[] {
    return Array.from({ length: Math.max(text.length - length + 1, 0) }, (_, at) => text.slice(at, at + length));
}

/** Dense, as the text they are looked for in: hexadecimal and base64 are so already. */
function formsOf(secret: string): readonly string[] {
    const [, body] = /-----BEGIN [^-]+-----([A-Za-z0-9+/=\s]+)-----END/.exec(secret) ?? [];
    const bytes = [Buffer.from(secret), ...(body === undefined ? [] : [Buffer.from(body, "base64")])];
    return [densely(lettersOf(secret)), ...bytes.flatMap(encodingsOf)];
}

/** Base64 takes three bytes at a time, so the same bytes look different at each of three places. */
function encodingsOf(bytes: Buffer): readonly string[] {
    const hexadecimal = bytes.toString("hex");
    const base64 = [0, 1, 2].map((skipped) => bytes.subarray(skipped).toString("base64"));
    return [hexadecimal, hexadecimal.toUpperCase(), ...base64];
}

interface Letter {
    /** One UTF-16 unit. */
    readonly unit: string;
    /** Where it stands in the text. */
    readonly from: number;
    readonly to: number;
}

/** The letters of a text without what formatting and escaping add: blanks, line breaks, the escapes of JSON and URLs. */
function lettersOf(text: string): readonly Letter[] {
    const letters: Letter[] = [];
    for (const match of text.matchAll(/%([0-9a-f]{2})|\\+u([0-9a-f]{4})|\\+[nrt]?|[^]/gi)) {
        const [token, percent, unicode] = match;
        const code = percent ?? unicode;
        const unit = code === undefined ? token : String.fromCharCode(Number.parseInt(code, 16));
        if (!/^[\s\\]/.test(unit)) {
            letters.push({ unit, from: match.index, to: match.index + token.length });
        }
    }
    return letters;
}

/** The two alphabets of base64 differ in two letters; here they are one. */
function densely(letters: readonly Letter[]): string {
    const units = letters.map(({ unit }) => unit).join("");
    return units.replaceAll("-", "+").replaceAll("_", "/");
}
