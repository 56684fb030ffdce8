import { AsyncLocalStorage } from "node:async_hooks";
import { X509Certificate } from "node:crypto";
import type { Properties } from "../../../provider/operations/arguments";
import { normaliseOrigin } from "../../../provider/operations/identity";
import { ClientCertificateProvider } from "../../../provider/provider";
import { VercelClient, type CertificateEntry } from "../../../provider/vercel/client";
import { heardIn } from "../heard";
import type { Issued } from "../mint";
import type { Fault } from "../../vercel/faults";
import { FakeVercel, type FakeVercelOptions, type PlainRequest } from "../../vercel/fakeVercel";
import type { StoredCertificate } from "../../vercel/store";
import { answerCalls, type CallEnd } from "./inProcess";
import { ORIGINS, PROJECTS, STACKS, type Declaration, type PlacedFault, type Policy } from "./history";
import { StackState, type Call, type Caller, type Declared } from "./modelEngine";
import { IdLabels, snapshotOf, type Snapshot, type TraceStep } from "./trace";
import { VirtualClock } from "../virtualClock";

/** Certificates for all histories: minting them anew for each would take longer than everything else. */
export interface BundlePool {
    readonly authority: Issued;
    readonly leaves: readonly Issued[];
}

/** An operation of the provider that somebody watches. */
export interface Watched extends Call {
    readonly stack: number;
    readonly project: number | undefined;
    readonly origin: string | undefined;
    /** What the resource has in the state. */
    readonly owned: readonly string[];
    /** What Vercel has answered to uploads. */
    readonly uploaded: CertificateEntry[];
    readonly listings: Listing[];
    /** How many of the listings came before the first upload; more than one, where a deletion did not show at once. */
    listingsBefore: number | undefined;
    calls: number;
    /** An upload was sent whose answer nobody has seen. */
    isAmbiguous: boolean;
    /** When this began, a creation for the same project and origin had failed in this run. */
    readonly followsFailure: boolean;
    ended: "no" | "well" | "badly";
}

export interface Listing {
    readonly project: number;
    readonly endedAt: number;
    readonly entries: readonly CertificateEntry[];
    readonly isComplete: boolean;
}

export interface Stack {
    readonly state: StackState;
    readonly program: Map<string, Declaration>;
}

/** A deletion that had its effect. */
export interface Removal {
    readonly by: Watched;
    readonly project: number;
    readonly removed: readonly StoredCertificate[];
    readonly left: readonly StoredCertificate[];
    /** How many listings there were when the call was made, which may have had its effect much later. */
    readonly seen: number;
}

const TEAM = "team_1";
export const TOKEN = "vcp_token_of_the_histories_0000";
const TIMEOUT_MS = 30_000;
/** No history is about the limit itself. */
const UNLIMITED = 1e9;

const watched = new AsyncLocalStorage<Watched>();
let current: TestEnvironment | undefined;

/** The stand-in that behaves by a policy. */
export function optionsFor({ upload, lagMs, pageSize, nullOrigin, oddMissing }: Policy): FakeVercelOptions {
    const uploadPolicy =
        upload === "stable" ? "same-id" : upload === "fresh" || upload === "append" ? "new-id" : "content-id";
    return {
        uploadPolicy,
        keepsReplaced: upload === "append" || upload === "content, appended",
        listingLagMs: lagMs,
        ...(pageSize === undefined ? {} : { pageSize }),
        nullOrigin,
        ...(oddMissing ? { missingMessage: "No such client certificate." } : {}),
        limits: { uploads: UNLIMITED, deletions: UNLIMITED, listings: UNLIMITED },
    };
}

/** The team, its token and its projects. */
export function addOwners(fakeVercel: FakeVercel): void {
    fakeVercel.addTeam({ id: TEAM, slug: "my-team" });
    fakeVercel.addToken(TOKEN, { teams: [TEAM] });
    for (let project = 0; project < PROJECTS; project += 1) {
        fakeVercel.addProject({ id: idOf(project), name: firstNameOf(project), team: TEAM });
    }
}

/** Somebody uploads a certificate without Pulumi. */
export function placeBy(
    fakeVercel: FakeVercel,
    bundlePool: BundlePool,
    { project, origin, leaf }: { readonly project: number; readonly origin: string | undefined; readonly leaf: number },
): string {
    const upload = { cert: leafOf(bundlePool, leaf).certPem, ca: bundlePool.authority.certPem };
    return fakeVercel.placeCertificate(idOf(project), { ...upload, ...(origin === undefined ? {} : { origin }) });
}

function leafOf({ leaves }: BundlePool, index: number): Issued {
    const leaf = leaves[index];
    if (leaf === undefined) {
        throw new Error(`expected a leaf of that number, got ${String(index)}`);
    }
    return leaf;
}

function placeOf({ project, origin }: Pick<Watched, "project" | "origin">): string {
    return `${String(project)} ${origin ?? "*"}`;
}

function firstNameOf(project: number): string {
    return `site-${String(project)}`;
}

/** Everything that there is in one history: Vercel, time, stacks; and what is to be seen of it from outside. */
export class TestEnvironment {
    readonly time: VirtualClock;
    readonly fakeVercel: FakeVercel;
    readonly stacks: readonly Stack[];
    readonly names: string[] = [];
    readonly lines: string[] = [];
    /** What happened, for whoever has to find out why. */
    readonly log: string[] = [];
    onRemoval: ((removal: Removal) => void) | undefined;
    /** That a certificate is gone has been answered, or found out by a listing after an answer; `project certId`. */
    readonly gone = new Set<string>();
    /** The same for what the command at hand has deleted, whatever was uploaded under such an id after that. */
    readonly deleted = new Set<string>();
    /** What this command has seen and done. */
    listings: Listing[] = [];
    operations: Watched[] = [];
    readonly hits: string[] = [];
    readonly #renamed = new Set<number>();
    readonly #foreign = new Set<string>();
    readonly #missing = new Map<string, number>();
    readonly #aliases = new Map<string, number>();
    readonly #deleters = new Map<string, Pick<Removal, "by" | "seen">>();
    #truth: readonly (readonly StoredCertificate[])[] = Array.from({ length: PROJECTS }, () => []);
    #faults: readonly PlacedFault[] = [];
    #killAt: number | undefined;
    #kill: (() => void) | undefined;
    #calls = 0;
    isDead = false;
    /** Nobody could have told two projects apart. */
    isIndistinct = false;
    readonly #likeness = new Map<number, string>();
    readonly labels = new IdLabels();
    /** What happens, if another engine is to repeat it. */
    trace: TraceStep[] | undefined;

    constructor(
        readonly policy: Policy,
        readonly bundlePool: BundlePool,
        startMs: number,
    ) {
        this.time = new VirtualClock(startMs);
        this.fakeVercel = FakeVercel.unconnected({
            ...optionsFor(policy),
            now: () => this.time.now(),
            transit: () => this.time.sleep(policy.latencyMs),
        });
        addOwners(this.fakeVercel);
        for (let project = 0; project < PROJECTS; project += 1) {
            this.names.push(firstNameOf(project));
            this.#aliases.set(idOf(project), project).set(firstNameOf(project), project);
        }
        this.stacks = Array.from({ length: STACKS }, () => ({ state: new StackState(), program: new Map() }));
        this.fakeVercel.onEvent = (event) => {
            if (event.kind === "request") {
                this.#watchTruth();
            } else if (event.kind === "violation") {
                throw new Error(`the official document was violated: ${event.violation}`);
            }
        };
        watchListings();
        follow(this);
        answerCalls((request) => this.#answer(request));
    }

    /** How many calls this command has made. */
    get calls(): number {
        return this.#calls;
    }

    /** Whether somebody else has uploaded under this id, or may have, or at this place in a way that nothing tells of. */
    isForeign(certId: string, place: Pick<Watched, "project" | "origin">): boolean {
        return this.#foreign.has(certId) || this.#foreign.has(placeOf(place));
    }

    /** From now on nothing at Vercel tells what is in place here. */
    noteUncertain(place: Pick<Watched, "project" | "origin">): void {
        this.#foreign.add(placeOf(place));
    }

    projectOf(nameOrId: unknown): number | undefined {
        return typeof nameOrId === "string" ? this.#aliases.get(nameOrId) : undefined;
    }

    certificates(project: number): readonly StoredCertificate[] {
        return this.fakeVercel.certificates(idOf(project));
    }

    renameProject(project: number): void {
        const name = `site-${String(project)}x`;
        this.names[project] = name;
        this.#renamed.add(project);
        this.#aliases.set(name, project);
        this.fakeVercel.renameProject(idOf(project), name);
        this.trace?.push({ does: "name", project, name });
    }

    /** Projects that were renamed get their other name for a while, and back the next time. */
    swapNames(): void {
        this.#renamed.forEach((project) => {
            const name = `site-${String(project)}`;
            this.names[project] = this.names[project] === name ? `${name}x` : name;
            this.fakeVercel.renameProject(idOf(project), this.names[project] ?? "");
        });
    }

    get isRenamed(): boolean {
        return this.#renamed.size > 0;
    }

    place(project: number, origin: string | undefined, leaf: number): void {
        this.#foreign.add(placeBy(this.fakeVercel, this.bundlePool, { project, origin, leaf }));
        this.#watchTruth();
        this.trace?.push({ does: "place", project, origin, leaf });
    }

    remove(project: number, certId: string): void {
        this.trace?.push({ does: "remove", project, label: this.labels.of(certId) });
        this.fakeVercel.removeCertificate(idOf(project), certId);
        this.#watchTruth();
    }

    leaf(index: number): Issued {
        return leafOf(this.bundlePool, index);
    }

    /** The state of a stack, and what Vercel holds. */
    snapshot({ state: { entries } }: Stack): Snapshot {
        const projects = Array.from({ length: PROJECTS }, (_, project) => this.certificates(project));
        const shown = entries.map((entry) => ({ ...entry, isUninitialised: entry.initErrors.length > 0 }));
        return snapshotOf(shown, projects, this.labels);
    }

    /** What a program hands to the engine. */
    declared(name: string, declaration: Declaration): Declared {
        const project = declaration.byId ? idOf(declaration.project) : (this.names[declaration.project] ?? "");
        const origin = ORIGINS[declaration.origin];
        if (declaration.get) {
            return { name, getId: `${TEAM}/${project}/${origin ?? "*"}` };
        }
        const { certPem, keyPem } = this.leaf(declaration.leaf);
        const { allowOverwrite, deleteBeforeReplace } = declaration;
        const inputs = {
            ...{ project, team: TEAM, cert: certPem, key: keyPem, ca: this.bundlePool.authority.certPem },
            ...{ allowOverwrite, __provider: "text" },
            ...(origin === undefined ? {} : { origin }),
        };
        return { name, inputs, deleteBeforeReplace };
    }

    /** The process of a command: what the model of the engine calls it by. Killed, it does nothing any more. */
    newProcess(
        stack: number,
        faults: readonly PlacedFault[],
        killAt: number | undefined,
    ): { caller: Caller; killed: Promise<void> } {
        this.#faults = faults;
        this.#killAt = killAt;
        this.#calls = 0;
        this.isDead = false;
        this.listings = [];
        this.operations = [];
        this.deleted.clear();
        const killed = new Promise<void>((resolve) => {
            this.#kill = () => {
                this.isDead = true;
                // Nor of one that was killed: not even the state of its own resource knows of it.
                this.operations
                    .filter(
                        ({ ended, uploaded, isAmbiguous }) => ended === "no" && (isAmbiguous || uploaded.length > 0),
                    )
                    .forEach((upload) => this.noteUncertain(upload));
                resolve();
            };
        });
        const provider = new ClientCertificateProvider({
            clock: this.time,
            environment: { VERCEL_API_URL: this.fakeVercel.url, VERCEL_API_TOKEN: TOKEN },
            folder: "/",
            random: () => 0.5,
            writeLine: (line) => {
                this.lines.push(line);
                this.log.push(`        ${line}`);
            },
        });
        const caller: Caller = async (call, operation) => {
            const operationSeen = this.#watch(stack, call);
            try {
                const result = await watched.run(operationSeen, () => operation(provider));
                await this.#unlessDead();
                operationSeen.ended = "well";
                for (const message of heardIn((result as { readonly outs?: Properties } | undefined)?.outs)) {
                    this.lines.push(message);
                    this.log.push(`        ${message}`);
                }
                return result;
            } catch (error) {
                await this.#unlessDead();
                operationSeen.ended = "badly";
                this.log.push(`      ${call.kind} ${call.name}: ${error instanceof Error ? error.message : "?"}`);
                throw error;
            }
        };
        return { caller, killed };
    }

    async #unlessDead(): Promise<void> {
        if (this.isDead) {
            await new Promise(() => undefined);
        }
    }

    #watch(stack: number, call: Call): Watched {
        const { inputs = {}, outputs = {} } = call;
        const declared = call.inputs === undefined ? outputs["origin"] : inputs["origin"];
        const origin = typeof declared === "string" ? normaliseOrigin(declared) : undefined;
        const project = this.projectOf(call.inputs === undefined ? outputs["project"] : inputs["project"]);
        const isFailedHere = ({ kind, ended, ...other }: Watched): boolean =>
            kind === "create" && ended === "badly" && other.project === project && other.origin === origin;
        const seen: Watched = {
            ...call,
            stack,
            project,
            origin,
            followsFailure: this.operations.some(isFailedHere),
            owned: idsIn(outputs),
            uploaded: [],
            listings: [],
            listingsBefore: undefined,
            calls: 0,
            isAmbiguous: false,
            ended: "no",
        };
        this.operations.push(seen);
        if (call.kind !== "check") {
            this.log.push(`      ${call.kind} ${call.name} ${idsIn(outputs).join(" ")}`);
        }
        return seen;
    }

    noteListing(entries: readonly CertificateEntry[], nameOrId: string): void {
        const project = this.projectOf(nameOrId);
        if (project === undefined) {
            return;
        }
        const isComplete = entries.every(({ certId }) => certId !== "");
        const listing = { project, endedAt: this.time.now(), entries, isComplete };
        const known = this.listings.find((other) => other.entries === entries);
        const seen = known ?? listing;
        if (known === undefined) {
            this.listings.push(seen);
            this.log.push(
                `        list ${String(project)}: ${entries.map(({ certId, origin }) => `${certId}@${origin}`).join(" ")}`,
            );
        }
        watched.getStore()?.listings.push(seen);
        this.#watchLikeness(seen);
        for (const [key, at] of this.#missing) {
            const [of, certId] = key.split(" ");
            if (
                of === String(project) &&
                isComplete &&
                seen.endedAt >= at &&
                entries.every((entry) => entry.certId !== certId)
            ) {
                this.gone.add(key);
            }
        }
    }

    /** Two projects that list the same ids for the same origins, as ids made of the content may be. */
    #watchLikeness({ project, entries }: Listing): void {
        const lines = JSON.stringify(entries.map(({ certId, origin }) => [certId, origin]).sort());
        this.#likeness.set(project, lines);
        this.isIndistinct ||=
            entries.length > 0 && [...this.#likeness].some(([other, of]) => other !== project && of === lines);
    }

    /** A call on its way to Vercel and back. */
    async #answer(request: PlainRequest): Promise<CallEnd> {
        if (this.isDead) {
            return await new Promise(() => undefined);
        }
        const call = this.#calls;
        this.#calls += 1;
        const operation = watched.getStore();
        if (operation !== undefined) {
            operation.calls += 1;
            if (request.method === "POST") {
                operation.listingsBefore ??= operation.listings.length;
            }
        }
        const [, nameOrId = "", , encodedId] = /\/projects\/([^/?]+)\/client-cert(\/([^/?]+))?/.exec(request.url) ?? [];
        const project = this.projectOf(decodeURIComponent(nameOrId));
        const certId = decodeURIComponent(encodedId ?? "");
        const key = `${String(project)} ${certId}`;
        if (request.method === "DELETE" && operation !== undefined) {
            this.#deleters.set(key, { by: operation, seen: operation.listings.length });
        }
        if (this.#killAt === call) {
            // Half of the kills hit a call that has its effect all the same.
            if (call % 2 === 1) {
                await this.fakeVercel.exchange(request);
                if (request.method === "DELETE") {
                    // Nobody has heard the answer, and there is nothing left that could be forgotten.
                    this.gone.add(key);
                }
            }
            if (request.method === "POST" && operation !== undefined) {
                operation.isAmbiguous = true;
            }
            this.#kill?.();
            return await new Promise(() => undefined);
        }
        const fault = this.#faults.find(({ at }) => at === call)?.fault;
        const end = await this.#exchange(request, fault);
        if (this.isDead) {
            return await new Promise(() => undefined);
        }
        this.log.push(
            `        ${request.method} ${String(project)} ${certId} ${fault ?? ""}: ${typeof end === "string" ? end : `${String(end.status)} ${request.method === "GET" ? "" : end.text}`}`,
        );
        this.#note(request, end, operation, key);
        return end;
    }

    /** A second resource for a place may upload over the first, now or later, and nothing at Vercel tells. */
    #noteAmbiguous(upload: Watched): void {
        upload.isAmbiguous = true;
        if (upload.kind === "create") {
            this.noteUncertain(upload);
        }
    }

    #note({ method }: PlainRequest, end: CallEnd, operation: Watched | undefined, key: string): void {
        const body = typeof end === "string" ? undefined : parsed(end.text);
        const status = typeof end === "string" ? 0 : end.status;
        const certId = typeof body?.["certId"] === "string" ? body["certId"] : undefined;
        if (method === "POST" && operation !== undefined) {
            if (status === 200 && certId !== undefined) {
                const origin = body?.["origin"];
                operation.uploaded.push({ certId, origin: typeof origin === "string" ? origin : "" });
            } else if (status === 0 || status === 200 || status >= 500) {
                this.#noteAmbiguous(operation);
            }
        }
        if (method === "DELETE" && status === 200 && certId !== undefined) {
            this.gone.add(key);
            this.deleted.add(key);
        }
        if (method === "DELETE" && status === 404) {
            // It deletes nothing later on either, should an upload bring the same id back.
            this.#deleters.delete(key);
        }
        const { message } = (body?.["error"] ?? {}) as { readonly message?: unknown };
        if (method === "DELETE" && status === 404 && message === "The certificate could not be found") {
            this.#missing.set(key, this.time.now());
        }
    }

    async #exchange(request: PlainRequest, fault: PlacedFault["fault"] | undefined): Promise<CallEnd> {
        if (fault === undefined) {
            return await this.fakeVercel.exchange(request);
        }
        this.hits.push(fault);
        if (fault === "connection refused") {
            return "refused";
        }
        if (fault === "an entry that cannot be read") {
            const end = await this.fakeVercel.exchange(request);
            return typeof end === "string" ? end : { ...end, text: end.text.replace(/"id":"[^"]*"/, `"id":7`) };
        }
        this.fakeVercel.addFault(FAULT_TABLE[fault]);
        const end = await this.fakeVercel.exchange(request);
        if (end === "timeout") {
            await this.time.sleep(TIMEOUT_MS);
        }
        return end;
    }

    /** What has changed at Vercel since the last look. */
    #watchTruth(): void {
        this.#truth.forEach((before, project) => {
            const now = this.certificates(project);
            if (now === before) {
                return;
            }
            this.#truth = this.#truth.with(project, now);
            this.labels.note(project, now);
            for (const { certId } of now.filter((entry) => !before.includes(entry))) {
                this.gone.delete(`${String(project)} ${certId}`);
                this.#missing.delete(`${String(project)} ${certId}`);
            }
            const ids = new Set(before.filter((entry) => !now.includes(entry)).map(({ certId }) => certId));
            for (const certId of ids) {
                const deleter = this.#deleters.get(`${String(project)} ${certId}`);
                if (deleter !== undefined && now.every((entry) => entry.certId !== certId)) {
                    const removed = before.filter((entry) => entry.certId === certId);
                    this.#deleters.delete(`${String(project)} ${certId}`);
                    this.onRemoval?.({ ...deleter, project, removed, left: now });
                }
            }
        });
    }
}

export const FAULT_TABLE: Readonly<
    Record<Exclude<PlacedFault["fault"], "connection refused" | "an entry that cannot be read">, Fault>
> = {
    "reset, no effect": { kind: "reset-before" },
    "reset, after the effect": { kind: "reset-after" },
    "timeout, no effect": { kind: "delay", afterEffect: false },
    "timeout, after the effect": { kind: "delay", afterEffect: true },
    "timeout, effect after the next listing": { kind: "late" },
    "500, no effect": { kind: "status", status: 500 },
    "500, after the effect": { kind: "status", status: 500, afterEffect: true },
    "400": error(400, "bad_request", "Invalid request."),
    "403": error(403, "forbidden", "You don't have permission to change this."),
    "404, project": error(404, "not_found", "Project not found."),
    "404, other words": error(404, "not_found", "The client certificate API is not enabled on this plan."),
    "409": error(409, "conflict", "The project is being transferred"),
    "429": { kind: "status", status: 429, headers: { "Retry-After": "20" } },
    "200 with an empty body": { kind: "body" },
    "200 with an empty body, after the effect": { kind: "body", afterEffect: true },
};

function error(status: number, code: string, message: string): Fault {
    return { kind: "status", status, body: JSON.stringify({ error: { code, message } }) };
}

export function idOf(project: number): string {
    return `prj_${String(project)}`;
}

/** The ids of certificates that outputs have as their own. */
export function idsIn(outputs: Properties): readonly string[] {
    const stale: unknown = outputs["staleCertIds"];
    const all: readonly unknown[] = [outputs["certId"], ...(Array.isArray(stale) ? stale : [])];
    return [...new Set(all.filter((id): id is string => typeof id === "string" && id !== ""))];
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
    try {
        return JSON.parse(text) as Readonly<Record<string, unknown>>;
    } catch {
        // Some faults answer with what is no JSON.
        return undefined;
    }
}

export function isCertificate(entry: StoredCertificate, { certPem }: Issued): boolean {
    return (
        entry.cert === certPem ||
        new X509Certificate(entry.cert).fingerprint256 === new X509Certificate(certPem).fingerprint256
    );
}

const LISTINGS = ["listCertificates", "recentCertificates", "certificatesAgain", "listBeforeWrite", "listAfterWrite"];
let isWatching = false;

/** One history at a time. */
function follow(env: TestEnvironment): void {
    current = env;
}

/** What operations get to see, whatever the client knows from earlier. */
function watchListings(): void {
    if (isWatching) {
        return;
    }
    isWatching = true;
    const methods = VercelClient.prototype as unknown as Record<
        string,
        ((...args: unknown[]) => Promise<unknown>) | undefined
    >;
    for (const name of LISTINGS) {
        const original = methods[name];
        if (original !== undefined) {
            methods[name] = async function (this: VercelClient, ...args: unknown[]) {
                const entries = await original.apply(this, args);
                current?.noteListing(entries as readonly CertificateEntry[], (args[0] as { project: string }).project);
                return entries;
            };
        }
    }
}
