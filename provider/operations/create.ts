import { parseKnownArguments, PROVIDER_PROPERTY, type KnownArguments, type Properties } from "./arguments";
import type { CertificateEntry, ProjectAddress } from "../vercel/client";
import type { PrivateKey, PublicMaterial } from "../material/material";
import type { OperationContext } from "./context";
import { OperationError, PartialFailure } from "./failures";
import { formatId, holdsOrigin, labelOf } from "./identity";
import { placeCertificate, type Placement, type PlacementRequest } from "./placement";
import { writeState } from "./state";
import { loadTriple } from "./triple";

export interface CreateResult {
    readonly id: string;
    readonly outs: Record<string, unknown>;
}

export async function create(inputs: Properties, context: OperationContext): Promise<CreateResult> {
    const args = parseKnownArguments(inputs);
    const team = context.teamFor(args.team);
    const identity = { project: args.project, team, origin: args.origin };
    const address = context.addressOf({ project: args.project, team });
    const triple = await loadTriple(args, context);
    const before = await context.store.listCertificates(address);
    if (!args.allowOverwrite) {
        refuseTakeover(before, args, labelOf(identity));
    }
    const id = formatId(identity);
    const request = { ...requestFor(args, triple, address, labelOf(identity)), before, owned: [] };
    return { id, outs: await placeAndRecord(id, request, triple.material, inputs, context) };
}

/** The fields of a placement that create and update fill in the same way. */
export function requestFor(
    args: KnownArguments,
    { material, key }: { readonly material: PublicMaterial; readonly key: PrivateKey },
    address: ProjectAddress,
    label: string,
): Omit<PlacementRequest, "before" | "owned"> {
    return {
        address,
        label,
        takeOver: args.allowOverwrite,
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
    const placement = await placeCertificate(request, context);
    const outputs = outputsOf(placement, request, material, context);
    if (!placement.confirmed) {
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
    { address }: PlacementRequest,
    material: PublicMaterial,
    { clock }: OperationContext,
): Record<string, unknown> {
    const { certId, origin, staleCertIds } = placement;
    const state = {
        project: address.project,
        team: address.team,
        certId,
        origin,
        staleCertIds,
        fingerprint: material.fingerprint,
        uploadedAt: new Date(clock.now()).toISOString(),
    };
    return writeState(state, material);
}

function refuseTakeover(before: readonly CertificateEntry[], args: KnownArguments, label: string): void {
    const there = before.filter((entry) => holdsOrigin(entry.origin, args.origin)).map(({ certId }) => certId);
    if (there.length > 0) {
        const what = args.origin === undefined ? "a project-wide certificate" : `a certificate for ${args.origin}`;
        throw new OperationError(
            `${label}: expected no certificate in place, got ${what} already: ${there.join(", ")}. ` +
                `Nothing was uploaded. Another stack or person may own it, or an earlier run of this one that was ` +
                `interrupted may have left it. Set allowOverwrite: true to replace it, import it with ` +
                `pulumi import --file, or declare another origin.`,
        );
    }
}
