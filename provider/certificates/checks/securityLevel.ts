import * as tls from "node:tls";
import { mintMinimalCertificate } from "./minimalCertificate";

/** The shortest RSA keys of OpenSSL's security levels, and curves that each level admits, while the next one does not. */
const LEVELS = [
    { curve: "secp112r1", shortestRsaBits: 0 },
    { curve: "prime192v1", shortestRsaBits: 1024 },
] as const;
/** Of level 2: the shortest RSA key anywhere in a chain. Above it nobody goes without knowing. */
const USUAL = { level: 2, shortestRsaBits: 2048 };

let found: typeof USUAL | undefined;

/**
 * The level at which OpenSSL judges chains here. No version tells it: Node 22 and 24 have the same OpenSSL, and levels 1 and
 * 2; distributions have their own. So it is tried, once.
 */
export function securityLevel(): typeof USUAL {
    found ??= trySecurityLevel();
    return found;
}

function trySecurityLevel(): typeof USUAL {
    const level = LEVELS.findIndex(({ curve }) => isAdmitted(curve));
    const known = LEVELS[level];
    return known === undefined ? USUAL : { level, shortestRsaBits: known.shortestRsaBits };
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
