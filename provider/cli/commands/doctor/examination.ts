import type { TestCertificates } from "../../../certificates/testCertificates";
import { messageOf } from "../../../operations/failures";
import type { CertificateEntry } from "../../../vercel/client";
import { VercelError, type ErrorKind } from "../../../vercel/errors";
import type { CertificatesMade } from "./certificatesMade";
import { RESERVED_ORIGINS, isReserved, respelled } from "./reserved";
import type { Traffic } from "./traffic";
import { shown, quote } from "../../../text/quoting";

export type Outcome = "fine" | "not in order" | "failed";

/** One thing that was tried at the API. */
export interface Step {
    readonly step: string;
    readonly outcome: Outcome;
    readonly detail: string;
}

/** What is open about the API, as far as the steps could tell. */
export interface Observations {
    secondUpload?: "keeps the id" | "replaces" | "adds";
    /** Whether the same certificate has the same id again. */
    idOfContent?: boolean;
    otherAuthority?: "refused" | "accepted";
    respelling?: "restored" | "joined" | "separate" | "refused";
    /** As JSON. */
    projectWideOrigin?: string;
    /** How long it took until a listing showed the slowest write; infinite where none did in half a minute. */
    slowestMs?: number;
    secondDeletion?: ErrorKind | "accepted";
    /** The names of its properties. */
    listing?: readonly string[];
}

export interface ExaminationOptions {
    readonly made: CertificatesMade;
    readonly traffic: Traffic;
    readonly certificates: TestCertificates;
    readonly projectWide: boolean;
    readonly signal: AbortSignal;
    /** One line of progress, or an error of Vercel's in full. */
    readonly say: (line: string) => void;
}

/** The user does not want to go on. */
class Interrupted extends Error {}

type Finding = Omit<Step, "step">;
const fine = (detail: string): Finding => ({ outcome: "fine", detail });
const notInOrder = (detail: string): Finding => ({ outcome: "not in order", detail });

/** Asks the API, step by step, what is not documented. What a step finds out the later ones may build on. */
export class Examination {
    readonly steps: Step[] = [];
    readonly observations: Observations = {};
    #origin: string = RESERVED_ORIGINS[0];
    /** The id of the first certificate. */
    #first = "";
    /** The id that was given last. */
    #last = "";
    /** The last listing. */
    #listed: readonly CertificateEntry[] = [];

    constructor(private readonly options: ExaminationOptions) {}

    async run(): Promise<void> {
        try {
            if (!(await this.#step("upload", () => this.#upload()))) {
                return;
            }
            await this.#step("second upload", () => this.#uploadAgain());
            await this.#step("another authority", () => this.#uploadWithOtherAuthority());
            await this.#step("another spelling of the origin", () => this.#uploadRespelled());
            if (this.options.projectWide) {
                await this.#step("project-wide certificate", () => this.#uploadProjectWide());
            }
            if (await this.#step("deletion", () => this.#delete())) {
                await this.#step("second deletion", () => this.#deleteAgain());
            }
        } catch (error) {
            if (!(error instanceof Interrupted)) {
                throw error;
            }
            this.#note("interruption", { outcome: "failed", detail: "ended by the user" });
        }
    }

    /** Whether it could be done. */
    async #step(step: string, work: () => Promise<Finding>): Promise<boolean> {
        const { signal, say } = this.options;
        if (signal.aborted) {
            throw new Interrupted();
        }
        say(`doctor: ${step}`);
        try {
            this.#note(step, await work());
            return true;
        } catch (error) {
            if (!(error instanceof VercelError)) {
                throw error;
            }
            say(`doctor: ${messageOf(error)}`);
            this.#note(step, { outcome: "failed", detail: describeFailure(error) });
            return false;
        }
    }

    #note(step: string, finding: Finding): void {
        this.steps.push({ step, ...finding });
    }

    async #upload(): Promise<Finding> {
        const [reserved, fallback] = RESERVED_ORIGINS;
        const { certs, ca } = this.options.certificates;
        const first = await this.#put(certs[0], ca, reserved).catch(async (error: unknown) => {
            requireRefusal(error);
            this.#origin = fallback;
            return await this.#put(certs[0], ca, fallback);
        });
        this.#first = first.certId;
        return this.#origin === reserved
            ? first.finding
            : notInOrder(
                  "an origin below .invalid is refused; one below example.com is accepted, and used from here on",
              );
    }

    async #uploadAgain(): Promise<Finding> {
        const { certs, ca } = this.options.certificates;
        const { certId, finding } = await this.#put(certs[1], ca, this.#origin);
        const isThere = this.#listed.some((entry) => entry.certId === this.#first);
        this.observations.secondUpload = certId === this.#first ? "keeps the id" : isThere ? "adds" : "replaces";
        return finding;
    }

    async #uploadWithOtherAuthority(): Promise<Finding> {
        const { certs, otherCa } = this.options.certificates;
        const put = await this.#put(certs[0], otherCa, this.#origin).catch(requireRefusal);
        const isRefused = put instanceof VercelError;
        this.observations.otherAuthority = isRefused ? "refused" : "accepted";
        return isRefused ? fine(describeFailure(put)) : put.finding;
    }

    async #uploadRespelled(): Promise<Finding> {
        const { certs, ca } = this.options.certificates;
        const origin = respelled(this.#origin);
        const put = await this.#put(certs[0], ca, origin).catch(requireRefusal);
        if (put instanceof VercelError) {
            this.observations.respelling = "refused";
            return fine(describeFailure(put));
        }
        const origins = new Set(this.#listed.filter(isReserved).map((entry) => entry.origin));
        this.observations.respelling = put.answered !== origin ? "restored" : origins.size > 1 ? "separate" : "joined";
        // The first certificate once more: where ids do not stay, only one made of it is the same again.
        const { secondUpload } = this.observations;
        if (secondUpload !== undefined && secondUpload !== "keeps the id") {
            this.observations.idOfContent = put.certId === this.#first;
        }
        return put.finding;
    }

    async #uploadProjectWide(): Promise<Finding> {
        const { certs, ca } = this.options.certificates;
        const { certId, finding } = await this.#put(certs[1], ca, undefined);
        this.observations.projectWideOrigin = this.options.traffic.listedOrigin(certId);
        return finding;
    }

    async #delete(): Promise<Finding> {
        await this.options.made.delete(this.#last);
        return await this.#sight("the deletion", (entries) => entries.every(({ certId }) => certId !== this.#last));
    }

    async #deleteAgain(): Promise<Finding> {
        const { made, traffic } = this.options;
        try {
            await made.delete(this.#last);
            this.observations.secondDeletion = "accepted";
            return fine("accepted once more");
        } catch (error) {
            if (!(error instanceof VercelError) || error.effect === "unknown") {
                throw error;
            }
            this.observations.secondDeletion = error.kind;
            const detail = `${describeFailure(error)}, with the words ${quote(traffic.lastSaid)}`;
            return error.kind === "certificate-missing" ? fine(detail) : notInOrder(detail);
        }
    }

    /** Uploads, and waits until a listing shows it. `answered` is the origin in the answer to the upload. */
    async #put(cert: string, ca: string, origin: string | undefined) {
        const { made, certificates, say } = this.options;
        const upload = { cert, key: certificates.key, ca, ...(origin === undefined ? {} : { origin }) };
        const { certId, origin: answered } = await made.upload(upload);
        if (origin === undefined) {
            // Said at once: after a kill, no origin tells the next run whose it is.
            say(`doctor: the project-wide certificate is ${shown(certId)}`);
        }
        this.#last = certId;
        const isNew = this.#listed.every((entry) => entry.certId !== certId);
        const finding = await this.#sight("the upload", (entries) => entries.some((entry) => entry.certId === certId));
        return { certId, answered, finding: isNew ? finding : fine("accepted, under an id that was there") };
    }

    async #sight(what: string, holds: (entries: readonly CertificateEntry[]) => boolean): Promise<Finding> {
        const { made, signal } = this.options;
        const { entries, afterMs } = await made.listUntil(holds, signal);
        if (signal.aborted && afterMs === undefined) {
            throw new Interrupted();
        }
        this.#listed = entries;
        const { slowestMs = 0 } = this.observations;
        this.observations.slowestMs = Math.max(slowestMs, afterMs ?? Number.POSITIVE_INFINITY);
        return afterMs === undefined
            ? notInOrder(`accepted, but no listing showed ${what} in half a minute`)
            : fine(`accepted; a listing showed it after ${secondsOf(afterMs)}`);
    }
}

/** A refusal of the values, which is an answer; anything else says nothing about them. */
function requireRefusal(error: unknown): VercelError {
    if (error instanceof VercelError && error.kind === "invalid") {
        return error;
    }
    throw error;
}

/** Codes are a server's text: whatever is not a word as documented is not repeated. */
const PLAIN_CODE = /^[A-Za-z][A-Za-z_]{0,39}$/;

export function describeFailure({ status, code, kind }: VercelError): string {
    const plain = code !== undefined && PLAIN_CODE.test(code) ? code : undefined;
    const answer = [status === undefined ? undefined : String(status), plain].filter((part) => part !== undefined);
    return `${answer.length === 0 ? "no answer" : answer.join(" ")}, understood as ${kind}`;
}

export function secondsOf(milliseconds: number): string {
    return `${(milliseconds / 1000).toFixed(1)} s`;
}
