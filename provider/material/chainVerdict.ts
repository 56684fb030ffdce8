import type { X509Certificate } from "node:crypto";
import { nameOf } from "./certificate";
import { finding, type Finding } from "./findings";
import { judgeByHandshake, type Verdict } from "./handshake";
import type { PublicMaterial } from "./material";
import { findPath, type Path } from "./path";
import type { PrivateKey } from "./privateKey";

const SHOWN_NAME = 80;
const SHOWN_ISSUERS = 3;

/**
 * OpenSSL's own verdict on the chain. It names one reason only, and its clock cannot be set; so where dates or fitness
 * are a reason already, the path is looked at step by step, lest one mistake hides the other.
 *
 * With a key of another certificate no handshake can be made: then the steps have to do as well.
 *
 * @param known What was found about dates, fitness and the key.
 */
export async function judgeChain(
    material: PublicMaterial,
    key: PrivateKey,
    known: readonly Finding[],
    nowMs: number,
): Promise<Finding[]> {
    if (known.some(({ code }) => code === "cert-ca-swapped")) {
        return [];
    }
    if (known.some(({ severity }) => severity === "error")) {
        // With a key that is far too long, a handshake would also take seconds.
        return judgePath(material, findPath(material, nowMs));
    }
    const presented = { certPem: material.certPem, keyPem: key.pem, caPem: material.caPem };
    const path = findPath(material, nowMs);
    const verdict = await judgeByHandshake(presented, "to-a-root");
    if (verdict.accepted) {
        return [];
    }
    if (isMatterOfTime(verdict.code)) {
        return judgePath(material, path, verdict.code);
    }
    if (!lacksIssuer(verdict)) {
        return [unverified(material, path, verdict.code)];
    }
    const partial = await judgeByHandshake(presented, "to-any-of-ca");
    // Node before 20.18 and 22.9 ignores the option and says the same again; then the steps have to do.
    return partial.accepted || lacksIssuer(partial)
        ? judgePath(material, path, verdict.code)
        : [unverified(material, path, partial.code)];
}

function judgePath(material: PublicMaterial, path: Path, code?: string): Finding[] {
    switch (path.end) {
        case "root":
            return [];
        case "intermediate":
            return [withoutRoot(path)];
        case "nowhere":
            return [unverified(material, path, code)];
    }
}

/** Validity is judged from the dates, by a clock that can be passed in; the handshake has only this machine's. */
function isMatterOfTime(code: string): boolean {
    return code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID";
}

function lacksIssuer(verdict: Verdict): boolean {
    return !verdict.accepted && /^UNABLE_TO_(GET_ISSUER_CERT|VERIFY_LEAF_SIGNATURE)/.test(verdict.code);
}

function withoutRoot({ last }: Path): Finding {
    const facts =
        last === undefined
            ? "expected a root in ca, got an intermediate only"
            : `expected the root "${short(last.issuer)}" in ca, got only the intermediate "${short(last.subject)}"`;
    return finding("no-root", "ca", facts);
}

function unverified({ chain, authorities }: PublicMaterial, path: Path, code: string | undefined): Finding {
    const last = path.last ?? chain.at(-1);
    const given = authorities.slice(0, SHOWN_ISSUERS).map(({ subject }) => `"${short(subject)}"`);
    const more = authorities.length > SHOWN_ISSUERS ? ` and ${String(authorities.length - SHOWN_ISSUERS)} more` : "";
    const facts =
        `expected issuers that lead from "${short(chain[0]?.subject ?? "")}" to a root, wanted next "${short(last?.issuer ?? "")}"` +
        `${sourceOf(last)}, got ${given.join(", ")}${more}${code === undefined ? "" : ` (OpenSSL: ${code})`}`;
    return finding("chain-unverified", "ca", facts);
}

/** Where the certificate itself says its issuer can be had; only an address that is safe to copy into a shell. */
function sourceOf(certificate: X509Certificate | undefined): string {
    const [, address] = /^CA Issuers - URI:(https?:\/\/[\w.~:/%-]{1,120})$/m.exec(certificate?.infoAccess ?? "") ?? [];
    return address === undefined ? "" : ` (to be had at ${address})`;
}

function short(name: string | undefined): string {
    return nameOf(name, SHOWN_NAME);
}
