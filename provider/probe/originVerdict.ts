import type { Attempt } from "./connection";
import type { Ending } from "./ending";

/** What a probe found out; documents and scripts name these words. */
export type Verdict =
    /** The origin refuses clients without a certificate and takes this one. */
    | "accepted"
    /** The origin does not ask for a client certificate. */
    | "not-asked"
    /** The origin asks, but takes clients without a certificate as well. */
    | "not-enforced"
    /** The origin refuses this certificate. */
    | "rejected"
    /** The origin asks, and answers in a way that has other explanations than the certificate. */
    | "undecided"
    /** The origin's own certificate is not trusted. */
    | "untrusted"
    /** There was no handshake with the origin. */
    | "unreachable";

/** How far a client got. */
type Access = "refused" | "denied" | "admitted" | "unknown";

/** With these statuses an application turns a client away, be it for its certificate or for something else. */
const DENIALS: ReadonlySet<number> = new Set([400, 401, 403, 495, 496]);

function accessOf(ending: Ending): Access {
    if (ending.kind !== "answered") {
        return ending.kind === "refused" ? "refused" : "unknown";
    }
    const isDenied = ending.status !== undefined && DENIALS.has(ending.status);
    return ending.fault !== undefined ? "refused" : isDenied ? "denied" : "admitted";
}

/**
 * What two connections say together, one without and one with the certificate. Only a difference between them proves
 * anything: an answer alone may have nothing to do with the certificate.
 */
export function conclude(without: Attempt, presented: Attempt): Verdict {
    for (const { ending } of [without, presented]) {
        if (ending.kind === "untrusted" || ending.kind === "unreachable") {
            return ending.kind;
        }
    }
    const verdict = BY_ACCESS[accessOf(without.ending)][accessOf(presented.ending)];
    const asked = without.handshake.asked ?? presented.handshake.asked;
    // Accepted also where the request came too late to be seen: servers may ask once they know the path.
    const isNotAsked = verdict !== "accepted" && asked === false && presented.handshake.asked !== true;
    return isNotAsked ? "not-asked" : verdict;
}

/** For an origin that asks, or of which that is not known: access without the certificate, then with it. */
const BY_ACCESS: Readonly<Record<Access, Readonly<Record<Access, Verdict>>>> = {
    refused: { refused: "rejected", denied: "accepted", admitted: "accepted", unknown: "undecided" },
    denied: { refused: "rejected", denied: "undecided", admitted: "accepted", unknown: "undecided" },
    admitted: { refused: "rejected", denied: "rejected", admitted: "not-enforced", unknown: "undecided" },
    unknown: { refused: "rejected", denied: "undecided", admitted: "undecided", unknown: "undecided" },
};
