import type { Clock } from "../vercel/clock";
import type { CertificateEntry, CertificateUpload, ProjectAddress } from "../vercel/client";
import type { Identity } from "./identity";

/** The three calls, as the operations need them. */
export interface CertificateStore {
    listCertificates(address: ProjectAddress): Promise<readonly CertificateEntry[]>;
    /** For a mere look: up to half a minute old, but never older than a write of this process. */
    recentCertificates(address: ProjectAddress): Promise<readonly CertificateEntry[]>;
    /** Does what comes right before a listing, so that those who do so at the same time share the request. */
    beforeListing<T>(address: ProjectAddress, work: () => Promise<T>): Promise<T>;
    uploadCertificate(address: ProjectAddress, upload: CertificateUpload, label: string): Promise<CertificateEntry>;
    deleteCertificate(address: ProjectAddress, certId: string, label: string): Promise<void>;
}

/** What an operation needs from the process that it runs in. */
export interface OperationContext {
    readonly store: CertificateStore;
    readonly clock: Clock;
    readonly environment: Readonly<Record<string, string | undefined>>;
    /** The program's folder, against which `key: { file }` is resolved. */
    readonly folder: string;
    readonly memory: ProcessMemory;
    /** One line to the user, outside of any error. */
    notify(line: string): void;
    /** The team to use: the argument, else the configuration's. */
    teamFor(argument: string | undefined): string | undefined;
    /** Project, team and token of a call. Throws where there is no token. */
    addressOf(owner: { readonly project: string; readonly team: string | undefined }): ProjectAddress;
}

/**
 * What this process has done and seen, from the first `check` of a run to its last deletion.
 *
 * The engine calls the steps of a replacement in either order, and so those of a resource that was renamed without an
 * alias. Created first: where Vercel keeps the certificate's id over an upload, deleting the predecessor's id would
 * delete the successor's certificate. Deleted first: the origin would be without a certificate until the successor is
 * created. What is remembered here prevents both.
 */
export class ProcessMemory {
    readonly #declared = new Map<string, Identity>();
    readonly #inPlace = new Set<string>();
    readonly #settled = new Set<string>();
    readonly #handedOver = new Map<string, readonly string[]>();
    readonly #busy = new Map<string, Promise<unknown>>();

    /** `check` saw this: the program of this run declares it. */
    declare(identity: Identity): void {
        this.#declared.set(keyOf(identity), identity);
    }

    isDeclared(identity: Identity): boolean {
        return this.#declared.has(keyOf(identity));
    }

    /** This certificate was uploaded by this run, or was found in place for a resource that the program declares. */
    keepInPlace(identity: Identity, certId: string): void {
        this.#inPlace.add(certId);
        this.#settled.add(keyOf(identity));
    }

    isInPlace(certId: string): boolean {
        return this.#inPlace.has(certId);
    }

    /** What the program declares for an origin, and this run has not put in place so far. */
    awaited(origin: string | undefined): readonly Identity[] {
        return [...this.#declared.entries()]
            .filter(([key, identity]) => identity.origin === origin && !this.#settled.has(key))
            .map(([, identity]) => identity);
    }

    /** Leaves certificates that were to be deleted to the successor, which removes them once its own is in place. */
    handOver(successor: Identity, certIds: readonly string[]): void {
        const key = keyOf(successor);
        this.#handedOver.set(key, [...(this.#handedOver.get(key) ?? []), ...certIds]);
    }

    handedOverTo(successor: Identity): readonly string[] {
        return this.#handedOver.get(keyOf(successor)) ?? [];
    }

    /** One creation for an identity at a time: the second of two resources must see what the first has put in place. */
    async exclusively<T>(identity: Identity, operation: () => Promise<T>): Promise<T> {
        const key = keyOf(identity);
        const earlier = this.#busy.get(key) ?? Promise.resolve();
        const own = earlier.then(operation, operation);
        this.#busy.set(key, own);
        return await own;
    }
}

function keyOf({ project, team, origin }: Identity): string {
    return JSON.stringify([team ?? null, project, origin ?? null]);
}
