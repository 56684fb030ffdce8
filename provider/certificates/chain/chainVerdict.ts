import { createHash, type X509Certificate } from "node:crypto";
import { describeCertificate } from "../parse/certificate";
import { fieldsOf } from "../parse/certificateFields";
import { CLOCK_SKEW_MS } from "../checks/expiries";
import { finding, type Finding, type FindingCode } from "../findings";
import { judgeByHandshake } from "./handshake";
import { mayHaveIssued } from "../parse/issuance";
import type { CertificateSet } from "../certificates";
import { pathOfOpenSsl, upToAnchor } from "./path";
import { includes, type Path, type Pools } from "../pools";
import type { PrivateKey } from "../parse/privateKey";
import { faultsOf, type Fault } from "../checks/rules";

/** Whom the chain satisfies: everyone who trusts `ca`, only clients of partial-chain trust, or nobody. */
type Outcome = "accepted" | "partial" | "refused";

type Search = Readonly<ReturnType<typeof searchPath>>;

/** What OpenSSL says, the code of its reason, and when it looked at its clock. */
interface Trial {
    readonly outcome: Outcome;
    readonly code: string | undefined;
    readonly atMs: number;
}

const NOT_TRIED = "without the key, the chain was searched, and not tried with OpenSSL";
/** More than anybody leaves in a file by mistake. */
const MOST_IN_THE_WAY = 4;
const MOST_RIVALS = 4;

/** With these, no handshake can be made, or one that takes seconds. */
const UNTRIABLE: ReadonlySet<FindingCode> = new Set([
    "key-mismatch",
    "rsa-too-long",
    "key-unusable-in-tls",
    "key-type-unsupported",
]);

/**
 * Whether the chain is refused, which OpenSSL decides, and why, in words of our own. OpenSSL names one reason only, and not
 * where; so the path that it takes is looked at rule by rule. Where that does not agree with its reason, OpenSSL's word is
 * quoted. Its clock cannot be set: dates are judged by the one that is passed in.
 *
 * @param key Without it the search speaks alone, and says so.
 * @param known What was found already about the certificates and the key; it is not said again.
 */
export async function judgeChain(
    certificates: CertificateSet,
    key: PrivateKey | undefined,
    known: readonly Finding[],
    nowMs: number,
): Promise<Finding[]> {
    if (known.some(({ code }) => code === "cert-ca-swapped")) {
        return [];
    }
    const search = searchPath(certificates, nowMs);
    const canTry = key !== undefined && !known.some(({ code }) => UNTRIABLE.has(code));
    const trial = canTry ? await tryWithOpenSsl(certificates, key) : undefined;
    const decided = trial !== undefined && !isMatterOfTime(trial, search, nowMs) ? trial : undefined;
    const said = explain(certificates, search, decided ?? { ...search, code: undefined }, nowMs).filter(({ message }) =>
        known.every((one) => one.message !== message),
    );
    return key === undefined && said.length > 0 ? [...said, finding("chain-not-tried", "cert", NOT_TRIED)] : said;
}

/** What this package's own search says of the path that OpenSSL takes. */
function searchPath(pools: Pools, nowMs: number) {
    const path = pathOfOpenSsl(pools, nowMs);
    const faults = faultsOf(path, pools, nowMs);
    const anchored = upToAnchor(path);
    const isPartial = anchored !== undefined && faultsOf(anchored, pools, nowMs).length === 0;
    const outcome: Outcome = faults.length === 0 ? "accepted" : isPartial ? "partial" : "refused";
    return { path, faults, outcome };
}

/** What was accepted, by a digest: `check` and the creation after it ask the same, and each handshake takes 10 ms. */
const accepted = new Map<string, Trial>();
const MOST_ACCEPTED = 256;

async function tryWithOpenSsl(
    { certPem, caPem, chain, authorities }: CertificateSet,
    { pem }: PrivateKey,
): Promise<Trial> {
    const presented = { certPem, keyPem: pem, caPem };
    const digest = createHash("sha256").update(JSON.stringify(presented)).digest("hex");
    const known = accepted.get(digest);
    if (known !== undefined && holdsStill(known.atMs, [...chain, ...authorities])) {
        return known;
    }
    const verdict = await judgeByHandshake(presented, "to-a-root");
    if (!verdict.accepted) {
        const partial = await judgeByHandshake(presented, "to-any-of-ca");
        return { outcome: partial.accepted ? "partial" : "refused", code: verdict.code, atMs: Date.now() };
    }
    const trial: Trial = { outcome: "accepted", code: undefined, atMs: Date.now() };
    if (accepted.size >= MOST_ACCEPTED) {
        accepted.clear();
    }
    accepted.set(digest, trial);
    return trial;
}

/** What OpenSSL said moments ago, unless one of the certificates has ended since. */
function holdsStill(atMs: number, certificates: readonly X509Certificate[]): boolean {
    const nowMs = Date.now();
    const hasEnded = ({ toMs }: { readonly toMs: number }): boolean => atMs <= toMs && toMs < nowMs;
    return Math.abs(nowMs - atMs) < CLOCK_SKEW_MS && !certificates.some((one) => hasEnded(fieldsOf(one)));
}

/** Where dates make all of the difference and the two have looked at different clocks, or one certificate is fresh. */
function isMatterOfTime({ outcome, code, atMs }: Trial, { faults }: Search, nowMs: number): boolean {
    const isOfTime = ({ finding }: Fault): boolean => DATES.includes(finding.code);
    if (Math.abs(atMs - nowMs) < CLOCK_SKEW_MS) {
        return code === "CERT_NOT_YET_VALID" && !faults.some(isOfTime);
    }
    return outcome === "refused"
        ? code !== undefined && DATES.some((rule) => explains(rule, code)) && !faults.some(isOfTime)
        : faults.length > 0 && faults.every(isOfTime);
}

function explain(
    certificates: CertificateSet,
    search: Search,
    { outcome, code }: Pick<Trial, "outcome" | "code">,
    nowMs: number,
): Finding[] {
    const { path, faults } = search;
    if (outcome === "accepted") {
        return judgeOrder(certificates, path, nowMs);
    }
    if (outcome === "partial") {
        return describePartial(certificates, search, code, nowMs);
    }
    const isExplained =
        code === undefined ||
        (faults.some(({ finding }) => finding.severity === "error") &&
            faults.some(({ finding }) => explains(finding.code, code)));
    return [
        ...(isExplained ? [] : [finding("openssl-refuses", "cert", `OpenSSL refuses the chain: ${String(code)}`)]),
        ...(findWayOut(certificates, faults, nowMs) ?? faults.map(({ finding }) => finding)),
    ];
}

const DATES: readonly FindingCode[] = ["expired", "not-yet-valid", "date-unreadable"];
const ENDS: readonly FindingCode[] = ["chain-unverified", "key-identifier-mismatch", "no-root"];
/** Of OpenSSL's reasons, which is the last that it found, the rules that can be behind each. */
const REASONS: readonly (readonly [RegExp, readonly FindingCode[]])[] = [
    [/^(CERT_HAS_EXPIRED|CERT_NOT_YET_VALID|ERROR_IN_CERT_NOT_\w+)$/, DATES],
    [
        /^(UNABLE_TO_GET_ISSUER_CERT|UNABLE_TO_VERIFY_LEAF|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED_CERT|CERT_CHAIN_TOO_LONG)/,
        ENDS,
    ],
    // The latter where a key of another type or size could not have made the signature.
    [/^(CERT_SIGNATURE_FAILURE|ERR_SSL_EVP_LIB)$/, ["signature-mismatch"]],
    [/^(PATH_LENGTH_EXCEEDED|CERT_CHAIN_TOO_LONG)$/, ["path-too-long"]],
    [/^INVALID_CA$/, ["issuer-is-no-ca", "issuer-may-not-sign"]],
    [
        /^INVALID_PURPOSE$/,
        ["no-client-auth", "no-digital-signature", "issuer-not-for-clients", "issuer-is-no-ca", "issuer-may-not-sign"],
    ],
    // Node has no codes for these.
    [
        /^UNSPECIFIED$/,
        [
            "unknown-critical-extension",
            "issuer-may-not-sign",
            "name-constraint-violated",
            "weak-signature",
            "rsa-too-short",
            "key-unusable-in-tls",
        ],
    ],
];

function explains(rule: FindingCode, code: string): boolean {
    return REASONS.some(([reason, rules]) => reason.test(code) && rules.includes(rule));
}

/** Where a client of partial-chain trust is satisfied, and why others are not. */
function describePartial(pools: Pools, { path, faults }: Search, code: string | undefined, nowMs: number): Finding[] {
    const anchor = path.certificates[path.presented];
    const [inTheWay] = findWayOut(pools, faults, nowMs) ?? [];
    const reason = inTheWay ?? faults[0]?.finding;
    if (reason === undefined) {
        // By a rule that only OpenSSL knows.
        return [finding("root-unusable", "ca", `OpenSSL refuses the path to a root: ${String(code)}`)];
    }
    if (anchor === undefined || reason.code === "no-root") {
        return [reason];
    }
    const fact = `the path holds only up to ${describeCertificate(anchor)} in ca, and then: ${reason.fact}`;
    return [finding("root-unusable", "ca", fact)];
}

/**
 * The certificates that keep OpenSSL from a path that holds: it takes the first of a name, and never goes back. Each of them
 * is proved by looking for the path without it.
 */
function findWayOut(
    pools: Pools,
    faults: readonly Fault[],
    nowMs: number,
    removed: readonly Fault[] = [],
): Finding[] | undefined {
    const [fault] = faults;
    const [leaf] = pools.chain;
    if (fault === undefined || removed.length >= MOST_IN_THE_WAY || faults.some(({ culprit }) => culprit === leaf)) {
        return undefined;
    }
    const gone = [...removed, fault];
    const search = searchPath(without(pools, gone), nowMs);
    if (search.outcome !== "accepted") {
        return findWayOut(pools, search.faults, nowMs, gone);
    }
    const { certificates: path } = search.path;
    const isNeeded = (one: Fault): boolean => {
        const others = gone.filter((other) => other !== one);
        return searchPath(without(pools, others), nowMs).outcome !== "accepted";
    };
    return gone.filter(isNeeded).map(({ culprit, finding: { code } }) => {
        const namesake = path.find((one) => fieldsOf(one).subjectName === fieldsOf(culprit).subjectName);
        const other = namesake ?? path.at(1) ?? path[0];
        const instead = other === undefined ? "a path" : describeCertificate(other);
        const fact = `OpenSSL takes ${describeCertificate(culprit)} instead of ${instead}, and there it finds: ${code.replaceAll("-", " ")}`;
        return finding("certificate-in-the-way", includes(pools.authorities, culprit) ? "ca" : "cert", fact);
    });
}

function without({ chain, authorities }: Pools, removed: readonly Fault[]): Pools {
    const gone = removed.map(({ culprit }) => culprit);
    const stays = (one: X509Certificate): boolean => !includes(gone, one);
    return { chain: chain.filter(stays), authorities: authorities.filter(stays) };
}

/** Whether another order would have led OpenSSL astray. */
function judgeOrder(pools: Pools, path: Path, nowMs: number): Finding[] {
    const rivals = path.certificates.slice(1).flatMap((taken, index) => {
        const [child, argument] = [path.certificates[index], index + 1 < path.presented ? "cert" : "ca"] as const;
        const pool = argument === "cert" ? pools.chain : pools.authorities;
        return pool
            .filter((one) => child !== undefined && mayHaveIssued(one, child) && !includes(path.certificates, one))
            .map((rival) => ({ taken, rival, argument }));
    });
    return rivals.slice(0, MOST_RIVALS).flatMap(({ taken, rival, argument }) => {
        const first = (pool: readonly X509Certificate[]) => [rival, ...pool.filter((one) => one !== rival)];
        const [leaf, ...others] = pools.chain;
        const reordered =
            argument === "ca"
                ? { ...pools, authorities: first(pools.authorities) }
                : { ...pools, chain: leaf === undefined ? [] : [leaf, ...first(others)] };
        if (searchPath(reordered, nowMs).outcome === "accepted") {
            return [];
        }
        const fact = `two issuers have one name: ${describeCertificate(taken)} comes first and works, ${describeCertificate(rival)} does not`;
        return [finding("order-decides", argument, fact)];
    });
}
