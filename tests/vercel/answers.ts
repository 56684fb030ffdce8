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

export function send(response: ServerResponse, { status, body, headers = {} }: Answer): void {
    response.writeHead(status, {
        "Content-Type": "application/json; charset=utf-8",
        "x-vercel-id": newRequestId(),
        ...headers,
    });
    response.end(JSON.stringify(body));
}

/**
 * Sends what a fault has instead of the truth.
 *
 * @param hidden The true answer, where the call had its effect.
 */
export function sendFault(response: ServerResponse, fault: Fault, hidden?: Answer): void {
    const status = statusOf(fault);
    if (fault.kind === "extra" && hidden !== undefined) {
        send(response, { ...hidden, body: withExtras(hidden.body) });
        return;
    }
    const text = JSON.stringify(hidden?.body ?? { clientCerts: [] });
    if (fault.kind === "cut") {
        response.writeHead(status, { "Content-Type": "application/json", "Content-Length": text.length });
        response.write(text.slice(0, text.length / 2), () => response.destroy());
        return;
    }
    if (fault.kind === "drip") {
        // Without a length, so that it has no end either.
        response.writeHead(status, { "Content-Type": "application/json" });
        drip(response, text);
        return;
    }
    const error = failure(status, CODES[status] ?? "error", "An unexpected internal error occurred").body;
    response.writeHead(status, {
        "Content-Type": fault.contentType ?? "application/json; charset=utf-8",
        "x-vercel-id": newRequestId(),
        ...fault.headers,
    });
    response.end(fault.body ?? (fault.kind === "status" ? JSON.stringify(error) : ""));
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
