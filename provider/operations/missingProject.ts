import { isProjectMissing } from "../vercel/errors";
import { messageOf, OperationError } from "./failures";

/**
 * "Project not found" is never taken for "the certificate is gone": a wrong token or team looks the same, and a live
 * credential must not be forgotten. So the error names the ways out.
 */
export function explainMissingProject(error: unknown): unknown {
    if (!isProjectMissing(error)) {
        return error;
    }
    return new OperationError(
        `${messageOf(error)} The certificate may still be in place. Use the token and team that see the project; if the ` +
            `project itself was deleted, run pulumi state delete for this resource, and give it deletedWith in programs ` +
            `that delete project and certificate together.`,
    );
}
