import { createPrivateKey, createPublicKey } from "node:crypto";
import type { FindingCode, Severity } from "../../../provider/material/findings";
import { mintAuthority, mintTriple, type Authority } from "../../support/mint";
import { mintByHand, pem, pkcs12Shape, reencode, type OddCertificate, type OddOptions } from "../../support/mintByHand";

/** A triple with what is to be found in it: every finding, and nothing else. */
export interface Sample {
    readonly name: string;
    readonly cert: string;
    readonly key: string | Buffer;
    readonly ca: string;
    readonly expected: Readonly<Partial<Record<FindingCode, Severity>>>;
    /** Private keys in it that Node can read, as PEM, for the sweep. */
    readonly secrets: readonly string[];
    /** What a message must hold to be of use. */
    readonly says?: RegExp;
    readonly expiryWarningDays?: number;
}

type Sound = Pick<Sample, "cert" | "ca" | "secrets"> & { readonly key: string; readonly authority: Authority };

const DAY_MS = 86_400_000;
const daysFromNow = (days: number): Date => new Date(Date.now() + days * DAY_MS);

export async function mintCorpus(): Promise<readonly Sample[]> {
    const { cert, key, ca, authority } = await mintTriple();
    const sound: Sound = { cert, key, ca, authority, secrets: [key] };
    return [
        { name: "nothing wrong", ...sound, expected: {} },
        ...textSamples(sound),
        ...keySamples(sound),
        ...(await certificateSamples(sound)),
        ...(await dateSamples(sound)),
        ...(await fitnessSamples(sound)),
        ...(await chainSamples(sound)),
        ...(await maskingSamples(sound)),
    ];
}

function textSamples(sound: Sound): readonly Sample[] {
    const { cert, key } = sound;
    const body = cert.replace(/-----[^-]+-----|\s/g, "");
    const der = Buffer.from(body, "base64");
    const p12 = pkcs12Shape();
    const texts: readonly (readonly [string, string, FindingCode])[] = [
        ["an empty text", " \n", "empty"],
        ["far too much text", "-".repeat(70_000), "too-large"],
        ["a sentence", "this is a sentence, and no PEM text", "not-pem"],
        ["a path", "./certs/client.pem", "path-not-content"],
        ["a variable", "${CLIENT_CERT}", "variable-not-expanded"],
        ["em dashes", cert.replace(/-----/g, "—–"), "dashes-replaced"],
        ["four hyphens", cert.replace(/-----/g, "----"), "dashes-replaced"],
        ["a dash in the END line", cert.replace("-----END", "—END"), "dashes-replaced"],
        ["base64 of DER", body, "base64-only"],
        ["base64 of DER, cut off", body.slice(0, 64), "base64-only"],
        ["DER, read as UTF-8", der.toString("utf8"), "der-as-text"],
        ["DER, read as Latin-1", der.toString("latin1"), "der-as-text"],
        ["PKCS #12, read as UTF-8", p12.toString("utf8"), "pkcs12"],
        ["PKCS #12 in base64", p12.toString("base64"), "pkcs12"],
        ["a block without its end", cert.slice(0, 200), "unreadable-pem"],
        ["a block that lost a letter", cert.replace(/(\n.{20})./, "$1"), "unreadable-pem"],
        ["PKCS #7", pem("PKCS7", der), "pkcs7"],
        ["a signing request", pem("CERTIFICATE REQUEST", der), "signing-request"],
        ["a public key", createPublicKey(cert).export({ type: "spki", format: "pem" }).toString(), "public-key"],
        ["a revocation list", pem("X509 CRL", der), "wrong-content"],
        ["other bytes", pem("CERTIFICATE", Buffer.from("no certificate")), "unreadable-certificate"],
    ];
    const exposed: readonly (readonly [string, string])[] = [
        ["a private key behind the certificate", cert + key],
        ["a private key behind em dashes", cert + key.replace(/-----/g, "—")],
    ];
    return [
        ...texts.flatMap(([name, text, code]) => [
            { name: `${name} as cert`, ...sound, cert: text, expected: { [code]: "error" } as const },
            { name: `${name} as ca`, ...sound, ca: text, expected: { [code]: "error" } as const },
        ]),
        ...exposed.map(([name, text]) => ({
            name,
            ...sound,
            cert: text,
            expected: { "private-key-exposed": "error" } as const,
        })),
        {
            name: "a private key as ca, in base64 without lines",
            ...sound,
            ca: reencode(key, "pkcs8", "der").toString("base64"),
            expected: { "private-key-exposed": "error", "base64-only": "error" },
        },
        ...repairSamples(sound),
    ];
}

function repairSamples(sound: Sound): readonly Sample[] {
    const mangled: readonly (readonly [string, (text: string) => string])[] = [
        ["CRLF", (text) => text.replace(/\n/g, "\r\n")],
        ["CR", (text) => text.replace(/\n/g, "\r")],
        ["a byte order mark", (text) => `\uFEFF${text}`],
        ["UTF-16, read as UTF-8", (text) => Buffer.from(`\uFEFF${text}`, "utf16le").toString("utf8")],
        ["indentation", (text) => text.replace(/^/gm, "    ")],
        ["spaces for line breaks", (text) => text.replace(/\n/g, " ")],
        ["no line breaks", (text) => text.replace(/\n/g, "")],
        ["literal \\n", (text) => text.replace(/\n/g, "\\n")],
        ["JSON quotes", (text) => JSON.stringify(text)],
        ["base64 of the PEM", (text) => Buffer.from(text).toString("base64")],
    ];
    return mangled.flatMap(([name, mangle]) =>
        (["cert", "key", "ca"] as const).map((argument) => ({
            name: `${name} in ${argument}`,
            ...sound,
            [argument]: mangle(sound[argument]),
            expected: { "text-repaired": "note" } as const,
        })),
    );
}

function keySamples(sound: Sound): readonly Sample[] {
    const { cert, key } = sound;
    const keyObject = createPrivateKey(key);
    const passphrase = "correct horse";
    const cipher = "aes-256-cbc";
    const notKeys: readonly (readonly [string, string | Buffer, FindingCode])[] = [
        ["a path", "./client.key", "path-not-content"],
        ["a variable", "%CLIENT_KEY%", "variable-not-expanded"],
        ["DER, read as text", reencode(key, "pkcs8", "der").toString("utf8"), "der-as-text"],
        ["PKCS #12", pkcs12Shape(), "pkcs12"],
        ["PKCS #12 in base64", pkcs12Shape().toString("base64"), "pkcs12"],
        ["a public key", createPublicKey(keyObject).export({ type: "spki", format: "pem" }).toString(), "public-key"],
        ["a public key in DER", createPublicKey(keyObject).export({ type: "spki", format: "der" }), "public-key"],
        ["a signing request", pem("CERTIFICATE REQUEST", Buffer.from("x")), "signing-request"],
        ["a certificate", cert, "cert-key-swapped"],
        ["a certificate in DER", Buffer.from(cert.replace(/-----[^-]+-----/g, ""), "base64"), "cert-key-swapped"],
        ["a key cut off", key.slice(0, 100), "unreadable-pem"],
        ["a damaged key", key.replace(/\n.{8}/, "\nAAAAAAAA"), "unreadable-key"],
        ["a sequence of nothing", Buffer.from([0x30, 0x00]), "unreadable-key"],
        ["two keys", key + key, "several-keys"],
        [
            "an encrypted key",
            keyObject.export({ type: "pkcs8", format: "pem", cipher, passphrase }).toString(),
            "key-encrypted",
        ],
        [
            "an encrypted key in DER",
            keyObject.export({ type: "pkcs8", format: "der", cipher, passphrase }),
            "key-encrypted",
        ],
        [
            "a key encrypted after RFC 1421",
            keyObject.export({ type: "sec1", format: "pem", cipher, passphrase }).toString(),
            "key-encrypted",
        ],
    ];
    const curve = pem("EC PARAMETERS", Buffer.from("06082a8648ce3d030107", "hex"));
    const pem1 = reencode(key, "sec1", "pem").toString();
    const forms: readonly (readonly [string, string | Buffer, Sample["expected"]])[] = [
        ["SEC 1", pem1, {}],
        ["SEC 1 behind the curve's own block", curve + pem1, {}],
        ["PKCS #8 in DER", reencode(key, "pkcs8", "der"), { "key-from-der": "note" }],
        ["SEC 1 in DER", reencode(key, "sec1", "der"), { "key-from-der": "note" }],
        ["SEC 1 in base64", reencode(key, "sec1", "der").toString("base64"), { "key-from-der": "note" }],
        ["a file in UTF-16, little endian", Buffer.from(`\uFEFF${key}`, "utf16le"), { "text-repaired": "note" }],
        ["a file in UTF-16, big endian", Buffer.from(`\uFEFF${key}`, "utf16le").swap16(), { "text-repaired": "note" }],
    ];
    return [
        ...notKeys.map(([name, text, code]) => ({
            name: `${name} as key`,
            ...sound,
            key: text,
            expected: { [code]: "error" } as const,
        })),
        ...forms.map(([name, text, expected]) => ({ name: `the key as ${name}`, ...sound, key: text, expected })),
        ...rsaForms(),
    ];
}

function rsaForms(): readonly Sample[] {
    const { issued, ca } = byHand({ keyType: "rsa" });
    const common = { cert: issued.certPem, ca: ca.certPem, secrets: [issued.keyPem] };
    return [
        { name: "PKCS #1", ...common, key: reencode(issued.keyPem, "pkcs1", "pem").toString(), expected: {} },
        {
            name: "PKCS #1 in DER",
            ...common,
            key: reencode(issued.keyPem, "pkcs1", "der"),
            expected: { "key-from-der": "note" },
        },
    ];
}

async function certificateSamples(sound: Sound): Promise<readonly Sample[]> {
    const { cert, authority } = sound;
    const [second, other] = await Promise.all([authority.issue(), mintTriple()]);
    const intermediate = await authority.intermediate();
    const leaf = await intermediate.issue();
    const crowd = await Promise.all(Array.from({ length: 33 }, () => mintAuthority()));
    const one = mintByHand({ commonName: "one", isAuthority: true });
    const two = mintByHand({ commonName: "two", isAuthority: true });
    const circle = [mintCross(one, two), mintCross(two, one)];
    return [
        { name: "two leaves", ...sound, cert: cert + second.certPem, expected: { "several-leaves": "error" } },
        {
            name: "a crowd",
            ...sound,
            cert: crowd.map(({ certPem }) => certPem).join(""),
            expected: { "too-many-certificates": "error" },
        },
        {
            name: "authorities that issued each other",
            ...sound,
            cert: circle.join(""),
            expected: { "no-leaf": "error" },
        },
        {
            name: "the intermediate before the leaf",
            cert: intermediate.certPem + leaf.certPem,
            key: leaf.keyPem,
            ca: sound.ca,
            secrets: [leaf.keyPem],
            expected: { "order-repaired": "note" },
        },
        {
            name: "the key of another certificate",
            ...sound,
            key: other.key,
            secrets: [sound.key, other.key],
            expected: { "key-mismatch": "error" },
            says: /expected the private key of ".*\), got the key of another certificate \(ec, prime256v1\)/,
        },
        {
            name: "the key of the issuer",
            ...sound,
            key: authority.keyPem,
            secrets: [sound.key, authority.keyPem],
            expected: { "key-mismatch": "error" },
            says: /the key of the issuer/,
        },
        {
            name: "cert and ca exchanged",
            ...sound,
            cert: sound.ca,
            ca: cert,
            expected: {
                "cert-ca-swapped": "error",
                "leaf-is-ca": "warning",
                "no-digital-signature": "error",
            },
        },
    ];
}

/** The subject and key of one authority, issued by another. */
function mintCross(subject: OddCertificate, issuer: OddCertificate): string {
    return mintByHand({ isAuthority: true, issuer, again: subject }).certPem;
}

interface ByHand {
    readonly issued: OddCertificate;
    readonly ca: OddCertificate;
}

function byHand(options: OddOptions, ofAuthority: OddOptions = {}): ByHand {
    const ca = mintByHand({ ...ofAuthority, isAuthority: true });
    return { ca, issued: mintByHand({ ...options, issuer: ca }) };
}

function handSample(name: string, { issued, ca }: ByHand, expected: Sample["expected"], says?: RegExp): Sample {
    const secrets = issued.key === undefined ? [] : [issued.keyPem];
    return {
        name,
        cert: issued.certPem,
        key: issued.keyPem,
        ca: ca.certPem,
        secrets,
        expected,
        ...(says === undefined ? {} : { says }),
    };
}

async function dateSamples({ authority, ca }: Sound): Promise<readonly Sample[]> {
    const sample = async (
        name: string,
        dates: { notBefore?: Date; notAfter?: Date },
        expected: Sample["expected"],
        expiryWarningDays?: number,
    ): Promise<Sample> => {
        const { certPem, keyPem } = await authority.issue(dates);
        const common = { name, cert: certPem, key: keyPem, ca, secrets: [keyPem], expected };
        return expiryWarningDays === undefined ? common : { ...common, expiryWarningDays };
    };
    const past = { notBefore: daysFromNow(-90), notAfter: daysFromNow(-1) };
    const oldAuthority = await mintAuthority(past);
    const ofOld = await oldAuthority.issue();
    const oldIntermediate = await authority.intermediate(undefined, past);
    const ofIntermediate = await oldIntermediate.issue();
    return [
        await sample("an expired leaf", past, { expired: "error" }),
        await sample("a leaf of tomorrow", { notBefore: daysFromNow(1) }, { "not-yet-valid": "error" }),
        await sample("a leaf of the next minute", { notBefore: daysFromNow(1 / 1440) }, { "clock-skew": "warning" }),
        await sample("29 of 365 days left", yearWith(29), { "expires-soon": "warning" }),
        await sample("31 of 365 days left", yearWith(31), {}),
        await sample(
            "2 of 9 days left",
            { notBefore: daysFromNow(-7), notAfter: daysFromNow(2) },
            {
                "expires-soon": "warning",
            },
        ),
        await sample("4 of 9 days left", { notBefore: daysFromNow(-5), notAfter: daysFromNow(4) }, {}),
        await sample("29 days left, 7 asked for", yearWith(29), {}, 7),
        await sample("50 days left, 60 asked for", yearWith(50), { "expires-soon": "warning" }, 60),
        await sample("1 day left, none asked for", yearWith(1), {}, 0),
        {
            name: "an expired intermediate",
            cert: ofIntermediate.certPem + oldIntermediate.certPem,
            key: ofIntermediate.keyPem,
            ca,
            secrets: [ofIntermediate.keyPem],
            expected: { expired: "error" },
        },
        {
            name: "an expired root",
            cert: ofOld.certPem,
            key: ofOld.keyPem,
            ca: oldAuthority.certPem,
            secrets: [ofOld.keyPem],
            expected: { expired: "error" },
        },
        {
            name: "an expired root that nothing needs",
            cert: ofIntermediate.certPem,
            key: ofIntermediate.keyPem,
            ca: ca + (await authority.intermediate()).certPem + oldAuthority.certPem,
            secrets: [ofIntermediate.keyPem],
            expected: { "authority-expired": "warning", "chain-unverified": "error" },
        },
    ];
}

function yearWith(daysLeft: number): { notBefore: Date; notAfter: Date } {
    return { notBefore: daysFromNow(daysLeft - 365), notAfter: daysFromNow(daysLeft) };
}

async function fitnessSamples({ authority, ca }: Sound): Promise<readonly Sample[]> {
    const server = await authority.issue({ extendedKeyUsages: ["1.3.6.1.5.5.7.3.1"] });
    const anyPurpose = await authority.issue({ extendedKeyUsages: ["2.5.29.37.0"] });
    const selfSigned = mintByHand({ isAuthority: true, keyUsage: 0x84 });
    const common = (of: { keyPem: string; certPem: string }) => ({
        cert: of.certPem,
        key: of.keyPem,
        ca,
        secrets: [of.keyPem],
    });
    const uncommon = { "key-type-uncommon": "warning" } as const;
    return [
        { name: "serverAuth only", ...common(server), expected: { "no-client-auth": "error" } },
        { name: "any purpose", ...common(anyPurpose), expected: { "no-client-auth": "error" }, says: /any purpose/ },
        handSample("key encipherment only", byHand({ keyUsage: 0x20 }), { "no-digital-signature": "error" }),
        handSample("no key usage at all", byHand({ keyUsage: undefined }), {}),
        handSample("RSA", byHand({ keyType: "rsa" }), {}),
        handSample("P-256", byHand({ keyType: "p256" }), {}),
        handSample("RSA-PSS", byHand({ keyType: "rsa-pss" }), uncommon),
        handSample("RSA-PSS throughout", byHand({ keyType: "rsa-pss" }, { keyType: "rsa-pss" }), uncommon),
        handSample("Ed25519", byHand({ keyType: "ed25519" }), uncommon, /ed25519/),
        handSample("Ed448", byHand({ keyType: "ed448" }), uncommon, /ed448/),
        handSample("EC signed by RSA", byHand({ keyType: "p256" }, { keyType: "rsa" }), {}),
        handSample("RSA signed by EC", byHand({ keyType: "rsa" }), {}),
        handSample("RSA of 1024 bits", byHand({ keyType: "rsa-1024" }), { "rsa-too-short": "error" }, /got 1024 in/),
        handSample("an authority of 1024 bits", byHand({}, { keyType: "rsa-1024" }), { "rsa-too-short": "error" }),
        handSample("secp256k1", byHand({ keyType: "secp256k1" }), { "key-unusable-in-tls": "error" }, /secp256k1/),
        handSample("SHA-1", byHand({ digest: "sha1" }), { "weak-signature": "error" }, /got SHA-1 in/),
        handSample("MD5", byHand({ digest: "md5" }, { keyType: "rsa" }), { "weak-signature": "error" }, /got MD5 in/),
        handSample("RSA-PSS with SHA-1", byHand({ digest: "sha1" }, { keyType: "rsa-pss" }), {
            "weak-signature": "error",
        }),
        handSample("a root that signed itself with SHA-1", byHand({}, { digest: "sha1" }), {}),
        handSample("an authority as leaf", { issued: selfSigned, ca: selfSigned }, { "leaf-is-ca": "warning" }),
        handSample("version 1", byHand({ version: 1 }), { "version-1": "warning" }),
        handSample("a root of version 1", byHand({}, { version: 1 }), { "version-1": "warning" }),
        handSample("a revocation list", byHand({ revocationList: "http://crl.example.com/1" }), {
            "revocation-unchecked": "note",
        }),
        handSample("an OCSP responder", byHand({ ocspAddress: "http://ocsp.example.com" }), {
            "revocation-unchecked": "note",
        }),
        handSample(
            "ML-DSA, beyond this Node",
            byHand({ keyType: "ml-dsa-65" }),
            { "key-type-unsupported": "error" },
            /got ML-DSA-65, which needs Node 24\.6\.0 or newer/,
        ),
    ];
}

async function chainSamples(sound: Sound): Promise<readonly Sample[]> {
    const { authority, ca } = sound;
    const intermediate = await authority.intermediate();
    const leaf = await intermediate.issue();
    const other = await mintAuthority();
    const common = { key: leaf.keyPem, secrets: [leaf.keyPem] };
    const whole = leaf.certPem + intermediate.certPem;
    return [
        { name: "a chain with its intermediate", ...common, cert: whole, ca, expected: {} },
        {
            name: "the intermediate in ca, beside the root",
            ...common,
            cert: leaf.certPem,
            ca: ca + intermediate.certPem,
            expected: {},
        },
        {
            name: "the intermediate missing",
            ...common,
            cert: leaf.certPem,
            ca,
            expected: { "chain-unverified": "error" },
            says: new RegExp(`wanted next "${intermediate.subject}"`),
        },
        { name: "another root", ...common, cert: whole, ca: other.certPem, expected: { "chain-unverified": "error" } },
        {
            name: "the intermediate for a root",
            ...common,
            cert: leaf.certPem,
            ca: intermediate.certPem,
            expected: { "no-root": "warning" },
            says: new RegExp(`expected the root "${authority.subject}" in ca`),
        },
        {
            name: "the intermediate in cert and for a root",
            ...common,
            cert: whole,
            ca: intermediate.certPem,
            expected: { "no-root": "warning" },
        },
        handSample(
            "an issuer that is missing and names its place",
            { ...byHand({ issuerAddress: "http://ca.example.com/ca.crt" }), ca: mintByHand({ isAuthority: true }) },
            { "chain-unverified": "error" },
            /\(to be had at http:\/\/ca\.example\.com\/ca\.crt\)/,
        ),
        handSample(
            "a place that is no plain address",
            { ...byHand({ issuerAddress: "http://x/$(reboot)" }), ca: mintByHand({ isAuthority: true }) },
            { "chain-unverified": "error" },
            /^(?!.*reboot)/,
        ),
    ];
}

/** Pairs of which a check that stops at the first mistake, or OpenSSL with its one reason, shows one only. */
async function maskingSamples(sound: Sound): Promise<readonly Sample[]> {
    const { authority, ca, cert, key } = sound;
    const other = await mintAuthority();
    const past = { notBefore: daysFromNow(-90), notAfter: daysFromNow(-1) };
    const expired = await authority.issue(past);
    const server = await authority.issue({ extendedKeyUsages: ["1.3.6.1.5.5.7.3.1"], ...past });
    const intermediate = await authority.intermediate();
    const expiredBelow = await intermediate.issue(past);
    const short = byHand({ keyType: "rsa-1024", digest: "sha1", ...past });
    return [
        {
            name: "expired, of another root",
            cert: expired.certPem,
            key: expired.keyPem,
            ca: other.certPem,
            secrets: [expired.keyPem],
            expected: { expired: "error", "chain-unverified": "error" },
        },
        {
            name: "expired, for servers, of another root",
            cert: server.certPem,
            key: server.keyPem,
            ca: other.certPem,
            secrets: [server.keyPem],
            expected: { expired: "error", "no-client-auth": "error", "chain-unverified": "error" },
        },
        {
            name: "expired, below an intermediate for a root",
            cert: expiredBelow.certPem,
            key: expiredBelow.keyPem,
            ca: intermediate.certPem,
            secrets: [expiredBelow.keyPem],
            expected: { expired: "error", "no-root": "warning" },
        },
        handSample("short, weak and expired", short, {
            "rsa-too-short": "error",
            "weak-signature": "error",
            expired: "error",
        }),
        {
            name: "an expired certificate and the key of another",
            cert: expired.certPem,
            key,
            ca,
            secrets: [key, expired.keyPem],
            expected: { expired: "error", "key-mismatch": "error" },
        },
        {
            name: "cert and key exchanged",
            ...sound,
            cert: key,
            key: cert,
            expected: { "private-key-exposed": "error", "cert-key-swapped": "error" },
        },
        {
            name: "a path as cert and an encrypted key",
            ...sound,
            cert: "client.pem",
            key: createPrivateKey(key)
                .export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" })
                .toString(),
            expected: { "path-not-content": "error", "key-encrypted": "error" },
        },
        {
            name: "CRLF and a damaged block",
            ...sound,
            ca: `${ca}${cert.replace(/\n/g, "\r\n").replace(/A/, "!")}`,
            expected: { "text-repaired": "note", "unreadable-pem": "error" },
        },
        {
            name: "a byte order mark before the key of another certificate",
            ...sound,
            key: `\uFEFF${other.keyPem}`,
            secrets: [key, other.keyPem],
            expected: { "text-repaired": "note", "key-mismatch": "error" },
        },
    ];
}
