/** How bytes are written as numbers, one after the other, with anything between: the form of one, and its base. */
const NOTATIONS: readonly (readonly [RegExp, number])[] = [
    [/(?<!\d)\d{1,3}(?!\d)/g, 10],
    // Java has bytes with a sign; JSON has typed arrays as objects, with an index before each.
    [/(?<!\d)-?\d{1,3}(?!\d|["'\\]*\s?:)/g, 10],
    [/[0-3][0-7]{2}/g, 8],
    [/[01]{8}/g, 2],
    [/(?<=x)[0-9a-f]{1,2}/gi, 16],
    [/(?<![0-9a-z])[0-9a-f]{2}(?![0-9a-z])/gi, 16],
];

/** The bytes that a text says in numbers, once for each notation. */
export function bytesInNumbers(text: string): readonly Buffer[] {
    return NOTATIONS.map(([form, radix]) => Buffer.from((text.match(form) ?? []).map((one) => parseInt(one, radix))));
}
