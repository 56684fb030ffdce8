import * as tls from "node:tls";
import { mintMinimalCertificate } from "./minimalCertificate";

/** The shortest RSA keys of OpenSSL's security levels. Above level 2 nobody goes without knowing. */
export const SHORTEST_RSA_BITS = [0, 1024, 2048] as const;

let found: 0 | 1 | 2 | undefined;

/**
 * The level at which OpenSSL judges chains here. No version tells it: Node 22 and 24 have the same OpenSSL, and levels 1 and
 * 2; distributions have their own. So it is tried, once, with curves that a level admits and the next one does not.
 */
export function securityLevel(): 0 | 1 | 2 {
    found ??= isAdmitted("secp112r1") ? 0 : isAdmitted("prime192v1") ? 1 : 2;
    return found;
}

function isAdmitted(curve: string): boolean {
    try {
        tls.createSecureContext(mintMinimalCertificate(curve));
        return true;
    } catch {
        // Too short for the level, or unknown to this build, which then has no short keys at all.
        return false;
    }
}
