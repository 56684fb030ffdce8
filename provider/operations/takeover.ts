import type { CertificateEntry } from "../vercel/client";
import type { OperationContext } from "./context";
import { OperationError } from "./failures";
import { holdsOrigin, labelOf, type Identity } from "./identity";

/**
 * A creation does not touch a certificate that is in place already, unless the resource may take it over, or is being
 * replaced: then the certificate is that of its predecessor, which the engine deletes before or after.
 *
 * @returns The predecessor's certificates.
 */
export async function refuseTakeover(
    listed: readonly CertificateEntry[],
    identity: Identity,
    allowOverwrite: boolean,
    context: OperationContext,
): Promise<readonly string[]> {
    const there = listed.filter((entry) => holdsOrigin(entry.origin, identity.origin)).map(({ certId }) => certId);
    const ofThisRun = there.filter((certId) => context.memory.isInPlace(certId));
    if (ofThisRun.length > 0) {
        throw new OperationError(
            `${labelOf(identity)}: expected one resource for a project and origin, got a second: another one of this ` +
                `program has ${ofThisRun.join(", ")} in place there. Nothing was uploaded. Remove one of the two.`,
        );
    }
    if (there.length === 0 || allowOverwrite) {
        return [];
    }
    if (await isReplacement(identity, there, context)) {
        return there;
    }
    const what = identity.origin === undefined ? "a project-wide certificate" : `a certificate for ${identity.origin}`;
    throw new OperationError(
        `${labelOf(identity)}: expected no certificate in place, got ${what} already: ${there.join(", ")}. ` +
            `Nothing was uploaded. Another stack or person may own it, or an earlier run of this one that was ` +
            `interrupted may have left it. Set allowOverwrite: true to replace it, import it with ` +
            `pulumi import --file, or declare another origin; a resource that was only renamed needs an alias.`,
    );
}

/** Whether the state held this project and origin under the same URN when the run began. */
async function isReplacement(
    identity: Identity,
    there: readonly string[],
    { memory, store, addressOf }: OperationContext,
): Promise<boolean> {
    const predecessor = memory.predecessorOf(identity);
    if (memory.handedOverTo(identity).length > 0) {
        return true;
    }
    if (predecessor === undefined || predecessor.origin !== identity.origin) {
        return false;
    }
    if (predecessor.project === identity.project && predecessor.team === identity.team) {
        return true;
    }
    // Another name may mean the same project: then it has the same certificates.
    const entries = await store.listCertificates(addressOf(predecessor));
    return entries.some(({ certId }) => there.includes(certId));
}
