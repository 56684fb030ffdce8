import { X509Certificate } from "node:crypto";
import type { Properties } from "../../../provider/operations/arguments";
import type { StoredCertificate } from "../../vercel/store";
import type { Command, Policy } from "./history";
import type { Declared, Entry } from "./modelEngine";

/** What a history came to on the model, step by step, for another engine to repeat. */
export interface Trace {
    readonly policy: Policy;
    readonly steps: readonly TraceStep[];
    /** What of commands, options and faults has occurred. */
    readonly features: readonly string[];
}

export type TraceStep =
    | {
          readonly does: "command";
          readonly command: Command;
          readonly declared: readonly Declared[];
          readonly isFailed: boolean;
          /** Whether this depends on nothing but the order of calls that one resource makes. */
          readonly isSteady: boolean;
          readonly after: Snapshot;
      }
    | { readonly does: "import"; readonly stack: number; readonly entry: Entry; readonly label: string }
    | { readonly does: "place"; readonly project: number; readonly origin: string | undefined; readonly leaf: number }
    | { readonly does: "remove"; readonly project: number; readonly label: string }
    | { readonly does: "name"; readonly project: number; readonly name: string };

/** A stack and what Vercel holds, a line each; equal where two engines have done the same. */
export interface Snapshot {
    readonly state: readonly string[];
    readonly held: readonly string[];
}

/** Names for ids: how many there were before at their place. Ids themselves are random. */
export class IdLabels {
    readonly #labels = new Map<string, string>();
    readonly #counts = new Map<string, number>();

    note(project: number, certificates: readonly StoredCertificate[]): void {
        for (const { certId, origin } of certificates) {
            if (!this.#labels.has(certId)) {
                const place = `${String(project)} ${origin}`;
                const count = (this.#counts.get(place) ?? 0) + 1;
                this.#counts.set(place, count);
                this.#labels.set(certId, `${place} #${String(count)}`);
            }
        }
    }

    of(certId: unknown): string {
        return this.#labels.get(String(certId)) ?? `unknown ${String(certId)}`;
    }

    /** The id of a label, if it was noted. */
    idOf(label: string): string | undefined {
        return [...this.#labels].find(([, known]) => known === label)?.[0];
    }
}

export type StateEntry = Pick<Entry, "name" | "id" | "external" | "condemned" | "pendingReplacement"> & {
    readonly outputs: Properties;
    readonly isUninitialised: boolean;
};

export function snapshotOf(
    entries: readonly StateEntry[],
    projects: readonly (readonly StoredCertificate[])[],
    labels: IdLabels,
): Snapshot {
    const held = projects.flatMap((certificates, project) =>
        certificates.map(
            ({ certId, origin, cert }) =>
                `${String(project)} ${origin}: ${labels.of(certId)} ${new X509Certificate(cert).serialNumber}`,
        ),
    );
    return { state: entries.map((entry) => lineOf(entry, labels)).sort(), held: held.sort() };
}

function lineOf(entry: StateEntry, labels: IdLabels): string {
    const { name, id, outputs, isUninitialised, external, condemned, pendingReplacement } = entry;
    const { certId, staleCertIds, otherCertIds, fingerprint, project, unconfirmed } = outputs;
    const idsOf = (ids: unknown): string =>
        Array.isArray(ids)
            ? ids
                  .map((one) => labels.of(one))
                  .sort()
                  .join()
            : "";
    const is = { external, condemned, pendingReplacement, isUninitialised, unconfirmed: unconfirmed === true };
    const marks = Object.entries(is)
        .filter(([, mark]) => mark)
        .map(([mark]) => ` ${mark}`);
    const own = certId === "" ? "none" : labels.of(certId);
    const stale = `stale [${idsOf(staleCertIds)}], other [${idsOf(otherCertIds)}]`;
    return `${name} ${id} in ${String(project)}: ${own}, ${stale}, ${String(fingerprint)}${marks.join("")}`;
}
