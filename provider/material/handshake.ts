import { Duplex } from "node:stream";
import * as tls from "node:tls";

/** OpenSSL's judgement of a client certificate: accepted, or why not. */
export type Verdict = { readonly accepted: true } | { readonly accepted: false; readonly code: string };

export interface ClientMaterial {
    readonly certPem: string;
    readonly keyPem: string;
    readonly caPem: string;
}

/** Whether a path has to end at a self-signed certificate of `ca`, or may end at any of them. */
export type PathRule = "to-a-root" | "to-any-of-ca";

/** A handshake takes milliseconds; on a machine that is overloaded it may take seconds. */
const TIMEOUT_MS = 60_000;

let earlier: Promise<unknown> = Promise.resolve();

/**
 * Presents the certificate in a real TLS handshake, in memory, to a server that trusts the issuers. That is the path
 * validation of an origin, and proof that the key works. The server needs a certificate too, which is nobody's concern
 * here: it uses the same one, and the client does not look at it.
 *
 * One after the other: they compete for the same processor, and hundreds at once, as the engine creates resources, would
 * each take as long as all of them.
 */
export function judgeByHandshake(material: ClientMaterial, path: PathRule): Promise<Verdict> {
    const verdict = earlier.then(() => handshake(material, path));
    earlier = verdict;
    return verdict;
}

/** Never fails: whatever goes wrong is the verdict. */
async function handshake(material: ClientMaterial, path: PathRule): Promise<Verdict> {
    const [clientEnd, serverEnd] = connectedPair();
    const credentials = { cert: material.certPem, key: material.keyPem };
    const streams: Duplex[] = [clientEnd, serverEnd];
    try {
        const server = tls.createServer({
            ...credentials,
            ca: material.caPem,
            allowPartialTrustChain: path === "to-any-of-ca",
            requestCert: true,
            rejectUnauthorized: false,
        });
        server.once("secureConnection", (socket) => streams.push(socket));
        const verdict = outcome(server);
        // Documented for injecting connections: any duplex stream will do, so nothing listens anywhere.
        server.emit("connection", serverEnd);
        const client = tls.connect({ socket: clientEnd, rejectUnauthorized: false, ...credentials });
        client.on("error", () => undefined);
        streams.push(client);
        return await verdict;
    } catch (error) {
        return { accepted: false, code: codeOf(error) };
    } finally {
        streams.forEach((stream) => stream.destroy());
    }
}

function outcome(server: tls.Server): Promise<Verdict> {
    return new Promise((resolve) => {
        const finish = (verdict: Verdict): void => {
            clearTimeout(timer);
            resolve(verdict);
        };
        const timer = setTimeout(() => finish({ accepted: false, code: "HANDSHAKE_TIMEOUT" }), TIMEOUT_MS);
        server.once("secureConnection", (socket) => {
            socket.on("error", () => undefined);
            // Node types this as Error, and sets OpenSSL's code.
            const reason: unknown = socket.authorizationError;
            const code = typeof reason === "string" ? reason : codeOf(reason);
            finish(socket.authorized ? { accepted: true } : { accepted: false, code });
        });
        server.once("tlsClientError", (error) => finish({ accepted: false, code: codeOf(error) }));
    });
}

function codeOf(error: unknown): string {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    return typeof code === "string" ? code : "UNKNOWN";
}

/** Two ends of a wire. */
function connectedPair(): readonly [Duplex, Duplex] {
    const end = (other: () => Duplex): Duplex =>
        new Duplex({
            read: () => undefined,
            write: (chunk: Buffer, _encoding, done) => {
                other().push(chunk);
                done();
            },
            final: (done) => {
                other().push(null);
                done();
            },
        });
    const left: Duplex = end(() => right);
    const right: Duplex = end(() => left);
    return [left, right];
}
