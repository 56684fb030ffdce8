import { combinedInPairs } from "./pairwise";

/** What a server may send back of an upload: the token, and the private key in whatever form it logs or keeps it. */
export interface Sent {
    readonly token: string;
    readonly key: string;
    /** The whole body, as sent. */
    readonly body: string;
}

const linesOf = (key: string): string[] => key.split("\n").filter((line) => line !== "" && !line.startsWith("-----"));

const FORMS: Readonly<Record<string, (sent: Sent) => string>> = {
    "the whole body": ({ body }) => body,
    "the body, escaped once more": ({ body }) => JSON.stringify(body),
    "the body with escaped slashes": ({ body }) => JSON.stringify(body.replaceAll("/", "\\/")),
    "the key": ({ key }) => `bad key ${key}`,
    "the key's lines without frames": ({ key }) => linesOf(key).join("\n"),
    "the key in one line without frames": ({ key }) => `got ${linesOf(key).join("")}.`,
    "the key's last line": ({ key }) => `last line: '${linesOf(key).at(-1) ?? ""}'`,
    "the base64 of the PEM": ({ key }) => Buffer.from(key).toString("base64"),
    "the key in a URL": ({ key }) => `/keys/${encodeURIComponent(key)}?x=1`,
    "the key in a form": ({ key }) => new URLSearchParams({ key }).toString(),
    "the key in a URL in a URL": ({ key }) => encodeURIComponent(encodeURIComponent(key)),
    "the Authorization header": ({ token }) => `Authorization: Bearer ${token}`,
    "the token": ({ token }) => `token<${token}>`,
    "the base64 of the token": ({ token }) => Buffer.from(token).toString("base64"),
};

export interface EchoingReply {
    readonly status: number;
    readonly body: string;
    readonly headers: Readonly<Record<string, string>>;
}

/** Later than any retry waits for: a 429 fails at once. */
const FAR_AWAY = { "retry-after": "86400" };
const inHeader = (text: string): string => text.replace(/[^\x20-\x7e]+/g, " ").slice(0, 4000);

export const PLACES: Readonly<Record<string, (status: number, text: string) => EchoingReply>> = {
    "the message": (status, message) => reply(status, { error: { code: "bad_request", message } }),
    "a flat message": (status, message) => reply(status, { status, message, code: "bad_request" }),
    "the code": (status, code) => reply(status, { err: { code, message: "No" } }),
    "a page": (status, text) => ({ status, body: `<html><h1>${text}</h1></html>`, headers: { ...FAR_AWAY } }),
    headers: (status, text) => ({
        ...reply(status, { error: { code: "bad_request", message: "No" } }),
        headers: {
            ...FAR_AWAY,
            "x-vercel-id": inHeader(text),
            "x-vercel-error": inHeader(text),
            "www-authenticate": inHeader(text),
            "x-ratelimit-reset": inHeader(text),
            "x-ratelimit-limit": inHeader(text),
        },
    }),
    "certificate and origin": (status, text) =>
        reply(status, {
            ...{ certId: text, origin: text, updated: false, clientCerts: [{ id: text, origin: text }] },
            ...{ code: text, message: text },
        }),
    "half a JSON text": (status, text) => ({
        status,
        body: `{"certId": ${JSON.stringify(text)}`,
        headers: { ...FAR_AWAY },
    }),
};

/** 200 is an answer that is not as documented. */
const STATUSES: readonly number[] = [200, 400, 401, 402, 403, 404, 409, 429, 500, 503];

function reply(status: number, body: unknown): EchoingReply {
    return { status, body: JSON.stringify(body), headers: { ...FAR_AWAY } };
}

const EVERY = {
    place: Object.entries(PLACES),
    form: Object.entries(FORMS),
    status: STATUSES,
    keyType: ["p256", "rsa", "ed25519"],
} as const;

export interface Echo {
    readonly place: string;
    readonly form: string;
    readonly status: number;
    readonly keyType: (typeof EVERY.keyType)[number];
    readonly reply: (sent: Sent) => EchoingReply;
}

/** Any two of place, form, status and type of key meet in one. */
export const ECHOES: readonly Echo[] = combinedInPairs(EVERY).map(({ place, form, status, keyType }) => ({
    ...{ place: place[0], form: form[0], status, keyType },
    reply: (sent) => place[1](status, form[1](sent)),
}));
