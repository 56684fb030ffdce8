import type { CertificateEntry } from "../vercel/client";
import { holdsOrigin } from "./identity";

/**
 * Warns of certificates at the origin that this resource knows nothing of. They are left alone: an interrupted run may
 * have left them, or they are somebody else's.
 *
 * @param accountedFor The ids that this resource has, or is removing.
 */
export function describeStrangers(
    entries: readonly CertificateEntry[],
    origin: string | undefined,
    accountedFor: readonly string[],
): string | undefined {
    const strangers = entries
        .filter((entry) => holdsOrigin(entry.origin, origin) && !accountedFor.includes(entry.certId))
        .map(({ certId }) => certId);
    return strangers.length === 0
        ? undefined
        : `beside the certificate of this resource the origin holds ${strangers.join(", ")}, which this stack does not ` +
              `know: an interrupted run may have left it, or somebody else uploaded it, so it is left alone. To remove ` +
              `it, set allowOverwrite: true and run pulumi up --replace with the URN of this resource`;
}
