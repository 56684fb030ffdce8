const LONGEST_SHOWN = 1500;
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

/**
 * Foreign text, fit for a message: one line without key material and tokens, since a server may echo what it was sent.
 *
 * @param secrets Texts that are known to be secret, such as the token in use.
 */
export function scrub(text: string, secrets: readonly string[] = []): string {
    const known = secrets.filter((secret) => secret !== "");
    const withoutKnown = known.reduce((shown, secret) => shown.replaceAll(secret, "[secret]"), text);
    // Cut only now: a secret that the cut went through would no longer be recognised.
    const clean = withoutKnown
        .slice(0, 4 * LONGEST_SHOWN)
        .replace(PEM_BLOCK, "[PEM]")
        .replace(PEM_TAIL, "[PEM]")
        .replace(TOKEN, "[token]")
        .replace(OLD_TOKEN, "[token]")
        .replace(BASE64, "[base64]")
        .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, " ")
        .trim();
    return clean.length > LONGEST_SHOWN ? `${clean.slice(0, LONGEST_SHOWN)}…` : clean;
}
