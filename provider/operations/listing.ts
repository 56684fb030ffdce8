import type { Listing } from "../vercel/client";
import { isProjectMissing } from "../vercel/errors";
import type { OperationContext } from "./context";
import { holdsOrigin, mayBeSameProject, type Owner, type ProjectName } from "./identity";

/** Between the listings after a write: half a minute altogether. Vercel may list what was written a while later. */
const WAITS_MS = [1_000, 2_000, 4_000, 8_000, 15_000];

/** Lists until something shows that was written, with growing waits; the last listing, whether it shows or not. */
export async function listUntil(
    owner: Owner,
    shows: (entries: Listing) => boolean,
    { store, clock, addressOf }: OperationContext,
): Promise<Listing> {
    let entries = await store.listCertificates(addressOf(owner));
    for (const waitMs of WAITS_MS) {
        if (shows(entries) || (clock.remaining?.() ?? Number.POSITIVE_INFINITY) <= waitMs) {
            break;
        }
        await clock.sleep(waitMs);
        entries = await store.listCertificates(addressOf(owner));
    }
    return entries;
}

export function isListed(entries: Listing, certId: string, isHere: Placed["isHere"] = () => true): boolean {
    return entries.some((entry) => entry.certId === certId && isHere(entry.origin));
}

function isSameListing(one: Listing, other: Listing): boolean {
    const lines = (entries: Listing): string =>
        JSON.stringify(entries.map(({ certId, origin }) => [certId, origin]).sort());
    return lines(one) === lines(other);
}

/** A certificate, and where it counts as listed. */
export interface Placed {
    readonly certId: string;
    readonly isHere: (listedOrigin: string) => boolean;
}

/** Whether no entry is this certificate; an entry that cannot be read may be any. */
export function isUnlisted(entries: Listing, certId: string, isHere: Placed["isHere"] = () => true): boolean {
    return entries.every((entry) => entry.certId !== "" && (entry.certId !== certId || !isHere(entry.origin)));
}

/**
 * Whether two names mean the project that has this certificate. The id alone does not tell: if Vercel made ids of the
 * content, another project with this certificate would have it, too.
 */
export async function isSameProject(
    { certId, isHere }: Placed,
    [name, other]: readonly [name: ProjectName, other: ProjectName],
    tokenEnv: string | undefined,
    { store, addressOf }: OperationContext,
): Promise<boolean> {
    const list = ({ project, team }: ProjectName): Promise<Listing> =>
        store.listCertificates(addressOf({ project, team, tokenEnv }));
    const entries = await list(name);
    if (!isListed(entries, certId, isHere)) {
        return false;
    }
    try {
        const others = await list(other);
        if (!mayBeSameProject(name, other)) {
            return isUnlisted(others, certId);
        }
        // Once more, for another resource of this run may have written between the two.
        return isSameListing(entries, others) || isSameListing(await list(name), others);
    } catch (error) {
        if (isProjectMissing(error)) {
            // The project has been renamed.
            return true;
        }
        throw error;
    }
}

/** The entries at an origin, one that cannot be read included if it may be there. */
export function atOrigin(entries: Listing, origin: string | undefined): Listing {
    return entries.filter((entry) => holdsOrigin(entry.origin, origin));
}

/** The ids at an origin, apart from these. */
export function othersAt(entries: Listing, origin: string | undefined, known: readonly string[]): readonly string[] {
    return [...new Set(atOrigin(entries, origin).map(({ certId }) => certId))].filter(
        (certId) => certId !== "" && !known.includes(certId),
    );
}
