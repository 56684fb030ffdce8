import type { X509Certificate } from "node:crypto";
import { fieldsOf } from "../parse/certificateFields";
import { isSelfSigned, mayHaveIssued, SignatureChecks } from "../parse/issuance";
import { includes, isSame, type Path, type Pools } from "../pools";
import { isFitIssuer, LONGEST_PATH } from "../checks/rules";

/**
 * The path that OpenSSL takes at a moment: at each step the first of `ca` that the last certificate may name as its
 * issuer, else the first of `cert`, one that is valid before one that is not. It never goes back, does not look at
 * signatures before the path is complete, and once in `ca` stays there.
 */
export function pathOfOpenSsl({ chain, authorities }: Pools, nowMs: number): Path {
    const certificates = chain.slice(0, 1);
    for (let [last] = certificates; last !== undefined && !isSelfSigned(last); last = certificates.at(-1)) {
        const isInCa = certificates.slice(1).some((one) => includes(authorities, one));
        const left = isInCa ? [] : chain.filter((one) => !includes(certificates, one));
        const issuer = firstIssuer(last, authorities, nowMs) ?? firstIssuer(last, left, nowMs);
        // Authorities of `ca` that issued each other would be followed until the path is too long.
        if (issuer === undefined || includes(certificates, issuer) || certificates.length >= LONGEST_PATH) {
            break;
        }
        certificates.push(issuer);
    }
    const path = asPath(certificates, authorities);
    const [leaf] = certificates;
    const trusted = leaf !== undefined && certificates.length === 1 ? firstIssuer(leaf, authorities, nowMs) : undefined;
    // Of a self-signed leaf, OpenSSL looks at the first of its name only.
    const isBehindTwin = leaf !== undefined && trusted !== undefined && isSelfSigned(leaf) && !isSame(trusted, leaf);
    return isBehindTwin && path.end === "root" ? { ...path, end: "intermediate" } : path;
}

function firstIssuer(
    certificate: X509Certificate,
    pool: readonly X509Certificate[],
    nowMs: number,
): X509Certificate | undefined {
    const named = pool.filter((one) => mayHaveIssued(one, certificate));
    const lastsLongest = (a: X509Certificate, b: X509Certificate): X509Certificate =>
        fieldsOf(b).toMs > fieldsOf(a).toMs ? b : a;
    return named.find((one) => isValidOn(one, nowMs)) ?? (named.length === 0 ? undefined : named.reduce(lastsLongest));
}

function asPath(certificates: readonly X509Certificate[], authorities: readonly X509Certificate[]): Path {
    const [leaf, last] = [certificates[0], certificates.at(-1)];
    const isInCa = (one: X509Certificate | undefined): boolean => one !== undefined && includes(authorities, one);
    const anchor = certificates.findIndex((one, index) => index > 0 && isInCa(one));
    // A client that takes any certificate of `ca` for an anchor takes the leaf itself, too.
    const presented = anchor > 0 ? anchor : isInCa(leaf) ? 0 : certificates.length;
    const isRoot = last !== undefined && isInCa(last) && isSelfSigned(last);
    const end = isRoot ? "root" : presented < certificates.length ? "intermediate" : "nowhere";
    return { certificates, presented, end };
}

/** As far as a client needs it that takes any certificate of `ca` for an anchor; `undefined` where there is none. */
export function upToAnchor({ certificates, presented }: Path): Path | undefined {
    return presented < certificates.length
        ? { certificates: certificates.slice(0, presented + 1), presented, end: "root" }
        : undefined;
}

/** One for each certificate of the longest chain, one for each root, and some for authorities of one name. */
const MOST_SIGNATURES = 80;
const MOST_STEPS = 300;

interface Step {
    readonly certificates: readonly X509Certificate[];
    readonly isSound: boolean;
    readonly untilMs: number;
}

/**
 * The path that was meant, whatever the time: to a root of `ca`, over signatures that hold, through authorities that may
 * issue, and of those the one that stays valid longest. Where no path leads to a root, the best that there is. The bounds keep
 * hundreds of authorities of one name, or such that issued each other, from making this endless.
 */
export function meantPath(pools: Pools): Path {
    const checks = new SignatureChecks(MOST_SIGNATURES);
    const pool = [...pools.authorities, ...pools.chain];
    const visited = new Set<string>();
    const start = { certificates: pools.chain.slice(0, 1), isSound: true, untilMs: Infinity };
    let open: readonly Step[] = [start];
    let best = asPath(start.certificates, pools.authorities);
    for (let steps = 0; open.length > 0 && steps < MOST_STEPS && !checks.exhausted; steps += 1) {
        const step = open.reduce((a, b) => (isBetter(b, a) ? b : a));
        open = open.filter((one) => one !== step);
        const [child, last] = [step.certificates.at(-2), step.certificates.at(-1)];
        if (last === undefined || visited.has(last.fingerprint256) || (child && !checks.isSigned(child, last))) {
            continue;
        }
        visited.add(last.fingerprint256);
        const path = asPath(step.certificates, pools.authorities);
        if (path.end === "root") {
            return path;
        }
        const isLonger = path.certificates.length > best.certificates.length;
        best = (path.end === best.end ? isLonger : path.end === "intermediate") ? path : best;
        // As OpenSSL, which does not come back to `cert`.
        const left = child !== undefined && includes(pools.authorities, last) ? pools.authorities : pool;
        const issuers = left.filter((one) => mayHaveIssued(one, last) && !visited.has(one.fingerprint256));
        open = [
            ...open,
            ...issuers.map((issuer) => ({
                certificates: [...step.certificates, issuer],
                isSound: step.isSound && isFitIssuer(issuer),
                untilMs: Math.min(step.untilMs, fieldsOf(issuer).toMs),
            })),
        ];
    }
    return best;
}

function isBetter(a: Step, b: Step): boolean {
    return a.isSound === b.isSound ? a.untilMs > b.untilMs : a.isSound;
}

function isValidOn(certificate: X509Certificate, nowMs: number): boolean {
    const { fromMs, toMs } = fieldsOf(certificate);
    return fromMs <= nowMs && nowMs <= toMs;
}
