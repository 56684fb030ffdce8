import type { LimitedOperation } from "../../vercel/limits";
import type { Fault } from "../../vercel/fakeVercel";

/** Something that may happen to any call, apart from which call it hits. */
export interface FaultKind {
    readonly name: string;
    /** A connection that is refused cannot be made by an answer: the fake Vercel API stops listening before the call. */
    readonly refuses?: true;
    /** How the fault is made; the time is for answers that name one. */
    readonly make: (nowMs: number, operation: LimitedOperation) => Omit<Fault, "operation" | "skip" | "project">;
}

/** Never within a test: the client's deadline ends the wait. */
const NEVER_MS = 24 * 60 * 60_000;
const WEEK_S = 7 * 24 * 60 * 60;
const LIMITED_S = 20;
const HTML = "<!doctype html><title>Bad gateway</title><p>The proxy could not reach the server.</p>";

function refusal(status: number, code: string, message: string, more: object = {}): Pick<Fault, "status" | "body"> {
    return { status, body: JSON.stringify({ error: { code, message, ...more } }) };
}

function answers(name: string, fault: Omit<Fault, "kind">): FaultKind {
    return { name, make: () => ({ kind: "status", ...fault }) };
}

function limited(name: string, details: (nowMs: number) => Pick<Fault, "headers" | "body">): FaultKind {
    return { name: `429, ${name}`, make: (nowMs) => ({ kind: "status", status: 429, ...details(nowMs) }) };
}

/** The same fault of a call that had no effect and of one that had; the client cannot tell them apart. */
function beforeAndAfter(name: string, fault: Omit<Fault, "afterEffect">): readonly FaultKind[] {
    return [
        { name: `${name}, no effect`, make: () => ({ ...fault, afterEffect: false }) },
        { name: `${name}, after the effect`, make: () => ({ ...fault, afterEffect: true }) },
    ];
}

const NETWORK: readonly FaultKind[] = [
    { name: "connection refused", refuses: true, make: () => ({ kind: "reset-unread" }) },
    { name: "reset before the request is read", make: () => ({ kind: "reset-unread" }) },
    { name: "reset, no effect", make: () => ({ kind: "reset-before" }) },
    { name: "reset, after the effect", make: () => ({ kind: "reset-after" }) },
    ...beforeAndAfter("timeout", { kind: "delay", delayMs: NEVER_MS }),
    { name: "timeout, effect after the next listing", make: () => ({ kind: "late" }) },
    ...beforeAndAfter("body cut short", { kind: "cut" }),
    ...beforeAndAfter("body that drips", { kind: "drip" }),
];

const SERVER: readonly FaultKind[] = [500, 502, 503].flatMap((status) =>
    beforeAndAfter(String(status), { kind: "status", status }),
);

const LIMITED: readonly FaultKind[] = [
    limited("Retry-After in seconds", () => ({ headers: { "Retry-After": String(LIMITED_S) } })),
    limited("Retry-After as a date", (nowMs) => ({
        headers: { "Retry-After": new Date(nowMs + LIMITED_S * 1000).toUTCString() },
    })),
    limited("Retry-After absent", () => ({})),
    limited("Retry-After negative", () => ({ headers: { "Retry-After": "-3" } })),
    limited("Retry-After of 7 days", () => ({ headers: { "Retry-After": String(WEEK_S) } })),
    limited("limit.reset in seconds", (nowMs) => ({
        body: JSON.stringify({
            error: { code: "rate_limited", limit: { reset: Math.ceil(nowMs / 1000) + LIMITED_S } },
        }),
    })),
    limited("limit.reset in milliseconds", (nowMs) => ({
        body: JSON.stringify({ error: { code: "rate_limited", limit: { reset: nowMs + LIMITED_S * 1000 } } }),
    })),
];

/** In Vercel's words, where they are known. */
const REFUSED: readonly FaultKind[] = [
    answers("400", refusal(400, "bad_request", "Invalid request: missing required property `from`.")),
    answers("401", refusal(401, "unauthorized", "Not authorized")),
    answers("402", refusal(402, "payment_required", "Resource is limited - try again in 24 hours")),
    answers(
        "403, no token",
        refusal(403, "forbidden", "The request is missing an authentication token", { missingToken: true }),
    ),
    answers("403, invalid token", refusal(403, "forbidden", "Not authorized", { invalidToken: true })),
    answers(
        "403, other scope",
        refusal(403, "forbidden", `Not authorized: Trying to access resource under scope "other".`, { scope: "other" }),
    ),
    answers(
        "403, permission",
        refusal(403, "forbidden", "You don't have permission to change this.", { action: "create", resource: "cert" }),
    ),
    answers("404, project", refusal(404, "not_found", "Project not found.")),
    // Where a deletion says so it is true: otherwise nobody could tell that the certificate is still there.
    {
        name: "404, certificate",
        make: (_nowMs, operation) => ({
            kind: "status",
            ...refusal(404, "not_found", "The certificate could not be found"),
            afterEffect: operation === "delete",
        }),
    },
    answers("404, route", refusal(404, "not_found", "The page could not be found.")),
    answers("405", refusal(405, "method_unknown", "Method not allowed.")),
    answers("409", refusal(409, "conflict", "The project is being transferred")),
    answers("410", refusal(410, "gone", "Invalid API version.")),
];

const BODIES: readonly FaultKind[] = [
    ...beforeAndAfter("200 with an empty body", { kind: "body" }),
    ...beforeAndAfter("200 with HTML", { kind: "body", body: HTML, contentType: "text/html" }),
    ...beforeAndAfter("200 without the fields", { kind: "body", body: "{}" }),
    { name: "200 with fields that are not documented", make: () => ({ kind: "extra" }) },
];

/**
 * Redirects go to a port of this machine on which nothing listens: following one would fail in another way.
 */
const REDIRECTS: readonly FaultKind[] = [302, 307, 308].map((status) =>
    answers(`${String(status)} to another host`, { status, headers: { Location: "http://127.0.0.2:9/elsewhere" } }),
);

/** Every fault that a call may meet. */
export const FAULTS: readonly FaultKind[] = [...NETWORK, ...SERVER, ...LIMITED, ...REFUSED, ...BODIES, ...REDIRECTS];
