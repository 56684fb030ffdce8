import type { AxiosInstance, AxiosResponse } from "axios" with { "resolution-mode": "import" };
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Clock } from "./clock";
import { classify, readErrorBody, VercelError, type ErrorBody, type ErrorKind, type Operation } from "./errors";

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

const NO_HEADERS: AnswerHeaders = { retryAfter: undefined, limit: undefined, remaining: undefined, reset: undefined };
const TIMEOUT_MS = 30_000;
const LARGEST_ANSWER_BYTES = 4 * 1024 * 1024;

/** Network errors before anything can have been sent: a write that failed so did not happen. */
const NOT_SENT = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "ERR_INVALID_URL"]);
/** What axios calls an answer above its limit, and one that was cut short; only the text tells them apart. */
const BAD_RESPONSE = "ERR_BAD_RESPONSE";
const TOO_LARGE = /^maxContentLength\b/;
const TIMED_OUT = new Set(["ECONNABORTED", "ETIMEDOUT", "ERR_CANCELED"]);

/** Sends single requests. What axios throws holds token and private key, so nothing of it leaves this class. */
export class Transport {
    readonly #baseUrl: string;
    readonly #clock: Pick<Clock, "deadline">;
    #axios: Promise<AxiosInstance> | undefined;

    constructor(baseUrl: string, clock: Pick<Clock, "deadline">) {
        this.#baseUrl = baseUrl;
        this.#clock = clock;
    }

    async send(request: CallRequest): Promise<CallAnswer | CallFailure> {
        let response: AxiosResponse<string>;
        try {
            response = await this.#request(request);
        } catch (thrown) {
            return failureOf(request, thrown);
        }
        return readAnswer(request, response);
    }

    async #request({ method, path, token, body }: CallRequest): Promise<AxiosResponse<string>> {
        const axios = await this.#load();
        return await axios.request<string>({
            method,
            url: `${this.#baseUrl}${path}`,
            headers: { Authorization: `Bearer ${token}`, Accept: "application/json" },
            // A limit of axios' own would end a silent connection only; the signal ends one that drips as well.
            signal: this.#clock.deadline(TIMEOUT_MS),
            // Plain http is allowed on this machine only; a proxy would take token and key off it, in clear.
            ...(this.#baseUrl.startsWith("http:") ? { proxy: false } : {}),
            ...(body === undefined ? {} : { data: body }),
        });
    }

    /** Loaded with the first call: an up that changes nothing makes none. */
    #load(): Promise<AxiosInstance> {
        this.#axios ??= import("axios").then(({ default: axios }) =>
            axios.create({
                maxRedirects: 0,
                maxContentLength: LARGEST_ANSWER_BYTES,
                responseType: "text",
                transformResponse: (text: string) => text,
                validateStatus: () => true,
                headers: { "User-Agent": userAgent() },
            }),
        );
        return this.#axios;
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
        return { text, status, requestId, headers };
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
    const detail = DETAILS[kind];
    return { error: newError(request, { kind, code, detail }, !NOT_SENT.has(code)), headers: NO_HEADERS, body: {} };
}

const DETAILS = {
    timeout: "no complete answer in time",
    network: "no complete answer",
    malformed: "the answer is too large",
};

function kindOfThrown(code: string, thrown: unknown): keyof typeof DETAILS {
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

function newError(
    { operation, method, path, token, secrets = [] }: CallRequest,
    facts: Facts,
    mayHaveHappened: boolean,
): VercelError {
    const effect = mayHaveHappened && operation !== "list" ? "unknown" : "none";
    return new VercelError({ operation, method, path, ...facts, effect, secrets: [token, ...secrets] });
}
