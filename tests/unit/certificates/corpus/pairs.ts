import { createPrivateKey } from "node:crypto";
import { mintAuthority } from "../../../support/mint";
import { byHand, daysFromNow, handSample, type Sample, type Sound } from "./sample";

/** Pairs of which a check that stops at the first mistake, or OpenSSL with its one reason, shows one only. */
export async function maskingSamples(sound: Sound): Promise<readonly Sample[]> {
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
