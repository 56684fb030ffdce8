import {
    createPrivateKey,
    createPublicKey,
    generateKeyPairSync,
    randomBytes,
    sign,
    constants,
    type KeyObject,
} from "node:crypto";

import { bitString, integer, oid, sequence, tlv } from "./derWriter";

/**
 * Certificates that no decent library issues: version 1, broken digests, odd curves, keys that Node cannot read. Their
 * DER is put together here, element by element (RFC 5280 §4.1).
 */
export type OddKeyType = "rsa" | "rsa-1024" | "rsa-pss" | "p256" | "secp256k1" | "ed25519" | "ed448" | UnmintedType;

export interface OddOptions {
    readonly commonName?: string;
    readonly keyType?: OddKeyType;
    readonly issuer?: OddCertificate;
    /** A certificate whose name and key this one has, too. */
    readonly again?: OddCertificate;
    readonly version?: 1 | 3;
    /** Of the signature, which is the issuer's. */
    readonly digest?: "sha256" | "sha1" | "md5";
    readonly isAuthority?: boolean;
    /** The first octet of the key usage; `undefined` leaves the extension out. */
    readonly keyUsage?: number | undefined;
    readonly issuerAddress?: string;
    readonly ocspAddress?: string;
    readonly revocationList?: string;
    readonly notBefore?: Date;
    readonly notAfter?: Date;
}

export interface OddCertificate {
    readonly certPem: string;
    readonly keyPem: string;
    readonly name: Buffer;
    /** `undefined` where this Node cannot read the type. */
    readonly key: KeyObject | undefined;
}

const DAY_MS = 86_400_000;
const DIGITAL_SIGNATURE = 0x80;
const CERT_SIGN = 0x04;
/** Types that not every Node can generate; certificate and key are no pair then. */
const UNMINTED_TYPES = {
    "ml-dsa-65": { algorithm: "2.16.840.1.101.3.4.3.18", publicBytes: 1952 },
    // Under the number for documentation of RFC 5612.
    "unheard-of": { algorithm: "1.3.6.1.4.1.32473.1", publicBytes: 32 },
} as const;

type UnmintedType = keyof typeof UNMINTED_TYPES;

export function mintByHand(options: OddOptions = {}): OddCertificate {
    const { keyType = "p256", issuer, version = 3, digest = "sha256" } = options;
    const keys = options.again?.key === undefined ? newKeys(keyType) : keysOf(options.again.key);
    const commonName = options.commonName ?? `by hand ${randomBytes(4).toString("hex")}`;
    const name = options.again?.name ?? distinguishedName(commonName);
    const signer = issuer === undefined ? keys.key : issuer.key;
    if (signer === undefined) {
        throw new Error("expected an issuer whose key this Node can sign with");
    }
    const algorithm = signatureAlgorithm(signer, digest);
    const body = sequence(
        ...(version === 3 ? [tlv(0xa0, integer(Buffer.from([2])))] : []),
        integer(Buffer.concat([Buffer.from([0x41]), randomBytes(15)])),
        algorithm,
        issuer?.name ?? name,
        sequence(
            time(options.notBefore ?? new Date(Date.now() - DAY_MS)),
            time(options.notAfter ?? new Date(Date.now() + 90 * DAY_MS)),
        ),
        name,
        keys.spki,
        ...(version === 3 ? [tlv(0xa3, sequence(...extensions(options)))] : []),
    );
    const der = sequence(body, algorithm, bitString(signBytes(signer, digest, body)));
    return { certPem: pem("CERTIFICATE", der), keyPem: keys.pem, name, key: keys.key };
}

export function pem(label: string, der: Buffer): string {
    const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
    return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}

/** PKCS #12 as far as its outer structure goes (RFC 7292): version 3, content that nobody opens, and a MAC. */
export function pkcs12Shape(mac: readonly Buffer[] = []): Buffer {
    const content = tlv(0xa0, tlv(0x04, mac.length === 0 ? randomBytes(200) : sequence()));
    return sequence(integer(Buffer.from([3])), sequence(oid("1.2.840.113549.1.7.1"), content), ...mac);
}

/** PKCS #12 sealed as OpenSSL 3.4 does it on demand (RFC 9579). */
export function pkcs12WithPbmac1(): Buffer {
    const digestInfo = sequence(sequence(oid("1.2.840.113549.1.5.14"), sequence()), tlv(0x04, randomBytes(32)));
    return pkcs12Shape([sequence(digestInfo, tlv(0x04, randomBytes(8)))]);
}

/** An encrypted key (RFC 8018) that tells how often to derive; nothing is in it. */
export function encryptedKeyShape(work: { readonly iterations: number } | { readonly scryptCost: number }): Buffer {
    const salt = tlv(0x04, randomBytes(8));
    const derivation =
        "iterations" in work
            ? sequence(oid("1.2.840.113549.1.5.12"), sequence(salt, number(work.iterations)))
            : sequence(oid("1.3.6.1.4.1.11591.4.11"), sequence(salt, number(work.scryptCost), number(8), number(1)));
    const cipher = sequence(oid("2.16.840.1.101.3.4.1.42"), tlv(0x04, randomBytes(16)));
    return sequence(sequence(oid("1.2.840.113549.1.5.13"), sequence(derivation, cipher)), tlv(0x04, randomBytes(64)));
}

interface OddKeys {
    readonly key: KeyObject | undefined;
    readonly pem: string;
    readonly spki: Buffer;
}

function isUnminted(keyType: OddKeyType): keyType is UnmintedType {
    return keyType in UNMINTED_TYPES;
}

function newKeys(keyType: OddKeyType): OddKeys {
    if (isUnminted(keyType)) {
        const { algorithm: type, publicBytes } = UNMINTED_TYPES[keyType];
        const algorithm = sequence(oid(type));
        const der = sequence(integer(Buffer.from([0])), algorithm, tlv(0x04, tlv(0x80, randomBytes(32))));
        return {
            key: undefined,
            pem: pem("PRIVATE KEY", der),
            spki: sequence(algorithm, bitString(randomBytes(publicBytes))),
        };
    }
    return keysOf(generate(keyType));
}

function keysOf(privateKey: KeyObject): OddKeys {
    const spki = createPublicKey(privateKey).export({ type: "spki", format: "der" });
    return { key: privateKey, pem: privateKey.export({ type: "pkcs8", format: "pem" }).toString(), spki };
}

function generate(keyType: Exclude<OddKeyType, UnmintedType>): KeyObject {
    switch (keyType) {
        case "rsa":
            return generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
        case "rsa-1024":
            return generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey;
        case "rsa-pss":
            return generateKeyPairSync("rsa-pss", { modulusLength: 2048 }).privateKey;
        case "p256":
            return generateKeyPairSync("ec", { namedCurve: "prime256v1" }).privateKey;
        case "secp256k1":
            return generateKeyPairSync("ec", { namedCurve: "secp256k1" }).privateKey;
        case "ed25519":
            return generateKeyPairSync("ed25519").privateKey;
        case "ed448":
            return generateKeyPairSync("ed448").privateKey;
    }
}

const SIGNATURES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    rsa: { sha256: "1.2.840.113549.1.1.11", sha1: "1.2.840.113549.1.1.5", md5: "1.2.840.113549.1.1.4" },
    ec: { sha256: "1.2.840.10045.4.3.2", sha1: "1.2.840.10045.4.1" },
    ed25519: { sha256: "1.3.101.112" },
    ed448: { sha256: "1.3.101.113" },
};
const DIGESTS: Readonly<Record<string, string>> = { sha256: "2.16.840.1.101.3.4.2.1", sha1: "1.3.14.3.2.26" };

function signatureAlgorithm({ asymmetricKeyType }: KeyObject, digest: string): Buffer {
    if (asymmetricKeyType === "rsa-pss") {
        const hash = sequence(oid(DIGESTS[digest] ?? ""));
        const mask = sequence(oid("1.2.840.113549.1.1.8"), hash);
        const salt = integer(Buffer.from([PSS_SALT_BYTES]));
        // SHA-1 is the default, and DER leaves defaults out (RFC 4055 §3.1).
        const explicit = digest === "sha1" ? [] : [tlv(0xa0, hash), tlv(0xa1, mask)];
        return sequence(oid("1.2.840.113549.1.1.10"), sequence(...explicit, tlv(0xa2, salt)));
    }
    const name = SIGNATURES[asymmetricKeyType ?? ""]?.[digest];
    if (name === undefined) {
        throw new Error(`expected a digest that ${String(asymmetricKeyType)} keys sign with, got ${digest}`);
    }
    return sequence(oid(name), ...(asymmetricKeyType === "rsa" ? [tlv(0x05)] : []));
}

const PSS_SALT_BYTES = 32;

function signBytes(key: KeyObject, digest: string, bytes: Buffer): Buffer {
    if (key.asymmetricKeyType === "rsa-pss") {
        return sign(digest, bytes, { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: PSS_SALT_BYTES });
    }
    return sign(key.asymmetricKeyType?.startsWith("ed") === true ? null : digest, bytes, key);
}

function extensions(options: OddOptions): readonly Buffer[] {
    const { isAuthority = false, issuerAddress, ocspAddress, revocationList } = options;
    const keyUsage = "keyUsage" in options ? options.keyUsage : isAuthority ? CERT_SIGN : DIGITAL_SIGNATURE;
    const access = [
        ...(issuerAddress === undefined ? [] : [sequence(oid("1.3.6.1.5.5.7.48.2"), address(issuerAddress))]),
        ...(ocspAddress === undefined ? [] : [sequence(oid("1.3.6.1.5.5.7.48.1"), address(ocspAddress))]),
    ];
    return [
        extension("2.5.29.19", sequence(...(isAuthority ? [tlv(0x01, Buffer.from([0xff]))] : [])), true),
        ...(keyUsage === undefined ? [] : [extension("2.5.29.15", tlv(0x03, Buffer.from([0, keyUsage])), true)]),
        ...(access.length === 0 ? [] : [extension("1.3.6.1.5.5.7.1.1", sequence(...access))]),
        ...(revocationList === undefined
            ? []
            : [extension("2.5.29.31", sequence(sequence(tlv(0xa0, tlv(0xa0, address(revocationList))))))]),
    ];
}

function extension(name: string, value: Buffer, isCritical = false): Buffer {
    return sequence(oid(name), ...(isCritical ? [tlv(0x01, Buffer.from([0xff]))] : []), tlv(0x04, value));
}

function address(text: string): Buffer {
    return tlv(0x86, Buffer.from(text));
}

function distinguishedName(commonName: string): Buffer {
    return sequence(tlv(0x31, sequence(oid("2.5.4.3"), tlv(0x0c, Buffer.from(commonName)))));
}

function time(date: Date): Buffer {
    const digits = date
        .toISOString()
        .replace(/\.\d+Z$/, "Z")
        .replace(/[-:T]/g, "");
    // RFC 5280 §4.1.2.5: two digits for the year up to 2049.
    return date.getUTCFullYear() < 2050 ? tlv(0x17, Buffer.from(digits.slice(2))) : tlv(0x18, Buffer.from(digits));
}

function number(value: number): Buffer {
    const bytes = Buffer.alloc(5);
    bytes.writeUInt32BE(value, 1);
    return integer(bytes);
}

/** The key in another encoding, as `openssl pkey` would write it. */
export function reencode(keyPem: string, type: "pkcs1" | "pkcs8" | "sec1", format: "pem" | "der"): Buffer {
    const key = createPrivateKey(keyPem);
    const exported = format === "pem" ? key.export({ type, format }) : key.export({ type, format });
    return Buffer.from(exported);
}
