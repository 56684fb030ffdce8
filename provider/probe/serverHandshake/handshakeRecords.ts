import { createDecipheriv, createHmac, type DecipherCCM } from "node:crypto";
import { ByteReader } from "./byteReader";

/** A handshake message of RFC 8446 §4 or RFC 5246 §7.4. */
export interface HandshakeMessage {
    readonly type: number;
    readonly body: Buffer;
}

/** What decrypts the server's handshake messages of TLS 1.3. */
export interface HandshakeKeys {
    readonly cipherSuite: number;
    /** The SERVER_HANDSHAKE_TRAFFIC_SECRET of the client's key log. */
    readonly secret: Buffer;
}

const HANDSHAKE = 22;
const APPLICATION_DATA = 23;
const HEADER_LENGTH = 5;
const TAG_LENGTH = 16;

interface Suite {
    readonly cipher: "aes-128-gcm" | "aes-256-gcm" | "chacha20-poly1305";
    readonly hash: "sha256" | "sha384";
    readonly keyLength: number;
}

/** The cipher suites that Node offers for TLS 1.3 unless told otherwise. */
const SUITES: Readonly<Record<number, Suite>> = {
    0x1301: { cipher: "aes-128-gcm", hash: "sha256", keyLength: 16 },
    0x1302: { cipher: "aes-256-gcm", hash: "sha384", keyLength: 32 },
    0x1303: { cipher: "chacha20-poly1305", hash: "sha256", keyLength: 32 },
};

/**
 * The handshake messages that can be read in what a server sent: those in clear, and, once `keysFor` has found the keys
 * in one of them, those that are encrypted. Ends where nothing more can be read.
 */
export function* readMessages(
    sent: Buffer,
    keysFor: (message: HandshakeMessage) => HandshakeKeys | undefined,
): Generator<HandshakeMessage> {
    let decrypt: ((header: Buffer, body: Buffer) => Buffer | undefined) | undefined;
    let pending = Buffer.alloc(0);
    for (const { header, type, body } of readRecords(sent)) {
        if (type === HANDSHAKE) {
            pending = Buffer.concat([pending, body]);
        } else if (type === APPLICATION_DATA) {
            const clear = decrypt?.(header, body);
            if (clear === undefined) {
                return;
            }
            pending = Buffer.concat([pending, clear]);
        }
        for (let next = takeMessage(pending); next !== undefined; next = takeMessage(pending)) {
            pending = Buffer.from(next.rest);
            yield next.message;
            const keys = keysFor(next.message);
            decrypt = keys === undefined ? decrypt : decryptorOf(keys);
        }
    }
}

function* readRecords(sent: Buffer) {
    const reader = new ByteReader(sent);
    while (reader.left >= HEADER_LENGTH) {
        const header = reader.take(HEADER_LENGTH);
        const length = header.readUInt16BE(3);
        if (reader.left < length) {
            return;
        }
        yield { type: header.readUInt8(0), header, body: reader.take(length) };
    }
}

function takeMessage(bytes: Buffer): { readonly message: HandshakeMessage; readonly rest: Buffer } | undefined {
    const reader = new ByteReader(bytes);
    if (reader.left < 4) {
        return undefined;
    }
    const type = reader.number(1);
    const length = reader.number(3);
    return reader.left < length ? undefined : { message: { type, body: reader.take(length) }, rest: reader.rest() };
}

/** RFC 8446 §5.2 and §5.3. Returns the content of a handshake record, or `undefined` where it is none. */
function decryptorOf({
    cipherSuite,
    secret,
}: HandshakeKeys): ((header: Buffer, body: Buffer) => Buffer | undefined) | undefined {
    const suite = SUITES[cipherSuite];
    if (suite === undefined) {
        return undefined;
    }
    const key = expandLabel(suite, secret, "key", suite.keyLength);
    const staticNonce = expandLabel(suite, secret, "iv", 12);
    let sequence = 0;
    return (header, body) => {
        const nonce = Buffer.from(staticNonce);
        nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ sequence) >>> 0, 8);
        sequence += 1;
        // Node's types know both kinds of cipher, but no union of them.
        const name = suite.cipher as "chacha20-poly1305";
        return open(createDecipheriv(name, key, nonce, { authTagLength: TAG_LENGTH }), header, body);
    };
}

function open(decipher: DecipherCCM, header: Buffer, body: Buffer): Buffer | undefined {
    if (body.length < TAG_LENGTH) {
        return undefined;
    }
    try {
        decipher.setAuthTag(body.subarray(-TAG_LENGTH));
        decipher.setAAD(header, { plaintextLength: body.length - TAG_LENGTH });
        const padded = Buffer.concat([decipher.update(body.subarray(0, -TAG_LENGTH)), decipher.final()]);
        const typeAt = padded.findLastIndex((byte) => byte !== 0);
        return padded[typeAt] === HANDSHAKE ? padded.subarray(0, typeAt) : undefined;
    } catch {
        // After the handshake the keys are others; what is encrypted by those is of no interest here.
        return undefined;
    }
}

/** HKDF-Expand-Label of RFC 8446 §7.1, for no more than one block of the hash and no context. */
function expandLabel({ hash }: Suite, secret: Buffer, label: string, length: number): Buffer {
    const name = Buffer.from(`tls13 ${label}`, "latin1");
    const info = Buffer.from([length >> 8, length & 0xff, name.length, ...name, 0, 1]);
    return createHmac(hash, secret).update(info).digest().subarray(0, length);
}
