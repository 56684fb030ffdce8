import type { CertificateEntry, ProjectAddress } from "../vercel/client";
import type { OperationContext } from "./context";
import { holdsOrigin } from "./identity";

/** Between the listings after a write: half a minute altogether. Vercel may list what was written a while later. */
const WAITS_MS = [1_000, 2_000, 4_000, 8_000, 15_000];

/** Lists until something shows that was written, with growing waits; the last listing, whether it shows or not. */
export async function listUntil(
    address: ProjectAddress,
    shows: (entries: readonly CertificateEntry[]) => boolean,
    { store, clock }: Pick<OperationContext, "store" | "clock">,
): Promise<readonly CertificateEntry[]> {
    let entries = await store.listCertificates(address);
    for (const waitMs of WAITS_MS) {
        if (shows(entries) || (clock.remaining?.() ?? Number.POSITIVE_INFINITY) <= waitMs) {
            break;
        }
        await clock.sleep(waitMs);
        entries = await store.listCertificates(address);
    }
    return entries;
}

export function isListed(entries: readonly CertificateEntry[], certId: string): boolean {
    return entries.some((entry) => entry.certId === certId);
}

function isSameListing(one: readonly CertificateEntry[], other: readonly CertificateEntry[]): boolean {
    const lines = (entries: readonly CertificateEntry[]): string =>
        JSON.stringify(entries.map(({ certId, origin }) => [certId, origin]).sort());
    return lines(one) === lines(other);
}

/** Whether two addresses show the same; `entries` are those of the first. */
export async function areListedAlike(
    entries: readonly CertificateEntry[],
    [one, other]: readonly [one: ProjectAddress, other: ProjectAddress],
    { store }: Pick<OperationContext, "store">,
): Promise<boolean> {
    const others = await store.listCertificates(other);
    // Once more, for another resource of this run may have written between the two.
    return isSameListing(entries, others) || isSameListing(await store.listCertificates(one), others);
}

/** Whether no entry is this certificate; an entry that cannot be read may be any. */
export function isUnlisted(entries: readonly CertificateEntry[], certId: string): boolean {
    return entries.every((entry) => entry.certId !== certId && entry.certId !== "");
}

/** The entries at an origin, one that cannot be read included if it may be there. */
export function atOrigin(
    entries: readonly CertificateEntry[],
    origin: string | undefined,
): readonly CertificateEntry[] {
    return entries.filter((entry) => holdsOrigin(entry.origin, origin));
}

/** The ids at an origin, apart from these. */
export function othersAt(
    entries: readonly CertificateEntry[],
    origin: string | undefined,
    known: readonly string[],
): readonly string[] {
    return [...new Set(atOrigin(entries, origin).map(({ certId }) => certId))].filter(
        (certId) => certId !== "" && !known.includes(certId),
    );
}
