import { isCertificateMissing, isEffectUnknown } from "../vercel/errors";
import type { Listing } from "../vercel/client";
import type { OperationContext } from "./context";
import { messageOf, OperationError } from "./failures";
import { isElsewhere, labelOf, type Identity, type OwnedIdentity, type Owner } from "./identity";
import { isUnlisted, listUntil } from "./listing";
import { explainNotFound } from "./notFound";
import { holdersIn } from "./ownership";
import { enumerated } from "../text/quoting";

const MOST_ATTEMPTS = 2;

/** Whose certificates are to go. */
export interface Place {
    readonly identity: OwnedIdentity;
    /** The origin as Vercel answered the upload. */
    readonly answered: string;
    /** What the project has, the new certificate included. */
    readonly listed: Listing;
}

/**
 * Removes what it can of several certificates of a resource, one after the other; one that will not go does not keep the
 * others. What the listing lacks is removed by call all the same: listings may lag behind.
 *
 * @returns Why, for each that would not go.
 */
export async function removeEach(
    certIds: readonly string[],
    place: Place,
    context: OperationContext,
): Promise<ReadonlyMap<string, string>> {
    const failures = new Map<string, string>();
    for (const certId of certIds) {
        try {
            await removeCertificate(certId, place, context);
        } catch (error) {
            failures.set(certId, messageOf(explainNotFound(error)));
        }
    }
    return failures;
}

/** Removes certificates that are to go and says which would not; they are tried again by the next run. */
export async function removeReplaced(
    certIds: readonly string[],
    place: Place,
    context: OperationContext,
): Promise<readonly string[]> {
    const failures = await removeEach(certIds, place, context);
    const remaining = [...failures.keys()];
    if (remaining.length > 0) {
        const reasons = [...new Set(failures.values())];
        context.notify(
            `${labelOf(place.identity)}: the new certificate is in place, but ${enumerated(remaining)}, which it replaces, could ` +
                `not be removed; the next run tries again. ${reasons.join(" ")}`,
        );
    }
    return remaining;
}

/**
 * Returns when the certificate is gone for certain: its deletion was answered, or is answered by "could not be found"
 * and a listing agrees. One whose answer was lost is never repeated blindly: a listing comes first.
 */
async function removeCertificate(certId: string, place: Place, context: OperationContext): Promise<void> {
    const { identity } = place;
    const { store, memory, addressOf } = context;
    let { listed } = place;
    for (let attempt = 1; ; attempt += 1) {
        refuseElsewhere(certId, { ...place, listed });
        await refuseHeldElsewhere(certId, place, context);
        try {
            await store.deleteCertificate(addressOf(identity), certId, labelOf(identity));
            memory.noteDeleted(certId, identity);
            return;
        } catch (error) {
            if (isCertificateMissing(error)) {
                await confirmGone(certId, identity, context);
                return;
            }
            if (!isEffectUnknown(error) || attempt >= MOST_ATTEMPTS) {
                throw error;
            }
        }
        listed = await store.listCertificates(addressOf(identity));
    }
}

/** Vercel deletes by id alone: whatever else has the id would be gone as well. */
function refuseElsewhere(certId: string, { identity, answered, listed }: Place): void {
    const places = listed.filter((entry) => entry.certId === certId);
    const elsewhere = places.filter((entry) => isElsewhere(entry.origin, identity.origin, answered));
    if (elsewhere.length === 0) {
        return;
    }
    const others = enumerated(elsewhere.map((entry) => JSON.stringify(entry.origin)));
    // A refresh believes what the state says of Vercel's answer, for it may drop nothing that is live.
    const isAnswered = elsewhere.some((entry) => entry.origin === answered);
    throw new OperationError(
        places.length > elsewhere.length
            ? sharedWith(certId, others)
            : `${certId} was not deleted, because Vercel lists it for ${others}, and not for the origin of this ` +
                  (isAnswered
                      ? `resource, whose state has that as Vercel's answer. If it is yours, remove it at Vercel and run ` +
                        `pulumi refresh; if it is not, run pulumi state delete for this resource.`
                      : `resource. Run pulumi refresh, which takes it out of the state.`),
    );
}

/** What this run has put in place no listing may show yet. */
async function refuseHeldElsewhere(certId: string, { identity }: Place, context: OperationContext): Promise<void> {
    const isElsewhereHeld = ({ origin }: Identity): boolean => origin !== identity.origin;
    const [holder] = await holdersIn(certId, identity, isElsewhereHeld, context);
    if (holder !== undefined) {
        throw new OperationError(`${labelOf(identity)}: ${sharedWith(certId, labelOf(holder.identity))}`);
    }
}

/** @param others What else has the id. */
function sharedWith(certId: string, others: string): string {
    return (
        `${certId} was not deleted, because this id is also that of ${others}, which would be left without a certificate. ` +
        `Put another certificate in place there, or here, and run pulumi up again.`
    );
}

async function confirmGone(certId: string, owner: Owner, context: OperationContext): Promise<void> {
    const isGone = (entries: Listing): boolean => isUnlisted(entries, certId);
    if (!isGone(await listUntil(owner, isGone, context))) {
        throw new OperationError(
            `Vercel says that the certificate ${certId} could not be found, and still lists it, or entries that cannot ` +
                `be read. Run this again later; if it stays so, ask Vercel.`,
        );
    }
}
