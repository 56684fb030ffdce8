import { isProjectMissing, isUnclearNotFound } from "../vercel/errors";
import { messageOf, OperationError } from "./failures";

/**
 * A 404 is never taken for "the certificate is gone" unless it says so: a wrong token or team looks the same, and a live
 * credential must not be forgotten. So the error names the ways out.
 */
export function explainNotFound(error: unknown): unknown {
    if (isProjectMissing(error)) {
        return new OperationError(
            `${messageOf(error)} The certificate may still be in place. If the project was renamed, give its new name, or ` +
                `its id (prj_…), and run pulumi up without a refresh, which finds the certificate again. To delete the ` +
                `certificate, give the project its old name back for one run. Otherwise use the ` +
                `token and team that see the project; if the project itself was deleted, run pulumi state delete ` +
                `for this resource, and set deletedWith in programs that delete project and certificate together.`,
        );
    }
    return isUnclearNotFound(error)
        ? new OperationError(
              `${messageOf(error)} The certificate may still be in place. If it is gone, run pulumi refresh, which ` +
                  `takes it out of the state once two listings lack it.`,
          )
        : error;
}
