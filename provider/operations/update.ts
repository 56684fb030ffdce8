import { parseKnownArguments, type Properties } from "./arguments";
import { loadBundle, loadCertificateSet } from "./certificateBundle";
import { removeReplaced } from "./cleanUp";
import type { OperationContext } from "./context";
import { deploy } from "./deploy";
import { PartialFailure, UncertainUploadError } from "./failures";
import { isPlacedAt, labelOf, parseId, type OwnedIdentity } from "./identity";
import { isListed, othersAt } from "./listing";
import { refuseSecond } from "./ownership";
import { idsOf, readState, writeState, type CertificateState } from "./state";
import { enumerated } from "../text/quoting";

export interface UpdateResult {
    readonly outs: Record<string, unknown>;
}

/** Rotates where the certificates differ from what is in place; otherwise cleans up and stores names, without the key. */
export async function update(
    id: string,
    olds: Properties,
    news: Properties,
    context: OperationContext,
): Promise<UpdateResult> {
    const state = readState(olds);
    const args = parseKnownArguments(news);
    const { project, tokenEnv } = args;
    const identity = { project, team: context.teamFor(args.team) ?? state.team, origin: parseId(id).origin, tokenEnv };
    const certificates = loadCertificateSet(args);
    // Before anything is stored: a variable that is not set would otherwise come up in the next refresh.
    context.addressOf(identity);
    if (certificates.fingerprint === state.fingerprint) {
        const tidied = await tidyUp(state, identity, context);
        return { outs: writeState({ ...tidied, project, team: identity.team, tokenEnv }, certificates) };
    }
    return await context.memory.exclusively(identity, async () => {
        const bundle = await loadBundle(certificates, args, context);
        const before = await context.store.listCertificates(context.addressOf(identity));
        const owned = idsOf(state);
        refuseSecond(before, identity, owned, context);
        try {
            return { outs: await deploy({ id, identity, args, bundle, before, owned }, context) };
        } catch (error) {
            if (error instanceof UncertainUploadError) {
                // Under an id that stays, what was in place may have been replaced: no listing could tell.
                throw new PartialFailure(id, { ...olds, fingerprint: "" }, error.message);
            }
            throw error;
        }
    });
}

/** Removes what earlier rotations left behind, unless the certificate that is to stay is not listed. */
async function tidyUp(
    state: CertificateState,
    identity: OwnedIdentity,
    context: OperationContext,
): Promise<CertificateState> {
    const { certId, staleCertIds } = state;
    if (staleCertIds.length === 0) {
        return state;
    }
    const listed = await context.store.listCertificates(context.addressOf(identity));
    const isHere = (origin: string): boolean => isPlacedAt(origin, identity.origin, state.origin);
    if (!isListed(listed, certId, isHere)) {
        context.notify(
            `${labelOf(identity)}: ${enumerated(staleCertIds)} stays for now, because Vercel does not list ${certId}, ` +
                `which replaces it; run pulumi refresh, then pulumi up`,
        );
        return state;
    }
    const stale = staleCertIds.filter((id) => id !== certId);
    return {
        ...state,
        staleCertIds: await removeReplaced(stale, { identity, answered: state.origin, listed }, context),
        otherCertIds: othersAt(listed, identity.origin, idsOf(state)),
        unconfirmed: false,
    };
}
