import { createHash, createPublicKey, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { bitString, integer, oid, sequence, tlv } from "./derWriter";
import { pem } from "./mintByHand";

/** Everything about a certificate that decides on a path. What is left out is as a good authority has it. */
export interface CertificateOptions {
    readonly name: string;
    readonly key: KeyObject;
    /** Default: itself. */
    readonly issuer?: Minted | undefined;
    /** Signs instead of the issuer's key. */
    readonly signingKey?: KeyObject | undefined;
    readonly isAuthority?: boolean;
    /** `"none"` leaves the basic constraints out. */
    readonly caFlag?: boolean | "none" | undefined;
    readonly pathLength?: number | undefined;
    /** The first octet; `"none"` leaves the extension out. */
    readonly keyUsage?: number | "none" | undefined;
    readonly purposes?: readonly string[] | undefined;
    readonly fromMs?: number | undefined;
    readonly toMs?: number | undefined;
    /** In place of the end, as it stands in a GeneralizedTime. */
    readonly rawEnd?: string | undefined;
    readonly subjectKeyId?: boolean | Buffer;
    readonly authorityKeyId?: "none" | "key" | "serial";
    /** What stands in the authority key identifier instead of the issuer's own. */
    readonly wrongKeyId?: Buffer | undefined;
    readonly digest?: "sha256" | "sha1";
    /** The DER of further extensions. */
    readonly extensions?: readonly Buffer[];
    readonly dnsNames?: readonly string[];
    readonly organization?: string | undefined;
    readonly version?: 1 | 3;
}

export interface Minted {
    readonly options: CertificateOptions;
    readonly pem: string;
    readonly subject: Buffer;
    readonly serialNumber: Buffer;
    readonly issuerName: Buffer;
    readonly keyId: Buffer | undefined;
}

const DAY_MS = 86_400_000;
const CERT_SIGN_AND_CRL_SIGN = 0x06;
const DIGITAL_SIGNATURE = 0x80;
export const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
export const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
let minted = 0;

export function mintCertificate(options: CertificateOptions): Minted {
    const { issuer, isAuthority = false, version = 3, digest = "sha256" } = options;
    minted += 1;
    const serialNumber = Buffer.concat([
        Buffer.from([0x41]),
        createHash("sha256").update(String(minted)).digest().subarray(0, 8),
    ]);
    const subject = nameOf(options.name, options.organization);
    const issuerName = issuer?.subject ?? subject;
    const signer = options.signingKey ?? issuer?.options.key ?? options.key;
    const spki = createPublicKey(options.key).export({ type: "spki", format: "der" });
    const ownId = createHash("sha1").update(spki).digest();
    const keyId =
        options.subjectKeyId === false
            ? undefined
            : Buffer.isBuffer(options.subjectKeyId)
              ? options.subjectKeyId
              : ownId;
    const algorithm = algorithmOf(signer, digest);
    const nowMs = Date.now();
    const body = sequence(
        ...(version === 3 ? [tlv(0xa0, integer(Buffer.from([2])))] : []),
        integer(serialNumber),
        algorithm,
        issuerName,
        sequence(
            timeOf(options.fromMs ?? nowMs - DAY_MS),
            options.rawEnd === undefined
                ? timeOf(options.toMs ?? nowMs + 300 * DAY_MS)
                : tlv(0x18, Buffer.from(options.rawEnd)),
        ),
        subject,
        spki,
        ...(version === 3
            ? [tlv(0xa3, sequence(...extensionsOf(options, keyId, isAuthority), ...(options.extensions ?? [])))]
            : []),
    );
    const signature = sign(signer.asymmetricKeyType === "ed25519" ? null : digest, body, signer);
    const der = sequence(body, algorithm, bitString(signature));
    return { options, pem: pem("CERTIFICATE", der), subject, serialNumber, issuerName, keyId };
}

export function nameOf(commonName: string, organization?: string): Buffer {
    const attribute = (type: string, text: string): Buffer =>
        tlv(0x31, sequence(oid(type), tlv(0x0c, Buffer.from(text))));
    return sequence(
        ...(organization === undefined ? [] : [attribute("2.5.4.10", organization)]),
        ...(commonName === "" ? [] : [attribute("2.5.4.3", commonName)]),
    );
}

/** @param subtrees General names, as `dnsSubtree` makes them. */
export function nameConstraints(kind: "permitted" | "excluded", subtrees: readonly Buffer[]): Buffer {
    const list = tlv(kind === "permitted" ? 0xa0 : 0xa1, ...subtrees.map((base) => sequence(base)));
    return extension("2.5.29.30", sequence(list), true);
}

export function extension(name: string, value: Buffer, isCritical = false): Buffer {
    return sequence(oid(name), ...(isCritical ? [tlv(0x01, Buffer.from([0xff]))] : []), tlv(0x04, value));
}

function extensionsOf(options: CertificateOptions, keyId: Buffer | undefined, isAuthority: boolean): readonly Buffer[] {
    const { caFlag = isAuthority, pathLength, purposes, dnsNames = [] } = options;
    const usage = options.keyUsage ?? (isAuthority ? CERT_SIGN_AND_CRL_SIGN : DIGITAL_SIGNATURE);
    const constraints = [
        ...(caFlag === true ? [tlv(0x01, Buffer.from([0xff]))] : []),
        ...(pathLength === undefined ? [] : [integer(Buffer.from([pathLength]))]),
    ];
    const forClients = isAuthority ? [] : [CLIENT_AUTH];
    const eku = purposes ?? forClients;
    return [
        ...(caFlag === "none" ? [] : [extension("2.5.29.19", sequence(...constraints), true)]),
        ...(usage === "none" ? [] : [extension("2.5.29.15", tlv(0x03, Buffer.from([0, usage])), true)]),
        ...(eku.length === 0 ? [] : [extension("2.5.29.37", sequence(...eku.map(oid)))]),
        ...(dnsNames.length === 0
            ? []
            : [extension("2.5.29.17", sequence(...dnsNames.map((name) => tlv(0x82, Buffer.from(name)))))]),
        ...(keyId === undefined ? [] : [extension("2.5.29.14", tlv(0x04, keyId))]),
        ...authorityKeyIdOf(options),
    ];
}

function authorityKeyIdOf({ issuer, authorityKeyId = "key", wrongKeyId }: CertificateOptions): readonly Buffer[] {
    if (issuer === undefined || authorityKeyId === "none") {
        return [];
    }
    const ofSerial = [tlv(0xa1, tlv(0xa4, issuer.issuerName)), tlv(0x82, wrongKeyId ?? issuer.serialNumber)];
    const keyId = wrongKeyId ?? issuer.keyId;
    const ofKey = keyId === undefined ? [] : [tlv(0x80, keyId)];
    const parts = authorityKeyId === "serial" ? ofSerial : ofKey;
    return parts.length === 0 ? [] : [extension("2.5.29.35", sequence(...parts))];
}

function algorithmOf({ asymmetricKeyType }: KeyObject, digest: "sha256" | "sha1"): Buffer {
    if (asymmetricKeyType === "ed25519") {
        return sequence(oid("1.3.101.112"));
    }
    const isSha1 = digest === "sha1";
    return asymmetricKeyType === "rsa"
        ? sequence(oid(isSha1 ? "1.2.840.113549.1.1.5" : "1.2.840.113549.1.1.11"), tlv(0x05))
        : sequence(oid(isSha1 ? "1.2.840.10045.4.1" : "1.2.840.10045.4.3.2"));
}

function timeOf(ms: number): Buffer {
    const digits = new Date(ms)
        .toISOString()
        .replace(/\.\d+Z$/, "Z")
        .replace(/[-:T]/g, "");
    const year = new Date(ms).getUTCFullYear();
    return year >= 1950 && year < 2050 ? tlv(0x17, Buffer.from(digits.slice(2))) : tlv(0x18, Buffer.from(digits));
}

/** Keys that many certificates share, so that minting thousands does not take minutes. */
export class KeyPool {
    readonly #keys = new Map<string, KeyObject>();

    get(label: string | number): KeyObject {
        const known = this.#keys.get(String(label)) ?? generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
        this.#keys.set(String(label), known);
        return known;
    }

    rsa(bits: number): KeyObject {
        const label = `rsa ${String(bits)}`;
        const known = this.#keys.get(label) ?? generateKeyPairSync("rsa", { modulusLength: bits }).privateKey;
        this.#keys.set(label, known);
        return known;
    }
}

export function keyPem(key: KeyObject): string {
    return key.export({ type: "pkcs8", format: "pem" }).toString();
}
