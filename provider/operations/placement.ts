import { isEffectUnknown } from "../vercel/errors";
import type { CertificateEntry, CertificateUpload, ProjectAddress } from "../vercel/client";
import type { OperationContext } from "./context";
import { messageOf, OperationError } from "./failures";
import { holdsOrigin, type Identity } from "./identity";
import { removeEach } from "./removal";
import { describeStrangers } from "./strangers";

/** One upload, and whose the certificates are that it finds at the origin. */
export interface PlacementRequest {
    readonly identity: Identity;
    readonly address: ProjectAddress;
    /** Where the token of the address came from, for the state: `read` and `delete` need it again. */
    readonly tokenEnv: string | undefined;
    readonly label: string;
    readonly upload: CertificateUpload;
    /** What was listed before the upload. */
    readonly before: readonly CertificateEntry[];
    /** Certificates that this resource put in place earlier, to be removed once the new one is there. */
    readonly owned: readonly string[];
    /** Whether everything else at the origin is this resource's to remove as well. */
    readonly takeOver: boolean;
    /** Whether the origin is asked about the certificate first. */
    readonly probe: boolean;
}

export interface Placement {
    readonly certId: string;
    /** As Vercel returned it. */
    readonly origin: string;
    readonly staleCertIds: readonly string[];
    /** Whether a listing that began after the upload showed the certificate, or could not be had. */
    readonly confirmed: boolean;
}

/**
 * Uploads a certificate, makes sure that it is there, and only then removes what it replaces, so that the origin is
 * never without one. A clean-up that fails does not undo the rotation: what is left over is returned.
 */
export async function placeCertificate(request: PlacementRequest, context: OperationContext): Promise<Placement> {
    const { entry, ambiguous } = await upload(request, context);
    context.memory.keepInPlace(request.identity, entry.certId);
    return await settle({ ...request, ambiguous }, entry, context);
}

interface Uploaded {
    readonly entry: CertificateEntry;
    /** An earlier attempt may have had an effect too. */
    readonly ambiguous: boolean;
}

/**
 * An upload that may have happened is looked for before it is sent again: one new id at the origin is ours. Where the
 * ids are what they were, it is sent once more, since an upload is an upsert.
 */
async function upload(request: PlacementRequest, { store }: OperationContext): Promise<Uploaded> {
    const send = (): Promise<CertificateEntry> =>
        store.uploadCertificate(request.address, request.upload, request.label);
    try {
        return { entry: await send(), ambiguous: false };
    } catch (error) {
        if (!isEffectUnknown(error)) {
            throw error;
        }
        const [found, ...more] = newcomers(request, await listAfterFailure(request, store, error));
        if (found !== undefined && more.length === 0) {
            return { entry: found, ambiguous: false };
        }
        return { entry: await send(), ambiguous: true };
    }
}

async function listAfterFailure(
    { address }: PlacementRequest,
    store: OperationContext["store"],
    uploadError: unknown,
): Promise<readonly CertificateEntry[]> {
    try {
        return await store.listCertificates(address);
    } catch (error) {
        // The error as a cause would take its stack out with it, which the host prints.
        throw new OperationError(
            `${messageOf(uploadError)} The upload may have happened, and the list that would tell could not be had: ` +
                `${messageOf(error)} Run pulumi up again; where it then finds a certificate that no state knows, ` +
                `set allowOverwrite for one run.`,
        );
    }
}

function newcomers({ before, upload: { origin } }: PlacementRequest, after: readonly CertificateEntry[]) {
    const known = new Set(before.map(({ certId }) => certId));
    return after.filter((entry) => holdsOrigin(entry.origin, origin) && !known.has(entry.certId));
}

type SettleRequest = PlacementRequest & { readonly ambiguous: boolean };

async function settle(request: SettleRequest, entry: CertificateEntry, context: OperationContext): Promise<Placement> {
    const { certId, origin } = entry;
    const { address, label } = request;
    let after: readonly CertificateEntry[];
    try {
        after = await context.store.listAfterWrite(address);
    } catch (error) {
        const staleCertIds = ownAmong(request, request.before, certId);
        context.notify(
            `${label}: the certificate ${certId} was uploaded, but could not be confirmed: ${messageOf(error)}` +
                (staleCertIds.length > 0 ? ` To be removed by the next run: ${staleCertIds.join(", ")}.` : ""),
        );
        return { certId, origin, staleCertIds, confirmed: true };
    }
    if (after.every((listed) => listed.certId !== certId)) {
        return { certId, origin, staleCertIds: ownAmong(request, request.before, certId), confirmed: false };
    }
    const removable = ownAmong(request, after, certId);
    const strangers = describeStrangers(after, request.upload.origin, [certId, ...removable]);
    if (strangers !== undefined) {
        context.notify(`${label}: ${strangers}`);
    }
    return { certId, origin, staleCertIds: await cleanUp(request, removable, context), confirmed: true };
}

/** What the placed certificate replaces, as far as it is this resource's to remove and still holds the origin. */
function ownAmong(request: SettleRequest, entries: readonly CertificateEntry[], placed: string): readonly string[] {
    const owned = new Set(request.owned);
    if (request.takeOver) {
        request.before.forEach((entry) => owned.add(entry.certId));
    }
    if (request.ambiguous) {
        newcomers(request, entries).forEach((entry) => owned.add(entry.certId));
    }
    return entries
        .filter((entry) => holdsOrigin(entry.origin, request.upload.origin))
        .map(({ certId }) => certId)
        .filter((certId) => certId !== placed && owned.has(certId));
}

/** Removes certificates that are to go and says which would not; they are tried again by the next run. */
export async function cleanUp(
    { address, label }: Pick<PlacementRequest, "address" | "label">,
    certIds: readonly string[],
    { store, notify }: OperationContext,
): Promise<readonly string[]> {
    const failures = await removeEach(store, address, certIds, label);
    const remaining = failures.map(({ certId }) => certId);
    if (failures.length > 0) {
        const reasons = [...new Set(failures.map(({ error }) => messageOf(error)))];
        notify(
            `${label}: the new certificate is in place, but the replaced ${remaining.join(", ")} could not be removed; ` +
                `the next run tries again. ${reasons.join(" ")}`,
        );
    }
    return remaining;
}
