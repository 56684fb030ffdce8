import { parseKnownArguments, type KnownArguments, type Properties } from "./arguments";
import type { OperationContext } from "./context";
import { placeAndRecord, requestFor } from "./create";
import { teamInUse } from "./diff";
import { labelOf, parseId, type Identity } from "./identity";
import type { ProjectAddress } from "../vercel/client";
import { isListed, othersAt } from "./listing";
import { cleanUp } from "./placement";
import type { Place } from "./removal";
import { idsOf, readState, writeState, type CertificateState } from "./state";
import { refuseSecond } from "./takeover";
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
        return await context.memory.exclusively(identity, () =>
            rotate(id, state, args, identity, address, news, context),
        );
    }
    const tidied = await tidyUp(state, { address, origin: identity.origin, label: labelOf(identity) }, context);
    const { project, tokenEnv } = args;
    return { outs: writeState({ ...tidied, project, team, tokenEnv }, material) };
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
    const triple = await loadTriple(args, context);
    const before = await context.store.listCertificates(address);
    const owned = idsOf(state);
    refuseSecond(before, identity, owned, context.memory);
    const request = { ...requestFor(identity, args, triple, address), before, owned };
    return { outs: await placeAndRecord(id, request, triple.material, news, context) };
}

/** Removes what earlier rotations left behind, unless the certificate that is to stay is not listed. */
async function tidyUp(state: CertificateState, place: Place, context: OperationContext): Promise<CertificateState> {
    const { certId, staleCertIds } = state;
    if (staleCertIds.length === 0) {
        return state;
    }
    const listed = await context.store.listCertificates(place.address);
    if (!isListed(listed, certId)) {
        context.notify(
            `${place.label}: ${staleCertIds.join(", ")} stays for now, since Vercel does not list ${certId}, which is to ` +
                `be in place instead; run pulumi refresh, then pulumi up`,
        );
        return state;
    }
    const stale = staleCertIds.filter((id) => id !== certId);
    return {
        ...state,
        staleCertIds: await cleanUp(stale, listed, place, context),
        otherCertIds: othersAt(listed, place.origin, idsOf(state)),
        unconfirmed: false,
    };
}
