import { generateKeyPair, randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import { promisify } from "node:util";
import type * as Forge from "node-forge";
import { DAY_MS } from "../text/isoDates";

export type TestCertificates = Awaited<ReturnType<typeof mintTestCertificates>>;

const HOUR_MS = 3_600_000;
/** RSA, since node-forge signs by nothing else. */
const KEY_OPTIONS = {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
} as const;

/** Once in a process: they take a second, and protect nothing. */
let keys: Promise<readonly [string, string, string]> | undefined;

async function newKey(): Promise<string> {
    return (await promisify(generateKeyPair)("rsa", KEY_OPTIONS)).privateKey;
}

/** Certificates that authenticate nobody: their key and their authority end with the process that minted them. */
export async function mintTestCertificates(nowMs: number, random: (size: number) => Buffer = randomBytes) {
    // With the first call, for hardly any command mints; by `require`, since under Plug'n'Play `import()` finds nothing.
    const forge = createRequire(__filename)("node-forge") as typeof Forge;
    keys ??= Promise.all([newKey(), newKey(), newKey()]);
    const [key, caKey, otherCaKey] = await keys;
    const mint = new Mint(forge, nowMs, random);
    const ca = mint.authority("throw-away authority", caKey);
    return {
        /** Two client certificates of one authority and one key. */
        certs: [mint.leaf("throw-away 1", key, ca, caKey), mint.leaf("throw-away 2", key, ca, caKey)],
        key,
        ca,
        /** An authority that issued neither. */
        otherCa: mint.authority("another throw-away authority", otherCaKey),
    } as const;
}

class Mint {
    constructor(
        private readonly forge: typeof Forge,
        private readonly nowMs: number,
        private readonly random: (size: number) => Buffer,
    ) {}

    authority(commonName: string, keyPem: string): string {
        const certificate = this.#draft(commonName, keyPem);
        certificate.setIssuer(certificate.subject.attributes);
        certificate.setExtensions([
            { name: "basicConstraints", critical: true, cA: true },
            { name: "keyUsage", critical: true, keyCertSign: true, cRLSign: true },
            { name: "subjectKeyIdentifier" },
        ]);
        return this.#signed(certificate, keyPem);
    }

    leaf(commonName: string, keyPem: string, caPem: string, caKeyPem: string): string {
        const certificate = this.#draft(commonName, keyPem);
        const authority = this.forge.pki.certificateFromPem(caPem);
        certificate.setIssuer(authority.subject.attributes);
        certificate.setExtensions([
            { name: "basicConstraints", critical: true, cA: false },
            { name: "keyUsage", critical: true, digitalSignature: true },
            { name: "extKeyUsage", clientAuth: true },
            { name: "subjectKeyIdentifier" },
            { name: "authorityKeyIdentifier", keyIdentifier: authority.generateSubjectKeyIdentifier().getBytes() },
        ]);
        return this.#signed(certificate, caKeyPem);
    }

    #draft(commonName: string, keyPem: string): Forge.pki.Certificate {
        const { pki } = this.forge;
        const certificate = pki.createCertificate();
        const { n, e } = pki.privateKeyFromPem(keyPem);
        certificate.publicKey = pki.setRsaPublicKey(n, e);
        // RFC 5280 §4.1.2.2: positive. node-forge writes these bytes as they are, and DER allows no needless zero.
        certificate.serialNumber = `01${this.random(16).toString("hex")}`;
        // A clock at Vercel's may be behind this one.
        certificate.validity.notBefore = new Date(this.nowMs - HOUR_MS);
        certificate.validity.notAfter = new Date(this.nowMs + DAY_MS);
        certificate.setSubject([
            { name: "organizationName", value: "pulumi-vercel-client-cert doctor" },
            { name: "commonName", value: commonName },
        ]);
        return certificate;
    }

    #signed(certificate: Forge.pki.Certificate, keyPem: string): string {
        const { md, pki } = this.forge;
        certificate.sign(pki.privateKeyFromPem(keyPem), md.sha256.create());
        return pki.certificateToPem(certificate).replaceAll("\r\n", "\n");
    }
}
