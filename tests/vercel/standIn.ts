import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { DOCUMENTED_LIMITS, Limits, type LimitedOperation, type LimitReading, type LimitSizes } from "./limits";
import { Specification } from "./specification";
import { CertificateStore, uploadProblem, type StoredCertificate, type StorePolicy } from "./store";

export interface StandInOptions extends Partial<StorePolicy> {
    readonly limits?: Partial<LimitSizes>;
    readonly now?: () => number;
}

/** Something that goes wrong, for the next call that matches. */
export interface Fault {
    readonly operation?: LimitedOperation;
    /** How many calls it hits; 1 by default. */
    readonly times?: number;
    /** How many matching calls pass before it. */
    readonly skip?: number;
    readonly certId?: string;
    readonly kind: "delay" | "reset-before" | "reset-after" | "status" | "body";
    readonly delayMs?: number;
    /** Whether the call has its effect nevertheless; `reset-after` and `delay` always have. */
    readonly afterEffect?: boolean;
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string>>;
    /** The body, as it is. */
    readonly body?: string;
    readonly contentType?: string;
}

/** What can be told of a request without its body and token. */
export interface RecordedRequest {
    readonly at: number;
    readonly method: string;
    readonly path: string;
    readonly operation: LimitedOperation | "other";
    readonly status: number;
}

interface Project {
    readonly id: string;
    readonly name: string;
    readonly team: string | undefined;
    readonly store: CertificateStore;
    transferring: boolean;
}

interface Answer {
    readonly status: number;
    readonly body: unknown;
    readonly headers?: Readonly<Record<string, string>>;
}

interface Call {
    readonly operation: LimitedOperation;
    readonly project: string;
    readonly certId: string | undefined;
    readonly url: URL;
    readonly token: string | undefined;
    readonly body: string;
}

const ROUTE = /^\/v1\/projects\/([^/]+)\/client-cert(?:\/([^/]+))?$/;
const PERSONAL = "personal";

/** A server on loopback that behaves as far as is known like Vercel's API for client certificates. */
export class StandIn {
    static async start(options: StandInOptions = {}): Promise<StandIn> {
        const standIn = new StandIn(options);
        await new Promise<void>((resolve) => standIn.#server.listen(0, "127.0.0.1", resolve));
        return standIn;
    }

    readonly requests: RecordedRequest[] = [];
    readonly specViolations: string[] = [];
    readonly #policy: StorePolicy;
    readonly #limits: Limits;
    readonly #now: () => number;
    readonly #server: Server;
    readonly #specification = sharedSpecification();
    readonly #teams: { readonly id: string; readonly slug: string }[] = [];
    readonly #tokens = new Map<string, readonly string[]>();
    readonly #projects: Project[] = [];
    #faults: { readonly fault: Fault; skip: number; times: number }[] = [];

    private constructor({ limits = {}, now = Date.now, ...policy }: StandInOptions) {
        this.#policy = {
            uploadPolicy: "new-id",
            keepsReplaced: true,
            projectWideOrigin: "*",
            normalisesOrigin: true,
            ...policy,
        };
        this.#limits = new Limits({ ...DOCUMENTED_LIMITS, ...limits });
        this.#now = now;
        this.#server = createServer((request, response) => {
            this.#handle(request, response).catch((error: unknown) => {
                this.specViolations.push(`the stand-in itself failed: ${String(error)}`);
                response.destroy();
            });
        });
    }

    get url(): string {
        const { port } = this.#server.address() as AddressInfo;
        return `http://127.0.0.1:${String(port)}`;
    }

    addTeam(team: { readonly id: string; readonly slug: string }): void {
        this.#teams.push(team);
    }

    /** A token for the personal scope and for teams, by their ids. */
    addToken(token: string, { teams = [] }: { readonly teams?: readonly string[] } = {}): void {
        this.#tokens.set(token, teams);
    }

    addProject({ id, name, team }: { readonly id: string; readonly name: string; readonly team?: string }): void {
        this.#projects.push({ id, name, team, transferring: false, store: new CertificateStore(this.#policy) });
    }

    setTransferring(project: string, transferring: boolean): void {
        this.#project(project).transferring = transferring;
    }

    certificates(project: string): readonly StoredCertificate[] {
        return this.#project(project).store.entries;
    }

    /** Somebody deletes a certificate in the dashboard. */
    removeCertificate(project: string, certId: string): void {
        this.#project(project).store.remove(certId);
    }

    /** Somebody else uploads a certificate. */
    placeCertificate(
        project: string,
        { cert, ca, origin }: { readonly origin?: string; readonly cert: string; readonly ca: string },
    ): string {
        const upload = { cert, ca, ...(origin === undefined ? {} : { origin }) };
        return this.#project(project).store.put(upload).entry.certId;
    }

    clearRequests(): void {
        this.requests.splice(0);
    }

    addFault(fault: Fault): void {
        this.#faults.push({ fault, skip: fault.skip ?? 0, times: fault.times ?? 1 });
    }

    async stop(): Promise<void> {
        this.#server.closeAllConnections();
        await new Promise((resolve) => this.#server.close(resolve));
    }

    #project(idOrName: string): Project {
        const project = this.#projects.find(({ id, name }) => id === idOrName || name === idOrName);
        if (project === undefined) {
            throw new Error(`the stand-in has no project ${idOrName}`);
        }
        return project;
    }

    async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
        const method = request.method ?? "";
        const url = new URL(request.url ?? "/", "http://stand-in");
        const route = ROUTE.exec(url.pathname);
        const body = await readBody(request);
        const operation = route === null ? undefined : operationOf(method, route[2]);
        const record = (status: number): void => {
            this.requests.push({
                at: this.#now(),
                method,
                path: url.pathname,
                operation: operation ?? "other",
                status,
            });
        };
        if (route === null || operation === undefined) {
            const answer =
                route === null
                    ? failure(404, "not_found", "The page could not be found.")
                    : failure(405, "method_unknown", "Method not allowed.");
            record(answer.status);
            send(response, answer);
            return;
        }
        const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1];
        const certId = route[2] === undefined ? undefined : decodeURIComponent(route[2]);
        const call: Call = { operation, project: decodeURIComponent(route[1] ?? ""), certId, url, token, body };
        const fault = this.#nextFault(call);
        if (fault !== undefined) {
            record(fault.status ?? 0);
            await this.#fail(fault, call, response);
            return;
        }
        const answer = this.#answer(call);
        record(answer.status);
        this.#holdAgainstSpecification(method, request.url ?? "/", call, answer);
        send(response, answer);
    }

    #holdAgainstSpecification(method: string, url: string, call: Call, { status, body }: Answer): void {
        const requestBody = call.operation === "upload" ? parseJson(call.body) : undefined;
        this.specViolations.push(
            ...this.#specification.violations({ method, url, requestBody, status, responseBody: body }),
        );
    }

    #nextFault({ operation, certId }: Call): Fault | undefined {
        const matching = this.#faults.filter(
            ({ fault }) =>
                (fault.operation === undefined || fault.operation === operation) &&
                (fault.certId === undefined || fault.certId === certId),
        );
        const next = matching[0];
        if (next === undefined) {
            return undefined;
        }
        if (next.skip > 0) {
            next.skip -= 1;
            return undefined;
        }
        next.times -= 1;
        this.#faults = this.#faults.filter(({ times }) => times > 0);
        return next.fault;
    }

    async #fail(fault: Fault, call: Call, response: ServerResponse): Promise<void> {
        const hasEffect = fault.afterEffect === true || fault.kind === "reset-after" || fault.kind === "delay";
        const answer = hasEffect ? this.#answer(call) : undefined;
        if (fault.kind === "reset-before" || fault.kind === "reset-after") {
            response.destroy();
            return;
        }
        if (fault.kind === "delay") {
            await new Promise((resolve) => setTimeout(resolve, fault.delayMs ?? 0));
            send(response, answer ?? failure(500, "internal_server_error", "An unexpected internal error occurred"));
            return;
        }
        response.writeHead(fault.status ?? 200, {
            "content-type": fault.contentType ?? "application/json",
            "x-vercel-id": requestId(),
            ...fault.headers,
        });
        response.end(fault.body ?? (fault.kind === "status" ? "{}" : ""));
    }

    #answer(call: Call): Answer {
        const scope = this.#scopeOf(call);
        if ("status" in scope) {
            return scope;
        }
        const reading = this.#limits.take(scope.owner, call.operation, this.#now());
        const answer = reading.allowed ? this.#perform(call, scope.owner) : limited(reading);
        return { ...answer, headers: { ...limitHeaders(reading), ...answer.headers } };
    }

    /** Who owns what the call is about, or why the token does not get that far. */
    #scopeOf({ token, url }: Call): { readonly owner: string } | Answer {
        if (token === undefined) {
            return failure(403, "forbidden", "The request is missing an authentication token", { missingToken: true });
        }
        const teams = this.#tokens.get(token);
        if (teams === undefined) {
            return failure(403, "forbidden", "Not authorized", { invalidToken: true });
        }
        const wanted = url.searchParams.get("teamId") ?? url.searchParams.get("slug");
        if (wanted === null) {
            return { owner: PERSONAL };
        }
        const byId = url.searchParams.has("teamId");
        const team = this.#teams.find(({ id, slug }) => (byId ? id : slug) === wanted);
        if (team === undefined || !teams.includes(team.id)) {
            const message = `Not authorized: Trying to access resource under scope "${wanted}".`;
            return failure(403, "forbidden", message, { saml: false, teamId: wanted, scope: wanted });
        }
        return { owner: team.id };
    }

    #perform(call: Call, owner: string): Answer {
        const project = this.#projects.find(
            ({ id, name, team }) => (team ?? PERSONAL) === owner && (id === call.project || name === call.project),
        );
        if (project === undefined) {
            return failure(404, "not_found", "Project not found.");
        }
        switch (call.operation) {
            case "list":
                return {
                    status: 200,
                    body: { clientCerts: project.store.entries.map(({ origin, certId }) => ({ origin, id: certId })) },
                };
            case "delete":
                return remove(project, call.certId ?? "");
            case "upload":
                return this.#upload(project, call.body);
        }
    }

    #upload(project: Project, text: string): Answer {
        const body = parseJson(text);
        if (!this.#specification.isUpload(body)) {
            return failure(400, "bad_request", "Invalid request: the body does not fit what is documented.");
        }
        if (project.transferring) {
            return failure(
                409,
                "conflict",
                "The project is being transferred and uploading certificates is not possible",
            );
        }
        const upload = body as { cert: string; key: string; ca: string; origin?: string; skipValidation?: boolean };
        const problem = upload.skipValidation === true ? undefined : uploadProblem(upload, this.#now());
        if (problem !== undefined) {
            return failure(400, "bad_request", problem);
        }
        const { entry, updated } = project.store.put(upload);
        return { status: 200, body: { updated, origin: entry.origin, certId: entry.certId } };
    }
}

let specification: Specification | undefined;

/** Reading the official document takes a while, and it does not change. */
function sharedSpecification(): Specification {
    specification ??= new Specification();
    return specification;
}

function operationOf(method: string, certId: string | undefined): LimitedOperation | undefined {
    if (certId !== undefined) {
        return method === "DELETE" ? "delete" : undefined;
    }
    return method === "POST" ? "upload" : method === "GET" ? "list" : undefined;
}

function remove({ store, transferring }: Project, certId: string): Answer {
    if (transferring) {
        return failure(409, "conflict", "The project is being transferred and deleting certificates is not possible");
    }
    const entry = store.remove(certId);
    return entry === undefined
        ? failure(404, "not_found", "The certificate could not be found")
        : { status: 200, body: { origin: entry.origin, certId } };
}

function failure(status: number, code: string, message: string, more: Readonly<Record<string, unknown>> = {}): Answer {
    return { status, body: { error: { code, message, ...more } } };
}

function limited({ total, resetMs }: LimitReading): Answer {
    const limit = { total, remaining: 0, reset: Math.ceil(resetMs / 1000), resetMs };
    return failure(429, "rate_limited", `The rate limit of ${String(total)} exceeded.`, { limit });
}

function limitHeaders({ total, remaining, resetMs }: LimitReading): Readonly<Record<string, string>> {
    return {
        "x-ratelimit-limit": String(total),
        "x-ratelimit-remaining": String(remaining),
        "x-ratelimit-reset": String(Math.ceil(resetMs / 1000)),
    };
}

function requestId(): string {
    return `fra1::${randomBytes(6).toString("hex")}`;
}

function send(response: ServerResponse, { status, body, headers = {} }: Answer): void {
    response.writeHead(status, {
        "content-type": "application/json; charset=utf-8",
        "x-vercel-id": requestId(),
        ...headers,
    });
    response.end(JSON.stringify(body));
}

async function readBody(request: IncomingMessage): Promise<string> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) {
        chunks.push(chunk as Buffer);
    }
    return Buffer.concat(chunks).toString("utf8");
}

function parseJson(text: string): unknown {
    try {
        return JSON.parse(text);
    } catch {
        // No JSON is a body that fits no schema.
        return undefined;
    }
}
