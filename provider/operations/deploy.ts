import { isEffectUnknown } from "../vercel/errors";
import type { CertificateEntry, CertificateUpload } from "../vercel/client";
import type { KnownArguments } from "./arguments";
import type { CertificateBundle } from "./certificateBundle";
import { removeReplaced, type Place } from "./cleanUp";
import type { Holder, OperationContext } from "./context";
import { messageOf, OperationError, UncertainUploadError } from "./failures";
import { isPlacedAt, labelOf } from "./identity";
import { atOrigin, isListed, isListedAt, listUntil, othersAt } from "./listing";
import { probeBeforeUpload } from "./probeBeforeUpload";
import { describeUnmanaged } from "./unmanaged";

/** What is to be put in place of what. */
export interface DeployRequest extends Omit<Place, "answered"> {
    readonly args: KnownArguments;
    readonly bundle: CertificateBundle;
    /** What was listed before the upload. */
    readonly before: readonly CertificateEntry[];
    /** Certificates that this resource put in place earlier, to be removed once the new one is there. */
    readonly owned: readonly string[];
}

export interface Deployment extends CertificateEntry {
    readonly staleCertIds: readonly string[];
    readonly otherCertIds: readonly string[];
    /** Whether a listing that began after the upload showed the certificate, lacked it, or could not be had. */
    readonly listed: boolean | undefined;
}

/**
 * Uploads a certificate that the origin does not refuse, makes sure that it is there, and only then removes what it
 * replaces, so that the origin is never without one. A clean-up that fails does not undo the rotation: what is left over
 * is returned.
 */
export async function deploy(request: DeployRequest, context: OperationContext): Promise<Deployment> {
    const { identity, args, bundle, before, owned } = request;
    if (args.probe) {
        await probeBeforeUpload(identity, bundle, context);
    }
    const { entry, repeated } = await upload(request, context);
    const { certId } = entry;
    const wasListed = isListed(before, certId);
    // Back again, an id that this run deleted tells as little of its project as one that was there all the time.
    const isOver = wasListed || context.memory.isDeleted(certId, identity);
    context.memory.keepInPlace(certId, { identity, by: isOver ? "upload over it" : "upload", urn: context.urn });
    if (!owned.includes(certId) && wasListed) {
        context.notify(
            `${labelOf(identity)}: Vercel kept the id ${certId} of a certificate that was there before. Another resource with ` +
                `this id in its state, as one that was renamed or one of another stack, would remove this certificate ` +
                `with it: take that resource out of its state with pulumi state delete, unless this run does so`,
        );
    }
    return await settle(request, entry, repeated, context);
}

interface Uploaded {
    readonly entry: CertificateEntry;
    /** It was sent twice, and the first may have had an effect too. */
    readonly repeated: boolean;
}

/**
 * An upload that may have happened is looked for before it is sent again: one new id at the origin is ours. Where the
 * ids are what they were, it is sent once more, since an upload is an upsert.
 */
async function upload(request: DeployRequest, { store }: OperationContext): Promise<Uploaded> {
    const { identity, address } = request;
    const send = (): Promise<CertificateEntry> =>
        store.uploadCertificate(address, uploadOf(request), labelOf(identity));
    try {
        return { entry: await send(), repeated: false };
    } catch (error) {
        if (!isEffectUnknown(error)) {
            throw error;
        }
        try {
            const found = newEntry(request, await listAfterFailure(request, store, error));
            return found === undefined ? { entry: await send(), repeated: true } : { entry: found, repeated: false };
        } catch (later) {
            throw new UncertainUploadError(messageOf(later));
        }
    }
}

function uploadOf({ identity: { origin }, args, bundle: { certificates, key } }: DeployRequest): CertificateUpload {
    return {
        ...{ cert: certificates.certPem, key: key.pem, ca: certificates.caPem, origin },
        ...(args.skipValidation ? { skipValidation: true } : {}),
    };
}

async function listAfterFailure(
    { address }: DeployRequest,
    store: OperationContext["store"],
    uploadError: unknown,
): Promise<readonly CertificateEntry[]> {
    try {
        return await store.listCertificates(address);
    } catch (error) {
        // The error as a cause would take its stack out with it, which the host prints.
        throw new OperationError(
            `${messageOf(uploadError)} The upload may have happened, and the listing that would show it failed: ` +
                `${messageOf(error)} Run pulumi up again; if it then finds a certificate that no state knows, ` +
                `set allowOverwrite for one run.`,
        );
    }
}

/**
 * What one attempt has left at the origin: where more came up meanwhile, somebody else is at work, and none is ours. What
 * could not be read before may be any of them.
 */
function newEntry(
    { identity: { origin }, before, owned }: DeployRequest,
    after: readonly CertificateEntry[],
    placed = "",
): CertificateEntry | undefined {
    const known = [placed, ...owned, ...before.map(({ certId }) => certId)];
    const [found, ...more] = othersAt(after, origin, known);
    const isCertain = more.length === 0 && before.every(({ certId }) => certId !== "");
    return isCertain ? atOrigin(after, origin).find(({ certId }) => certId === found) : undefined;
}

async function settle(
    request: DeployRequest,
    entry: CertificateEntry,
    repeated: boolean,
    context: OperationContext,
): Promise<Deployment> {
    const { identity, address, before } = request;
    const label = labelOf(identity);
    const { certId } = entry;
    // At this origin: an id that Vercel makes of the content may be listed for others as well. There it may have been
    // deleted meanwhile, and so here, too.
    const isHere = (origin: string): boolean => isPlacedAt(origin, identity.origin, entry.origin);
    const shows = (entries: readonly CertificateEntry[]): boolean =>
        !context.memory.isDeleted(certId, identity) && isListedAt(entries, { certId, isHere });
    const owned = request.owned.filter((id) => id !== certId);
    let after: readonly CertificateEntry[];
    try {
        after = await listUntil(address, shows, context);
    } catch (error) {
        context.notify(
            `${label}: the certificate ${certId} was uploaded, but no listing has confirmed it: ${messageOf(error)}`,
        );
        return {
            ...entry,
            staleCertIds: union(owned, taken(request, entry, before, context)),
            otherCertIds: [],
            listed: undefined,
        };
    }
    const left = repeated ? newEntry(request, after, certId)?.certId : undefined;
    const replaced = union(owned, [...(left === undefined ? [] : [left]), ...taken(request, entry, after, context)]);
    const otherCertIds = othersAt(after, identity.origin, [certId, ...replaced]);
    if (otherCertIds.length > 0) {
        context.notify(`${label}: ${describeUnmanaged(otherCertIds, after, entry.origin)}`);
    }
    if (!shows(after)) {
        return { ...entry, staleCertIds: replaced, otherCertIds, listed: false };
    }
    return {
        ...entry,
        staleCertIds: await removeReplaced(replaced, after, { ...request, answered: entry.origin }, context),
        otherCertIds,
        listed: true,
    };
}

/**
 * What was at the origin before, and is this resource's to remove by `allowOverwrite`: only what is listed for the very
 * text that the upload's answer had, and for nothing else. What Vercel means by another text is not known.
 */
function taken(
    { args, before }: DeployRequest,
    { certId, origin }: CertificateEntry,
    listed: readonly CertificateEntry[],
    { memory, urn }: OperationContext,
): readonly string[] {
    const isAnothers = ({ by, ...holder }: Holder): boolean =>
        by === "state" && (urn === undefined || holder.urn !== urn);
    const isThere = (id: string, entries: readonly CertificateEntry[]): boolean => {
        const places = entries.filter((entry) => entry.certId === id);
        return places.length > 0 && places.every((entry) => entry.origin === origin);
    };
    return args.allowOverwrite
        ? before
              .map((entry) => entry.certId)
              .filter((id) => id !== "" && id !== certId && isThere(id, before) && isThere(id, listed))
              // What came up meanwhile in the state of a declared one: the next run refuses one of the two.
              .filter((id) => !memory.holdersOf(id).some(isAnothers))
        : [];
}

function union(one: readonly string[], other: readonly string[]): readonly string[] {
    return [...new Set([...one, ...other])];
}
