import type { Clock } from "../vercel/clock";
import type { ProjectAddress, VercelClient } from "../vercel/client";
import type { KeyCommands } from "./keyCommands";
import { isNamedAlike, mayBeSame, mayBeSameProject, type Identity, type Owner, type ProjectName } from "./identity";

/** The calls, as the operations need them. */
export type CertificateStore = Pick<
    VercelClient,
    "listCertificates" | "recentCertificates" | "certificatesAgain" | "uploadCertificate" | "deleteCertificate"
>;

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
    /** That of the resource at hand; `undefined` for a dynamic resource, which is not told. */
    readonly urn: string | undefined;
    /** One line to the user, outside of any error. */
    notify(line: string): void;
    /** The team to use: the argument, else the configuration's. */
    teamFor(argument: string | undefined): string | undefined;
    /** Project, team and token of a call. Throws where there is no token. */
    addressOf(owner: Owner): ProjectAddress;
}

/**
 * Who has a certificate in this run: by its state, by an upload over what was listed there before or was deleted by this
 * run, or by one beside.
 */
export interface Holder {
    readonly certId: string;
    readonly identity: Identity;
    readonly by: "state" | "upload over it" | "upload";
    /** Its URN, where the engine says it: to the plugin, not to a dynamic provider. */
    readonly urn: string | undefined;
}

/**
 * What this process has done and seen, from the first `check` of a run to its last deletion.
 *
 * The engine calls the steps of a replacement one by one, and so those of a resource that was renamed without an alias:
 * no call says what it belongs to. What is remembered here may only refuse something or keep a certificate, never stand
 * for what is true at Vercel or in the state.
 */
export class ProcessMemory {
    readonly #declared: Identity[] = [];
    readonly #holders: Holder[] = [];
    #deleted: readonly { readonly certId: string; readonly owner: ProjectName }[] = [];
    readonly #failed: Identity[] = [];
    #turns: readonly { readonly identity: Identity; readonly over: Promise<unknown> }[] = [];

    /** `check` saw this: the program of this run declares it. */
    declare(identity: Identity): void {
        this.#declared.push(identity);
    }

    /** How often; also twice for one resource, if the engine replaces it. */
    declarationsOf(identity: Identity): number {
        return this.#declared.filter((declared) => isNamedAlike(declared, identity)).length;
    }

    /** This certificate is in the state of a resource that the program declares, or was uploaded by this run. */
    keepInPlace(holder: Holder): void {
        const { certId, identity } = holder;
        this.#holders.push(holder);
        this.#deleted = this.#deleted.filter((one) => one.certId !== certId || !mayBeSameProject(one.owner, identity));
    }

    holdersOf(certId: string): readonly Holder[] {
        return this.#holders.filter((holder) => holder.certId === certId);
    }

    /** Who has a certificate at what may be this place. */
    holdersFor(identity: Identity): readonly Holder[] {
        return this.#holders.filter((holder) => mayBeSame(holder.identity, identity));
    }

    /** This run has deleted it; listings may show it for a while. */
    noteDeleted(certId: string, owner: ProjectName): void {
        this.#deleted = [...this.#deleted, { certId, owner }];
    }

    isDeleted(certId: string, owner: ProjectName): boolean {
        return this.#deleted.some((one) => one.certId === certId && mayBeSameProject(one.owner, owner));
    }

    /** A creation came to nothing, or to less than it should: what it would have replaced has to stay. */
    noteFailedCreation(identity: Identity): void {
        this.#failed.push(identity);
    }

    hasFailedCreation(identity: Identity): boolean {
        return this.#failed.some((failed) => mayBeSame(failed, identity));
    }

    /** One write for what may be one project and origin at a time: the second must see what the first has put in place. */
    async exclusively<T>(identity: Identity, operation: () => Promise<T>): Promise<T> {
        const earlier = this.#turns.filter((turn) => mayBeSame(turn.identity, identity)).map(({ over }) => over);
        const own = Promise.allSettled(earlier).then(operation);
        const turn = { identity, over: own };
        this.#turns = [...this.#turns, turn];
        try {
            return await own;
        } finally {
            this.#turns = this.#turns.filter((other) => other !== turn);
        }
    }
}
