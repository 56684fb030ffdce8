import type { CertificateEntry } from "../vercel/client";
import type { ProcessMemory } from "./context";
import { OperationError } from "./failures";
import { holdsOrigin, labelOf, type Identity } from "./identity";

/**
 * A creation does not touch a certificate that is in place already, unless the resource may take it over, or the engine
 * has just deleted its predecessor. A predecessor that is deleted afterwards cannot be told from a stranger: the engine
 * says nothing of it before.
 */
export function refuseTakeover(
    listed: readonly CertificateEntry[],
    identity: Identity,
    allowOverwrite: boolean,
    memory: ProcessMemory,
): void {
    const there = listed.filter((entry) => holdsOrigin(entry.origin, identity.origin)).map(({ certId }) => certId);
    const ofThisRun = there.filter((certId) => memory.isInPlace(identity, certId));
    if (ofThisRun.length > 0) {
        throw new OperationError(
            `${labelOf(identity)}: expected one resource for a project and origin, got a second: another one of this ` +
                `program has ${ofThisRun.join(", ")} in place there. Nothing was uploaded. Remove one of the two.`,
        );
    }
    if (there.length === 0 || allowOverwrite || memory.handedOverTo(identity).length > 0) {
        return;
    }
    const what = identity.origin === undefined ? "a project-wide certificate" : `a certificate for ${identity.origin}`;
    throw new OperationError(
        `${labelOf(identity)}: expected no certificate in place, got ${what} already: ${there.join(", ")}. ` +
            `Nothing was uploaded. Another stack or person may own it, or an earlier run of this one that was ` +
            `interrupted may have left it. Set allowOverwrite: true to replace it, import it with ` +
            `pulumi import --file, or declare another origin. A resource that was only renamed needs an alias, ` +
            `one that is replaced by force allowOverwrite: true.`,
    );
}
