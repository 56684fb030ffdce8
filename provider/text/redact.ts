const LONGEST_SHOWN = 1500;
/** How much of a text is looked at: what is removed makes room for what follows. */
const LONGEST_READ = 4 * LONGEST_SHOWN;
/** What is shorter is no token, and to remove it would make words unreadable. */
export const SHORTEST_SECRET = 8;

/** What stands for what. The repetitions are bounded, so that no text takes long. */
const SECRET_FORMS: readonly (readonly [RegExp, string])[] = [
    [/-----BEGIN [A-Z0-9 ]{1,40}-----.*?(?:-----END [A-Z0-9 ]{1,40}-----|$)/gs, "[PEM]"],
    // The last line of a block whose beginning was cut off; it may be too short to be told from a word otherwise.
    [/[A-Za-z0-9+/=]{0,76}(?:\s|\\[nr]){0,4}-----END [A-Z0-9 ]{1,40}(?:-----)?/g, "[PEM]"],
    // The prefixes of Vercel's tokens, and the header that carries them.
    [/\bvc[piark]_[\w-]+|\bbearer\s+\S+/gi, "[token]"],
    // Old tokens are 24 letters and digits; the lookaheads leave words and hexadecimal fingerprints readable.
    [/\b(?=\w{0,23}[a-z])(?=\w{0,23}[A-Z])(?=\w{0,23}\d)[A-Za-z0-9]{24}\b/g, "[token]"],
];
/** A run of base64, base64url or hexadecimal digits. */
const ENCODED = /(?<![A-Za-z0-9+/_-])[A-Za-z0-9+/_-]{24,}={0,2}/g;
/** As Vercel makes them: `prj_…`. */
const ID = /^[a-z]{2,5}_[A-Za-z0-9]+$/;
/** Longer than a SHA-256, and begins as a DER sequence. */
const HEX_DER = /^30[0-9a-f]{70,}$/i;

/**
 * Foreign text, fit for a message: one line without key material and tokens.
 *
 * @param secrets Texts that are known to be secret, such as the token in use.
 */
export function redact(text: string, secrets: readonly string[] = []): string {
    return upTo(LONGEST_SHOWN, onOneLine(withoutSecrets(text, secrets)).trim());
}

/** A text in which nothing breaks the line or changes how it is shown. */
export function onOneLine(text: string): string {
    return text.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]+/gu, " ");
}

/** The beginning of a text without key material and tokens; lines and control characters stay as they are. */
export function withoutSecrets(text: string, secrets: readonly string[] = []): string {
    const withoutKnown = secrets
        .filter(({ length }) => length >= SHORTEST_SECRET)
        .reduce((shown, secret) => shown.replaceAll(secret, "[secret]"), text);
    return SECRET_FORMS.reduce(
        (shown, [form, name]) => shown.replace(form, name),
        cut(withoutKnown, LONGEST_READ),
    ).replace(ENCODED, (run) => (!HEX_DER.test(run) && (ID.test(run) || isWordy(run)) ? run : "[base64]"));
}

/** A text, or its beginning with a mark that there is more. */
export function upTo(longest: number, text: string): string {
    return text.length > longest ? `${cut(text, longest)}…` : text;
}

/** The beginning of a text, without half a character at its end: half of one is no text. */
function cut(text: string, length: number): string {
    return text.length > length ? text.slice(0, length).replace(/\p{Cs}$/u, "") : text;
}

const LONGEST_SEGMENT = 16;
/** Of five neighbours in words one pair at most changes between cases and digits; in base64 every other does. */
const LETTERS_PER_CHANGE = 5;

/**
 * A PEM body has both cases and digits; hexadecimal fingerprints have one case, words and addresses no digit. A path has
 * many slashes, a name many hyphens, and words between them; base64 has one of them in 32 letters, and no words.
 */
function isWordy(run: string): boolean {
    if (![/[A-Z]/, /[a-z]/, /\d/].every((letters) => letters.test(run))) {
        return true;
    }
    const slashes = run.split(/[/_-]/).length - 1;
    const changes = run.match(/(?<=[a-z0-9])[A-Z]|(?<=[A-Za-z])\d|(?<=\d)[a-z]/g)?.length ?? 0;
    return slashes >= run.length / LONGEST_SEGMENT && changes <= run.length / LETTERS_PER_CHANGE;
}
