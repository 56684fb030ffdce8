import type { Clock } from "../vercel/clock";
import type { CertificateEntry, CertificateUpload, ProjectAddress } from "../vercel/client";

/** The three calls, as the operations need them. */
export interface CertificateStore {
    listCertificates(address: ProjectAddress): Promise<readonly CertificateEntry[]>;
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
 * What this process has done and seen. A resource that was renamed without an alias, or replaced by force, is created
 * before its predecessor is deleted; where Vercel keeps the certificate's id over an upload, deleting the
 * predecessor's id would delete the successor's certificate.
 */
export class ProcessMemory {
    readonly #declared = new Set<string>();
    readonly #inPlace = new Set<string>();

    /** `check` saw this project and origin: the program of this run declares them. */
    declare(label: string): void {
        this.#declared.add(label);
    }

    isDeclared(label: string): boolean {
        return this.#declared.has(label);
    }

    /** This certificate was uploaded by this run, or was found in place for a resource that the program declares. */
    keepInPlace(certId: string): void {
        this.#inPlace.add(certId);
    }

    isInPlace(certId: string): boolean {
        return this.#inPlace.has(certId);
    }
}
