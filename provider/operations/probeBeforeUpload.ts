import type { CertificateSet } from "../certificates/certificates";
import { ProbeError, probeOrigin, type Verdict } from "../probe/originProbe";
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
    const { verdict, message } = await askOrigin(origin, key.pem, certificates, context);
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

/** Without a verdict where this Node cannot present the certificate. */
async function askOrigin(
    origin: string,
    keyPem: string,
    { chain, authorities }: CertificateSet,
    { clock }: Pick<OperationContext, "clock">,
): Promise<{ readonly verdict: Verdict | undefined; readonly message: string }> {
    try {
        return await probeOrigin({ origin, chain, keyPem, issuers: authorities }, clock);
    } catch (error) {
        if (error instanceof ProbeError) {
            return { verdict: undefined, message: error.message };
        }
        throw error;
    }
}
