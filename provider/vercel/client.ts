import type { Clock } from "./clock";
import { asObject, parseObject, VercelError, type Operation } from "./errors";
import { SECOND_LOOK_MS, SharedListings } from "./listings";
import { LISTINGS_PER_WINDOW, RateLimitedQueue, WRITES_PER_WINDOW, type AnnouncedLimit } from "./rateLimit";
import { decideRetry, resetTime } from "./retry";
import {
    isFailure,
    malformed,
    Transport,
    type AnswerHeaders,
    type CallAnswer,
    type CallFailure,
    type CallRequest,
    type Observe,
} from "./transport";

/** Whose certificates a call concerns, and with which right. */
export interface ProjectAddress {
    /** Id or name. */
    readonly project: string;
    /** Id (`team_…`) or slug; without it, the token's own scope. */
    readonly team?: string | undefined;
    readonly token: string;
}

export interface CertificateEntry {
    /** Empty for an entry that cannot be read: something is there, and it may be anything. */
    readonly certId: string;
    /** As Vercel returns it; empty where it returns none. */
    readonly origin: string;
}

/** What Vercel lists for a project. */
export type Listing = readonly CertificateEntry[];

export interface CertificateUpload {
    readonly cert: string;
    readonly key: string;
    readonly ca: string;
    readonly origin?: string | undefined;
    readonly skipValidation?: boolean | undefined;
}

export interface VercelClientOptions {
    readonly baseUrl: string;
    readonly clock: Clock;
    readonly notify: (line: string) => void;
    readonly random?: (() => number) | undefined;
    /** Sees every answer as it came, for whoever examines the API. */
    readonly observe?: Observe | undefined;
}

const LIMITS = {
    list: ["listings", LISTINGS_PER_WINDOW],
    upload: ["uploads", WRITES_PER_WINDOW],
    delete: ["deletions", WRITES_PER_WINDOW],
} as const satisfies Record<Operation, readonly [what: string, perWindow: number]>;

/** The three calls of Vercel's API for client certificates, with pacing and retries. */
export class VercelClient {
    readonly #transport: Transport;
    readonly #queues = new Map<string, RateLimitedQueue>();
    readonly #listings: SharedListings<ProjectAddress, Listing>;

    constructor(private readonly options: VercelClientOptions) {
        const { baseUrl, clock, observe } = options;
        this.#transport = new Transport(baseUrl, clock, observe);
        this.#listings = new SharedListings(clock, (address) => this.#list(address));
    }

    /**
     * The certificates of a project, by a request that is sent after this call: listings confirm writes. Calls that
     * arrive before it is sent share it.
     */
    listCertificates(address: ProjectAddress): Promise<Listing> {
        return this.#listings.fresh(address);
    }

    /**
     * The certificates of a project as they were up to half a minute ago, but after every write of this client: for
     * those who only look, as all resources of a refresh do.
     */
    recentCertificates(address: ProjectAddress): Promise<Listing> {
        return this.#listings.recent(address);
    }

    /** A second listing, at least a quarter of a minute after the one of `recentCertificates`, and shared like that. */
    certificatesAgain(address: ProjectAddress): Promise<Listing> {
        const onWait = (): void =>
            this.options.notify(
                `${address.project}: waiting ${String(SECOND_LOOK_MS / 1000)} s for a second listing, ` +
                    `because the first one lacks a certificate that the state has`,
            );
        return this.#listings.again(address, onWait);
    }

    async #list(address: ProjectAddress): Promise<Listing> {
        const entries: CertificateEntry[] = [];
        let next: string | undefined;
        for (let pages = 1; ; pages += 1) {
            const request = requestOf("list", address, { until: next });
            const answer = await this.#call(address, request, address.project);
            const page = readPage(request, answer);
            entries.push(...page.entries);
            if (page.next === undefined) {
                return entries;
            }
            if (page.next === next || pages >= MOST_PAGES) {
                throw malformed(request, answer, "the listing has pages without an end");
            }
            next = page.next;
        }
    }

    /** @param label How a line about waiting names the resource. */
    async uploadCertificate(
        address: ProjectAddress,
        { cert, key, ca, origin, skipValidation }: CertificateUpload,
        label: string,
    ): Promise<CertificateEntry> {
        // JSON has no field for what is not given.
        const request = { ...requestOf("upload", address), body: { cert, key, ca, origin, skipValidation } };
        const answer = await this.#call(address, request, label);
        const stored = parseObject(answer.text);
        const entry = readEntry(stored["certId"], stored["origin"], answer);
        if (entry.certId === "") {
            throw malformed(request, answer, "the answer to the upload has no certId or no origin");
        }
        return entry;
    }

    /** @param label How a line about waiting names the resource. */
    async deleteCertificate(address: ProjectAddress, certId: string, label: string): Promise<void> {
        const request = requestOf("delete", address, { certId });
        const answer = await this.#call(address, request, label);
        if (answer.status !== 200 || parseObject(answer.text)["certId"] !== certId) {
            throw malformed(request, answer, "the answer to the deletion does not confirm it");
        }
    }

    async #call(address: ProjectAddress, request: CallRequest, label: string): Promise<CallAnswer> {
        const { operation } = request;
        const { clock, random = Math.random } = this.options;
        const queue = this.#queueOf(address, operation);
        // Several may wait for one listing, each as long as it may.
        const limit = operation === "list" ? undefined : clock;
        const patience = (): number => limit?.remaining?.() ?? Number.POSITIVE_INFINITY;
        let firstLimitedAt: number | undefined;
        for (let attempts = 1; ; attempts += 1) {
            await queue.enter(label, patience(), attempts > 1);
            const sent = this.#send(request, queue);
            if (operation === "list") {
                this.#listings.sent(address, sent);
            }
            const result = await sent;
            if (!isFailure(result)) {
                return result;
            }
            const { error, headers, body } = result;
            const { kind } = error;
            const now = clock.now();
            firstLimitedAt ??= kind === "rate-limited" ? now : undefined;
            const attempt = { operation, kind, attempts, firstLimitedAt, ...headers, bodyReset: body.reset };
            const decision = decideRetry(attempt, now, random());
            if (!decision.retry) {
                const detail = `the limit is used up until ${decision.until ?? ""}, more than ten minutes away`;
                throw decision.until === undefined ? error : new VercelError({ ...error, detail });
            }
            if (kind === "rate-limited") {
                queue.block(decision.delayMs);
            } else {
                await clock.sleep(Math.min(decision.delayMs, patience()));
            }
        }
    }

    async #send(request: CallRequest, queue: RateLimitedQueue): Promise<CallAnswer | CallFailure> {
        // What was listed before a write, or while it was under way, says nothing about the time after it.
        const forget = (): void => {
            if (request.operation !== "list") {
                this.#listings.forget();
            }
        };
        let headers: AnswerHeaders = {};
        try {
            forget();
            const result = await this.#transport.send(request);
            headers = result.headers;
            return result;
        } finally {
            forget();
            // Also after a request that could not be made: others may be waiting for an answer to it.
            queue.announce(announced(headers, this.options.clock));
        }
    }

    /** One queue per kind of call and owner, for the limit is the owner's. */
    #queueOf({ team, token }: ProjectAddress, operation: Operation): RateLimitedQueue {
        const key = JSON.stringify([operation, team ?? token]);
        const [what, perWindow] = LIMITS[operation];
        const { clock, notify } = this.options;
        const queue = this.#queues.get(key) ?? new RateLimitedQueue(what, perWindow, clock, notify);
        this.#queues.set(key, queue);
        return queue;
    }
}

/** `team_…` is an id, anything else a slug: project-scoped tokens may not ask which it is. */
function requestOf(
    operation: Operation,
    { project, team, token }: ProjectAddress,
    { certId, until }: { readonly certId?: string; readonly until?: string | undefined } = {},
): CallRequest {
    const base = `/v1/projects/${segment(project)}/client-cert`;
    const path = certId === undefined ? base : `${base}/${segment(certId)}`;
    const scope = team === undefined ? {} : { [team.startsWith("team_") ? "teamId" : "slug"]: team };
    const query = { ...scope, ...(until === undefined ? {} : { until }) };
    const pairs = Object.entries(query).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
    return { operation, path: pairs.length === 0 ? path : `${path}?${pairs.join("&")}`, token };
}

/** A path segment that stays one: `.` and `..` would be resolved away, whatever is encoded around them. */
function segment(text: string): string {
    if (text === "" || text === "." || text === "..") {
        throw new Error(`expected a name or id, got ${JSON.stringify(text)}`);
    }
    return encodeURIComponent(text);
}

/** More than any project has: 100 entries a page are what Vercel's other lists have at most. */
const MOST_PAGES = 100;

/** What other services say of further pages, beside a list or in its `pagination`. */
const PAGE_MARK = /^(?:has_?(?:more|next)|next|cursor)/i;

/** Pages are documented for Vercel's other lists: `pagination.next`, a time or a token, is the `until` of the next. */
function readPage(request: CallRequest, answer: CallAnswer) {
    const { clientCerts, pagination, error, ...others } = parseObject(answer.text);
    if (!Array.isArray(clientCerts) || asObject(error) !== undefined) {
        throw malformed(request, answer, "the listing has no clientCerts");
    }
    // In another form there may be pages as well, and who does not know them takes what is live for gone.
    const { next, ...marks } = asObject(pagination ?? { next: null }) ?? {};
    const hasOtherForm = Object.entries({ ...others, ...marks }).some(([name, value]) => value && PAGE_MARK.test(name));
    if (hasOtherForm || (next !== null && typeof next !== "number" && !isIdentifier(next, answer))) {
        throw malformed(request, answer, "the listing does not say how to ask for its next page");
    }
    const entries = clientCerts.map((item: unknown) => {
        const { id, origin } = asObject(item) ?? {};
        return readEntry(id, origin, answer);
    });
    return { entries, next: next === null ? undefined : String(next) };
}

/** Nothing is documented of what comes back as the origin of a project-wide certificate, so it may be nothing. */
function readEntry(certId: unknown, origin: unknown, answer: CallAnswer): CertificateEntry {
    const text = origin ?? "";
    return isIdentifier(certId, answer) && isOneLine(text, answer)
        ? { certId, origin: text }
        : { certId: "", origin: "" };
}

const LONGEST_TEXT = 1024;

/**
 * Ids and origins become part of messages and of the state, ids of paths too: what would forge a line in one, or repeats
 * a secret, is not what is documented.
 */
function isOneLine(text: unknown, { repeatsSecret }: Pick<CallAnswer, "repeatsSecret">): text is string {
    return (
        typeof text === "string" &&
        text.length <= LONGEST_TEXT &&
        !/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u.test(text) &&
        !repeatsSecret(text)
    );
}

function isIdentifier(text: unknown, answer: Pick<CallAnswer, "repeatsSecret">): text is string {
    return isOneLine(text, answer) && !/^\s*\.{0,2}$/.test(text);
}

function announced({ limit, remaining, reset }: AnswerHeaders, clock: Clock): AnnouncedLimit {
    const number = (text: string | undefined): number | undefined =>
        text === undefined || text.trim() === "" || Number.isNaN(Number(text)) ? undefined : Number(text);
    const resetAt = number(reset);
    return {
        limit: number(limit),
        remaining: number(remaining),
        resetAt: resetAt === undefined ? undefined : resetTime(resetAt) - clock.now() + clock.steady(),
    };
}
