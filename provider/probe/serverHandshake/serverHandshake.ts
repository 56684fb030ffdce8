import { createDecipheriv, createHmac } from "node:crypto";
import { ByteReader } from "./byteReader";
import { describeName } from "../../certificates/parse/distinguishedName";

/** What a server's side of a handshake shows. Node has no public API that tells whether a certificate was asked for. */
export interface ServerHandshake {
    /** `undefined` where the server did not agree on one; before that, nothing is about certificates. */
    readonly version: "TLSv1.2" | "TLSv1.3" | undefined;
    /** Whether a client certificate was asked for; `undefined` where the handshake could not be read that far. */
    readonly asked: boolean | undefined;
    /** The distinguished names that a readable request has of acceptable authorities, as DER; often none. */
    readonly authorities: readonly Buffer[] | undefined;
}

/** Types of records. */
const [HANDSHAKE, APPLICATION_DATA] = [22, 23];
const RECORD_HEADER_LENGTH = 5;
/** Types of handshake messages (RFC 8446 §4, RFC 5246 §7.4). */
const [SERVER_HELLO, CERTIFICATE, CERTIFICATE_REQUEST, SERVER_HELLO_DONE] = [2, 11, 13, 14];
const MESSAGE_HEADER_LENGTH = 4;
const SUPPORTED_VERSIONS_EXTENSION = 43;
const AUTHORITIES_EXTENSION = 47;
const TLS_1_3 = 0x0304;
const TAG_LENGTH = 16;

/** The cipher suites that Node offers for TLS 1.3 unless told otherwise. */
const SUITES: Readonly<Record<number, readonly [cipher: string, keyLength: number, hash: string]>> = {
    0x1301: ["aes-128-gcm", 16, "sha256"],
    0x1302: ["aes-256-gcm", 32, "sha384"],
    0x1303: ["chacha20-poly1305", 32, "sha256"],
};

/**
 * Reads what a server sent. In TLS 1.2 the request is in clear; in TLS 1.3 it is encrypted with the secret that the
 * client itself logs.
 *
 * @param keyLog The lines of the client's key log, in the format of NSS.
 */
export function readServerHandshake(sent: Buffer, keyLog: readonly string[]): ServerHandshake {
    let handshake: ServerHandshake = { version: undefined, asked: undefined, authorities: undefined };
    try {
        for (const { type, body } of messagesIn(sent, keyLog)) {
            if (type === SERVER_HELLO) {
                handshake = { ...handshake, version: readServerHello(body).version };
            } else if (type === CERTIFICATE_REQUEST) {
                handshake = { ...handshake, asked: true };
                return { ...handshake, authorities: readRequest(body, handshake.version) };
            } else if (type === (handshake.version === "TLSv1.3" ? CERTIFICATE : SERVER_HELLO_DONE)) {
                // The place for a request is before it.
                return { ...handshake, asked: false };
            }
        }
    } catch {
        // What was cut off, cannot be decrypted or is nonsense: what follows is not known.
    }
    return handshake;
}

/** The handshake messages in what a server sent. Throws where no more can be read. */
function* messagesIn(sent: Buffer, keyLog: readonly string[]) {
    let hello = Buffer.alloc(0);
    let decrypt: ReturnType<typeof decryptorOf> | undefined;
    let pending = Buffer.alloc(0);
    for (const reader = new ByteReader(sent); reader.left > 0;) {
        const header = reader.take(RECORD_HEADER_LENGTH);
        const record = reader.take(header.readUInt16BE(3));
        if (header[0] === HANDSHAKE) {
            pending = Buffer.concat([pending, record]);
        } else if (header[0] === APPLICATION_DATA) {
            decrypt ??= decryptorOf(hello, keyLog);
            pending = Buffer.concat([pending, decrypt(header, record)]);
        }
        while (pending.length >= MESSAGE_HEADER_LENGTH) {
            const end = MESSAGE_HEADER_LENGTH + pending.readUIntBE(1, 3);
            if (pending.length < end) {
                break;
            }
            const message = { type: pending.readUInt8(0), body: pending.subarray(MESSAGE_HEADER_LENGTH, end) };
            // A HelloRetryRequest looks like a ServerHello as well; the keys are used after the real one.
            hello = message.type === SERVER_HELLO ? message.body : hello;
            yield message;
            pending = pending.subarray(end);
        }
    }
}

/** RFC 8446 §5.2 and §5.3: what returns the content of a handshake record, and throws where it is none. */
function decryptorOf(hello: Buffer, keyLog: readonly string[]): (header: Buffer, record: Buffer) => Buffer {
    const suite = SUITES[readServerHello(hello).cipherSuite];
    const line = keyLog.find((entry) => entry.startsWith("SERVER_HANDSHAKE_TRAFFIC_SECRET "));
    const [, , secret] = line?.trim().split(" ") ?? [];
    if (suite === undefined || secret === undefined) {
        throw new RangeError();
    }
    const [cipher, keyLength, hash] = suite;
    const [key, staticNonce] = [expandLabel(hash, secret, "key", keyLength), expandLabel(hash, secret, "iv", 12)];
    let sequence = 0;
    return (header, record) => {
        const nonce = Buffer.from(staticNonce);
        nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ sequence) >>> 0, 8);
        sequence += 1;
        // Node's types know both kinds of cipher, but no union of them.
        const name = cipher as "chacha20-poly1305";
        const decipher = createDecipheriv(name, key, nonce, { authTagLength: TAG_LENGTH });
        decipher.setAuthTag(record.subarray(-TAG_LENGTH));
        decipher.setAAD(header, { plaintextLength: record.length - TAG_LENGTH });
        const padded = Buffer.concat([decipher.update(record.subarray(0, -TAG_LENGTH)), decipher.final()]);
        const typeAt = padded.findLastIndex((byte) => byte !== 0);
        if (padded[typeAt] !== HANDSHAKE) {
            throw new RangeError();
        }
        return padded.subarray(0, typeAt);
    };
}

/** HKDF-Expand-Label of RFC 8446 §7.1, for no more than one block of the hash and no context. */
function expandLabel(hash: string, secret: string, label: string, length: number): Buffer {
    const name = Buffer.from(`tls13 ${label}`, "latin1");
    const info = Buffer.from([length >> 8, length & 0xff, name.length, ...name, 0, 1]);
    return createHmac(hash, Buffer.from(secret, "hex")).update(info).digest().subarray(0, length);
}

function readServerHello(body: Buffer) {
    const reader = new ByteReader(body);
    reader.take(2 + 32);
    reader.vector(1);
    const cipherSuite = reader.number(2);
    reader.take(1);
    const versions = reader.left > 0 ? extensionsOf(reader).get(SUPPORTED_VERSIONS_EXTENSION) : undefined;
    return { version: versions?.readUInt16BE(0) === TLS_1_3 ? "TLSv1.3" : "TLSv1.2", cipherSuite } as const;
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

/** Some origins name every authority that they know; tens of thousands fit into a handshake. */
const MOST_NAMES = 50;

/** The names of acceptable authorities, as text, and how many more there are than anybody reads. */
export function acceptableNames({ authorities = [] }: ServerHandshake) {
    return {
        names: authorities.slice(0, MOST_NAMES).map(describeName),
        more: Math.max(authorities.length - MOST_NAMES, 0),
    };
}
