import { createPrivateKey, createPublicKey } from "node:crypto";
import type { FindingCode } from "../../../../provider/certificates/findings";
import { pem, pkcs12Shape, pkcs12WithPbmac1, reencode } from "../../../support/mintByHand";
import { byHand, type Sample, type Sound } from "./sample";

export function keySamples(sound: Sound): readonly Sample[] {
    const { cert, key } = sound;
    const keyObject = createPrivateKey(key);
    const passphrase = "correct horse";
    const cipher = "aes-256-cbc";
    const notKeys: readonly (readonly [string, string | Buffer, FindingCode])[] = [
        ["a path", "./client.key", "path-not-content"],
        ["a variable", "%CLIENT_KEY%", "variable-not-expanded"],
        ["DER, read as text", reencode(key, "pkcs8", "der").toString("utf8"), "der-as-text"],
        ["PKCS #12", pkcs12Shape(), "pkcs12"],
        ["PKCS #12 with PBMAC1", pkcs12WithPbmac1(), "encryption-unsupported"],
        ["PKCS #12 in base64", pkcs12Shape().toString("base64"), "pkcs12"],
        ["a public key", createPublicKey(keyObject).export({ type: "spki", format: "pem" }).toString(), "public-key"],
        ["a public key in DER", createPublicKey(keyObject).export({ type: "spki", format: "der" }), "public-key"],
        ["a signing request", pem("CERTIFICATE REQUEST", Buffer.from("x")), "signing-request"],
        ["a certificate", cert, "cert-key-swapped"],
        ["a certificate in DER", Buffer.from(cert.replace(/-----[^-]+-----/g, ""), "base64"), "cert-key-swapped"],
        ["a key cut off", key.slice(0, 100), "unreadable-pem"],
        ["a damaged key", key.replace(/\n.{8}/, "\nAAAAAAAA"), "unreadable-key"],
        ["a sequence of nothing", Buffer.from([0x30, 0x00]), "unreadable-key"],
        ["two keys", key + byHand({}).issued.keyPem, "several-keys"],
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
        ["SEC 1 under the label of PKCS #8", pem1.replace(/EC PRIVATE/g, "PRIVATE"), {}],
        ["the same key twice", key + pem1, {}],
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
        {
            name: "an encrypted key with another passphrase",
            ...sound,
            key: keyObject.export({ type: "pkcs8", format: "pem", cipher, passphrase }).toString(),
            passphrase: "battery staple",
            expected: { "wrong-passphrase": "error" },
        },
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
