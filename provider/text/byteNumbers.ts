/** How bytes are written as numbers, one after the other, with anything between: the form of one, its base, its bytes. */
const NOTATIONS: readonly (readonly [RegExp, number, number?])[] = [
    [/(?<!\d)\d{1,3}(?!\d)/g, 10],
    // Java has bytes with a sign; JSON has typed arrays as objects, with an index before each.
    [/(?<!\d)-?\d{1,3}(?!\d|["'\\]*\s?:)/g, 10],
    [/[0-3][0-7]{2}/g, 8],
    [/[01]{8}/g, 2],
    [/(?<=x)[0-9a-f]{1,2}/gi, 16],
    [/(?<![0-9a-z])[0-9a-f]{2}(?![0-9a-z])/gi, 16],
    // Words as `hexdump` and `od` show them, the last byte first. An offset before a line has other digits, or a colon.
    [/(?<!\w)[01][0-7]{5}(?!\w)/g, 8, 2],
    [/(?<![0-9a-wyz])[0-9a-f]{4}(?![0-9a-z])/gi, 16, 2],
    [/(?<![0-9a-wyz])[0-9a-f]{8}(?![0-9a-z:])/gi, 16, 4],
];

/** The bytes that a text says in numbers, once for each notation. */
export function bytesInNumbers(text: string): readonly Buffer[] {
    return NOTATIONS.map(([form, radix, size = 1]) => {
        const numbers = (text.match(form) ?? []).map((one) => parseInt(one, radix));
        return Buffer.from(size === 1 ? numbers : numbers.flatMap((word) => bytesOf(word).slice(0, size)));
    });
}

function bytesOf(word: number): readonly number[] {
    return [word, word >> 8, word >> 16, word >> 24];
}

const ESCAPE = /(?:%|&#x|\\{1,4}(?:x|u00))([0-9a-f]{2})|\\{1,4}([0-7]{1,3})|\\([abtnvfr"'\\])/gi;

/** With the characters for which escapes of C, JSON, HTML or URLs stand, among others that stand for themselves. */
export function unescaped(text: string): string {
    return text.replace(ESCAPE, (_, hex?: string, octal?: string, letter = "") => {
        const named = "abtnvfr".indexOf(letter);
        if (letter !== "" && named < 0) {
            return letter;
        }
        const code = letter !== "" ? 7 + named : hex === undefined ? parseInt(octal ?? "", 8) : parseInt(hex, 16);
        return String.fromCharCode(code & 0xff);
    });
}
