import { messageOf } from "../../../operations/failures";
import { normaliseOrigin } from "../../../operations/identity";
import type { CertificateEntry, CertificateUpload, ProjectAddress, VercelClient } from "../../../vercel/client";
import type { Clock } from "../../../vercel/clock";
import { isCertificateMissing, isEffectUnknown } from "../../../vercel/errors";

/** Every origin of a doctor's has this in its host, so that a later run knows what a killed one has left. */
const HOST = "pulumi-vercel-client-cert-doctor";

/**
 * Origins that no deployment calls: names that RFC 2606 reserves. The second one is for an API that refuses the first,
 * since nothing below `.invalid` is in the DNS.
 */
export const RESERVED_ORIGINS = [`https://${HOST}.invalid`, `https://${HOST}.example.com`] as const;

export function isReserved({ origin }: CertificateEntry): boolean {
    return origin.toLowerCase().includes(`${HOST}.`);
}

/** The same origin by RFC 6454, in other letters. */
export function respelled(origin: string): string {
    return `${origin.toUpperCase().replace("HTTPS", "https")}:443/`;
}

/** How long a listing may take to show a write: half a minute in all. */
const WAITS_MS = [500, 1_000, 2_000, 4_000, 7_500, 15_000] as const;
/** What fails is tried again in the next round. */
const CLEANING_ROUNDS = 3;
const LABEL = "doctor";

type Entries = readonly CertificateEntry[];

/** What a run puts into a project that holds nothing else, and what therefore has to go again. */
export class CertificatesMade {
    readonly #client: VercelClient;
    readonly #address: ProjectAddress;
    readonly #clock: Clock;
    readonly #made = new Set<string>();
    readonly #deleted = new Set<string>();
    /** The origins of uploads that may have happened. */
    readonly #uncertain = new Set<string | undefined>();

    constructor(client: VercelClient, address: ProjectAddress, clock: Clock) {
        this.#client = client;
        this.#address = address;
        this.#clock = clock;
    }

    list(): Promise<Entries> {
        return this.#client.listCertificates(this.#address);
    }

    async upload(upload: CertificateUpload): Promise<CertificateEntry> {
        try {
            const entry = await this.#client.uploadCertificate(this.#address, upload, LABEL);
            this.#made.add(entry.certId);
            return entry;
        } catch (error) {
            if (isEffectUnknown(error)) {
                this.#uncertain.add(upload.origin);
            }
            throw error;
        }
    }

    async delete(certId: string): Promise<void> {
        await this.#client.deleteCertificate(this.#address, certId, LABEL);
        this.#deleted.add(certId);
    }

    /**
     * Lists until this holds, at most half a minute. An abort ends the waiting, not a call.
     *
     * @returns `afterMs`: from the answer to the write to the first listing that shows it, if one did.
     */
    async listUntil(holds: (entries: Entries) => boolean, signal?: AbortSignal) {
        const startedMs = this.#clock.steady();
        const aborted = new Promise<void>((resolve) => {
            signal?.addEventListener("abort", () => resolve(), { once: true });
        });
        for (let attempt = 0; ; attempt += 1) {
            const entries = await this.list();
            if (holds(entries)) {
                return { entries, afterMs: Math.round(this.#clock.steady() - startedMs) };
            }
            const waitMs = WAITS_MS[attempt];
            if (waitMs === undefined || signal?.aborted === true) {
                return { entries, afterMs: undefined };
            }
            await Promise.race([this.#clock.sleep(waitMs), aborted]);
        }
    }

    /** Removes what this run made and what killed ones left. Returns why something may still be there. */
    async removeAll(): Promise<readonly string[]> {
        let problems: readonly string[] = [];
        for (let round = 0; round < CLEANING_ROUNDS; round += 1) {
            problems = await this.#removeOnce().catch((error: unknown) => [messageOf(error)]);
            if (problems.length === 0) {
                break;
            }
        }
        return problems;
    }

    /** Also what no listing shows: an id that was answered is deleted by call. */
    async #removeOnce(): Promise<readonly string[]> {
        if (this.#uncertain.size > 0) {
            // An upload that may have happened shows up late, if at all.
            await this.listUntil((entries) => entries.some((one) => this.#isOurs(one) && !this.#made.has(one.certId)));
        }
        (await this.list()).filter((one) => this.#isOurs(one)).forEach(({ certId }) => this.#made.add(certId));
        const problems: string[] = [];
        for (const certId of [...this.#made].filter((one) => !this.#deleted.has(one))) {
            await this.delete(certId).catch((error: unknown) => {
                if (isCertificateMissing(error)) {
                    this.#deleted.add(certId);
                } else {
                    problems.push(messageOf(error));
                }
            });
        }
        return problems.length > 0 ? problems : await this.#confirmRemoval();
    }

    async #confirmRemoval(): Promise<readonly string[]> {
        const { entries, afterMs } = await this.listUntil((listed) => !listed.some((one) => this.#isOurs(one)));
        const still = entries.filter((one) => this.#isOurs(one)).map(({ certId }) => certId);
        // The next round deletes them again: they may be new ones.
        still.forEach((certId) => this.#deleted.delete(certId));
        return afterMs === undefined ? [`the listing still shows ${still.join(", ")}`] : [];
    }

    /** The project held nothing before, so that what no origin names is ours where such an upload may have happened. */
    #isOurs(entry: CertificateEntry): boolean {
        const isProjectWide = normaliseOrigin(entry.origin) === undefined;
        return this.#made.has(entry.certId) || isReserved(entry) || (isProjectWide && this.#uncertain.has(undefined));
    }
}
