import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import type { Fault } from "./faults";
import type { LimitReading, ResetUnit } from "./limits";

export interface Answer {
    readonly status: number;
    readonly body: unknown;
    readonly headers?: Readonly<Record<string, string>>;
}

/** An error in the envelope that Vercel's API documents. */
export function failure(
    status: number,
    code: string,
    message: string,
    more: Readonly<Record<string, unknown>> = {},
): Answer {
    return { status, body: { error: { code, message, ...more } } };
}

/** The body that the documentation of the limits has; its `reset` is in seconds, unlike that of a 402. */
export function rateLimited({ total, resetMs }: LimitReading, nowMs: number): Answer {
    const waitS = Math.max(0, Math.ceil((resetMs - nowMs) / 1000));
    const limit = { total, remaining: 0, reset: Math.ceil(resetMs / 1000), resetMs };
    const message = `The rate limit of ${String(total)} exceeded. Try again in ${String(waitS)} seconds`;
    return failure(429, "rate_limited", message, { limit });
}

const ANNOUNCED_AS: Readonly<Record<ResetUnit, (ms: number) => number>> = {
    "seconds-up": (ms) => Math.ceil(ms / 1000),
    "seconds-down": (ms) => Math.floor(ms / 1000),
    milliseconds: (ms) => Math.ceil(ms),
};

export function limitHeaders(reading: LimitReading): Readonly<Record<string, string>> {
    const { total, remaining, resetMs, resetUnit } = reading;
    return {
        "X-RateLimit-Limit": String(total),
        "X-RateLimit-Remaining": String(remaining),
        "X-RateLimit-Reset": String(ANNOUNCED_AS[resetUnit](resetMs)),
    };
}

const CODES: Readonly<Record<number, string>> = {
    400: "bad_request",
    402: "payment_required",
    403: "forbidden",
    404: "not_found",
    409: "conflict",
    429: "too_many_requests",
    500: "internal_server_error",
};

/** An answer as it goes over the wire. */
export interface WireAnswer {
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly text: string;
}

export function wireAnswer({ status, body, headers = {} }: Answer): WireAnswer {
    const common = { "Content-Type": "application/json; charset=utf-8", "x-vercel-id": newRequestId() };
    return { status, headers: { ...common, ...headers }, text: JSON.stringify(body) };
}

/**
 * What a fault has instead of the truth, where it is an answer.
 *
 * @param hidden The true answer, where the call had its effect.
 */
export function faultAnswer(fault: Fault, hidden?: Answer): WireAnswer {
    if (fault.kind === "extra" && hidden !== undefined) {
        return wireAnswer({ ...hidden, body: withExtras(hidden.body) });
    }
    const status = statusOf(fault);
    const error = failure(status, CODES[status] ?? "error", "An unexpected internal error occurred").body;
    const headers = {
        "Content-Type": fault.contentType ?? "application/json; charset=utf-8",
        "x-vercel-id": newRequestId(),
        ...fault.headers,
    };
    return { status, headers, text: fault.body ?? (fault.kind === "status" ? JSON.stringify(error) : "") };
}

export function send(response: ServerResponse, { status, headers, text }: WireAnswer): void {
    response.writeHead(status, headers);
    response.end(text);
}

/** Sends what a fault has instead of the truth, or begins to. */
export function sendFault(response: ServerResponse, fault: Fault, hidden?: Answer): void {
    const text = JSON.stringify(hidden?.body ?? { clientCerts: [] });
    if (fault.kind === "cut") {
        response.writeHead(statusOf(fault), { "Content-Type": "application/json", "Content-Length": text.length });
        response.write(text.slice(0, text.length / 2), () => response.destroy());
        return;
    }
    if (fault.kind === "drip") {
        // Without a length, so that it has no end either.
        response.writeHead(statusOf(fault), { "Content-Type": "application/json" });
        drip(response, text);
        return;
    }
    send(response, faultAnswer(fault, hidden));
}

const DRIP_MS = 5;

function drip(response: ServerResponse, text: string): void {
    let sent = 0;
    const timer = setInterval(() => {
        // The client may have hung up before the first byte: then no event tells of it any more.
        if (response.closed || response.destroyed) {
            clearInterval(timer);
            return;
        }
        response.write(text[sent % text.length] ?? " ");
        sent += 1;
    }, DRIP_MS);
}

/** As a later version of the API may have them: ignored by whoever reads JSON as Vercel asks for. */
function withExtras(body: unknown): unknown {
    if (Array.isArray(body)) {
        return body.map(withExtras);
    }
    return typeof body === "object" && body !== null
        ? {
              ...Object.fromEntries(Object.entries(body).map(([name, value]) => [name, withExtras(value)])),
              addedLater: { id: "x" },
          }
        : body;
}

export function statusOf({ kind, status }: Fault): number {
    return status ?? (kind === "status" ? 500 : 200);
}

function newRequestId(): string {
    return `fra1::${randomBytes(6).toString("hex")}`;
}
