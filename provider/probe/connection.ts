import * as net from "node:net";
import { Duplex, Transform } from "node:stream";
import * as tls from "node:tls";
import type { Ending } from "./ending";
import { LONGEST_ANSWER, readAnswer } from "./httpAnswer";
import { readServerHandshake, type ServerHandshake } from "./serverHandshake/serverHandshake";
import { errorCode } from "../text/errorCode";

export type TlsVersion = "TLSv1.2" | "TLSv1.3";

/** Where to connect to, and what the other side is trusted by. */
export interface Target {
    readonly host: string;
    readonly port: number;
    /** The path of the request. */
    readonly path: string;
    /** The issuers of the origin's own certificate, each as PEM text; default: those of Node. */
    readonly serverCa?: readonly string[] | undefined;
    /** The only version to speak; default: those of Node. */
    readonly version?: TlsVersion | undefined;
}

/** What a client presents: the chain, leaf first, and the key, as PEM text. */
export interface ClientCredentials {
    readonly certPem: string;
    readonly keyPem: string;
}

export interface Attempt {
    readonly ending: Ending;
    readonly handshake: ServerHandshake;
}

/** More than any handshake in use; bounds what is kept of what a server sends. */
const LARGEST_RECORDING_BYTES = 256 * 1024;

/**
 * Makes one TLS connection and sends one request, with or without a client certificate. What is presented is a
 * certificate and the proof of its key, never the key. The request goes only to a server whose own certificate is
 * trusted.
 *
 * @param deadline Ends the attempt.
 * @throws Where this Node cannot present the credentials at all; the error has OpenSSL's code.
 */
export async function attempt(
    target: Target,
    credentials: ClientCredentials | undefined,
    deadline: AbortSignal,
): Promise<Attempt> {
    const { host, port, serverCa, version } = target;
    const context = tls.createSecureContext({
        ...(credentials === undefined ? {} : { cert: credentials.certPem, key: credentials.keyPem }),
        ...(serverCa === undefined ? {} : { ca: [...serverCa] }),
        ...(version === undefined ? {} : { minVersion: version, maxVersion: version }),
    });
    const raw = net.connect({ host, port });
    const recorded: Buffer[] = [];
    const socket = tls.connect({
        socket: tapped(raw, recorded),
        host,
        // RFC 6066 §3: addresses are not sent as a server name.
        ...(net.isIP(host) === 0 ? { servername: host } : {}),
        secureContext: context,
        ALPNProtocols: ["http/1.1"],
        // Judged below, so that an untrusted certificate can be told from other failures.
        rejectUnauthorized: false,
    });
    const keyLog: string[] = [];
    socket.on("keylog", (line: Buffer) => keyLog.push(line.toString("latin1")));
    try {
        const seen = await firstEnding(raw, socket, target, deadline);
        const handshake = readServerHandshake(Buffer.concat(recorded), keyLog);
        return { ending: withoutHandshake(seen, handshake), handshake };
    } finally {
        socket.destroy();
        raw.destroy();
    }
}

/** What happens first; whatever follows it is a consequence. */
function firstEnding(raw: net.Socket, socket: tls.TLSSocket, target: Target, deadline: AbortSignal): Promise<Ending> {
    return new Promise((resolve) => {
        let answer = "";
        const ending = (none: Ending): Ending => {
            const { status, fault } = readAnswer(answer);
            return answer === "" ? none : { kind: "answered", status, fault };
        };
        const failed = (error: unknown): void => resolve(endingOf(error));
        const over = (): void => resolve(ending({ kind: "refused", alert: undefined }));
        raw.once("error", failed);
        socket.on("error", failed);
        socket.once("secureConnect", () => {
            if (socket.authorized) {
                socket.write(requestFor(target));
            } else {
                // Node types this as Error, and sets OpenSSL's code.
                const reason: unknown = socket.authorizationError;
                resolve({ kind: "untrusted", reason: reason instanceof Error ? reason.message : String(reason) });
            }
        });
        socket.on("data", (chunk: Buffer) => {
            answer += chunk.toString("latin1", 0, LONGEST_ANSWER - answer.length);
            if (readAnswer(answer).isComplete) {
                over();
            }
        });
        socket.once("end", over);
        socket.once("close", over);
        const late = (): void => resolve(ending({ kind: "silent" }));
        if (deadline.aborted) {
            late();
        }
        deadline.addEventListener("abort", late, { once: true });
    });
}

/** Before the server agreed on a version and a cipher, no failure is about the client's certificate. */
function withoutHandshake(ending: Ending, { version }: ServerHandshake): Ending {
    if (version !== undefined) {
        return ending;
    }
    if (ending.kind === "refused") {
        const reason = ending.alert === undefined ? "it ends the connection" : `it sends the alert ${ending.alert}`;
        return { kind: "unreachable", reason: `${reason} before the handshake` };
    }
    return ending.kind === "silent" ? { kind: "unreachable", reason: "no answer in time" } : ending;
}

/** The names of alerts in OpenSSL's codes differ between versions in all but their end. */
const ALERT = /ALERT_(\w+)$/;

function endingOf(error: unknown): Ending {
    const code = codeOf(error);
    const alert = ALERT.exec(code)?.[1];
    if (alert !== undefined) {
        return { kind: "refused", alert };
    }
    // After the handshake began, these are how servers and load balancers refuse without an alert.
    if (code === "ECONNRESET" || code === "EPIPE") {
        return { kind: "refused", alert: undefined };
    }
    return { kind: "unreachable", reason: code };
}

/** Of an attempt on several addresses, the first that has one. */
export function codeOf(error: unknown): string {
    const [first]: readonly unknown[] = error instanceof AggregateError ? error.errors : [];
    return errorCode(error) ?? errorCode(first) ?? "an error without a code";
}

function requestFor({ host, port, path }: Target): string {
    const name = net.isIPv6(host) ? `[${host}]` : host;
    const authority = port === 443 ? name : `${name}:${String(port)}`;
    // GET, since not every server answers HEAD.
    return [`GET ${path} HTTP/1.1`, `Host: ${authority}`, "Accept: */*", "Connection: close", "", ""].join("\r\n");
}

/** A wire that is listened to. TLS on a bare socket would read past the listener. */
function tapped(raw: net.Socket, recorded: Buffer[]): Duplex {
    // Small packets wait for each other otherwise, and an alert could come after the deadline.
    raw.setNoDelay(true);
    let left = LARGEST_RECORDING_BYTES;
    const tap = new Transform({
        transform: (chunk: Buffer, _encoding, done) => {
            if (left > 0) {
                recorded.push(chunk);
                left -= chunk.length;
            }
            done(null, chunk);
        },
    });
    const wire = Duplex.from({ readable: raw.pipe(tap), writable: raw });
    wire.on("error", () => undefined);
    return wire;
}
