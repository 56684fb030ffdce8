import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { createPrivateKey, createPublicKey, randomBytes, webcrypto } from "node:crypto";

export type KeyType = "rsa" | "p256" | "p384" | "p521" | "ed25519";

export interface Issued {
    readonly certPem: string;
    /** PKCS#8. */
    readonly keyPem: string;
    readonly subject: string;
}

export interface IssueOptions {
    readonly commonName?: string;
    readonly keyType?: KeyType;
    readonly notBefore?: Date;
    readonly notAfter?: Date;
    /** Object identifiers; none at all leaves the extension out. Default: clientAuth. */
    readonly extendedKeyUsages?: string[];
    /** A key to use again (PKCS#8, of the `keyType`), as a renewal does. */
    readonly keyPem?: string;
    /** Hexadecimal. */
    readonly serialNumber?: string;
}

/** A certificate authority that lives as long as the test that minted it. */
export interface Authority extends Issued {
    issue(options?: IssueOptions): Promise<Issued>;
    intermediate(commonName?: string, options?: IssueOptions): Promise<Authority>;
}

export interface CertificateBundle {
    readonly cert: string;
    readonly key: string;
    readonly ca: string;
    readonly authority: Authority;
}

type Algorithm = RsaHashedKeyGenParams | EcKeyGenParams | { readonly name: "Ed25519" };
interface RsaHashedKeyGenParams {
    readonly name: string;
    readonly hash: string;
    readonly modulusLength: number;
    readonly publicExponent: Uint8Array;
}
interface EcKeyGenParams {
    readonly name: string;
    readonly namedCurve: string;
    readonly hash: string;
}

const ALGORITHMS: Readonly<Record<KeyType, Algorithm>> = {
    rsa: { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256", modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]) },
    p256: { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" },
    p384: { name: "ECDSA", namedCurve: "P-384", hash: "SHA-384" },
    p521: { name: "ECDSA", namedCurve: "P-521", hash: "SHA-512" },
    ed25519: { name: "Ed25519" },
};

const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";
const DAY_MS = 86_400_000;
x509.cryptoProvider.set(webcrypto as never);

type KeyPair = Parameters<typeof x509.X509CertificateGenerator.createSelfSigned>[0]["keys"];

async function newKeys(keyType: KeyType): Promise<KeyPair> {
    return (await webcrypto.subtle.generateKey(ALGORITHMS[keyType], true, ["sign", "verify"])) as KeyPair;
}

async function importKeys(keyPem: string, keyType: KeyType): Promise<KeyPair> {
    const key = createPrivateKey(keyPem);
    const pkcs8 = new Uint8Array(key.export({ type: "pkcs8", format: "der" }));
    const spki = new Uint8Array(createPublicKey(key).export({ type: "spki", format: "der" }));
    return {
        privateKey: await crypto.subtle.importKey("pkcs8", pkcs8, ALGORITHMS[keyType], true, ["sign"]),
        publicKey: await crypto.subtle.importKey("spki", spki, ALGORITHMS[keyType], true, ["verify"]),
    };
}

async function exportKey(keys: KeyPair): Promise<string> {
    const der = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
    return `${x509.PemConverter.encode(der, "PRIVATE KEY")}\n`;
}

/** A positive serial number of 16 bytes, as RFC 5280 §4.1.2.2 wants it. */
function newSerial(): string {
    const bytes = randomBytes(16);
    bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
    return bytes.toString("hex");
}

function validity(options: IssueOptions): { notBefore: Date; notAfter: Date } {
    return {
        notBefore: options.notBefore ?? new Date(Date.now() - DAY_MS),
        notAfter: options.notAfter ?? new Date(Date.now() + 90 * DAY_MS),
    };
}

interface Issuer {
    readonly cert: x509.X509Certificate;
    readonly keys: KeyPair;
    readonly keyType: KeyType;
}

async function issue(issuer: Issuer | undefined, options: IssueOptions, isAuthority: boolean): Promise<Issuer> {
    const keyType = options.keyType ?? "p256";
    const keys = await (options.keyPem === undefined ? newKeys(keyType) : importKeys(options.keyPem, keyType));
    const subject = `CN=${options.commonName ?? `${isAuthority ? "Test CA" : "test client"} ${randomBytes(4).toString("hex")}`}`;
    const usage = isAuthority
        ? x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign
        : x509.KeyUsageFlags.digitalSignature;
    const purposes = options.extendedKeyUsages ?? [CLIENT_AUTH];
    const cert = await x509.X509CertificateGenerator.create({
        serialNumber: options.serialNumber ?? newSerial(),
        subject,
        issuer: issuer?.cert.subject ?? subject,
        ...validity(options),
        publicKey: keys.publicKey,
        signingKey: (issuer?.keys ?? keys).privateKey,
        signingAlgorithm: ALGORITHMS[issuer?.keyType ?? keyType],
        extensions: [
            new x509.BasicConstraintsExtension(isAuthority, undefined, true),
            new x509.KeyUsagesExtension(usage, true),
            await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
            await x509.AuthorityKeyIdentifierExtension.create(issuer?.keys.publicKey ?? keys.publicKey),
            ...(isAuthority || purposes.length === 0 ? [] : [new x509.ExtendedKeyUsageExtension([...purposes])]),
        ],
    });
    return { cert, keys, keyType };
}

async function asIssued({ cert, keys }: Issuer): Promise<Issued> {
    return { certPem: `${cert.toString("pem")}\n`, keyPem: await exportKey(keys), subject: cert.subject };
}

async function asAuthority(self: Issuer): Promise<Authority> {
    return {
        ...(await asIssued(self)),
        issue: async (options = {}) => await asIssued(await issue(self, options, false)),
        intermediate: async (commonName, options = {}) =>
            await asAuthority(await issue(self, commonName === undefined ? options : { ...options, commonName }, true)),
    };
}

export async function mintAuthority(options: IssueOptions = {}): Promise<Authority> {
    return await asAuthority(await issue(undefined, options, true));
}

/** A leaf and its authority, both of the key type of the options; by default P-256, from yesterday on for 90 days. */
export async function mintBundle(options: IssueOptions = {}): Promise<CertificateBundle> {
    const authority = await mintAuthority(options.keyType === undefined ? {} : { keyType: options.keyType });
    const { certPem, keyPem } = await authority.issue(options);
    return { cert: certPem, key: keyPem, ca: authority.certPem, authority };
}
