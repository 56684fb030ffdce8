import { randomBytes, sign, type KeyObject } from "node:crypto";

/**
 * Certificates that no library would make. Just enough of DER for that: what is not given is as in any certificate,
 * and without a key to sign with the signature is made of random bytes.
 */
export interface Handmade {
    readonly subject?: Buffer;
    readonly issuer?: Buffer;
    /** The DER of an SPKI, or a public key. */
    readonly publicKey: Buffer | KeyObject;
    readonly signingKey?: KeyObject;
    readonly serial?: Buffer;
    /** Several of `extension()`. */
    readonly extensions?: readonly Buffer[];
}

const SEQUENCE = 0x30;
const SET = 0x31;
const INTEGER = 0x02;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
const OBJECT_IDENTIFIER = 0x06;
export const UTF8_STRING = 0x0c;
const UTC_TIME = 0x17;
const VERSION_TAG = 0xa0;
const EXTENSIONS_TAG = 0xa3;
const DNS_NAME_TAG = 0x82;

const COMMON_NAME = "550403";
const SUBJECT_ALT_NAME = "551d11";
const RSA = "2a864886f70d010101";
const SHA256_WITH_RSA = "2a864886f70d01010b";
const ECDSA_WITH_SHA256 = "2a8648ce3d040302";

function tlv(tag: number, ...parts: readonly Buffer[]): Buffer {
    const content = Buffer.concat(parts);
    const hexadecimal = content.length.toString(16);
    const length = Buffer.from(hexadecimal.padStart(hexadecimal.length + (hexadecimal.length % 2), "0"), "hex");
    const head = content.length < 0x80 ? [tag, content.length] : [tag, 0x80 | length.length, ...length];
    return Buffer.concat([Buffer.from(head), content]);
}

function integer(bytes: Buffer): Buffer {
    const isNegative = ((bytes[0] ?? 0) & 0x80) !== 0;
    return tlv(INTEGER, isNegative ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes);
}

function oid(hexadecimal: string): Buffer {
    return tlv(OBJECT_IDENTIFIER, Buffer.from(hexadecimal, "hex"));
}

/** A name of common names; none at all is the empty name. */
export function nameOf(...commonNames: readonly (string | Buffer)[]): Buffer {
    const parts = commonNames.map((text) =>
        tlv(SET, tlv(SEQUENCE, oid(COMMON_NAME), tlv(UTF8_STRING, Buffer.from(text)))),
    );
    return tlv(SEQUENCE, ...parts);
}

export function alternativeNames(names: readonly string[]): Buffer {
    const list = tlv(SEQUENCE, ...names.map((name) => tlv(DNS_NAME_TAG, Buffer.from(name, "latin1"))));
    return tlv(SEQUENCE, oid(SUBJECT_ALT_NAME), tlv(OCTET_STRING, list));
}

/** An RSA key of any numbers: nothing here looks whether they make a key. */
export function rsaPublicKey(modulus: Buffer, exponent: Buffer): Buffer {
    const numbers = tlv(SEQUENCE, integer(modulus), integer(exponent));
    return tlv(
        SEQUENCE,
        tlv(SEQUENCE, oid(RSA), Buffer.from([5, 0])),
        tlv(BIT_STRING, Buffer.concat([Buffer.alloc(1), numbers])),
    );
}

/** An odd number of exactly so many bytes. */
export function oddNumber(bytes: number): Buffer {
    const number = randomBytes(bytes);
    number[0] = (number[0] ?? 0) | 0xc0;
    number[bytes - 1] = (number[bytes - 1] ?? 0) | 1;
    return number;
}

const SIGNATURE_BYTES = 256;
const SERIAL_BYTES = 16;

/** @returns PEM. */
export function handmade(options: Handmade): string {
    const { publicKey, signingKey, serial = oddNumber(SERIAL_BYTES), extensions = [] } = options;
    const subject = options.subject ?? nameOf("handmade");
    const spki = Buffer.isBuffer(publicKey) ? publicKey : publicKey.export({ type: "spki", format: "der" });
    const algorithm = tlv(SEQUENCE, oid(signingKey === undefined ? SHA256_WITH_RSA : ECDSA_WITH_SHA256));
    const validity = [utcTime(-1), utcTime(1)];
    const body = tlv(
        SEQUENCE,
        tlv(VERSION_TAG, integer(Buffer.from([2]))),
        integer(serial),
        algorithm,
        options.issuer ?? subject,
        tlv(SEQUENCE, ...validity),
        subject,
        spki,
        ...(extensions.length === 0 ? [] : [tlv(EXTENSIONS_TAG, tlv(SEQUENCE, ...extensions))]),
    );
    const signature = signingKey === undefined ? randomBytes(SIGNATURE_BYTES) : sign("sha256", body, signingKey);
    const der = tlv(SEQUENCE, body, algorithm, tlv(BIT_STRING, Buffer.concat([Buffer.alloc(1), signature])));
    return `-----BEGIN CERTIFICATE-----\n${der.toString("base64")}\n-----END CERTIFICATE-----\n`;
}

function utcTime(yearsFromNow: number): Buffer {
    const year = new Date().getUTCFullYear() + yearsFromNow;
    return tlv(UTC_TIME, Buffer.from(`${String(year).slice(2)}0101000000Z`));
}
