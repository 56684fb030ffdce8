import type { TestCertificates } from "../../../certificates/testCertificates";
import { messageOf } from "../../../operations/failures";
import type { CertificateEntry } from "../../../vercel/client";
import { VercelError } from "../../../vercel/errors";
import type { Told } from "./answers";
import { RESERVED_ORIGINS, isReserved, respelled, type CertificatesMade } from "./certificatesMade";
import type { Traffic } from "./traffic";
import { shown, quote } from "../../../text/quoting";

export type Outcome = "fine" | "not in order" | "failed";

/** One thing that was tried at the API. */
export interface Step {
    readonly step: string;
    readonly outcome: Outcome;
    readonly detail: string;
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

type Finding = Omit<Step, "step">;
export const fine = (detail: string): Finding => ({ outcome: "fine", detail });
const notInOrder = (detail: string): Finding => ({ outcome: "not in order", detail });

/** What comes of a step; an error of Vercel's is said in full, and noted without names. */
export async function tryStep(step: string, work: () => Promise<Finding>, say: (line: string) => void): Promise<Step> {
    try {
        return { step, ...(await work()) };
    } catch (error) {
        if (!(error instanceof VercelError)) {
            throw error;
        }
        say(`doctor: ${messageOf(error)}`);
        return { step, outcome: "failed", detail: describeFailure(error) };
    }
}

/** Asks the API, step by step, what is not documented. What a step finds out the later ones may build on. */
export class Examination {
    readonly steps: Step[] = [];
    readonly told: Told = {};
    #origin: string = RESERVED_ORIGINS[0];
    /** The id of the first certificate. */
    #first = "";
    /** The id that was given last. */
    #last = "";
    /** Whether the second upload for an origin had another id than the first. */
    #changesId = false;
    /** The last listing. */
    #listed: readonly CertificateEntry[] = [];
    /** How long it took until a listing showed the slowest write; infinite where none did in half a minute. */
    #slowestMs = 0;

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
            if (error !== this.options.signal.reason) {
                throw error;
            }
            this.steps.push({ step: "interruption", outcome: "failed", detail: "ended by the user" });
        }
    }

    /** Whether it could be done. */
    async #step(step: string, work: () => Promise<Finding>): Promise<boolean> {
        const { signal, say } = this.options;
        signal.throwIfAborted();
        say(`doctor: ${step}`);
        const tried = await tryStep(step, work, say);
        this.steps.push(tried);
        return tried.outcome !== "failed";
    }

    async #upload(): Promise<Finding> {
        const [reserved, fallback] = RESERVED_ORIGINS;
        const first = await this.#put(0, reserved).catch(async (error: unknown) => {
            requireRefusal(error);
            this.#origin = fallback;
            return await this.#put(0, fallback);
        });
        this.#first = first.certId;
        return this.#origin === reserved
            ? first.finding
            : notInOrder(
                  "an origin below .invalid is refused; one below example.com is accepted, and used from here on",
              );
    }

    async #uploadAgain(): Promise<Finding> {
        const { certId, finding } = await this.#put(1, this.#origin);
        const isThere = this.#listed.some((entry) => entry.certId === this.#first);
        this.#changesId = certId !== this.#first;
        this.told.rotation = this.#changesId
            ? ["yes", "deletes the old id where it is still listed"]
            : ["no", "never deletes the id of the certificate that is in place"];
        this.told.secondUpload = !this.#changesId
            ? ["replaces it, under the same id", "a rotation is one upload; nothing is deleted"]
            : isThere
              ? ["adds to it", "a rotation deletes the old certificate once the new one is listed"]
              : ["replaces it, under another id", "a rotation is one upload; the old id goes with it"];
        return finding;
    }

    async #uploadWithOtherAuthority(): Promise<Finding> {
        const { otherCa } = this.options.certificates;
        const put = await this.#put(0, this.#origin, otherCa).catch(requireRefusal);
        if (put instanceof VercelError) {
            const answer = "the issuer: the certificate of another authority is refused";
            this.told.authority = [answer, "refuses it before the upload"];
            return fine(describeFailure(put));
        }
        const answer = "not checked: the certificate of another authority is accepted";
        this.told.authority = [answer, "refuses it all the same; with skipValidation it warns"];
        return put.finding;
    }

    async #uploadRespelled(): Promise<Finding> {
        const origin = respelled(this.#origin);
        const put = await this.#put(0, origin).catch(requireRefusal);
        if (put instanceof VercelError) {
            const behaviour = "sends the origin as it is declared: spell it in lower case, without a port";
            this.told.respelling = ["it refuses another spelling", behaviour];
            return fine(describeFailure(put));
        }
        const origins = new Set(this.#listed.filter(isReserved).map((entry) => entry.origin));
        const isOne = "compares origins in normal form, so that two spellings are one";
        const isTwo = "compares origins in normal form: a change of spelling uploads nothing";
        this.told.respelling =
            put.answered !== origin
                ? ["yes", isOne]
                : origins.size > 1
                  ? ["no: two spellings are two origins", isTwo]
                  : ["no, but two spellings are one origin", isOne];
        // The first certificate once more: where ids do not stay, only one made of it is the same again.
        if (this.#changesId && put.certId === this.#first) {
            const behaviour = "deletes the old id where it is still listed; the way back has an id of earlier";
            this.told.rotation = ["yes; the same certificate has the same id again", behaviour];
        }
        return put.finding;
    }

    async #uploadProjectWide(): Promise<Finding> {
        const { certId, finding } = await this.#put(1, undefined);
        const behaviour = "finds its certificate by certId; takes any origin that is no https URL as project-wide";
        this.told.projectWide = [this.options.traffic.listedOrigin(certId), behaviour];
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
            this.told.secondDeletion = ["it is accepted", "takes that for deleted"];
            return fine("accepted once more");
        } catch (error) {
            if (!(error instanceof VercelError) || error.effect === "unknown") {
                throw error;
            }
            const isDocumented = error.kind === "certificate-missing";
            this.told.secondDeletion = isDocumented
                ? ["the documented 404", "takes that for deleted where a listing agrees"]
                : [`another error (${error.kind})`, "fails, and keeps the id in the state"];
            const detail = `${describeFailure(error)}, with the words ${quote(traffic.lastSaid)}`;
            return isDocumented ? fine(detail) : notInOrder(detail);
        }
    }

    /** Uploads, and waits until a listing shows it. `answered` is the origin in the answer to the upload. */
    async #put(which: 0 | 1, origin: string | undefined, issuers?: string) {
        const { made, certificates, say } = this.options;
        const { certs, key, ca } = certificates;
        const upload = { cert: certs[which], key, ca: issuers ?? ca, ...(origin === undefined ? {} : { origin }) };
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
        if (afterMs === undefined) {
            signal.throwIfAborted();
        }
        this.#listed = entries;
        this.#slowestMs = Math.max(this.#slowestMs, afterMs ?? Infinity);
        this.told.delay =
            this.#slowestMs === Infinity
                ? ["not in 30 seconds", "counts the write as not confirmed, and warns"]
                : [`after ${secondsOf(this.#slowestMs)} at most`, "lists until it does, up to 30 seconds"];
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

function describeFailure({ status, code, kind }: VercelError): string {
    const plain = code !== undefined && PLAIN_CODE.test(code) ? code : undefined;
    const answer = [status === undefined ? undefined : String(status), plain].filter((part) => part !== undefined);
    return `${answer.length === 0 ? "no answer" : answer.join(" ")}, understood as ${kind}`;
}

function secondsOf(milliseconds: number): string {
    return `${(milliseconds / 1000).toFixed(1)} s`;
}
