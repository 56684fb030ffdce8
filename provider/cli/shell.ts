/**
 * An argument of a command that a user is to copy, as one word of a POSIX shell. Nothing in it is expanded or run, and
 * control characters are spelled out, so that it can be shown and still means the same.
 */
export function shellWord(text: string): string {
    if (/^[\w@%+:,./][\w@%+=:,./-]*$/.test(text)) {
        return text;
    }
    return UNPRINTABLE.test(text)
        ? `$'${[...text].map(spelledOut).join("")}'`
        : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}

const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u;

/** Dollar-single-quotes of POSIX.1-2024, which bash, zsh and ksh have had for long; octal, since it has an end. */
function spelledOut(character: string): string {
    if (UNPRINTABLE.test(character)) {
        return [...Buffer.from(character)].map((byte) => `\\${byte.toString(8).padStart(3, "0")}`).join("");
    }
    return /['\\]/.test(character) ? `\\${character}` : character;
}
