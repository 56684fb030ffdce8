import type { Clock } from "../vercel/clock";
import type { CertificateEntry, CertificateUpload, ProjectAddress } from "../vercel/client";
import type { KeyCommands } from "./keyCommands";
import { mayBeSameProject, type Identity, type Owner, type ProjectName } from "./identity";

/** The three calls, as the operations need them. */
export interface CertificateStore {
    listCertificates(address: ProjectAddress): Promise<readonly CertificateEntry[]>;
    /** For a mere look: up to half a minute old, but never older than a write of this process. */
    recentCertificates(address: ProjectAddress): Promise<readonly CertificateEntry[]>;
    /**
     * Before a write for one origin: up to some seconds old, but never older than a write of this process for that
     * origin. `holdsOrigin` says which entries are of it.
     */
    listBeforeWrite(
        address: ProjectAddress,
        holdsOrigin: (listedOrigin: string) => boolean,
    ): Promise<readonly CertificateEntry[]>;
    /** After an upload, to confirm it: as new as `listCertificates`, and shared with others who are about to do so. */
    listAfterWrite(address: ProjectAddress): Promise<readonly CertificateEntry[]>;
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
    /** What commands print, against which `key: { command }` is resolved. */
    readonly commands: Pick<KeyCommands, "run" | "withhold">;
    readonly memory: ProcessMemory;
    /** One line to the user, outside of any error. */
    notify(line: string): void;
    /** The team to use: the argument, else the configuration's. */
    teamFor(argument: string | undefined): string | undefined;
    /** Project, team and token of a call. Throws where there is no token. */
    addressOf(owner: Owner): ProjectAddress;
}

/** What a program declares: which certificate, and by which token. */
export type Declaration = Identity & Owner;

/**
 * What this process has done and seen, from the first `check` of a run to its last deletion.
 *
 * The engine calls the steps of a replacement in either order, and so those of a resource that was renamed without an
 * alias. Created first: where Vercel keeps the certificate's id over an upload, deleting the predecessor's id would
 * delete the successor's certificate. Deleted first: the origin would be without a certificate until the successor is
 * created. What is remembered here prevents both.
 */
export class ProcessMemory {
    readonly #declared = new Map<string, Declaration>();
    readonly #inPlace = new Map<string, readonly ProjectName[]>();
    readonly #settled = new Set<string>();
    readonly #handedOver = new Map<string, readonly string[]>();
    readonly #busy = new Map<string, Promise<unknown>>();

    /** `check` saw this: the program of this run declares it. */
    declare(declaration: Declaration): void {
        this.#declared.set(keyOf(declaration), declaration);
    }

    isDeclared(identity: Identity): boolean {
        return this.#declared.has(keyOf(identity));
    }

    /** This certificate was uploaded by this run, or was found in place for a resource that the program declares. */
    keepInPlace(identity: Identity, certId: string): void {
        this.#inPlace.set(certId, [...(this.#inPlace.get(certId) ?? []), identity]);
        this.#settled.add(keyOf(identity));
    }

    /**
     * Whether this run has the certificate in place in this project. An id alone does not tell: how Vercel makes ids is
     * not documented, and if it made them of the content, one certificate would have one id in every project.
     */
    isInPlace(owner: ProjectName, certId: string): boolean {
        return this.#inPlace.get(certId)?.some((other) => mayBeSameProject(other, owner)) ?? false;
    }

    /** What the program declares for an origin, and this run has not put in place so far. */
    awaited(origin: string | undefined): readonly Declaration[] {
        return [...this.#declared.entries()]
            .filter(([key, declared]) => declared.origin === origin && !this.#settled.has(key))
            .map(([, declared]) => declared);
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
