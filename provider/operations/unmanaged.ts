import type { Listing } from "../vercel/client";
import { enumerated } from "../text/quoting";

/**
 * Certificates at the origin that this resource knows nothing of: they are left alone, and named.
 *
 * @param answered The origin as Vercel answered the upload: `allowOverwrite` takes over what is listed for this very text.
 */
export function describeUnmanaged(certIds: readonly string[], listed: Listing, answered: string): string {
    const facts =
        `the origin also holds ${enumerated(certIds)}, which this stack does not know: an interrupted run may have left ` +
        `it, or somebody else uploaded it, so it is left alone`;
    const others = listed.filter(({ certId, origin }) => certIds.includes(certId) && origin !== answered);
    const places = enumerated(others.map(({ certId, origin }) => `${certId} for ${JSON.stringify(origin)}`));
    return others.length === 0
        ? `${facts}. To remove it, set allowOverwrite: true and run pulumi up --replace with the URN of this resource`
        : `${facts}. Vercel lists ${places}, and this resource for ${JSON.stringify(answered)}, so allowOverwrite does ` +
              `not remove it: delete it at Vercel if nobody needs it`;
}
