import { parseKnownArguments, PROVIDER_PROPERTY, type KnownArguments, type Properties } from "./arguments";
import type { CertificateEntry, ProjectAddress } from "../vercel/client";
import type { PrivateKey, PublicMaterial } from "../material/material";
import type { OperationContext } from "./context";
import { PartialFailure } from "./failures";
import { formatId, labelOf, type Identity } from "./identity";
import { atOrigin, listUntil } from "./listing";
import { placeCertificate, type Placement, type PlacementRequest } from "./placement";
import { probeBeforeUpload } from "./probe";
import { writeState } from "./state";
import { refuseSecond, refuseTakeover } from "./takeover";
import { loadTriple } from "./triple";

export interface CreateResult {
    readonly id: string;
    readonly outs: Record<string, unknown>;
}

export async function create(inputs: Properties, context: OperationContext): Promise<CreateResult> {
    const args = parseKnownArguments(inputs);
    const team = context.teamFor(args.team);
    const identity = { project: args.project, team, origin: args.origin };
    return await context.memory.exclusively(identity, async () => {
        try {
            return await createAlone(identity, args, inputs, context);
        } catch (error) {
            context.memory.noteFailedCreation(identity);
            throw error;
        }
    });
}

async function createAlone(
    identity: Identity,
    args: KnownArguments,
    inputs: Properties,
    context: OperationContext,
): Promise<CreateResult> {
    const address = context.addressOf({ ...identity, tokenEnv: args.tokenEnv });
    const triple = await loadTriple(args, context);
    // Deleted before it is replaced, a certificate may be listed for a while.
    const isSettled = (entries: readonly CertificateEntry[]): boolean =>
        !atOrigin(entries, identity.origin).some(({ certId }) => context.memory.isDeleted(certId));
    const before = await listUntil(address, isSettled, context);
    refuseSecond(before, identity, [], context.memory);
    refuseTakeover(before, identity, args.allowOverwrite);
    const id = formatId(identity);
    const request = { ...requestFor(identity, args, triple, address), before, owned: [] };
    return { id, outs: await placeAndRecord(id, request, triple.material, inputs, context) };
}

/** The fields of a placement that create and update fill in the same way. */
export function requestFor(
    identity: Identity,
    args: KnownArguments,
    { material, key }: { readonly material: PublicMaterial; readonly key: PrivateKey },
    address: ProjectAddress,
): Omit<PlacementRequest, "before" | "owned"> {
    return {
        identity,
        address,
        origin: identity.origin,
        label: labelOf(identity),
        takeOver: args.allowOverwrite,
        probe: args.probe,
        tokenEnv: args.tokenEnv,
        upload: {
            cert: material.certPem,
            key: key.pem,
            ca: material.caPem,
            origin: args.origin,
            ...(args.skipValidation ? { skipValidation: true } : {}),
        },
    };
}

/**
 * Places the certificate and returns the outputs. Once an upload was accepted its id reaches the state, if need be by
 * a partial failure, with no fingerprint, so that the next run puts the certificate in place.
 */
export async function placeAndRecord(
    id: string,
    request: PlacementRequest,
    material: PublicMaterial,
    inputs: Properties,
    context: OperationContext,
): Promise<Record<string, unknown>> {
    if (request.probe) {
        await probeBeforeUpload(request, material, context);
    }
    const placement = await placeCertificate(request, context);
    const outputs = outputsOf(placement, request, material, context);
    if (placement.listed === false) {
        throw new PartialFailure(
            id,
            { ...outputs, fingerprint: "", [PROVIDER_PROPERTY]: inputs[PROVIDER_PROPERTY] },
            `${request.label}: Vercel accepted the certificate as ${placement.certId}, but does not list it; ` +
                `run pulumi up again, which uploads it once more`,
        );
    }
    return outputs;
}

function outputsOf(
    placement: Placement,
    { address, tokenEnv }: PlacementRequest,
    material: PublicMaterial,
    { clock }: OperationContext,
): Record<string, unknown> {
    const { certId, origin, staleCertIds, otherCertIds, listed } = placement;
    const state = {
        project: address.project,
        team: address.team,
        tokenEnv,
        certId,
        origin,
        staleCertIds,
        otherCertIds,
        unconfirmed: listed !== true,
        fingerprint: material.fingerprint,
        uploadedAt: new Date(clock.now()).toISOString(),
    };
    return writeState(state, material);
}
