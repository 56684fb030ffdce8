import type { AxiosInstance, AxiosResponse, AxiosStatic } from "axios";
import { readFileSync } from "node:fs";
import http, { type ClientRequest, type IncomingMessage, type RequestOptions } from "node:http";
import https from "node:https";
import { createRequire } from "node:module";
import { join } from "node:path";
import { TLSSocket } from "node:tls";
import type { Clock } from "./clock";
import { classify, readErrorBody, VercelError, type ErrorBody, type ErrorKind, type Operation } from "./errors";
import { repeatsSecret } from "./scrub";
import { refuseShownProxy } from "./settings";

export interface CallRequest {
    readonly operation: Operation;
    readonly method: "GET" | "POST" | "DELETE";
    /** With the query, percent-encoded, without anything secret. */
    readonly path: string;
    readonly token: string;
    /** What a server might echo, besides the token. */
    readonly secrets?: readonly string[];
    readonly body?: Readonly<Record<string, unknown>>;
}

export interface CallAnswer {
    readonly text: string;
    readonly status: number;
    readonly requestId: string | undefined;
    readonly headers: AnswerHeaders;
}

/** The headers that say something about the limit. */
export interface AnswerHeaders {
    readonly retryAfter: string | undefined;
    readonly limit: string | undefined;
    readonly remaining: string | undefined;
    readonly reset: string | undefined;
}

/** A failed call together with what its answer said about the limit; only for the retry policy. */
export interface CallFailure {
    readonly error: VercelError;
    readonly headers: AnswerHeaders;
    readonly body: ErrorBody;
}

/** Is told of every answer. */
export type Observe = (operation: Operation, result: CallAnswer | CallFailure) => void;

const NO_HEADERS: AnswerHeaders = { retryAfter: undefined, limit: undefined, remaining: undefined, reset: undefined };
const TIMEOUT_MS = 30_000;
const LARGEST_ANSWER_BYTES = 4 * 1024 * 1024;

/** Network errors before anything can have been sent: a write that failed so did not happen. */
const NOT_SENT = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "ERR_INVALID_URL"]);
/** What axios calls an answer above its limit, and one that was cut short; only the text tells them apart. */
const BAD_RESPONSE = "ERR_BAD_RESPONSE";
const TOO_LARGE = /^maxContentLength\b/;
const TIMED_OUT = new Set(["ECONNABORTED", "ETIMEDOUT", "ERR_CANCELED"]);
/** Before the status with which a proxy refused to open a tunnel; the request was not sent then. */
const PROXY_REFUSED = "PROXY_";

/** Sends single requests. What axios throws holds token and private key, so nothing of it leaves this class. */
export class Transport {
    readonly #baseUrl: string;
    readonly #clock: Pick<Clock, "deadline">;
    readonly #observe: Observe;
    #axios: AxiosInstance | undefined;

    constructor(baseUrl: string, clock: Pick<Clock, "deadline">, observe: Observe = () => undefined) {
        this.#baseUrl = baseUrl;
        this.#clock = clock;
        this.#observe = observe;
    }

    async send(request: CallRequest): Promise<CallAnswer | CallFailure> {
        if (!this.#isClear) {
            // Of this process, whatever the provider was given: that is where axios looks for a proxy.
            refuseShownProxy(process.env);
        }
        // Outside `try`: what cannot be loaded is no failure of the network.
        const axios = this.#load();
        const result = await this.#request(axios, request).then(
            (response) => readAnswer(request, response),
            (thrown: unknown) => failureOf(request, thrown),
        );
        this.#observe(request.operation, result);
        return result;
    }

    get #isClear(): boolean {
        return this.#baseUrl.startsWith("http:");
    }

    async #request(axios: AxiosInstance, { method, path, token, body }: CallRequest): Promise<AxiosResponse<string>> {
        return await axios.request<string>({
            method,
            url: `${this.#baseUrl}${path}`,
            headers: { Authorization: `Bearer ${token}`, Accept: "application/json" },
            // A limit of axios' own would end a silent connection only; the signal ends one that drips as well.
            signal: this.#clock.deadline(TIMEOUT_MS),
            // Plain http is allowed on this machine only; a proxy would take token and key off it, in clear.
            ...(this.#isClear ? { proxy: false } : {}),
            ...(body === undefined ? {} : { data: body }),
        });
    }

    /**
     * Loaded with the first call: an up that changes nothing makes none. By `require`, since under Yarn Plug'n'Play
     * `import()` finds no package.
     */
    #load(): AxiosInstance {
        this.#axios ??= (createRequire(__filename)("axios") as AxiosStatic).create({
            maxRedirects: 0,
            transport: NODE_TRANSPORT,
            maxContentLength: LARGEST_ANSWER_BYTES,
            responseType: "text",
            transformResponse: (text: string) => text,
            validateStatus: () => true,
            headers: { "User-Agent": userAgent() },
        });
        return this.#axios;
    }
}

/**
 * Node's own requests, with two differences.
 *
 * NODE_DEBUG with `http`, `https` or `net` prints the options of every connection, and those of a request are among
 * them. So the headers, which hold the token, are set on the request only.
 *
 * Where a proxy refuses a tunnel, axios' agent hands out the proxy's answer as if it were that of the origin. It came
 * in clear from whoever is on the way, and must not pass for a word of Vercel's.
 */
const NODE_TRANSPORT = {
    request(options: RequestOptions, onAnswer: (answer: IncomingMessage) => void): ClientRequest {
        const { headers = {}, ...connection } = options;
        const isSecure = options.protocol === "https:";
        const request = (isSecure ? https : http).request(connection, (answer) => {
            if (isSecure && !(answer.socket instanceof TLSSocket)) {
                request.destroy(new TunnelRefused(answer.statusCode ?? 0));
            } else {
                onAnswer(answer);
            }
        });
        for (const [name, value] of Object.entries(headers)) {
            if (value !== undefined) {
                request.setHeader(name, value);
            }
        }
        return request;
    },
};

class TunnelRefused extends Error {
    readonly code: string;

    constructor(status: number) {
        super("the proxy opened no tunnel");
        this.code = `${PROXY_REFUSED}${String(status)}`;
    }
}

/** Name and version of this package, from the manifest beside its `dist` folder. */
function userAgent(): string {
    const manifest = JSON.parse(readFileSync(join(__dirname, "../../../package.json"), "utf8")) as {
        readonly name: string;
        readonly version: string;
    };
    return `${manifest.name}/${manifest.version}`;
}

export function isFailure(result: CallAnswer | CallFailure): result is CallFailure {
    return "error" in result;
}

/** An answer that is not what is documented; for a write it is open whether that had its effect. */
export function malformed(request: CallRequest, answer: CallAnswer, detail: string): VercelError {
    return newError(request, { kind: "malformed", detail, status: answer.status, requestId: answer.requestId }, true);
}

function readAnswer(request: CallRequest, response: AxiosResponse<string>): CallAnswer | CallFailure {
    const { status } = response;
    const header = (name: string): string | undefined => {
        const value: unknown = response.headers[name];
        return typeof value === "string" ? value : undefined;
    };
    const requestId = header("x-vercel-id");
    const headers: AnswerHeaders = {
        retryAfter: header("retry-after"),
        limit: header("x-ratelimit-limit"),
        remaining: header("x-ratelimit-remaining"),
        reset: header("x-ratelimit-reset"),
    };
    const text = typeof response.data === "string" ? response.data : "";
    if (status >= 200 && status < 300) {
        const answer = { text, status, requestId, headers };
        // Ids and origins go into the state and into messages as they come.
        return repeatsSecret(text, secretsOf(request))
            ? { error: malformed(request, answer, "the answer repeats token or key"), headers, body: {} }
            : answer;
    }
    const body = readErrorBody(text);
    const kind = classify(request.operation, status, body);
    const facts = { kind, status, requestId, code: body.code, detail: body.message };
    return { error: newError(request, facts, status >= 500 || status === 408), headers, body };
}

function failureOf(request: CallRequest, thrown: unknown): CallFailure {
    const code =
        thrown instanceof Error && "code" in thrown && typeof thrown.code === "string" ? thrown.code : "UNKNOWN";
    const kind = kindOfThrown(code, thrown);
    const isRefused = code.startsWith(PROXY_REFUSED);
    const detail = isRefused ? DETAILS.proxy : DETAILS[kind];
    const mayHaveHappened = !isRefused && !NOT_SENT.has(code);
    return { error: newError(request, { kind, code, detail }, mayHaveHappened), headers: NO_HEADERS, body: {} };
}

const DETAILS = {
    timeout: "no complete answer in time",
    network: "no complete answer",
    malformed: "the answer is too large",
    proxy: "expected the proxy to open a tunnel, got that status from it",
};

function kindOfThrown(code: string, thrown: unknown): keyof typeof DETAILS {
    if (code.startsWith(PROXY_REFUSED)) {
        // 5xx is a fault on the way, which may pass; anything else is what the proxy was told to say.
        return Number(code.slice(PROXY_REFUSED.length)) >= 500 ? "network" : "proxy";
    }
    if (TIMED_OUT.has(code)) {
        return "timeout";
    }
    const isTooLarge = code === BAD_RESPONSE && thrown instanceof Error && TOO_LARGE.test(thrown.message);
    return isTooLarge ? "malformed" : "network";
}

interface Facts {
    readonly kind: ErrorKind;
    readonly status?: number;
    readonly code?: string | undefined;
    readonly detail?: string | undefined;
    readonly requestId?: string | undefined;
}

function secretsOf({ token, secrets = [] }: CallRequest): readonly string[] {
    return [token, ...secrets];
}

function newError(request: CallRequest, facts: Facts, mayHaveHappened: boolean): VercelError {
    const { operation, method, path } = request;
    const effect = mayHaveHappened && operation !== "list" ? "unknown" : "none";
    return new VercelError({ operation, method, path, ...facts, effect, secrets: secretsOf(request) });
}
