import type { X509Certificate } from "node:crypto";
import { nameOf } from "../certificates/parse/certificate";
import { fieldsOf } from "../certificates/parse/certificateFields";
import { isForClients } from "../certificates/checks/rules";
import type { Verdict } from "./originVerdict";
import type { Attempt } from "./connection";
import type { Ending } from "./ending";
import { shownDate } from "../text/isoDates";

/** How an attempt ended, in a few words. */
export function describeEnding(ending: Ending): string {
    switch (ending.kind) {
        case "answered":
            return `${ending.status === undefined ? "an answer that is not HTTP/1.1" : `HTTP ${String(ending.status)}`}${describeFault(ending.fault)}`;
        case "refused":
            return ending.alert === undefined ? "a closed connection without an alert" : `the alert ${ending.alert}`;
        case "untrusted":
            return `a server certificate that is not trusted (${ending.reason})`;
        case "unreachable":
            return `no handshake (${ending.reason})`;
        case "silent":
            return "no answer in time";
    }
}

function describeFault(fault: "missing" | "refused" | undefined): string {
    return fault === undefined ? "" : fault === "missing" ? " for want of a certificate" : " for the certificate";
}

/** Two attempts, and what they say together. */
export interface Outcome {
    readonly origin: string;
    readonly verdict: Verdict;
    readonly without: Attempt;
    /** Absent where the first attempt left nothing to try. */
    readonly presented: Attempt | undefined;
    /** Whether an authority that the origin names stands in the chain; `undefined` where it names none. */
    readonly issuerNamed: boolean | undefined;
    /** What was presented, leaf first: no explanation is to say what it contradicts. */
    readonly chain: readonly X509Certificate[];
}

/** The verdict as a sentence: the fact, and what to do. */
export function explain({ origin, verdict, without, presented, issuerNamed, chain }: Outcome): string {
    const bare = describeEnding(without.ending);
    const shown = presented === undefined ? bare : describeEnding(presented.ending);
    switch (verdict) {
        case "accepted":
            return `${origin} refuses a client without a certificate (${bare}) and accepts this one (${shown})`;
        case "not-asked":
            return (
                `${origin} does not ask for a client certificate: its handshake has no request for one (${bare}); ` +
                `turn client certificates on for this host and port, and check that the name leads to that server`
            );
        case "not-enforced":
            return (
                `${origin} accepts a client without a certificate: ${bare} without it, ${shown} with it; ` +
                `make the certificate mandatory there, or, if it is for some paths only, probe one of those`
            );
        case "rejected":
            return `${origin} refuses the certificate with ${shown}: ${likelyCause(presented?.ending ?? without.ending, issuerNamed, chain)}`;
        case "undecided":
            return (
                `${origin} asks for a certificate, but does not show whether it accepts this one: ${bare} without it, ${shown} with it; ` +
                `the answers may have another cause: try a path that it serves to every client that it accepts`
            );
        case "untrusted":
            return (
                `the certificate of ${origin} itself is not trusted here (${reasonOf(verdict, [without, presented])}); ` +
                `give its issuers, on the command line by --server-ca FILE, else by the variable NODE_EXTRA_CA_CERTS`
            );
        case "unreachable":
            return (
                `no TLS server answers at ${origin} (${reasonOf(verdict, [without, presented])}); ` +
                `check the name, the port and the network from here; proxies are not used`
            );
    }
}

/** Why the attempt failed that decided the verdict. */
function reasonOf(kind: "untrusted" | "unreachable", attempts: readonly (Attempt | undefined)[]): string {
    const reasons = attempts.flatMap((one) => (one?.ending.kind === kind ? [one.ending.reason] : []));
    return reasons[0] ?? "no reason";
}

/** The alerts of RFC 8446 §6.2 and RFC 5246 §7.2.2 by which servers refuse certificates, and what usually causes them. */
const CAUSES: Readonly<Record<string, string>> = {
    UNKNOWN_CA:
        "the origin does not trust the issuer; let it trust the root of this chain, and put every intermediate into cert",
    CERTIFICATE_REVOKED: "the issuer has revoked the certificate; present a new one",
    BAD_CERTIFICATE:
        "the origin cannot verify the certificate, or knows another authority of the issuer's name; look at it with openssl verify -purpose sslclient",
    CERTIFICATE_UNKNOWN: "the origin refuses the certificate without a reason; look into its log",
    ACCESS_DENIED: "the origin verified the certificate, and does not admit its subject",
    HANDSHAKE_FAILURE: "no certificate that the origin can use reached it; check that it accepts the type of this key",
    CERTIFICATE_REQUIRED:
        "no certificate reached the origin; check that it accepts the type of this key and its signature algorithm",
    NO_CERTIFICATE: "no certificate reached the origin; check that it accepts the type of this key",
};

/** The causes that show in the certificate itself, or do not. */
const CAUSES_BY_CHAIN: Readonly<Record<string, (chain: readonly X509Certificate[]) => string>> = {
    CERTIFICATE_EXPIRED: (chain) => {
        const endMs = Math.min(...chain.map((certificate) => fieldsOf(certificate).toMs));
        return `the origin considers a certificate expired; the first of this chain expires at ${shownDate(endMs)}: present a renewed one, or if that is still to come, look for an expired issuer at the origin and compare its clock`;
    },
    UNSUPPORTED_CERTIFICATE: ([leaf]) =>
        leaf !== undefined && isForClients(leaf)
            ? "the origin does not consider the certificate one for clients, which it is; an issuer may be for servers only, or the origin may not accept this type of key"
            : "the certificate is not for clients; have it issued with the extended key usage clientAuth",
    DECRYPT_ERROR: anotherOfOneName,
};

/** Without key identifiers, an origin that trusts the one authority takes it for the other, and finds a wrong signature. */
function anotherOfOneName(chain: readonly X509Certificate[]): string {
    const issuers = chain.map(({ issuer }) => `"${nameOf(issuer, SHOWN_NAME)}"`);
    return `the origin found a signature by another key than the one it knows: it may trust another authority of the name ${[...new Set(issuers)].join(" or ")}, as one from before a new key; let it trust the one that issued this certificate`;
}

const SHOWN_NAME = 80;

function likelyCause(ending: Ending, issuerNamed: boolean | undefined, chain: readonly X509Certificate[]): string {
    const alert = ending.kind === "refused" ? (ending.alert ?? "") : "";
    const named = CAUSES_BY_CHAIN[alert]?.(chain) ?? CAUSES[alert];
    if (named !== undefined) {
        return named;
    }
    return issuerNamed === false
        ? "none of the authorities that the origin names as acceptable is in this chain; let it trust the root of this chain, or present a certificate of one that it names"
        : "the origin gives no reason; the usual ones are an issuer that it does not trust, another authority of the issuer's name, a missing intermediate, an expired certificate and a wrong purpose: look into its log";
}
