import type { Listing } from "../vercel/client";
import type { Holder, OperationContext } from "./context";
import { OperationError } from "./failures";
import { holdsOrigin, isNamedAlike, labelOf, mayBeSameProject, type Identity, type OwnedIdentity } from "./identity";
import { atOrigin, isListed, isSameProject, othersAt } from "./listing";
import type { CertificateState } from "./state";
import { enumerated } from "../text/quoting";

/**
 * Two resources for one project and origin would replace each other's certificate in every run.
 *
 * @param owned What is in the state of this one; unless this run has uploaded it, for then it was another that did.
 */
export function refuseSecond(
    listed: Listing,
    identity: Identity,
    owned: readonly string[],
    { memory, urn }: OperationContext,
): void {
    const isThere = isListed(listed, "") ? () => true : (one: Identity) => isNamedAlike(one, identity);
    const places = othersAt(listed, identity.origin, []);
    const holders = memory.holdersFor(identity).filter(({ certId, by, urn: holderUrn, identity: holder }) =>
        // Also an upload that a listing does not show: it may lag behind, or have entries that cannot be read.
        by === "state"
            ? places.includes(certId) && !owned.includes(certId) && (urn === undefined || holderUrn !== urn)
            : places.includes(certId) || isThere(holder),
    );
    const [holder] = holders;
    if (holder === undefined) {
        return;
    }
    const { certId } = holder;
    throw new OperationError(
        holders.some((other) => isNamedAlike(other.identity, identity))
            ? `${isSecond(identity, certId)} Nothing was uploaded. Remove one of the two. If there is only ` +
                  `one, run pulumi up again, because Vercel may not list its deletion yet; if that does not help, take it ` +
                  `out of the state with pulumi state delete, and set allowOverwrite: true for one run.`
            : `${labelOf(identity)}: this may be a second resource for one project and origin: another one of this program ` +
                  `has ${certId} in place there, or in ${labelOf(holder.identity)}, and only one of them names its project ` +
                  `by id. Nothing was uploaded. Remove one of the two, or, if these are two projects, name both by id.`,
    );
}

function isSecond(identity: Identity, certId: string): string {
    return (
        `${labelOf(identity)}: this is a second resource for one project and origin: ${certId} is in place there, by ` +
        `the state of this program or by this run.`
    );
}

/**
 * A resource on which this one depends comes first. If it is new and has taken over what this one has in place, both would
 * be in the state, and one certificate at Vercel.
 */
export async function refuseTakenPlace(
    identity: Identity,
    declarations: number,
    { certId, tokenEnv }: Pick<CertificateState, "certId" | "tokenEnv">,
    context: OperationContext,
): Promise<void> {
    if (certId === "" || declarations === 0) {
        return;
    }
    const others = context.memory
        .holdersFor(identity)
        .filter(({ certId: other, by }) => other !== certId || by === "upload over it");
    for (const { certId: other, identity: holder, by } of others) {
        const place = { certId: other, isHere: (listed: string) => holdsOrigin(listed, identity.origin) };
        const isTaken = isNamedAlike(holder, identity)
            ? declarations > 1
            : by !== "state" && (await isSameProject(place, [identity, holder], tokenEnv, context));
        if (isTaken) {
            const wayBack =
                other === certId
                    ? // No listing tells of which certificate an id is.
                      `set allowOverwrite: true on it and run pulumi up --replace with its URN`
                    : `run pulumi refresh and pulumi up, and until then the origin has none`;
            throw new OperationError(
                `${isSecond(identity, other)} Remove one of the two from the program, best this one. If you keep this one, ` +
                    `remove the other one by pulumi up, and then ${wayBack}.`,
            );
        }
    }
}

/**
 * Who has the certificate in this project, in this run. An id alone does not tell: how Vercel makes ids is not documented,
 * and if it made them of the content, one certificate would have one id everywhere.
 *
 * @param isMeant Which origin.
 */
export async function holdersIn(
    certId: string,
    owner: OwnedIdentity,
    isMeant: (identity: Identity) => boolean,
    context: OperationContext,
): Promise<readonly Holder[]> {
    const isNamedAs = ({ project, team }: Identity): boolean => project === owner.project && team === owner.team;
    const holders = context.memory
        .holdersOf(certId)
        .filter(({ identity }) => isMeant(identity) && mayBeSameProject(identity, owner));
    const alike = holders.filter(({ identity }) => isNamedAs(identity));
    if (alike.length > 0) {
        return alike;
    }
    const found: Holder[] = [];
    for (const holder of holders) {
        const placed = { certId, isHere: () => true };
        // A new id where it was not listed before, while it is listed here: that is another project.
        if (
            holder.by !== "upload" &&
            (await isSameProject(placed, [holder.identity, owner], owner.tokenEnv, context))
        ) {
            found.push(holder);
        }
    }
    return found;
}

/**
 * A creation does not touch a certificate that is in place already, unless the resource may take it over. A predecessor
 * that is deleted afterwards cannot be told from a stranger: the engine says nothing of it before.
 */
export function refuseTakeover(listed: Listing, identity: Identity, allowOverwrite: boolean): void {
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
