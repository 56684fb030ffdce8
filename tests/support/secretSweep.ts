import { createPrivateKey } from "node:crypto";

export interface Secrets {
    /** PEM texts of private keys. */
    readonly keys: readonly string[];
    readonly tokens: readonly string[];
}

/** So short a piece of a key's base64 must not be found anywhere. */
const PIECE_LENGTH = 24;

/** Which secrets stand in a text, and in which form; the descriptions do not repeat them. */
export function sweep(text: string, { keys, tokens }: Secrets): readonly string[] {
    // Line breaks of PEM, plain and as JSON escapes them, do not hide a piece.
    const dense = text.replace(/\\r|\\n|\s/g, "");
    const lower = dense.toLowerCase();
    const found = tokens.flatMap((token, index) => (dense.includes(token) ? [`token ${String(index)}`] : []));
    return [
        ...found,
        ...keys.flatMap((key, index) => findKey(dense, lower, key).map((form) => `key ${String(index)}: ${form}`)),
    ];
}

export function assertNoSecrets(text: string, secrets: Secrets): void {
    const found = sweep(text, secrets);
    if (found.length > 0) {
        throw new Error(`expected no secret in what users can see, got ${found.join(", ")}`);
    }
}

function findKey(dense: string, lower: string, pem: string): readonly string[] {
    const key = createPrivateKey(pem);
    const der = key.export({ type: "pkcs8", format: "der" });
    const bodies = [pem.replace(/-----[^-]+-----|\s/g, ""), der.toString("base64")];
    return [
        ...(bodies.some((body) => secretPieces(body, key.asymmetricKeyType).some((piece) => dense.includes(piece)))
            ? ["base64"]
            : []),
        ...(lower.includes(der.toString("hex").slice(-2 * PIECE_LENGTH)) ? ["hexadecimal"] : []),
        ...(dense.includes(Buffer.from(pem).toString("base64").slice(0, 60)) ? ["base64 of the PEM"] : []),
    ];
}

/**
 * Every window of the base64 that is the key's own: the head of a PKCS #8 structure is the same for all keys of a type,
 * and the public key inside it stands in the certificate as well, at an alignment that may be the same.
 */
function secretPieces(body: string, type: string | undefined): readonly string[] {
    const [from, to] = type === "ec" ? [48, 88] : type === "ed25519" ? [22, body.length] : [400, body.length];
    const pieces: string[] = [];
    for (let at = from; at + PIECE_LENGTH <= Math.min(to, body.length); at += 1) {
        pieces.push(body.slice(at, at + PIECE_LENGTH));
    }
    return pieces;
}
