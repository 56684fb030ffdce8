import type { X509Certificate } from "node:crypto";
import { isIssuedBy } from "../certificates/parse/certificate";
import { attempt, codeOf, type Attempt, type ClientCredentials, type Target, type TlsVersion } from "./connection";
import { describeEnding, explain } from "./explanation";
import { acceptableNames } from "./serverHandshake/serverHandshake";
import { conclude, type Verdict } from "./originVerdict";
import { runtimeName } from "../text/runtime";

export type { TlsVersion } from "./connection";
export type { Verdict } from "./originVerdict";

export interface ProbeRequest {
    /** `https://host[:port]`. */
    readonly origin: string;
    /** What is presented: leaf first, each followed by its issuer. */
    readonly chain: readonly X509Certificate[];
    /** The private key of the leaf as PEM text. */
    readonly keyPem: string;
    /** The issuers of the chain, which are not presented; the origin may name one of them as acceptable. */
    readonly issuers: readonly X509Certificate[];
    /** The issuers of the origin's own certificate; default: those that Node trusts. */
    readonly serverIssuers?: readonly X509Certificate[] | undefined;
    /** Default: `/`. */
    readonly path?: string | undefined;
    /** The only version to speak; default: those of Node. */
    readonly version?: TlsVersion | undefined;
}

/** What is passed in, so that no test waits for the wall clock. */
export interface ProbeHost {
    /** Aborts after this time. */
    deadline(milliseconds: number): AbortSignal;
}

/** What a probe found out. Nothing in it is secret. */
export type ProbeReport = Readonly<ReturnType<typeof report>>;

/** The certificate cannot be presented by this Node, whatever the origin. */
export class ProbeError extends Error {
    constructor(message: string) {
        super(message);
        this.name = "ProbeError";
        this.stack = "";
    }
}

/** For one connection, from the look-up of the name to the answer. */
const ATTEMPT_MS = 10_000;

/**
 * Connects to an origin twice, without and with the client certificate, and says what the origin makes of it. Redirects
 * are not followed, and no proxy is used. The first connection is without it: an origin that turns out not to be trusted
 * is not shown the certificate.
 */
export async function probeOrigin(request: ProbeRequest, host: ProbeHost): Promise<ProbeReport> {
    const target = targetOf(request);
    const without = await attempt(target, undefined, host.deadline(ATTEMPT_MS));
    if (without.ending.kind === "untrusted" || without.ending.kind === "unreachable") {
        return report(request, without.ending.kind, without, undefined);
    }
    const credentials = { certPem: request.chain.map(String).join(""), keyPem: request.keyPem };
    const presented = await present(target, credentials, host);
    return report(request, conclude(without, presented), without, presented);
}

async function present(target: Target, credentials: ClientCredentials, host: ProbeHost): Promise<Attempt> {
    try {
        return await attempt(target, credentials, host.deadline(ATTEMPT_MS));
    } catch (error) {
        // What OpenSSL says beyond its code may quote what it was given.
        throw new ProbeError(
            `${runtimeName()} cannot present this certificate and key (${codeOf(error)}); ` +
                `have them issued with a longer key or a newer signature algorithm`,
        );
    }
}

function targetOf({ origin, path = "/", chain, serverIssuers, version }: ProbeRequest): Target {
    // Not resolved against the origin: a path that begins with two slashes would lead to another host.
    const url = new URL(`${origin}/${path.replace(/^\//, "")}`);
    const host = url.hostname.replace(/^\[|\]$/g, "");
    const port = url.port === "" ? 443 : Number(url.port);
    const serverCa = serverIssuers === undefined ? undefined : withoutIntermediates(serverIssuers, chain).map(String);
    return { host, port, path: `${url.pathname}${url.search}`, serverCa, version };
}

/**
 * OpenSSL completes a chain that is a lone leaf with what it trusts servers by. An intermediate that is missing in the
 * chain, and that Vercel would not have either, would be presented after all.
 */
function withoutIntermediates(
    serverIssuers: readonly X509Certificate[],
    chain: readonly X509Certificate[],
): readonly X509Certificate[] {
    const completes = (issuer: X509Certificate): boolean =>
        chain.some((certificate) => isIssuedBy(certificate, issuer));
    return serverIssuers.filter((issuer) => isIssuedBy(issuer, issuer) || !completes(issuer));
}

function report(
    { origin, chain, issuers }: ProbeRequest,
    verdict: Verdict,
    without: Attempt,
    presented: Attempt | undefined,
) {
    const { handshake } = without.handshake.authorities === undefined ? (presented ?? without) : without;
    const names = handshake.authorities ?? [];
    const issuerNamed = names.length === 0 ? undefined : names.some((name) => isNamed(name, [...chain, ...issuers]));
    const acceptable = acceptableNames(handshake);
    return {
        origin,
        verdict,
        /** Expected, found, and what to do. */
        message: explain({ origin, verdict, without, presented, issuerNamed, chain }),
        /** Whether the origin asked for a certificate in the handshake; `undefined` where that could not be seen. */
        asked: without.handshake.asked ?? presented?.handshake.asked,
        version: handshake.version,
        /** How the connection without a certificate ended. */
        without: describeEnding(without.ending),
        /** How the connection with the certificate ended; `undefined` where there was none. */
        presented: presented && describeEnding(presented.ending),
        /** The alert of TLS by which the certificate was refused. */
        alert: presented?.ending.kind === "refused" ? presented.ending.alert : undefined,
        /** The first of the authorities that the origin names as acceptable; often none. */
        acceptableAuthorities: acceptable.names,
        /** How many it names beyond those. */
        moreAuthorities: acceptable.more,
        /** Whether one of them is in the chain or its issuers; `undefined` where the origin names none. */
        issuerNamed,
    };
}

/** An empty name is nobody's. */
const SHORTEST_NAME_BYTES = 3;

/** The DER of a name stands as it is in every certificate with that subject or issuer; Node shows it as text only. */
function isNamed(name: Buffer, issuers: readonly X509Certificate[]): boolean {
    return name.length >= SHORTEST_NAME_BYTES && issuers.some(({ raw }) => raw.includes(name));
}
