import { securityLevel } from "../../../../provider/certificates/checks/securityLevel";
import { createPrivateKey } from "node:crypto";
import { handmade, oddNumber, rsaPublicKey } from "../../../fuzz/support/handmade";
import { mintByHand } from "../../../support/mintByHand";
import { byHand, handSample, type Sample, type Sound } from "./sample";

export async function fitnessSamples({ authority, ca }: Sound): Promise<readonly Sample[]> {
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
        {
            name: "serverAuth only",
            ...common(server),
            expected: { "no-client-auth": "error" },
            says: /is not for clients: its extended key usages are serverAuth \(1\.3\.6\.1\.5\.5\.7\.3\.1\)/,
        },
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
        handSample(
            "RSA of 1024 bits",
            byHand({ keyType: "rsa-1024" }),
            { "rsa-too-short": "error" },
            /the RSA key of ".*" .* has 1024 bits, fewer than 2048;/,
        ),
        {
            name: "RSA of more than 8192 bits, of which a key would take a minute to make",
            ...common({
                certPem: handmade({ publicKey: rsaPublicKey(oddNumber(1025), Buffer.from([1, 0, 1])) }),
                keyPem: server.keyPem,
            }),
            expected: { "rsa-too-long": "error", "key-mismatch": "error", "chain-unverified": "error" },
            expiryWarningDays: 0,
        },
        handSample("an authority of 1024 bits", byHand({}, { keyType: "rsa-1024" }), {
            "issuer-rsa-short": "warning",
            // At level 2, the default of Node 24, OpenSSL refuses it.
            ...(securityLevel() === 2 ? { "rsa-too-short": "error" } : {}),
        }),
        handSample("secp256k1", byHand({ keyType: "secp256k1" }), { "key-unusable-in-tls": "error" }, /secp256k1/),
        handSample("SHA-1", byHand({ digest: "sha1" }), { "weak-signature": "error" }, /is signed with SHA-1;/),
        handSample(
            "MD5",
            byHand({ digest: "md5" }, { keyType: "rsa" }),
            { "weak-signature": "error" },
            /is signed with MD5;/,
        ),
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
        mlDsa(),
        handSample(
            "a type of key that no Node reads",
            byHand({ keyType: "unheard-of" }),
            { "key-type-unsupported": "error" },
            /a key of the type 1\.3\.6\.1\.4\.1\.32473\.1, which no version of Node known here can/,
        ),
    ];
}

/** Node 20 does not read it; later ones do, from OpenSSL 3.5 on, and see that key and certificate are no pair. */
function mlDsa(): Sample {
    const material = byHand({ keyType: "ml-dsa-65" });
    return isReadable(material.issued.keyPem)
        ? handSample("ML-DSA", material, { "key-type-uncommon": "warning", "key-mismatch": "error" })
        : handSample(
              "ML-DSA, beyond this Node",
              material,
              { "key-type-unsupported": "error" },
              /a key of the type ML-DSA-65, which needs Node 24\.6\.0 or newer/,
          );
}

function isReadable(keyPem: string): boolean {
    try {
        return createPrivateKey(keyPem).type === "private";
    } catch {
        // That it throws is the answer.
        return false;
    }
}
