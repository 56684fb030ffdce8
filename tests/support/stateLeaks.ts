import { PROVIDER_TEXT } from "./providerHost";

/** Certificates are public, and what is left of a text without them must look harmless. */
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;
/** RFC 2606 reserves the name, so that it says nothing about anybody. */
const EXAMPLE_ORIGIN = /https:\/\/(?:[a-z0-9-]+\.)+example\.com(?::\d+)?\/?/gi;
/** Encrypted values cannot be looked into without the passphrase; a certificate is the only one that is expected. */
const MAY_BE_ENCRYPTED = ["inputs.cert", "inputs.ca"];

/** Hashes are as long as the number of a P-256 key, and look the same. */
const HASH = /\.(?:magic|(?:f|\w+F)ingerprint)$/;
const SHA256 = /^(?:v1:)?[0-9a-f]{64}$/;

const FORBIDDEN: readonly (readonly [description: string, pattern: RegExp])[] = [
    ["PEM text that is no certificate", /-----BEGIN/],
    ["a private key", /PRIVATE KEY/],
    ["base64 of a private key's PEM text", base64Of("PRIVATE KEY")],
    ["a long base64 text", /(?![0-9a-f]+(?![\w+/]))[\w+/-]{44,}/i],
    ["a long hexadecimal number", /[0-9a-f]{44,}/i],
    ["a token", /\bvc[a-z]_\w|Bearer|(?<![\w.-])[a-z0-9]{24}(?![\w.-])/i],
    ["a path of a machine", /(?<![\w.~-])\/(?:[\w.@-]+\/)*[\w.@-]+\/|\.\.\/|\b[A-Z]:\\/],
    ["an address", /:\/\/|localhost|\b\d{1,3}(?:\.\d{1,3}){3}\b/],
    ["a host name", /(?<![\w-])(?:[a-z0-9-]+\.)+[a-z]{2,}(?![\w-])/i],
];

/** What must not be in the repository, of the text of a recorded state. The descriptions do not repeat it. */
export function findLeaks(text: string): readonly string[] {
    return leaksIn(JSON.parse(text), "");
}

function leaksIn(value: unknown, path: string): readonly string[] {
    if (typeof value === "string") {
        return textLeaks(value, path);
    }
    if (typeof value !== "object" || value === null) {
        return [];
    }
    if (/\.(?:inputs|outputs)\.key$/.test(path)) {
        return isReference(value) ? [] : [`${path}: expected a reference to a key, got something else`];
    }
    return Object.entries(value).flatMap(([name, member]) => leaksIn(member, `${path}.${name}`));
}

function textLeaks(text: string, path: string): readonly string[] {
    if (path.endsWith(".ciphertext")) {
        const isExpected = MAY_BE_ENCRYPTED.some((name) => path.endsWith(`.${name}.ciphertext`));
        return isExpected ? [] : [`${path}: expected nothing encrypted but certificates`];
    }
    if (/\.(?:inputs|outputs)\.key$/.test(path)) {
        return [`${path}: expected a reference to a key, got a text`];
    }
    if (path.endsWith(".__provider")) {
        return text === PROVIDER_TEXT ? [] : [`${path}: expected the frozen text, got another`];
    }
    if (HASH.test(path) && SHA256.test(text)) {
        return [];
    }
    const rest = text.replace(CERTIFICATE, "").replace(EXAMPLE_ORIGIN, "");
    return FORBIDDEN.filter(([, pattern]) => pattern.test(rest)).map(([description]) => `${path}: ${description}`);
}

/** The name of a variable, or that of a file in the program's own folder. */
function isReference(value: object): boolean {
    const entries = Object.entries(value);
    return (
        entries.length === 1 && entries.every(([kind, name]) => /^(?:env|file)$/.test(kind) && /^[\w.]+$/.test(name))
    );
}

/** How a word looks inside base64, at each of the three alignments, without the characters that its neighbours decide. */
function base64Of(word: string): RegExp {
    const forms = [0, 1, 2].map((offset) => {
        const encoded = Buffer.from(" ".repeat(offset) + word).toString("base64");
        const whole = Math.floor(((offset + word.length) * 8) / 6);
        return encoded.slice(Math.ceil((offset * 8) / 6), whole);
    });
    return new RegExp(forms.map((form) => form.replace(/[+/]/g, "\\$&")).join("|"));
}
