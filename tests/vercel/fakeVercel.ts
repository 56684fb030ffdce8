import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import {
    failure,
    faultAnswer,
    limitHeaders,
    rateLimited,
    send,
    sendFault,
    statusOf,
    wireAnswer,
    type Answer,
    type WireAnswer,
} from "./answers";
import { Directory, type Project } from "./directory";
import { FaultQueue, hasEffectFirst, type Fault } from "./faults";
import { DOCUMENTED_LIMITS, Limits, type LimitedOperation, type LimitSizes } from "./limits";
import { Specification } from "./specification";
import type { StoredCertificate, StorePolicy } from "./store";
import { uploadProblem, type UploadBody } from "./uploads";

export type { Account } from "./directory";
export type { Fault } from "./faults";

export interface FakeVercelOptions extends Partial<StorePolicy> {
    readonly limits?: Partial<LimitSizes>;
    readonly now?: () => number;
    /** What a request waits on its way, and an answer on its way back. None by default. */
    readonly transit?: () => Promise<void>;
    /** How many certificates a page of a listing has at most; pages are not documented for these lists. */
    readonly pageSize?: number;
    /** Whether `null` is returned as the origin of a project-wide certificate, which is not documented either. */
    readonly nullOrigin?: boolean;
    /** What a deletion says of a certificate that is not there; by default the documented sentence. */
    readonly missingMessage?: string;
}

/** A request without a socket. */
export interface PlainRequest {
    readonly method: string;
    /** With the query. */
    readonly url: string;
    readonly headers: Readonly<Record<string, string | undefined>>;
    readonly body: string;
}

/** What can be told of a request without its body and token. */
export interface RecordedRequest {
    readonly at: number;
    readonly method: string;
    readonly path: string;
    readonly operation: LimitedOperation | "other";
    /** 0 where the connection was cut instead. */
    readonly status: number;
    /** Id or name, as asked for; none where the route is unknown. */
    readonly project: string | undefined;
    /** Id or slug, as asked for; none in the personal scope. */
    readonly team: string | undefined;
    /** As sent with an upload. */
    readonly origin?: string;
    /** What is to be deleted, or what a successful upload got. */
    readonly certId?: string;
}

export type FakeVercelEvent =
    | { readonly kind: "request"; readonly request: RecordedRequest }
    | { readonly kind: "violation"; readonly violation: string }
    /** A call has met a fault, whose effects and delay are still to come. */
    | { readonly kind: "fault"; readonly fault: Fault };

type CallHead = Omit<Call, "contentType" | "body">;

interface Call {
    readonly method: string;
    /** As sent, with the query. */
    readonly target: string;
    readonly path: string;
    readonly query: URLSearchParams;
    readonly contentType: string | undefined;
    /** `undefined` for no body and for one that is not JSON. */
    readonly body: unknown;
    readonly token: string | undefined;
    readonly operation: LimitedOperation | "other";
    readonly project: string | undefined;
    readonly certId: string | undefined;
}

/** A connection that the server drops while it is being used again is a fault, and faults are the tests' to make. */
const KEEP_ALIVE_MS = 10 * 60_000;

const ROUTE = /^\/v1\/projects\/([^/]+)\/client-cert(?:\/([^/]+))?$/;

/** A server on loopback that behaves as far as is known like Vercel's API for client certificates. */
export class FakeVercel {
    static async start(options: FakeVercelOptions = {}): Promise<FakeVercel> {
        const fakeVercel = new FakeVercel(options);
        await new Promise<void>((resolve) => fakeVercel.#server.listen(0, "127.0.0.1", resolve));
        const { port } = fakeVercel.#server.address() as AddressInfo;
        fakeVercel.#url = `http://127.0.0.1:${String(port)}`;
        return fakeVercel;
    }

    /** For `exchange` only: it listens nowhere. */
    static unconnected(options: FakeVercelOptions = {}): FakeVercel {
        const fakeVercel = new FakeVercel(options);
        fakeVercel.#url = "http://127.0.0.1:1";
        return fakeVercel;
    }

    onEvent: ((event: FakeVercelEvent) => void) | undefined;
    readonly #requests: RecordedRequest[] = [];
    readonly #specViolations: string[] = [];
    readonly #directory: Directory;
    readonly #faults = new FaultQueue();
    #overdue: readonly Call[] = [];
    #handled = 0;
    #refusesAfter: number | undefined;
    readonly #limits: Limits;
    readonly #now: () => number;
    readonly #transit: () => Promise<void>;
    readonly #server: Server;
    readonly #options: FakeVercelOptions;
    readonly #specification = sharedSpecification();
    #url = "";

    private constructor(options: FakeVercelOptions) {
        const { limits = {}, now = Date.now, transit = () => Promise.resolve() } = options;
        const policy = {
            uploadPolicy: options.uploadPolicy ?? "new-id",
            keepsReplaced: options.keepsReplaced ?? true,
            projectWideOrigin: options.projectWideOrigin ?? "*",
            normalisesOrigin: options.normalisesOrigin ?? true,
            listingLagMs: options.listingLagMs ?? 0,
        };
        this.#options = options;
        this.#directory = new Directory(policy, now);
        this.#limits = new Limits({ ...DOCUMENTED_LIMITS, ...limits });
        this.#now = now;
        this.#transit = transit;
        this.#server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
            this.#handle(request, response).catch((error: unknown) => {
                this.#failItself(error);
                response.destroy();
            });
        });
    }

    get url(): string {
        return this.#url;
    }

    /** In order, without bodies and tokens. */
    get requests(): readonly RecordedRequest[] {
        return this.#requests;
    }

    /** Every request and true response that did not fit the official document. */
    get specViolations(): readonly string[] {
        return this.#specViolations;
    }

    addTeam(team: { readonly id: string; readonly slug: string }): void {
        this.#directory.addTeam(team);
    }

    /** A token for the personal scope and for teams; with `projects` (ids) one that is for these projects only. */
    addToken(
        token: string,
        { teams = [], projects }: { readonly teams?: readonly string[]; readonly projects?: readonly string[] } = {},
    ): void {
        this.#directory.addAccount({ token, teams, ...(projects === undefined ? {} : { projects }) });
    }

    addProject(project: { readonly id: string; readonly name: string; readonly team?: string }): void {
        this.#directory.addProject(project);
    }

    /** Somebody else takes of the limit of a team (its id), if there is something left of it. */
    spendLimit(teamId: string, operation: LimitedOperation): boolean {
        return this.#limits.take(teamId, operation, this.#now()).allowed;
    }

    /** Somebody renames a project; its id stays. */
    renameProject(project: string, name: string): void {
        this.#directory.project(project).name = name;
    }

    /** While a project is being transferred to another owner, its certificates cannot change. */
    setTransferring(project: string, transferring: boolean): void {
        this.#directory.project(project).transferring = transferring;
    }

    certificates(project: string): readonly StoredCertificate[] {
        return this.#directory.project(project).store.entries;
    }

    /** Somebody deletes a certificate in the dashboard. */
    removeCertificate(project: string, certId: string): void {
        if (this.#directory.project(project).store.remove(certId) === undefined) {
            throw new Error(`the fake Vercel API has no certificate ${certId} in ${project}`);
        }
    }

    /** Somebody else, or an earlier run, has uploaded a certificate, perhaps under a known id; returns the id. */
    placeCertificate(
        project: string,
        {
            certId,
            cert,
            ca,
            origin,
        }: { readonly certId?: string; readonly origin?: string; readonly cert: string; readonly ca: string },
    ): string {
        const upload = { cert, ca, ...(origin === undefined ? {} : { origin }) };
        return this.#directory.project(project).store.put(upload, certId).entry.certId;
    }

    clearRequests(): void {
        this.#requests.splice(0);
    }

    /** How many faults have not hit all their calls so far. */
    get pendingFaults(): number {
        return this.#faults.size;
    }

    clearFaults(): void {
        this.#faults.clear();
    }

    addFault(fault: Fault): void {
        this.#faults.add(fault);
    }

    /** Lets so many more requests through; the connection for the next one is refused, until `reopen`. */
    async refuseAfter(requests: number): Promise<void> {
        if (requests === 0) {
            await this.#shut();
        } else {
            this.#refusesAfter = this.#handled + requests;
        }
    }

    async reopen(): Promise<void> {
        this.#refusesAfter = undefined;
        if (!this.#server.listening) {
            await new Promise<void>((resolve) =>
                this.#server.listen(Number(new URL(this.#url).port), "127.0.0.1", resolve),
            );
        }
    }

    async #shut(): Promise<void> {
        const closed = new Promise((resolve) => this.#server.close(resolve));
        this.#server.closeAllConnections();
        await closed;
    }

    /** Cuts what is still open, including answers that a fault holds back. */
    async stop(): Promise<void> {
        await this.#shut();
    }

    async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
        this.#handled += 1;
        if (this.#handled === this.#refusesAfter) {
            // The door shuts before the answer goes out: a connection that is kept would let the next request through.
            response.setHeader("Connection", "close");
            this.#server.close();
        }
        const head = readHead(request);
        const fault = head.operation === "other" ? undefined : this.#faults.take(head);
        if (fault?.kind === "reset-unread") {
            this.#record({ ...head, body: undefined, contentType: undefined }, 0);
            this.onEvent?.({ kind: "fault", fault });
            request.socket.resetAndDestroy();
            return;
        }
        const call = readCall(request, head, await readBody(request));
        if (fault === undefined) {
            await this.#transit();
            const answer = this.#serve(call);
            this.#serveOverdue(call);
            await this.#transit();
            send(response, wireAnswer(answer));
            return;
        }
        this.onEvent?.({ kind: "fault", fault });
        if (fault.kind === "delay") {
            await this.#serveLate(fault, call, response);
        } else if (fault.kind === "late") {
            this.#record(call, 0);
            this.#overdue = [...this.#overdue, call];
        } else {
            await this.#fail(fault, call, response);
        }
    }

    /** The same without a socket, for tests that make very many calls; how the connection ends where there is no answer. */
    async exchange({ method, url, headers, body }: PlainRequest): Promise<WireAnswer | "reset" | "timeout"> {
        const head = readHead({ method, url, headers });
        const call = readCall({ headers }, head, body);
        const fault = head.operation === "other" ? undefined : this.#faults.take(head);
        await this.#transit();
        if (fault === undefined) {
            const answer = this.#serve(call);
            this.#serveOverdue(call);
            await this.#transit();
            return wireAnswer(answer);
        }
        this.onEvent?.({ kind: "fault", fault });
        const hidden = hasEffectFirst(fault) ? this.#answer(call) : undefined;
        const isAnswer = fault.kind === "status" || fault.kind === "body" || fault.kind === "extra";
        this.#record(call, isAnswer ? statusOf(fault) : 0, hidden);
        if (fault.kind === "late") {
            this.#overdue = [...this.#overdue, call];
        }
        await this.#transit();
        if (isAnswer) {
            return faultAnswer(fault, hidden);
        }
        return fault.kind === "delay" || fault.kind === "late" || fault.kind === "drip" ? "timeout" : "reset";
    }

    /** What a server does with requests that it took long ago, and whose client has given up. */
    #serveOverdue({ operation, project }: Call): void {
        if (operation === "list") {
            const due = this.#overdue.filter((call) => call.project === project);
            this.#overdue = this.#overdue.filter((call) => call.project !== project);
            due.forEach((call) => this.#answer(call));
        }
    }

    /** The true answer, on record and held against the document. */
    #serve(call: Call): Answer {
        const answer = this.#answer(call);
        this.#record(call, answer.status, answer);
        this.#judge(call, answer);
        return answer;
    }

    async #serveLate(fault: Fault, call: Call, response: ServerResponse): Promise<void> {
        const early = hasEffectFirst(fault) ? this.#serve(call) : undefined;
        await waitFor(response, fault.delayMs);
        if (!response.closed) {
            send(response, wireAnswer(early ?? this.#serve(call)));
        } else if (early === undefined) {
            this.#record(call, 0);
        }
    }

    async #fail(fault: Fault, call: Call, response: ServerResponse): Promise<void> {
        const hidden = hasEffectFirst(fault) ? this.#answer(call) : undefined;
        const isReset = fault.kind === "reset-before" || fault.kind === "reset-after";
        this.#record(call, isReset ? 0 : statusOf(fault), hidden);
        this.#judge(call);
        await waitFor(response, fault.delayMs);
        if (isReset) {
            response.socket?.resetAndDestroy();
        } else {
            sendFault(response, fault, hidden);
        }
    }

    #record({ method, path, query, operation, project, certId, body }: Call, status: number, answer?: Answer): void {
        const isUpload = operation === "upload";
        const known = certId ?? (isUpload ? textOf(answer?.body, "certId") : undefined);
        const origin = isUpload ? textOf(body, "origin") : undefined;
        const request: RecordedRequest = {
            at: this.#now(),
            method,
            path,
            operation,
            status,
            project,
            team: query.get("teamId") ?? query.get("slug") ?? undefined,
            ...(origin === undefined ? {} : { origin }),
            ...(known === undefined ? {} : { certId: known }),
        };
        this.#requests.push(request);
        this.onEvent?.({ kind: "request", request });
    }

    /** A fault's answer is wrong on purpose; the request that met it is still the client's. */
    #judge({ method, target, contentType, body }: Call, answer?: Answer): void {
        const { pageSize, nullOrigin = false } = this.#options;
        // What goes beyond the document on purpose is no fault of the client's.
        const isBeyond = pageSize !== undefined || nullOrigin;
        const url = isBeyond ? target.replace(/[?&]until=\d+$/, "") : target;
        const request = { method, url, contentType, requestBody: body };
        const response = answer === undefined || isBeyond ? {} : { status: answer.status, responseBody: answer.body };
        for (const violation of this.#specification.violations({ ...request, ...response })) {
            this.#report(violation);
        }
    }

    #report(violation: string): void {
        this.#specViolations.push(violation);
        this.onEvent?.({ kind: "violation", violation });
    }

    /** A client that hangs up is the test's doing, and all else a mistake of the fake Vercel API. */
    #failItself(error: unknown): void {
        if (!(error instanceof Error && "code" in error && error.code === "ECONNRESET")) {
            this.#report(`the fake Vercel API itself failed: ${error instanceof Error ? error.name : typeof error}`);
        }
    }

    #answer(call: Call): Answer {
        const { operation, project: idOrName } = call;
        if (idOrName === undefined) {
            return failure(404, "not_found", "The page could not be found.");
        }
        if (operation === "other") {
            return failure(405, "method_unknown", "Method not allowed.");
        }
        const scope = this.#directory.scopeOf(call.token, call.query);
        if ("status" in scope) {
            return scope;
        }
        const nowMs = this.#now();
        const reading = this.#limits.take(scope.owner, operation, nowMs);
        const project = this.#directory.projectIn(scope, idOrName);
        const answer = reading.allowed ? this.#perform(operation, call, project) : rateLimited(reading, nowMs);
        return { ...answer, headers: limitHeaders(reading) };
    }

    #perform(operation: LimitedOperation, { body, certId, query }: Call, project: Project | Answer): Answer {
        if ("status" in project) {
            return project;
        }
        switch (operation) {
            case "upload":
                return this.#upload(project, body);
            case "delete":
                return this.#remove(project, certId ?? "");
            case "list":
                return this.#list(project, Number(query.get("until") ?? 0));
        }
    }

    #list({ store }: Project, until: number): Answer {
        const { pageSize } = this.#options;
        const clientCerts = store.listed.map(({ origin, certId }) => ({ origin: this.#shown(origin), id: certId }));
        if (pageSize === undefined) {
            return { status: 200, body: { clientCerts } };
        }
        const page = clientCerts.slice(until, until + pageSize);
        const next = until + pageSize < clientCerts.length ? until + pageSize : null;
        return { status: 200, body: { clientCerts: page, pagination: { count: page.length, next, prev: null } } };
    }

    #remove(project: Project, certId: string): Answer {
        if (project.transferring) {
            return transferring("deleting");
        }
        const entry = project.store.remove(certId);
        const { missingMessage = "The certificate could not be found" } = this.#options;
        return entry === undefined
            ? failure(404, "not_found", missingMessage)
            : { status: 200, body: { origin: this.#shown(entry.origin), certId } };
    }

    #shown(origin: string): string | null {
        return this.#options.nullOrigin === true && origin === (this.#options.projectWideOrigin ?? "*") ? null : origin;
    }

    #upload(project: Project, body: unknown): Answer {
        const formProblem = this.#specification.uploadProblem(body);
        if (formProblem !== undefined) {
            return failure(400, "bad_request", formProblem);
        }
        if (project.transferring) {
            return transferring("uploading");
        }
        const upload = body as UploadBody;
        const problem = upload.skipValidation === true ? undefined : uploadProblem(upload, this.#now());
        if (problem !== undefined) {
            return failure(400, "bad_request", problem);
        }
        const { entry, updated } = project.store.put(upload);
        return { status: 200, body: { updated, origin: this.#shown(entry.origin), certId: entry.certId } };
    }
}

let specification: Specification | undefined;

/** Reading the official document takes a while, and it does not change. */
function sharedSpecification(): Specification {
    specification ??= new Specification();
    return specification;
}

function transferring(doing: string): Answer {
    return failure(409, "conflict", `The project is being transferred and ${doing} certificates is not possible`);
}

/** Until the time has passed, or nobody waits for the answer any more: the client has hung up, or the test ends. */
async function waitFor(response: ServerResponse, delayMs = 0): Promise<void> {
    const over = new AbortController();
    response.once("close", () => {
        over.abort();
    });
    await sleep(delayMs, undefined, { signal: over.signal }).catch(() => undefined);
}

function readCall({ headers }: Pick<IncomingMessage, "headers">, head: CallHead, text: string): Call {
    return {
        ...head,
        contentType: text === "" ? undefined : (headers["content-type"] ?? ""),
        body: parsed(text),
    };
}

function readHead({ method = "", url = "/", headers }: Pick<IncomingMessage, "method" | "url" | "headers">): CallHead {
    const { pathname, searchParams } = new URL(`http://fake-vercel${url}`);
    const route = ROUTE.exec(pathname);
    const certId = decoded(route?.[2]);
    return {
        method,
        target: url,
        path: pathname,
        query: searchParams,
        token: /^Bearer (\S+)$/i.exec(headers.authorization ?? "")?.[1],
        operation: route === null ? "other" : operationOf(method, certId),
        project: decoded(route?.[1]),
        certId,
    };
}

function operationOf(method: string, certId: string | undefined): LimitedOperation | "other" {
    if (certId !== undefined) {
        return method === "DELETE" ? "delete" : "other";
    }
    return method === "POST" ? "upload" : method === "GET" ? "list" : "other";
}

/** A segment that is not percent-encoded as it should be stays as it is: there is nothing of that name. */
function decoded(segment: string | undefined): string | undefined {
    try {
        return segment === undefined ? undefined : decodeURIComponent(segment);
    } catch {
        return segment;
    }
}

async function readBody(request: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
        chunks.push(chunk as Buffer);
    }
    return Buffer.concat(chunks).toString("utf8");
}

function parsed(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        // The parser's error quotes the text, which may hold a private key.
        return undefined;
    }
}

function textOf(holder: unknown, name: string): string | undefined {
    const value = typeof holder === "object" && holder !== null ? (holder as Record<string, unknown>)[name] : undefined;
    return typeof value === "string" ? value : undefined;
}
