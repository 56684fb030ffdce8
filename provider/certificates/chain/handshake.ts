import { duplexPair, type Duplex } from "node:stream";
import * as tls from "node:tls";
import { mintMinimalCertificate } from "../checks/minimalCertificate";
import { errorCode } from "../../text/errorCode";

/** OpenSSL's judgement of a client certificate: accepted, or why not. */
export type Verdict = { readonly accepted: true } | { readonly accepted: false; readonly code: string };

export interface ClientBundle {
    readonly certPem: string;
    readonly keyPem: string;
    readonly caPem: string;
}

/** Whether a path has to end at a self-signed certificate of `ca`, or may end at any of them. */
export type PathRule = "to-a-root" | "to-any-of-ca";

/** A handshake takes milliseconds; on a machine that is overloaded it may take seconds. */
const TIMEOUT_MS = 60_000;

/** Nobody's: it makes the server look for its context. */
const SERVER_NAME = "origin.invalid";

let earlier: Promise<unknown> = Promise.resolve();

/**
 * Presents the certificate in a real TLS handshake, in memory, to a server that trusts the issuers. That is the path
 * validation of an origin, and proof that the key works. The server needs a certificate too, which the client does not
 * look at. The client sends whatever it is given: what is too weak is for the server to refuse.
 *
 * One after the other: they compete for the same processor, and hundreds at once, as the engine creates resources, would
 * each take as long as all of them.
 */
export function judgeByHandshake(bundle: ClientBundle, path: PathRule): Promise<Verdict> {
    const verdict = earlier.then(() => handshake(bundle, path));
    earlier = verdict;
    return verdict;
}

/** Never fails: whatever goes wrong is the verdict. */
async function handshake(bundle: ClientBundle, path: PathRule): Promise<Verdict> {
    const [clientEnd, serverEnd] = duplexPair();
    const streams: Duplex[] = [clientEnd, serverEnd];
    const contexts: tls.SecureContext[] = [];
    try {
        const [trusting, presenting] = contextsFor(bundle, path);
        contexts.push(trusting, presenting);
        const server = tls.createServer({
            // A server of Node 20 passes the last of these options on to a context of its own only by this way.
            SNICallback: (_name, done) => done(null, trusting),
            requestCert: true,
            rejectUnauthorized: false,
            handshakeTimeout: TIMEOUT_MS,
        });
        server.once("secureConnection", (socket) => streams.push(socket));
        const verdict = outcome(server);
        // Documented for injecting connections: any duplex stream will do, so nothing listens anywhere.
        server.emit("connection", serverEnd);
        const client = tls.connect({
            socket: clientEnd,
            servername: SERVER_NAME,
            rejectUnauthorized: false,
            secureContext: presenting,
        });
        client.on("error", () => undefined);
        streams.push(client);
        return await verdict;
    } catch (error) {
        return { accepted: false, code: errorCode(error) ?? "UNKNOWN" };
    } finally {
        streams.forEach((stream) => stream.destroy());
        // The collector does not know what OpenSSL holds for them, and would leave hundreds of them in memory.
        contexts.forEach(({ context }: { context: { close?: () => void } }) => context.close?.());
    }
}

/** Of the server, and of the client. Throws where OpenSSL cannot read what they are to hold. */
function contextsFor({ certPem, keyPem, caPem }: ClientBundle, path: PathRule) {
    identity ??= mintMinimalCertificate("prime256v1");
    return [
        tls.createSecureContext({ ...identity, ca: caPem, allowPartialTrustChain: path === "to-any-of-ca" }),
        tls.createSecureContext({
            cert: certPem,
            key: keyPem,
            // Nobody is trusted, and so the bundled roots need not be loaded.
            ca: [],
            ciphers: `${tls.DEFAULT_CIPHERS.replace(/[:@]SECLEVEL=\d/, "")}:@SECLEVEL=0`,
        }),
    ] as const;
}

function outcome(server: tls.Server): Promise<Verdict> {
    return new Promise((resolve) => {
        server.once("secureConnection", (socket) => {
            socket.on("error", () => undefined);
            // Node types this as Error, and sets OpenSSL's code.
            const reason: unknown = socket.authorizationError;
            const code = typeof reason === "string" ? reason : (errorCode(reason) ?? "UNKNOWN");
            resolve(socket.authorized ? { accepted: true } : { accepted: false, code });
        });
        server.once("tlsClientError", (error) => resolve({ accepted: false, code: errorCode(error) ?? "UNKNOWN" }));
    });
}

/** Of the server. */
let identity: ReturnType<typeof mintMinimalCertificate> | undefined;
