import type { X509Certificate } from "node:crypto";
import { validityOf } from "./certificate";
import { Issuance } from "./issuance";
import type { PublicMaterial } from "./material";

/** The way from the leaf to a certificate of `ca`, by names, key identifiers and signatures; dates are not asked. */
export interface Path {
    /** Where it ends: at a self-signed certificate of `ca`, at another one of `ca`, or short of `ca`. */
    readonly end: "root" | "intermediate" | "nowhere";
    /** The certificates of `ca` on it. */
    readonly authorities: readonly X509Certificate[];
    /** The last certificate whose issuer was looked for. */
    readonly last: X509Certificate | undefined;
}

/** One for each certificate of the longest chain, one for each root, and some for authorities of one name. */
const MOST_SIGNATURES = 80;

/**
 * Each certificate is visited once, so that authorities that issued each other, or hundreds of one name, cannot make
 * this endless. Where a certificate has several issuers, as with cross-signed authorities, one that is valid comes first.
 */
export function findPath({ chain, authorities }: Pick<PublicMaterial, "chain" | "authorities">, nowMs: number): Path {
    const [leaf] = chain;
    const trusted = new Set(authorities.map(({ fingerprint256 }) => fingerprint256));
    const isTrusted = ({ fingerprint256 }: X509Certificate): boolean => trusted.has(fingerprint256);
    const pool = [...chain, ...authorities].sort((a, b) => Number(isValidOn(b, nowMs)) - Number(isValidOn(a, nowMs)));
    const issuance = new Issuance(MOST_SIGNATURES);
    const visited = new Set<string>();
    let best: readonly X509Certificate[] = leaf === undefined ? [] : [leaf];
    let reachesTrust = leaf !== undefined && isTrusted(leaf);

    const search = (path: readonly X509Certificate[], last: X509Certificate): boolean => {
        visited.add(last.fingerprint256);
        if (isTrusted(last) || (!reachesTrust && path.length > best.length)) {
            best = path;
            reachesTrust ||= isTrusted(last);
        }
        if (isTrusted(last) && issuance.holds(last, last)) {
            return true;
        }
        return pool.some(
            (issuer) =>
                !visited.has(issuer.fingerprint256) &&
                issues(issuer, last, issuance) &&
                search([...path, issuer], issuer),
        );
    };

    const rooted = leaf !== undefined && search([leaf], leaf);
    const onPath = best.filter(isTrusted);
    return { end: rooted ? "root" : reachesTrust ? "intermediate" : "nowhere", authorities: onPath, last: best.at(-1) };
}

/** An authority of version 1 has no extension that could say so; its own signature has to do. */
function issues(issuer: X509Certificate, certificate: X509Certificate, issuance: Issuance): boolean {
    return issuance.holds(certificate, issuer) && (issuer.ca || issuance.holds(issuer, issuer));
}

function isValidOn(certificate: X509Certificate, nowMs: number): boolean {
    const { fromMs, toMs } = validityOf(certificate);
    return fromMs <= nowMs && nowMs <= toMs;
}
