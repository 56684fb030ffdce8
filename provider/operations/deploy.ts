import { isEffectUnknown } from "../vercel/errors";
import type { CertificateEntry, Listing } from "../vercel/client";
import type { KnownArguments } from "./arguments";
import type { CertificateBundle } from "./certificateBundle";
import { removeReplaced } from "./cleanUp";
import type { Holder, OperationContext } from "./context";
import { messageOf, OperationError, PartialFailure, UncertainUploadError } from "./failures";
import { isPlacedAt, labelOf, type OwnedIdentity } from "./identity";
import { atOrigin, isListed, listUntil, othersAt } from "./listing";
import { probeBeforeUpload } from "./probeBeforeUpload";
import { writeState, type CertificateState } from "./state";
import { describeUnmanaged } from "./unmanaged";

/** What is to be put in place of what. */
export interface DeployRequest {
    /** Of the resource. */
    readonly id: string;
    readonly identity: OwnedIdentity;
    readonly args: KnownArguments;
    readonly bundle: CertificateBundle;
    /** What was listed before the upload. */
    readonly before: Listing;
    /** Certificates that this resource put in place earlier, to be removed once the new one is there. */
    readonly owned: readonly string[];
}

/**
 * Uploads a certificate that the origin does not refuse, makes sure that it is there, and only then removes what it
 * replaces, so that the origin is never without one. A clean-up that fails does not undo the rotation: what is left over
 * is in the outputs.
 */
export async function deploy(request: DeployRequest, context: OperationContext): Promise<Record<string, unknown>> {
    const { identity, args, bundle, before, owned } = request;
    if (args.probe) {
        await probeBeforeUpload(identity, bundle, context);
    }
    const uploaded = await upload(request, context);
    const { certId } = uploaded.entry;
    const wasListed = isListed(before, certId);
    // Back again, an id that this run deleted tells as little of its project as one that was there all the time.
    const isOver = wasListed || context.memory.isDeleted(certId, identity);
    context.memory.keepInPlace({ certId, identity, by: isOver ? "upload over it" : "upload", urn: context.urn });
    if (!owned.includes(certId) && wasListed) {
        context.notify(
            `${labelOf(identity)}: Vercel kept the id ${certId} of a certificate that was there before. Another resource with ` +
                `this id in its state, as one that was renamed or one of another stack, would remove this certificate ` +
                `with it: take that resource out of its state with pulumi state delete, unless this run does so`,
        );
    }
    return await settle(request, uploaded, context);
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
async function upload(request: DeployRequest, { store, addressOf }: OperationContext): Promise<Uploaded> {
    const { identity, args, bundle } = request;
    const { certPem: cert, caPem: ca } = bundle.certificates;
    const skipValidation = args.skipValidation || undefined;
    const content = { cert, key: bundle.key.pem, ca, origin: identity.origin, skipValidation };
    const address = addressOf(identity);
    const send = (): Promise<CertificateEntry> => store.uploadCertificate(address, content, labelOf(identity));
    try {
        return { entry: await send(), repeated: false };
    } catch (error) {
        if (!isEffectUnknown(error)) {
            throw error;
        }
        try {
            const found = newEntry(request, await store.listCertificates(address).catch(explain(error)));
            return found === undefined ? { entry: await send(), repeated: true } : { entry: found, repeated: false };
        } catch (later) {
            throw new UncertainUploadError(messageOf(later));
        }
    }
}

function explain(uploadError: unknown) {
    return (error: unknown): never => {
        // The error as a cause would take its stack out with it, which the host prints.
        throw new OperationError(
            `${messageOf(uploadError)} The upload may have happened, and the listing that would show it failed: ` +
                `${messageOf(error)} Run pulumi up again; if it then finds a certificate that no state knows, ` +
                `set allowOverwrite for one run.`,
        );
    };
}

/**
 * What one attempt has left at the origin: where more came up meanwhile, somebody else is at work, and none is ours. What
 * could not be read before may be any of them.
 */
function newEntry(
    { identity: { origin }, before, owned }: DeployRequest,
    after: Listing,
    placed = "",
): CertificateEntry | undefined {
    const known = [placed, ...owned, ...before.map(({ certId }) => certId)];
    const [found, ...more] = othersAt(after, origin, known);
    const isCertain = more.length === 0 && before.every(({ certId }) => certId !== "");
    return isCertain ? atOrigin(after, origin).find(({ certId }) => certId === found) : undefined;
}

async function settle(
    request: DeployRequest,
    { entry, repeated }: Uploaded,
    context: OperationContext,
): Promise<Record<string, unknown>> {
    const { identity, before } = request;
    const label = labelOf(identity);
    const { certId } = entry;
    // At this origin: an id that Vercel makes of the content may be listed for others as well. There it may have been
    // deleted meanwhile, and so here, too.
    const isHere = (origin: string): boolean => isPlacedAt(origin, identity.origin, entry.origin);
    const shows = (entries: Listing): boolean =>
        !context.memory.isDeleted(certId, identity) && isListed(entries, certId, isHere);
    const after = await listUntil(identity, shows, context).catch((error: unknown) => {
        context.notify(
            `${label}: the certificate ${certId} was uploaded, but no listing has confirmed it: ${messageOf(error)}`,
        );
    });
    const owned = request.owned.filter((id) => id !== certId);
    const left = repeated && after !== undefined ? newEntry(request, after, certId)?.certId : undefined;
    const takenOver = taken(request, entry, after ?? before, context);
    const replaced = [...new Set([...owned, ...(left === undefined ? [] : [left]), ...takenOver])];
    if (after === undefined) {
        return outputsOf(request, { ...entry, staleCertIds: replaced, otherCertIds: [], unconfirmed: true }, context);
    }
    const otherCertIds = othersAt(after, identity.origin, [certId, ...replaced]);
    if (otherCertIds.length > 0) {
        context.notify(`${label}: ${describeUnmanaged(otherCertIds, after, entry.origin)}`);
    }
    if (!shows(after)) {
        const placed = { ...entry, staleCertIds: replaced, otherCertIds, unconfirmed: true, fingerprint: "" };
        throw new PartialFailure(
            request.id,
            outputsOf(request, placed, context),
            `${label}: Vercel accepted the certificate as ${certId}, but does not list it; ` +
                `run pulumi up again, which uploads it once more`,
        );
    }
    const staleCertIds = await removeReplaced(replaced, { identity, answered: entry.origin, listed: after }, context);
    return outputsOf(request, { ...entry, staleCertIds, otherCertIds, unconfirmed: false }, context);
}

type Known = "project" | "team" | "tokenEnv" | "uploadedAt" | "fingerprint";
/** What an upload has led to. Without a fingerprint of its own it has that of the certificates. */
type Placement = Omit<CertificateState, Known> & { readonly fingerprint?: string };

/**
 * The outputs after an upload. Once one was accepted its id reaches the state, if need be by a partial failure, with no
 * fingerprint, so that the next run puts the certificate in place.
 */
function outputsOf(
    { identity: { project, team, tokenEnv }, bundle: { certificates } }: DeployRequest,
    placed: Placement,
    { clock }: OperationContext,
): Record<string, unknown> {
    const { fingerprint } = certificates;
    const uploadedAt = new Date(clock.now()).toISOString();
    return writeState({ project, team, tokenEnv, fingerprint, uploadedAt, ...placed }, certificates);
}

/**
 * What was at the origin before, and is this resource's to remove by `allowOverwrite`: only what is listed for the very
 * text that the upload's answer had, and for nothing else. What Vercel means by another text is not known.
 */
function taken(
    { args, before }: DeployRequest,
    { certId, origin }: CertificateEntry,
    listed: Listing,
    { memory, urn }: OperationContext,
): readonly string[] {
    const isAnothers = ({ by, ...holder }: Holder): boolean =>
        by === "state" && (urn === undefined || holder.urn !== urn);
    const isThere = (id: string, entries: Listing): boolean => {
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
