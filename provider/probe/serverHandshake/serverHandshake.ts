import { ByteReader } from "./byteReader";
import { describeName } from "../../certificates/parse/distinguishedName";
import { readMessages, type HandshakeKeys, type HandshakeMessage } from "./handshakeRecords";

/** What a server's side of a handshake shows. Node has no public API that tells whether a certificate was asked for. */
export interface ServerHandshake {
    /** Whether the server agreed on a version and a cipher; before that, nothing is about certificates. */
    readonly began: boolean;
    readonly version: "TLSv1.2" | "TLSv1.3" | undefined;
    /** Whether a client certificate was asked for; `undefined` where the handshake could not be read that far. */
    readonly asked: boolean | undefined;
    /** The distinguished names that a readable request has of acceptable authorities, as DER; often none. */
    readonly authorities: readonly Buffer[] | undefined;
}

const SERVER_HELLO = 2;
const CERTIFICATE = 11;
const CERTIFICATE_REQUEST = 13;
const SERVER_HELLO_DONE = 14;
const SUPPORTED_VERSIONS_EXTENSION = 43;
const AUTHORITIES_EXTENSION = 47;
const TLS_1_3 = 0x0304;

/**
 * Reads what a server sent. In TLS 1.2 the request is in clear; in TLS 1.3 it is encrypted with the secret that the
 * client itself logs.
 *
 * @param keyLog The lines of the client's key log, in the format of NSS.
 */
export function readServerHandshake(sent: Buffer, keyLog: readonly string[]): ServerHandshake {
    const keysFor = (message: HandshakeMessage): HandshakeKeys | undefined => {
        const hello = message.type === SERVER_HELLO ? readServerHello(message.body) : undefined;
        const secret = handshakeSecret(keyLog);
        // A HelloRetryRequest looks like a ServerHello and names the suite as well; the keys are used after the real one.
        return hello?.version !== "TLSv1.3" || secret === undefined ? undefined : { ...hello, secret };
    };
    let handshake: ServerHandshake = { began: false, version: undefined, asked: undefined, authorities: undefined };
    try {
        for (const { type, body } of readMessages(sent, keysFor)) {
            if (type === SERVER_HELLO) {
                handshake = { ...handshake, began: true, version: readServerHello(body).version };
            } else if (type === CERTIFICATE_REQUEST) {
                handshake = { ...handshake, asked: true };
                return { ...handshake, authorities: readRequest(body, handshake.version) };
            } else if (isPastRequest(type, handshake.version)) {
                return { ...handshake, asked: false };
            }
        }
    } catch {
        // A server that sends nonsense: what it asks for is not known.
    }
    return handshake;
}

/** In TLS 1.3 the request comes before the server's certificate, in TLS 1.2 after it. */
function isPastRequest(type: number, version: ServerHandshake["version"]): boolean {
    return type === (version === "TLSv1.3" ? CERTIFICATE : SERVER_HELLO_DONE);
}

function readServerHello(body: Buffer): { readonly version: "TLSv1.2" | "TLSv1.3"; readonly cipherSuite: number } {
    const reader = new ByteReader(body);
    reader.take(2 + 32);
    reader.vector(1);
    const cipherSuite = reader.number(2);
    reader.take(1);
    const versions = reader.left > 0 ? extensionsOf(reader).get(SUPPORTED_VERSIONS_EXTENSION) : undefined;
    return { version: versions?.readUInt16BE(0) === TLS_1_3 ? "TLSv1.3" : "TLSv1.2", cipherSuite };
}

function readRequest(body: Buffer, version: ServerHandshake["version"]): readonly Buffer[] {
    const reader = new ByteReader(body);
    reader.vector(1);
    if (version === "TLSv1.3") {
        const authorities = extensionsOf(reader).get(AUTHORITIES_EXTENSION);
        return authorities === undefined ? [] : readNames(new ByteReader(authorities));
    }
    reader.vector(2);
    return readNames(reader);
}

function readNames(reader: ByteReader): readonly Buffer[] {
    const names: Buffer[] = [];
    for (const list = reader.vector(2); list.left > 0;) {
        names.push(list.vector(2).rest());
    }
    return names;
}

function extensionsOf(reader: ByteReader): ReadonlyMap<number, Buffer> {
    const extensions = new Map<number, Buffer>();
    for (const list = reader.vector(2); list.left > 0;) {
        const type = list.number(2);
        extensions.set(type, list.vector(2).rest());
    }
    return extensions;
}

function handshakeSecret(keyLog: readonly string[]): Buffer | undefined {
    const line = keyLog.find((entry) => entry.startsWith("SERVER_HANDSHAKE_TRAFFIC_SECRET "));
    const secret = line?.trim().split(" ")[2];
    return secret === undefined ? undefined : Buffer.from(secret, "hex");
}

/** Some origins name every authority that they know; tens of thousands fit into a handshake. */
const MOST_NAMES = 50;

/** The names of acceptable authorities, as text, and how many more there are than anybody reads. */
export function acceptableNames({ authorities = [] }: ServerHandshake) {
    return {
        names: authorities.slice(0, MOST_NAMES).map(describeName),
        more: Math.max(authorities.length - MOST_NAMES, 0),
    };
}
