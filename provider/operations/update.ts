import { parseKnownArguments, type KnownArguments, type Properties } from "./arguments";
import type { OperationContext } from "./context";
import { listBefore, placeAndRecord, requestFor } from "./create";
import { teamInUse } from "./diff";
import { holdsOrigin, labelOf, parseId, type Identity } from "./identity";
import type { ProjectAddress } from "../vercel/client";
import { cleanUp } from "./placement";
import { readState, writeState, type CertificateState } from "./state";
import { loadPublicMaterial, loadTriple } from "./triple";

export interface UpdateResult {
    readonly outs: Record<string, unknown>;
}

/** Rotates where the material differs from what is in place; otherwise cleans up and stores names, without the key. */
export async function update(
    id: string,
    olds: Properties,
    news: Properties,
    context: OperationContext,
): Promise<UpdateResult> {
    const state = readState(olds);
    const args = parseKnownArguments(news);
    const team = teamInUse(state, args.team, context);
    const identity = { project: args.project, team, origin: parseId(id).origin };
    const material = loadPublicMaterial(args);
    // Before anything is stored: a variable that is not set would otherwise come up in the next refresh.
    const address = context.addressOf({ ...identity, tokenEnv: args.tokenEnv });
    if (material.fingerprint !== state.fingerprint) {
        return await rotate(id, state, args, identity, address, news, context);
    }
    const staleCertIds = await removeStale(state, identity, address, context);
    const { project, tokenEnv } = args;
    return { outs: writeState({ ...state, project, team, tokenEnv, staleCertIds }, material) };
}

async function rotate(
    id: string,
    state: CertificateState,
    args: KnownArguments,
    identity: Identity,
    address: ProjectAddress,
    news: Properties,
    context: OperationContext,
): Promise<UpdateResult> {
    const triple = await context.store.beforeListing(address, () => loadTriple(args, context));
    const before = await listBefore(identity, address, context);
    const owned = [state.certId, ...state.staleCertIds].filter((certId) => certId !== "");
    const request = { ...requestFor(identity, args, triple, address), before, owned };
    return { outs: await placeAndRecord(id, request, triple.material, news, context) };
}

/** An old id goes only if it is not the one in place and is still listed with this origin. */
async function removeStale(
    state: CertificateState,
    identity: Identity,
    address: ProjectAddress,
    context: OperationContext,
): Promise<readonly string[]> {
    if (state.staleCertIds.length === 0) {
        return [];
    }
    const entries = await context.store.listCertificates(address);
    const listed = entries
        .filter((entry) => holdsOrigin(entry.origin, identity.origin))
        .map(({ certId }) => certId)
        .filter((certId) => certId !== state.certId && state.staleCertIds.includes(certId));
    return await cleanUp({ address, label: labelOf(identity) }, listed, context);
}
