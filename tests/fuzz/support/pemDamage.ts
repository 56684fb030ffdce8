import * as fc from "fast-check";

/** One thing that happens to a PEM text. It holds no text of a key, so a failure that is reported shows none. */
export type Damage =
    | { readonly kind: "keep"; readonly from: number; readonly to: number }
    | { readonly kind: "remove"; readonly from: number; readonly to: number }
    | { readonly kind: "insert"; readonly at: number; readonly text: string; readonly times: number }
    | { readonly kind: "letter"; readonly at: number; readonly letter: string }
    | { readonly kind: "bits"; readonly places: readonly number[]; readonly bit: number }
    | { readonly kind: "byte"; readonly at: number; readonly value: number }
    | { readonly kind: "der-end"; readonly keep: number; readonly more: readonly number[] }
    | { readonly kind: "label"; readonly begin: string; readonly end: string }
    | { readonly kind: "dress"; readonly as: keyof typeof DRESSES }
    | { readonly kind: "repeat"; readonly times: number }
    | { readonly kind: "interleave" }
    | { readonly kind: "exchange" };

const LABELS = [
    "CERTIFICATE",
    "TRUSTED CERTIFICATE",
    "X509 CERTIFICATE",
    "CERTIFICATE REQUEST",
    "PRIVATE KEY",
    "EC PRIVATE KEY",
    "RSA PRIVATE KEY",
    "ENCRYPTED PRIVATE KEY",
    "OPENSSH PRIVATE KEY",
    "PUBLIC KEY",
    "EC PARAMETERS",
    "PKCS7",
    "X",
    "",
    "certificate",
    "A".repeat(41),
];

const SCRAPS = [
    "\0",
    "\r",
    "\n",
    "\t",
    " ",
    "-",
    "–",
    "=",
    "\\",
    "\\n",
    '"',
    "é",
    "😀",
    "\ud800",
    "\u202e",
    "\u200b",
    "\u2028",
    "\uFEFF",
    "-----",
    "-----BEGIN ",
    "-----BEGIN CERTIFICATE-----",
    "-----BEGIN PRIVATE KEY-----\n",
    "-----END CERTIFICATE-----\n",
    "-----END PRIVATE KEY-----",
    "––BEGIN",
    "Proc-Type: 4,ENCRYPTED\n",
    "Proc-Type:",
    "MIIB",
    "LS0tLS1CRUdJTi",
];

/** What environment variables, YAML and secret stores do to PEM text, and what is promised to be repaired. */
export const DRESSES = {
    crlf: (pem: string) => pem.replace(/\r?\n/g, "\r\n"),
    cr: (pem: string) => pem.replace(/\r?\n/g, "\r"),
    bom: (pem: string) => `\uFEFF${pem}`,
    literal: (pem: string) => pem.replace(/\r?\n/g, "\\n"),
    literalCrlf: (pem: string) => pem.replace(/\r?\n/g, "\\r\\n"),
    json: (pem: string) => JSON.stringify(pem),
    indented: (pem: string) => pem.replace(/^/gm, "    "),
    tabbed: (pem: string) => pem.replace(/^/gm, "\t"),
    spaces: (pem: string) => pem.replace(/\r?\n/g, " "),
    oneLine: (pem: string) => pem.replace(/\r?\n/g, ""),
    blankLines: (pem: string) => pem.replace(/\n/g, "\n\n"),
    trailing: (pem: string) => pem.replace(/$/gm, "  "),
    comments: (pem: string) => `Bag Attributes\n  friendlyName: x\n# c\n${pem}\n# end\n`,
    base64: (pem: string) => Buffer.from(pem).toString("base64"),
} as const satisfies Record<string, (pem: string) => string>;

const fraction = fc.double({ min: 0, max: 1, noNaN: true });
const few = fc.integer({ min: 1, max: 3 });
const many = fc.constantFrom(50, 700, 5_000, 40_000);

const damage: fc.Arbitrary<Damage> = fc.oneof(
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("keep"), from: fraction, to: fraction }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("remove"), from: fraction, to: fraction }) },
    {
        weight: 4,
        arbitrary: fc.record({
            kind: fc.constant("insert"),
            at: fraction,
            text: fc.oneof(fc.constantFrom(...SCRAPS), fc.string({ unit: "binary", maxLength: 20 })),
            times: fc.oneof({ weight: 9, arbitrary: few }, { weight: 1, arbitrary: many }),
        }),
    },
    {
        weight: 2,
        arbitrary: fc.record({
            kind: fc.constant("letter"),
            at: fraction,
            letter: fc.constantFrom(..."Az09+/=-_ \0"),
        }),
    },
    {
        weight: 6,
        arbitrary: fc.record({
            kind: fc.constant("bits"),
            places: fc.array(fraction, { minLength: 1, maxLength: 3 }),
            bit: fc.integer({ min: 0, max: 7 }),
        }),
    },
    {
        weight: 4,
        arbitrary: fc.record({ kind: fc.constant("byte"), at: fraction, value: fc.integer({ min: 0, max: 255 }) }),
    },
    {
        weight: 1,
        arbitrary: fc.record({
            kind: fc.constant("der-end"),
            keep: fraction,
            more: fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 8 }),
        }),
    },
    {
        weight: 2,
        arbitrary: fc.record({
            kind: fc.constant("label"),
            begin: fc.constantFrom(...LABELS),
            end: fc.constantFrom(...LABELS),
        }),
    },
    {
        weight: 4,
        arbitrary: fc.record({
            kind: fc.constant("dress"),
            as: fc.constantFrom(...(Object.keys(DRESSES) as (keyof typeof DRESSES)[])),
        }),
    },
    {
        weight: 1,
        arbitrary: fc.record({ kind: fc.constant("repeat"), times: fc.constantFrom(2, 3, 40, 3_000) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("interleave") }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("exchange") }) },
);

/** None to four things that happen to a text, one after the other. */
export const damages = (minLength: number): fc.Arbitrary<Damage[]> => fc.array(damage, { minLength, maxLength: 4 });

/** Nothing grows beyond this; it is well above what the material takes. */
const LARGEST_TEXT = 1_100_000;

/** @param other What is mixed in where two texts get into each other. */
export function apply(damage: Damage, text: string, other: string): string {
    const place = (at: number): number => Math.floor(at * text.length);
    switch (damage.kind) {
        case "keep":
            return text.slice(...ordered(place(damage.from), place(damage.to)));
        case "remove": {
            const [from, to] = ordered(place(damage.from), place(damage.to));
            return text.slice(0, from) + text.slice(to);
        }
        case "insert": {
            const inserted = damage.text.repeat(damage.times).slice(0, LARGEST_TEXT - text.length);
            return text.slice(0, place(damage.at)) + inserted + text.slice(place(damage.at));
        }
        case "letter":
            return text.slice(0, place(damage.at)) + damage.letter + text.slice(place(damage.at) + 1);
        case "bits":
            return inDer(text, (der) => {
                damage.places.forEach((at) => write(der, at, (byte) => byte ^ (1 << damage.bit)));
                return der;
            });
        case "byte":
            return inDer(text, (der) => {
                write(der, damage.at, () => damage.value);
                return der;
            });
        case "der-end":
            return inDer(text, (der) =>
                Buffer.concat([der.subarray(0, Math.ceil(der.length * damage.keep)), Buffer.from(damage.more)]),
            );
        case "label":
            return text
                .replace(/-----BEGIN [^-]*-----/, `-----BEGIN ${damage.begin}-----`)
                .replace(/-----END [^-]*-----/, `-----END ${damage.end}-----`);
        case "dress":
            return DRESSES[damage.as](text).slice(0, LARGEST_TEXT);
        case "repeat":
            return text.repeat(Math.min(damage.times, Math.floor(LARGEST_TEXT / Math.max(1, text.length))));
        case "interleave":
            return interleave(text.split("\n"), other.split("\n"));
        case "exchange":
            return other + text;
    }
}

function ordered(a: number, b: number): readonly [number, number] {
    return a < b ? [a, b] : [b, a];
}

/** Damages the bytes under the first block, and frames them again, so that the damage gets as far as the parser. */
function inDer(text: string, change: (der: Buffer) => Buffer): string {
    return text.replace(/(-----BEGIN [^-]*-----)([A-Za-z0-9+/=\s]*)(-----END [^-]*-----)/, (_, begin, body, end) => {
        const base64 = change(Buffer.from(String(body), "base64")).toString("base64");
        return `${String(begin)}\n${base64}\n${String(end)}`;
    });
}

function write(der: Buffer, at: number, change: (byte: number) => number): void {
    const place = Math.min(Math.floor(at * der.length), der.length - 1);
    if (place >= 0) {
        der[place] = change(der[place] ?? 0) & 0xff;
    }
}

function interleave(some: readonly string[], others: readonly string[]): string {
    return some.flatMap((line, index) => [line, others[index] ?? ""]).join("\n");
}
