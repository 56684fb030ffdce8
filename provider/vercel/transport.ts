import type { AxiosInstance, AxiosResponse, AxiosStatic } from "axios";
import http, { type ClientRequest, type IncomingMessage, type RequestOptions } from "node:http";
import https from "node:https";
import { manifest } from "../manifest";
import type { Clock } from "./clock";
import {
    classify,
    METHODS,
    readErrorBody,
    VercelError,
    type ErrorBody,
    type ErrorFacts,
    type Operation,
} from "./errors";
import { PROXY_REFUSED, proxyFor, TunnelAgent } from "./proxy";
import { redact, SHORTEST_SECRET } from "../text/redact";
import { SecretIndex } from "../text/secretIndex";
import { refuseUnverifiedTls } from "./settings";

export interface CallRequest {
    readonly operation: Operation;
    /** With the query, percent-encoded, without anything secret. */
    readonly path: string;
    readonly token: string;
    /** With the private key, which a server might quote in this answer and in later ones. */
    readonly body?: Readonly<Record<string, unknown>> & { readonly key: string };
}

export interface CallAnswer {
    readonly text: string;
    readonly status: number;
    readonly requestId: string | undefined;
    readonly headers: AnswerHeaders;
    /** Whether a text of the answer repeats token or key. */
    repeatsSecret(text: string): boolean;
}

/** The headers that say something about the limit. */
export interface AnswerHeaders {
    readonly retryAfter?: string | undefined;
    readonly limit?: string | undefined;
    readonly remaining?: string | undefined;
    readonly reset?: string | undefined;
}

/** A failed call together with what its answer said about the limit; only for the retry policy. */
export interface CallFailure {
    readonly error: VercelError;
    readonly headers: AnswerHeaders;
    readonly body: ErrorBody;
}

/** Is told of every answer. */
export type Observe = (operation: Operation, result: CallAnswer | CallFailure) => void;

const TIMEOUT_MS = 30_000;
const LARGEST_ANSWER_BYTES = 4 * 1024 * 1024;

/** Network errors before anything can have been sent: a write that failed so did not happen. */
const NOT_SENT = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "ERR_INVALID_URL"]);
/** What axios calls an answer above its limit, and one that was cut short; only the text tells them apart. */
const BAD_RESPONSE = "ERR_BAD_RESPONSE";
const TOO_LARGE = /^maxContentLength\b/;
const TIMED_OUT = new Set(["ECONNABORTED", "ETIMEDOUT", "ERR_CANCELED"]);
type Axios = Pick<AxiosInstance, "request">;

/** A code as Vercel documents it, and a request id; what looks different is not shown. */
const CODE = /^[a-z_]{1,64}$/;
const REQUEST_ID = /^[\w:.-]{1,100}$/;
const LONGEST_DETAIL = 400;

/** Sends single requests. What axios throws holds token and private key, so nothing of it leaves this class. */
export class Transport {
    /** Of every call so far: what one answer cannot repeat, a later one can. */
    readonly #secrets = new SecretIndex();
    #axios: Axios | undefined;

    constructor(
        private readonly baseUrl: string,
        private readonly clock: Pick<Clock, "deadline">,
        private readonly observe: Observe = () => undefined,
    ) {}

    async send(request: CallRequest): Promise<CallAnswer | CallFailure> {
        const { operation, path, token, body } = request;
        [token, body?.key ?? ""].forEach((secret) => this.#secrets.add(secret));
        // Outside `try`: neither a setting nor what cannot be loaded is a failure of the network.
        const signal = this.clock.deadline(TIMEOUT_MS);
        const agent = this.#agent(signal);
        const axios = this.#load();
        const config = {
            method: METHODS[operation],
            url: `${this.baseUrl}${path}`,
            headers: { Authorization: `Bearer ${token}`, Accept: "application/json" },
            // A limit of axios' own would end a silent connection only; the signal ends one that drips as well.
            signal,
            httpsAgent: agent,
            data: body,
        };
        const result = await axios.request<string>(config).then(
            (response) => this.#readAnswer(request, response),
            (thrown: unknown) => failureOf(request, thrown),
        );
        this.observe(operation, result);
        return result;
    }

    /** Plain http is allowed on this machine only; a proxy would take token and key off it, in clear. */
    #agent(signal: AbortSignal): TunnelAgent | undefined {
        if (this.baseUrl.startsWith("http:")) {
            return undefined;
        }
        // Of this process, whatever the provider was given: Node looks there as well.
        refuseUnverifiedTls(process.env);
        const proxy = proxyFor(new URL(this.baseUrl), process.env);
        return proxy === undefined ? undefined : new TunnelAgent(proxy, signal);
    }

    /**
     * Loaded with the first call: an up that changes nothing makes none. By `require`, since under Yarn Plug'n'Play
     * `import()` finds no package. Not by `create`, which takes over what others in this process set as defaults of axios;
     * so everything is said here.
     */
    #load(): Axios {
        // eslint-disable-next-line @typescript-eslint/no-require-imports -- late, and so that a bundler sees it
        this.#axios ??= new (require("axios") as AxiosStatic).Axios({
            adapter: "http",
            transport: NODE_TRANSPORT,
            proxy: false,
            maxRedirects: 0,
            maxContentLength: LARGEST_ANSWER_BYTES,
            responseType: "text",
            transformRequest: (body: unknown) => (body === undefined ? body : JSON.stringify(body)),
            transformResponse: (text: string) => text,
            validateStatus: () => true,
            headers: { "User-Agent": `${manifest.name}/${manifest.version}`, "Content-Type": "application/json" },
        });
        return this.#axios;
    }

    #readAnswer(request: CallRequest, response: AxiosResponse<string>): CallAnswer | CallFailure {
        const { status } = response;
        const { token } = request;
        const header = (name: string): string | undefined => {
            const value: unknown = response.headers[name];
            return typeof value === "string" ? value : undefined;
        };
        const repeatsSecret = (text: string): boolean =>
            this.#secrets.isIn(text) || (token.length >= SHORTEST_SECRET && text.includes(token));
        const fit = (text: string | undefined, form: RegExp): string | undefined =>
            text !== undefined && form.test(text) && !repeatsSecret(text) ? text : undefined;
        const requestId = fit(header("x-vercel-id"), REQUEST_ID);
        const headers: AnswerHeaders = {
            retryAfter: header("retry-after"),
            limit: header("x-ratelimit-limit"),
            remaining: header("x-ratelimit-remaining"),
            reset: header("x-ratelimit-reset"),
        };
        const text = typeof response.data === "string" ? response.data : "";
        if (status >= 200 && status < 300) {
            return { text, status, requestId, headers, repeatsSecret };
        }
        const body = readErrorBody(text);
        const kind = classify(request.operation, status, body);
        const detail = shownDetail(request, body.message ?? "", repeatsSecret);
        const facts = { kind, status, requestId, code: fit(body.code, CODE), detail };
        return { error: newError(request, facts, status < 200 || status >= 500 || status === 408), headers, body };
    }
}

/**
 * What of a server's free text is shown: of an upload nothing, since it was sent the key and may quote it in a notation
 * that nobody knows; of other calls the beginning, unless it repeats what an earlier call has sent.
 */
function shownDetail(
    { operation, token }: CallRequest,
    message: string,
    repeatsSecret: (text: string) => boolean,
): string | undefined {
    const beginning = message.slice(0, LONGEST_DETAIL);
    if (beginning.trim() === "") {
        return undefined;
    }
    if (operation === "upload") {
        return "Vercel's message is not shown, because it may quote the key";
    }
    return repeatsSecret(beginning)
        ? "Vercel's message is not shown, because it repeats a secret"
        : redact(beginning, [token]).replace(/[.\s]+$/, "");
}

/**
 * Node's own requests, with two differences.
 *
 * NODE_DEBUG with `http`, `https` or `net` prints the options of every connection, and those of a request are among
 * them. So the headers, which hold the token, are set on the request only.
 *
 * Node ends some exchanges without a word, as one that is answered by 101. Whoever waits for it would wait for ever, and
 * a process that has nothing else to do would end as if all were well.
 */
const NODE_TRANSPORT = {
    request(options: RequestOptions, onAnswer: (answer: IncomingMessage) => void): ClientRequest {
        const { headers = {}, ...connection } = options;
        let isOver = false;
        const over = (): void => {
            isOver = true;
        };
        const request = (options.protocol === "https:" ? https : http).request(
            // Explicitly, since others in this process may have told Node's own agent otherwise.
            { ...connection, rejectUnauthorized: true } as RequestOptions,
            (answer) => {
                over();
                onAnswer(answer);
            },
        );
        request.once("error", over).once("close", () => {
            if (!isOver) {
                request.emit("error", Object.assign(new Error("no answer"), { code: "NO_ANSWER" }));
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

export function isFailure(result: CallAnswer | CallFailure): result is CallFailure {
    return "error" in result;
}

/** An answer that is not what is documented; for a write it is open whether that had its effect. */
export function malformed(request: CallRequest, answer: CallAnswer, detail: string): VercelError {
    return newError(request, { kind: "malformed", detail, status: answer.status, requestId: answer.requestId }, true);
}

function failureOf(request: CallRequest, thrown: unknown): CallFailure {
    const given = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
    const code = /^[A-Z0-9_]{1,64}$/.test(given) ? given : "UNKNOWN";
    const kind = kindOfThrown(code, thrown);
    const isRefused = code.startsWith(PROXY_REFUSED);
    const detail = isRefused ? DETAILS.proxy : DETAILS[kind];
    const mayHaveHappened = !isRefused && !NOT_SENT.has(code);
    return { error: newError(request, { kind, code, detail }, mayHaveHappened), headers: {}, body: {} };
}

const DETAILS = {
    timeout: "no complete answer in time",
    network: "no complete answer",
    malformed: "the answer is too large",
    proxy: "the proxy opened no tunnel",
};

function kindOfThrown(code: string, thrown: unknown): keyof typeof DETAILS {
    if (code.startsWith(PROXY_REFUSED)) {
        // A status below 500 is what the proxy was told to say. Anything else is a fault on the way, which may pass.
        return Number(code.slice(PROXY_REFUSED.length)) < 500 ? "proxy" : "network";
    }
    if (TIMED_OUT.has(code)) {
        return "timeout";
    }
    const isTooLarge = code === BAD_RESPONSE && thrown instanceof Error && TOO_LARGE.test(thrown.message);
    return isTooLarge ? "malformed" : "network";
}

type Facts = Omit<ErrorFacts, "operation" | "path" | "effect">;

function newError(request: CallRequest, facts: Facts, mayHaveHappened: boolean): VercelError {
    const { operation, path } = request;
    const effect = mayHaveHappened && operation !== "list" ? "unknown" : "none";
    return new VercelError({ operation, path, ...facts, effect });
}
