import { enumerated } from "../text/quoting";

/** Certificates at the origin that this resource knows nothing of: they are left alone, and named. */
export function describeUnmanaged(certIds: readonly string[]): string {
    return (
        `the origin also holds ${enumerated(certIds)}, which this stack does not know: an interrupted run may have left ` +
        `it, or somebody else uploaded it, so it is left alone. To remove it, set allowOverwrite: true and run ` +
        `pulumi up --replace with the URN of this resource`
    );
}
