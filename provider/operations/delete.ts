import type { Properties } from "./arguments";
import type { Holder, OperationContext, ProcessMemory } from "./context";
import { messageOf, OperationError } from "./failures";
import { labelOf, mayBeSameProject, parseId, type Identity } from "./identity";
import { explainNotFound } from "./notFound";
import { removeEach, sharedWith, type Place } from "./cleanUp";
import { idsOf, readState } from "./state";

/** Removes the certificate and what earlier rotations left behind, unless a resource of this run has it in place. */
export async function deleteCertificate(id: string, props: Properties, context: OperationContext): Promise<void> {
    const state = readState(props);
    const identity = { ...state, origin: parseId(id).origin };
    const certIds = leaveHeld(idsOf(state), identity, context);
    if (certIds.length === 0) {
        return;
    }
    if (context.memory.hasFailedCreation(identity)) {
        throw new OperationError(
            `${labelOf(identity)}: ${certIds.join(", ")} was not deleted, for the program declares a certificate for this ` +
                `origin, and its creation has failed in this run. Run pulumi up again once that is mended.`,
        );
    }
    await removeAll(certIds, { identity, address: context.addressOf(state) }, context);
}

/** The ids without those that a resource of this run has in place, which stay. */
function leaveHeld(
    certIds: readonly string[],
    identity: Identity,
    { memory, notify }: OperationContext,
): readonly string[] {
    const label = labelOf(identity);
    const kept = certIds.filter((certId) => isOfThisRun(certId, identity, memory));
    if (kept.length > 0) {
        notify(`${label}: ${kept.join(", ")} stays, for another resource of this run has it in place`);
    }
    return certIds.filter((certId) => !kept.includes(certId));
}

/**
 * Whether a resource of this run has the certificate in this project, at this origin. An id alone does not tell: how
 * Vercel makes ids is not documented, and if it made them of the content, one certificate would have one id everywhere.
 * Throws where it has the id at another origin, for one call deletes both, and where one project is given by name and one
 * by id, and nothing has shown whether they are the same.
 */
function isOfThisRun(certId: string, owner: Identity, memory: ProcessMemory): boolean {
    const holders = memory.holdersOf(certId).filter(({ identity }) => mayBeSameProject(identity, owner));
    const isSameProject = ({ identity, by }: Holder): boolean =>
        by === "upload over it" || (identity.project === owner.project && identity.team === owner.team);
    const here = holders.filter(({ identity }) => identity.origin === owner.origin);
    if (here.some(isSameProject)) {
        return true;
    }
    const elsewhere = holders.find((holder) => isSameProject(holder));
    if (elsewhere !== undefined) {
        throw new OperationError(`${labelOf(owner)}: ${sharedWith(certId, labelOf(elsewhere.identity))}`);
    }
    // A new id where it was not listed before, while it is listed here: that is another project.
    const open = here.find(({ by }) => by === "state");
    if (open === undefined) {
        return false;
    }
    throw new OperationError(
        `${labelOf(owner)}: ${certId} was not deleted, for ${labelOf(open.identity)} has this id as well, and one names its ` +
            `project by name and the other by id: it may be the same certificate. Name the project there as it is named ` +
            `here, ${owner.project} or another of that kind, and run pulumi up again.`,
    );
}

async function removeAll(certIds: readonly string[], place: Place, context: OperationContext): Promise<void> {
    let errors: readonly unknown[];
    try {
        const listed = await context.store.listCertificates(place.address);
        // Before a replacement, the engine deletes while it still plans what follows: `diff` may have seen more by now.
        const due = leaveHeld(certIds, place.identity, context);
        errors = (await removeEach(due, listed, place, context)).map(({ error }) => error);
    } catch (error) {
        errors = [error];
    }
    if (errors.length > 0) {
        const messages = errors.map((error) => messageOf(explainNotFound(error)));
        throw new OperationError(...new Set(messages));
    }
}
