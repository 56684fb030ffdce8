import type { Properties } from "./arguments";
import type { OperationContext } from "./context";
import { OperationError } from "./failures";
import { labelOf, parseId } from "./identity";
import { explainMissingProject } from "./missingProject";
import { removeCertificate } from "./removal";
import { readState } from "./state";

/** Removes the certificate and what earlier rotations left behind, unless a resource of this run has it in place. */
export async function deleteCertificate(id: string, props: Properties, context: OperationContext): Promise<void> {
    const state = readState(props);
    const certIds = [state.certId, ...state.staleCertIds].filter(
        (certId) => certId !== "" && !context.memory.isInPlace(certId),
    );
    if (certIds.length === 0) {
        return;
    }
    const address = context.addressOf(state);
    const label = labelOf({ ...state, origin: parseId(id).origin });
    const attempts = await Promise.allSettled(
        certIds.map((certId) => removeCertificate(context.store, address, certId, label)),
    );
    const errors = attempts.flatMap((attempt) =>
        attempt.status === "rejected" ? [explainMissingProject(attempt.reason)] : [],
    );
    if (errors.length > 0) {
        const messages = errors.map((error) => (error instanceof Error ? error.message : "unknown error"));
        throw new OperationError([...new Set(messages)].join("\n"));
    }
}
