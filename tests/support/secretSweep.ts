import { createPrivateKey, type KeyObject } from "node:crypto";

export interface Secrets {
    /** PEM texts of private keys. */
    readonly keys: readonly string[];
    readonly tokens: readonly string[];
}

/** So long a piece of a secret's encoding must not be found anywhere. */
const PIECE_LENGTH = 24;
/** What is looked up in an index; two of them fit into a piece, so that not every place of the text is looked at. */
const GRAM_LENGTH = PIECE_LENGTH / 2;
const GRAM_STEP = PIECE_LENGTH - GRAM_LENGTH + 1;
const PEM_LINE_LENGTH = 64;

/** One form that a secret may take in a text. */
interface Form {
    readonly description: string;
    readonly text: string;
}

interface Place {
    readonly form: Form;
    readonly at: number;
}

/** Which secrets stand in a text, and in which form; the descriptions do not repeat them. */
export function sweep(text: string, { keys, tokens }: Secrets): string[] {
    // Line breaks of PEM, plain and as JSON escapes them (also twice), do not hide a piece.
    const dense = text.replace(/(?:\\+[rn]|\s)+/g, "");
    const forms = keys.flatMap((key, index) => keyForms(key, `key ${String(index)}`));
    const found = new Set(pieces(dense, forms));
    tokens.forEach((token, index) => {
        tokenForms(token).forEach(([description, form]) => {
            if (dense.includes(form)) {
                found.add(`token ${String(index)}: ${description}`);
            }
        });
    });
    return [...found];
}

export function assertNoSecrets(text: string, secrets: Secrets): void {
    const found = sweep(text, secrets);
    if (found.length > 0) {
        throw new Error(`expected no secret in what users can see, got ${found.join(", ")}`);
    }
}

function tokenForms(token: string): readonly (readonly [description: string, form: string])[] {
    return [
        ["text", token],
        ["base64", Buffer.from(token).toString("base64").replace(/=+$/, "")],
    ];
}

/**
 * Only the private numbers of a key: the head of its structure is the same for all keys of a type, and the public key
 * inside it stands in the certificate as well, perhaps at the same alignment.
 */
function keyForms(pem: string, name: string): readonly Form[] {
    const key = createPrivateKey(pem);
    const body = pem.replace(/-----[^-]+-----|\s/g, "");
    const der = Buffer.from(body, "base64");
    return privateNumbers(key, der).flatMap(([from, to]) => {
        const hex = der.subarray(from, to).toString("hex");
        const [first, last] = [Math.ceil((from * 8) / 6), Math.floor((to * 8) / 6)];
        return [
            { description: `${name}: base64`, text: body.slice(first, last) },
            { description: `${name}: hexadecimal`, text: hex },
            { description: `${name}: hexadecimal`, text: hex.toUpperCase() },
            { description: `${name}: base64 of the PEM`, text: base64OfLines(pem, body.slice(first, last)) },
        ];
    });
}

/** The base64 of the PEM's lines that lie between two characters of its body. */
function base64OfLines(pem: string, part: string): string {
    const start = pem.indexOf(part.slice(0, Math.min(part.length, GRAM_LENGTH)));
    const head = Math.max(start, 0);
    const length = part.length + Math.floor(part.length / PEM_LINE_LENGTH);
    const whole = Buffer.from(pem).toString("base64");
    return whole.slice(Math.ceil((head * 8) / 6), Math.floor(((head + length) * 8) / 6));
}

/** Where the private numbers lie in a key's DER. */
function privateNumbers(key: KeyObject, der: Buffer): readonly (readonly [from: number, to: number])[] {
    if (key.asymmetricKeyType === "rsa-pss") {
        // It has no JWK form. The modulus comes first in RSAPrivateKey, and less than half of it is public.
        return [[Math.ceil(der.length / 2), der.length]];
    }
    const { d, p, q, dp, dq, qi } = key.export({ format: "jwk" });
    return [d, p, q, dp, dq, qi].flatMap((number) => {
        const bytes = Buffer.from(number ?? "", "base64url");
        const from = der.indexOf(bytes);
        return bytes.length === 0 || from === -1 ? [] : [[from, from + bytes.length] as const];
    });
}

/** The descriptions of all forms of which a whole piece stands in the text. */
function pieces(dense: string, forms: readonly Form[]): readonly string[] {
    const index = indexGrams(forms);
    const found: string[] = [];
    for (let at = 0; at + GRAM_LENGTH <= dense.length; at += GRAM_STEP) {
        const places = index.get(dense.slice(at, at + GRAM_LENGTH)) ?? [];
        found.push(...places.filter((place) => isWholePiece(dense, at, place)).map(({ form }) => form.description));
    }
    return found;
}

function indexGrams(forms: readonly Form[]): ReadonlyMap<string, readonly Place[]> {
    const index = new Map<string, Place[]>();
    for (const form of forms) {
        for (let at = 0; at + GRAM_LENGTH <= form.text.length; at += 1) {
            const gram = form.text.slice(at, at + GRAM_LENGTH);
            index.set(gram, [...(index.get(gram) ?? []), { form, at }]);
        }
    }
    return index;
}

function isWholePiece(dense: string, denseAt: number, { form, at }: Place): boolean {
    let before = 0;
    while (before < at && before < denseAt && dense[denseAt - before - 1] === form.text[at - before - 1]) {
        before += 1;
    }
    let after = GRAM_LENGTH;
    while (at + after < form.text.length && dense[denseAt + after] === form.text[at + after]) {
        after += 1;
    }
    return before + after >= PIECE_LENGTH;
}
