import type { Clock } from "../vercel/clock";
import type { DeployRequest, Deployment } from "./deploy";
import { PartialFailure } from "./failures";
import { labelOf } from "./identity";
import { writeState } from "./state";

/**
 * The outputs after an upload. Once one was accepted its id reaches the state, if need be by a partial failure, with no
 * fingerprint, so that the next run puts the certificate in place.
 */
export function recordDeployment(
    id: string,
    { identity, bundle }: DeployRequest,
    { listed, ...deployment }: Deployment,
    clock: Clock,
): Record<string, unknown> {
    const { certificates } = bundle;
    const { project, team, tokenEnv } = identity;
    const state = {
        ...{ project, team, tokenEnv },
        ...deployment,
        unconfirmed: listed !== true,
        fingerprint: certificates.fingerprint,
        uploadedAt: new Date(clock.now()).toISOString(),
    };
    if (listed === false) {
        throw new PartialFailure(
            id,
            writeState({ ...state, fingerprint: "" }, certificates),
            `${labelOf(identity)}: Vercel accepted the certificate as ${state.certId}, but does not list it; ` +
                `run pulumi up again, which uploads it once more`,
        );
    }
    return writeState(state, certificates);
}
