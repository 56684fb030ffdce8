import type { CertificateEntry } from "../vercel/client";
import type { ProcessMemory } from "./context";
import { OperationError } from "./failures";
import { isNamedAlike, labelOf, mayBeSame, type Identity } from "./identity";
import { atOrigin, isListed, othersAt } from "./listing";
import { enumerated } from "../text/quoting";

/**
 * Two resources for one project and origin would replace each other's certificate in every run.
 *
 * @param owned What is in the state of this one; unless this run has uploaded it, for then it was another that did.
 */
export function refuseSecond(
    listed: readonly CertificateEntry[],
    identity: Identity,
    owned: readonly string[],
    memory: ProcessMemory,
): void {
    // Also what a listing does not show: it may lag behind, or have entries that cannot be read.
    const uploads = memory.uploadsFor(identity, isListed(listed, "") ? mayBeSame : isNamedAlike);
    const certIds = [...new Set([...othersAt(listed, identity.origin, []), ...uploads])];
    const holders = certIds.flatMap((certId) =>
        memory
            .holdersOf(certId)
            .filter(
                (holder) => mayBeSame(holder.identity, identity) && (holder.by !== "state" || !owned.includes(certId)),
            )
            .map((holder) => ({ ...holder, certId })),
    );
    const [holder] = holders;
    if (holder === undefined) {
        return;
    }
    const { certId } = holder;
    throw new OperationError(
        holders.some((other) => isNamedAlike(other.identity, identity))
            ? `${labelOf(identity)}: this is a second resource for one project and origin: ${certId} is in place there, by ` +
                  `the state of this program or by this run. Nothing was uploaded. Remove one of the two. If there is only ` +
                  `one, run pulumi up again, because Vercel may not list its deletion yet; if that does not help, take it ` +
                  `out of the state with pulumi state delete, and set allowOverwrite: true for one run.`
            : `${labelOf(identity)}: this may be a second resource for one project and origin: another one of this program ` +
                  `has ${certId} in place there, or in ${labelOf(holder.identity)}, and only one of them names its project ` +
                  `by id. Nothing was uploaded. Remove one of the two, or, if these are two projects, name both by id.`,
    );
}

/**
 * A creation does not touch a certificate that is in place already, unless the resource may take it over. A predecessor
 * that is deleted afterwards cannot be told from a stranger: the engine says nothing of it before.
 */
export function refuseTakeover(listed: readonly CertificateEntry[], identity: Identity, allowOverwrite: boolean): void {
    const there = atOrigin(listed, identity.origin).map(({ certId }) =>
        certId === "" ? "one that cannot be read" : certId,
    );
    if (there.length === 0 || allowOverwrite) {
        return;
    }
    const what = identity.origin === undefined ? "a project-wide certificate" : `a certificate for ${identity.origin}`;
    throw new OperationError(
        `${labelOf(identity)}: there is ${what} already: ${enumerated(there)}. ` +
            `Nothing was uploaded. Another stack or person may own it, or an earlier run of this one may have been ` +
            `interrupted and left it. Set allowOverwrite: true to replace it, import it with ` +
            `pulumi import --file, or declare another origin. A resource that was only renamed needs an alias; ` +
            `one that is replaced by force needs allowOverwrite: true.`,
    );
}
