import { onOneLine, upTo, withoutSecrets } from "./redact";

export const LONGEST_NAME = 200;

/** Text from a certificate or a user as part of a message: one line, no control characters, bounded. */
export function shown(text: string): string {
    return shownUpTo(LONGEST_NAME, text);
}

/** The same with a length of one's own. */
export function shownUpTo(longest: number, text: string): string {
    return upTo(longest, onOneLine(text).trim());
}

const QUOTED_LENGTH = 80;

/** A user's text as part of a message: one line, no control characters, not endless, and no key that was misplaced. */
export function quote(text: string): string {
    return JSON.stringify(upTo(QUOTED_LENGTH, withoutSecrets(text))).replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, "�");
}

/** As "1 certificate", "2 certificates". */
export function counted(count: number, noun: string): string {
    return `${String(count)} ${noun}${count === 1 ? "" : "s"}`;
}

const MOST_ENUMERATED = 10;

/** Texts as part of a message, each once, and not endless: a listing may have thousands. */
export function enumerated(texts: readonly string[]): string {
    const distinct = [...new Set(texts)];
    const more = distinct.length - MOST_ENUMERATED;
    return `${distinct.slice(0, MOST_ENUMERATED).join(", ")}${more > 0 ? ` and ${String(more)} more` : ""}`;
}
