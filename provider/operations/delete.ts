import type { ProjectAddress } from "../vercel/client";
import type { Properties } from "./arguments";
import type { Declaration, OperationContext } from "./context";
import { messageOf, OperationError } from "./failures";
import { labelOf, parseId, type Identity } from "./identity";
import { explainMissingProject } from "./missingProject";
import { removeEach } from "./removal";
import { readState } from "./state";

/** Removes the certificate and what earlier rotations left behind, unless a resource of this run has it in place. */
export async function deleteCertificate(id: string, props: Properties, context: OperationContext): Promise<void> {
    const state = readState(props);
    const certIds = [state.certId, ...state.staleCertIds].filter(
        (certId) => certId !== "" && !context.memory.isInPlace(certId),
    );
    if (certIds.length === 0) {
        return;
    }
    const identity = { ...state, origin: parseId(id).origin };
    const address = context.addressOf(state);
    const label = labelOf(identity);
    if (await leaveToSuccessor(identity, certIds, context)) {
        context.notify(`${label}: ${certIds.join(", ")} stays until its replacement is in place`);
        return;
    }
    await remove(address, certIds, label, context);
}

async function remove(
    address: ProjectAddress,
    certIds: readonly string[],
    label: string,
    { store }: OperationContext,
): Promise<void> {
    const failures = await removeEach(store, address, certIds, label);
    if (failures.length > 0) {
        const messages = failures.map(({ error }) => messageOf(explainMissingProject(error)));
        throw new OperationError([...new Set(messages)].join("\n"));
    }
}

/**
 * Deleted before its replacement is created, a certificate would leave its origin without one. The program declares the
 * same origin, and nothing is in place for that yet: the creation that follows removes what is left to it here.
 */
async function leaveToSuccessor(
    identity: Identity,
    certIds: readonly string[],
    context: OperationContext,
): Promise<boolean> {
    for (const successor of context.memory.awaited(identity.origin)) {
        if (await isSameProject(successor, identity, certIds, context)) {
            context.memory.handOver(successor, certIds);
            return true;
        }
    }
    return false;
}

/** A project has a name and an id, and a team an id and a slug: where the texts differ, a listing tells. */
async function isSameProject(
    successor: Declaration,
    identity: Identity,
    certIds: readonly string[],
    { store, addressOf }: OperationContext,
): Promise<boolean> {
    if (successor.project === identity.project && successor.team === identity.team) {
        return true;
    }
    try {
        const entries = await store.listCertificates(addressOf(successor));
        return entries.some(({ certId }) => certIds.includes(certId));
    } catch (error) {
        // Deleting all the same might leave the origin without a certificate, and the replacement would fail likewise.
        throw new OperationError(
            `${labelOf(identity)}: nothing was deleted, for the program declares the origin for the project ` +
                `${successor.project} as well, and whether that is the same could not be found out: ${messageOf(error)}`,
        );
    }
}
