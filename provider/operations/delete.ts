import type { Properties } from "./arguments";
import type { Holder, OperationContext } from "./context";
import { OperationError } from "./failures";
import { isNamedAlike, labelOf, parseId, type Identity, type OwnedIdentity } from "./identity";
import { explainNotFound } from "./notFound";
import { removeEach } from "./cleanUp";
import { holdersIn } from "./ownership";
import { idsOf, readState, type CertificateState } from "./state";
import { enumerated } from "../text/quoting";

/** Removes the certificate and what earlier rotations left behind, unless a resource of this run has it in place. */
export async function deleteCertificate(id: string, props: Properties, context: OperationContext): Promise<void> {
    const state = readState(props);
    const identity = { ...state, origin: parseId(id).origin };
    try {
        // Not while another resource of the run takes over what is in place.
        await context.memory.exclusively(identity, () => removeUnheld(state, identity, context));
    } catch (error) {
        throw explainNotFound(error);
    }
}

async function removeUnheld(
    state: CertificateState,
    identity: OwnedIdentity,
    context: OperationContext,
): Promise<void> {
    const unheld = await leaveHeld(idsOf(state), identity, context);
    if (unheld.length === 0) {
        return;
    }
    if (context.memory.hasFailedCreation(identity)) {
        throw new OperationError(
            `${labelOf(identity)}: ${enumerated(unheld)} was not deleted, because the program declares a certificate for this ` +
                `origin, and its creation failed in this run. Run pulumi up again once that is fixed.`,
        );
    }
    const listed = await context.store.listCertificates(context.addressOf(identity));
    // Before a replacement, the engine deletes while it still plans what follows: `diff` may have seen more by now.
    const due = await leaveHeld(unheld, identity, context);
    const failures = await removeEach(due, { identity, answered: state.origin, listed }, context);
    if (failures.size > 0) {
        throw new OperationError(...new Set(failures.values()));
    }
}

/** The ids without those that a resource of this run has in place, which stay. */
async function leaveHeld(
    certIds: readonly string[],
    identity: OwnedIdentity,
    context: OperationContext,
): Promise<readonly string[]> {
    const kept: string[] = [];
    for (const certId of certIds) {
        if (await isOfThisRun(certId, identity, context)) {
            kept.push(certId);
        }
    }
    if (kept.length > 0) {
        context.notify(
            `${labelOf(identity)}: ${enumerated(kept)} stays, because another resource of this run has it in place`,
        );
    }
    return certIds.filter((certId) => !kept.includes(certId));
}

/** Throws where one project is named by name and by id, and nothing shows that one certificate is meant. */
async function isOfThisRun(certId: string, owner: OwnedIdentity, context: OperationContext): Promise<boolean> {
    const isHere = ({ origin }: Identity): boolean => origin === owner.origin;
    const holders = await holdersIn(certId, owner, isHere, context);
    const [holder] = holders;
    if (holder === undefined) {
        return false;
    }
    if (isItself(holders, owner, context)) {
        if (context.urn !== undefined) {
            return false;
        }
        throw new OperationError(
            `${labelOf(owner)}: ${certId} was not deleted, because a resource of this program has it in place. It may be this ` +
                `one, which the engine replaces, or another one for this origin. Remove replaceOnChanges from this one, or ` +
                `remove the other one, and run pulumi up again.`,
        );
    }
    if (holders.some(({ identity, by }) => isNamedAlike(identity, owner) || by === "upload over it")) {
        return true;
    }
    throw new OperationError(
        `${labelOf(owner)}: ${certId} was not deleted, because ${labelOf(holder.identity)} has this id as well, and one names ` +
            `its project by name and the other by id: it may be the same certificate. Name the project there as it is ` +
            `named here, ${owner.project} or another of that kind, and run pulumi up again.`,
    );
}

/** Whether it is the one that is to be deleted that has it in place: its replacement has been declared after its `diff`. */
function isItself(holders: readonly Holder[], owner: Identity, { memory, urn }: OperationContext): boolean {
    return memory.declarationsOf(owner) > 1 && holders.every((holder) => holder.by === "state" && holder.urn === urn);
}
