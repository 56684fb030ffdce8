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

const OF_AUTHORITY = [
    { name: "basicConstraints", critical: true, cA: true },
    { name: "keyUsage", critical: true, keyCertSign: true, cRLSign: true },
];
const OF_CLIENT = [
    { name: "basicConstraints", critical: true, cA: false },
    { name: "keyUsage", critical: true, digitalSignature: true },
    { name: "extKeyUsage", clientAuth: true },
];

/** Once in a process: they take a second, and protect nothing. */
let keys: Promise<readonly [string, string, string]> | undefined;

async function newKey(): Promise<string> {
    return (await promisify(generateKeyPair)("rsa", KEY_OPTIONS)).privateKey;
}

/** Certificates that authenticate nobody: their key and their authority end with the process that minted them. */
export async function mintTestCertificates(nowMs: number, random: (size: number) => Buffer = randomBytes) {
    // With the first call, for hardly any command mints; by `require`, since under Plug'n'Play `import()` finds nothing.
    const { md, pki } = createRequire(__filename)("node-forge") as typeof Forge;
    keys ??= Promise.all([newKey(), newKey(), newKey()]);
    const [key, caKey, otherCaKey] = await keys;
    const mint = (commonName: string, keyPem: string, authority?: Forge.pki.Certificate): Forge.pki.Certificate => {
        const certificate = pki.createCertificate();
        const { n, e } = pki.privateKeyFromPem(keyPem);
        certificate.publicKey = pki.setRsaPublicKey(n, e);
        // RFC 5280 §4.1.2.2: positive. node-forge writes these bytes as they are, and DER allows no needless zero.
        certificate.serialNumber = `01${random(16).toString("hex")}`;
        // A clock at Vercel's may be behind this one.
        certificate.validity.notBefore = new Date(nowMs - HOUR_MS);
        certificate.validity.notAfter = new Date(nowMs + DAY_MS);
        certificate.setSubject([
            { name: "organizationName", value: "pulumi-vercel-client-cert doctor" },
            { name: "commonName", value: commonName },
        ]);
        certificate.setIssuer((authority ?? certificate).subject.attributes);
        const keyIdentifier = authority?.generateSubjectKeyIdentifier().getBytes();
        certificate.setExtensions([
            ...(authority === undefined
                ? OF_AUTHORITY
                : [...OF_CLIENT, { name: "authorityKeyIdentifier", keyIdentifier }]),
            { name: "subjectKeyIdentifier" },
        ]);
        certificate.sign(pki.privateKeyFromPem(authority === undefined ? keyPem : caKey), md.sha256.create());
        return certificate;
    };
    const toPem = (certificate: Forge.pki.Certificate): string =>
        pki.certificateToPem(certificate).replaceAll("\r\n", "\n");
    const ca = mint("throw-away authority", caKey);
    return {
        /** Two client certificates of one authority and one key. */
        certs: [toPem(mint("throw-away 1", key, ca)), toPem(mint("throw-away 2", key, ca))],
        key,
        ca: toPem(ca),
        /** An authority that issued neither. */
        otherCa: toPem(mint("another throw-away authority", otherCaKey)),
    } as const;
}
