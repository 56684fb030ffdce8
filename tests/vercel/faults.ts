import type { LimitedOperation } from "./limits";

/** Something that goes wrong, for the next call that matches. */
export interface Fault {
    /** Which calls it hits; any of the three by default. */
    readonly operation?: LimitedOperation;
    /** How many calls it hits; 1 by default. */
    readonly times?: number;
    /** How many matching calls pass before it. */
    readonly skip?: number;
    /** Hits only the deletion of this certificate. */
    readonly certId?: string;
    /** Hits only calls for this project, by the name or id that they use. */
    readonly project?: string;
    /**
     * `delay` is a late but true answer. `reset-unread`, `reset-before` and `reset-after` cut the connection: before the
     * body is read, before the call has its effect, and after. `late` never answers, and has its effect only when a later
     * listing was answered. `status` and `body` answer something else than the truth; `cut` ends the true answer in its
     * middle, `drip` sends it byte by byte without an end, and `extra` adds properties that are not documented.
     */
    readonly kind:
        | "delay"
        | "late"
        | "reset-unread"
        | "reset-before"
        | "reset-after"
        | "status"
        | "body"
        | "cut"
        | "drip"
        | "extra";
    /** How long any kind of fault holds the answer back. */
    readonly delayMs?: number;
    /**
     * Whether a call has its effect before the fault. `reset-after` and `extra` always have, `reset-before` never. By
     * default a `delay` has, and with `false` it has its effect late, unless the client is gone by then; the others have
     * none by default.
     */
    readonly afterEffect?: boolean;
    /** 500 by default for `status`, 200 for `body`. */
    readonly status?: number;
    readonly headers?: Readonly<Record<string, string>>;
    /** The body, as it is. By default an error as Vercel words it for `status`, and nothing for `body`. */
    readonly body?: string;
    readonly contentType?: string;
}

/** What of a call decides whether a fault hits it. */
export interface FaultableCall {
    readonly operation: LimitedOperation | "other";
    readonly project: string | undefined;
    readonly certId: string | undefined;
}

/** The faults to come, in the order in which they were added. */
export class FaultQueue {
    #pending: readonly { readonly fault: Fault; skip: number; times: number }[] = [];

    /** How many are still to come. */
    get size(): number {
        return this.#pending.length;
    }

    clear(): void {
        this.#pending = [];
    }

    add(fault: Fault): void {
        this.#pending = [...this.#pending, { fault, skip: fault.skip ?? 0, times: fault.times ?? 1 }];
    }

    /** The fault that hits this call. Only the first that matches counts calls, so that the order of adding holds. */
    take(call: FaultableCall): Fault | undefined {
        const next = this.#pending.find(({ fault }) => matches(fault, call));
        if (next === undefined) {
            return undefined;
        }
        if (next.skip > 0) {
            next.skip -= 1;
            return undefined;
        }
        next.times -= 1;
        this.#pending = this.#pending.filter(({ times }) => times > 0);
        return next.fault;
    }
}

function matches(fault: Fault, { operation, certId, project }: FaultableCall): boolean {
    return (
        (fault.operation === undefined || fault.operation === operation) &&
        (fault.certId === undefined || fault.certId === certId) &&
        (fault.project === undefined || fault.project === project)
    );
}

/** Whether a call that this fault hits has its effect first. */
export function hasEffectFirst({ kind, afterEffect }: Fault): boolean {
    switch (kind) {
        case "reset-before":
        case "reset-unread":
        case "late":
            return false;
        case "reset-after":
        case "extra":
            return true;
        case "delay":
            return afterEffect ?? true;
        case "status":
        case "body":
        case "cut":
        case "drip":
            return afterEffect ?? false;
    }
}
