import { ProbeError, probeOrigin } from "../probe/originProbe";
import type { CertificateBundle } from "./certificateBundle";
import type { OperationContext } from "./context";
import { OperationError } from "./failures";
import { labelOf, type Identity } from "./identity";

/**
 * Asks the origin about a certificate that is about to be uploaded. A rejection ends the operation while whatever is in
 * place still works. Everything else that is not an acceptance is a warning: it may be that only this machine cannot
 * reach the origin.
 */
export async function probeBeforeUpload(
    identity: Identity,
    { certificates, key }: CertificateBundle,
    context: Pick<OperationContext, "clock" | "notify">,
): Promise<void> {
    const { origin } = identity;
    if (origin === undefined) {
        // `check` refuses a probe without an origin.
        return;
    }
    const { chain, authorities: issuers } = certificates;
    const { verdict, message } = await probeOrigin({ origin, chain, keyPem: key.pem, issuers }, context.clock).catch(
        (error: unknown) => {
            if (error instanceof ProbeError) {
                // This Node cannot present the certificate.
                return { verdict: undefined, message: error.message };
            }
            throw error;
        },
    );
    if (verdict === "rejected") {
        throw new OperationError(
            `${labelOf(identity)}: ${message}. Nothing was uploaded, and what is in place stays. ` +
                `Leave probe out to upload it all the same.`,
        );
    }
    if (verdict !== "accepted") {
        context.notify(
            `${labelOf(identity)}: the probe did not show that the origin accepts the certificate: ${message}`,
        );
    }
}
