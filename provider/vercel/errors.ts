export type Operation = "list" | "upload" | "delete";

/** What to do, for all that can be told apart of what went wrong. */
const WHAT_TO_DO = {
    "bad-token":
        "The token may be missing, expired or revoked: set VERCEL_API_TOKEN, or the variable that tokenEnv names, to a valid one.",
    "wrong-scope":
        "The token is of another scope: use a token of this team, or give the team that the token belongs to.",
    forbidden:
        "The token may not do this: use one that may change this project, or check its role and the plan of the team.",
    "project-missing":
        "Check project and team: with the wrong team or token, Vercel does not find an existing project either.",
    "certificate-missing": "It was removed already.",
    "unclear-missing":
        "Vercel does not find the certificate, or the endpoint is withdrawn or not enabled for this team.",
    withdrawn:
        "This endpoint is withdrawn, or not enabled for this team: ask Vercel, or look for a newer version of this package.",
    transferring: "The project is being transferred to another team: wait until that is done and run again.",
    "payment-required": "Vercel has limited this account, or it has no payment method: look at its billing page.",
    "rate-limited": "This or another machine has used up the team's limit: run again later.",
    invalid: "Vercel refuses these values: check the certificate, the key, the issuers and the origin.",
    server: "This is a fault at Vercel: run again, and if it stays, quote the request id to Vercel.",
    network: "Check the network, the proxy, and VERCEL_API_URL if it is set.",
    proxy: "Check HTTPS_PROXY, with user and password if the proxy wants them, and NO_PROXY.",
    timeout: "Check the network and the proxy, and run again.",
    redirect:
        "Redirects are not followed, because they would take the private key to another host: check VERCEL_API_URL.",
    malformed: "The answer is not what Vercel documents: check the proxy, and VERCEL_API_URL if it is set.",
    unexpected: "Look for a newer version of this package.",
} as const;

export type ErrorKind = keyof typeof WHAT_TO_DO;

export interface ErrorFacts {
    readonly operation: Operation;
    readonly path: string;
    readonly kind: ErrorKind;
    readonly status?: number | undefined;
    /** Vercel's code, or that of the network error. This and what follows is fit to be shown. */
    readonly code?: string | undefined;
    readonly detail?: string | undefined;
    readonly requestId?: string | undefined;
    /** Whether a write may have happened although it failed. */
    readonly effect: "none" | "unknown";
}

/**
 * A call that failed, with its facts as properties. It holds no request data and no cause, for those carry token and
 * private key; its stack is empty because the dynamic provider's host prints stacks; and it has no property `id`, which
 * the host would misread.
 */
// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging -- the constructor assigns all of them
export class VercelError extends Error {
    constructor(facts: ErrorFacts) {
        super(describe(facts));
        Object.assign(this, facts, { name: "VercelError", stack: "" });
    }
}

// eslint-disable-next-line @typescript-eslint/no-unsafe-declaration-merging, @typescript-eslint/no-empty-object-type -- see above
export interface VercelError extends ErrorFacts {}

export const METHODS = { list: "GET", upload: "POST", delete: "DELETE" } as const;
const VERBS: Readonly<Record<Operation, string>> = {
    list: "Listing the client certificates",
    upload: "Uploading the client certificate",
    delete: "Deleting the client certificate",
};

function describe({ operation, path, kind, status, code, detail, requestId }: ErrorFacts): string {
    const answer = [status, code].filter((part) => part !== undefined).join(" ");
    const said = detail === undefined ? "" : `: ${detail}`;
    const request = requestId === undefined ? "" : ` (request ${requestId})`;
    return `${VERBS[operation]} failed: ${METHODS[operation]} ${path}: ${answer}${said}${request}. ${WHAT_TO_DO[kind]}`;
}

/** What Vercel says in the body of an error; every field may be missing. */
export type ErrorBody = Readonly<Partial<ReturnType<typeof readErrorBody>>>;

/** Reads an error's body: `{error: {}}`, `{err: {}}`, flat, empty and non-JSON ones all occur. */
export function readErrorBody(text: string) {
    const body = parseObject(text);
    const envelope = asObject(body["error"]) ?? asObject(body["err"]) ?? body;
    const limit = asObject(envelope["limit"]);
    const reset = limit?.["resetMs"] ?? limit?.["reset"];
    const { code, message } = envelope;
    const flag = (name: string): boolean => envelope[name] !== undefined && envelope[name] !== false;
    return {
        code: typeof code === "string" ? code : undefined,
        message: typeof message === "string" ? message : undefined,
        /** When the limit is reset, in seconds or milliseconds since the epoch. */
        reset: typeof reset === "number" ? reset : undefined,
        isTokenRefused: flag("missingToken") || flag("invalidToken"),
        isOtherScope: flag("scope"),
    };
}

/** What a status means, whatever the body says. */
const BY_STATUS: Readonly<Partial<Record<number, ErrorKind>>> = {
    301: "redirect",
    302: "redirect",
    303: "redirect",
    307: "redirect",
    308: "redirect",
    400: "invalid",
    401: "bad-token",
    402: "payment-required",
    405: "withdrawn",
    408: "timeout",
    409: "transferring",
    410: "withdrawn",
    422: "invalid",
    429: "rate-limited",
};

/** Which kind of error a status and a body make. */
export function classify(operation: Operation, status: number, body: ErrorBody): ErrorKind {
    if (status === 403) {
        return body.isTokenRefused ? "bad-token" : body.isOtherScope ? "wrong-scope" : "forbidden";
    }
    if (status === 404) {
        return classifyMissing(operation, body);
    }
    const other = status >= 500 ? "server" : status >= 300 && status < 400 ? "malformed" : "unexpected";
    return BY_STATUS[status] ?? other;
}

/** Only the documented sentence says that a certificate is gone: the rest must never pass for that. */
const CERTIFICATE_MISSING = /^the certificate could not be found\.?$/i;

function classifyMissing(operation: Operation, { message = "", code = "" }: ErrorBody): ErrorKind {
    if (operation === "delete" && CERTIFICATE_MISSING.test(message.trim())) {
        return "certificate-missing";
    }
    if (/project|team/i.test(message) || (code === "not_found" && message === "")) {
        return "project-missing";
    }
    return operation === "delete" ? "unclear-missing" : "withdrawn";
}

/** The operation may not take longer: nothing more is sent for it, and what is under way is not cut off. */
export class OutOfTimeError extends Error {
    constructor() {
        super("the time that customTimeouts allows is over, so nothing more was sent; allow more, and run again");
        this.name = "OutOfTimeError";
        this.stack = "";
    }
}

const isOfKind = (kind: ErrorKind) => (error: unknown) => error instanceof VercelError && error.kind === kind;

export const isProjectMissing = isOfKind("project-missing");
export const isCertificateMissing = isOfKind("certificate-missing");
/** A deletion that was not found, in words that say neither project nor certificate. */
export const isUnclearNotFound = isOfKind("unclear-missing");

/** Whether a write may have happened although it failed. */
export function isEffectUnknown(error: unknown): boolean {
    return error instanceof VercelError && error.effect === "unknown";
}

export function parseObject(text: string): Readonly<Record<string, unknown>> {
    try {
        return asObject(JSON.parse(text)) ?? {};
    } catch {
        // Proxies answer with HTML, and some errors have no body: then there is nothing to read from it.
        return {};
    }
}

export function asObject(value: unknown): Readonly<Record<string, unknown>> | undefined {
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : undefined;
}
