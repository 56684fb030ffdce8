import { createDecipheriv, pbkdf2Sync, scryptSync } from "node:crypto";
import { createRequire } from "node:module";
import type * as Forge from "node-forge";
import { childrenOf, octetsOf, readElement, readNumber, readOid, type DerElement } from "./der";

/** A way of encrypting or sealing that is not read here. The message names it, and nothing else. */
export class UnsupportedEncryption extends Error {}

export class WrongPassphrase extends Error {}

/** A second or a few. OpenSSL asks for 2,048, Java for 10,000, Firefox for up to 600,000. */
const MOST_ITERATIONS = 2_000_000;
/** As RFC 7914 counts them: N times r times p. OpenSSL asks for 131,072. */
const MOST_SCRYPT_WORK = 2 ** 22;
const SCRYPT_MEMORY_BYTES = 128 * MOST_SCRYPT_WORK + 2 ** 20;

const PBES2 = "1.2.840.113549.1.5.13";
const PBKDF2 = "1.2.840.113549.1.5.12";
const SCRYPT = "1.3.6.1.4.1.11591.4.11";
const HMAC_SHA1 = "1.2.840.113549.2.7";
const PBMAC1 = "1.2.840.113549.1.5.14";

/** The digests of the HMACs that 1.2.840.113549.2 has from the number 7 on (RFC 8018 appendix B.1.2). */
const HMAC_DIGESTS = ["sha1", "sha224", "sha256", "sha384", "sha512", "sha512-224", "sha512-256"];

type Ciphers = Readonly<Record<string, readonly [name: string, keyBytes: number]>>;

const PBES2_CIPHERS: Ciphers = {
    "2.16.840.1.101.3.4.1.2": ["aes-128-cbc", 16],
    "2.16.840.1.101.3.4.1.22": ["aes-192-cbc", 24],
    "2.16.840.1.101.3.4.1.42": ["aes-256-cbc", 32],
    "1.2.840.113549.3.7": ["des-ede3-cbc", 24],
};

/** RFC 7292 appendix C. */
const PKCS12_CIPHERS: Ciphers = {
    "1.2.840.113549.1.12.1.3": ["des-ede3-cbc", 24],
    "1.2.840.113549.1.12.1.4": ["des-ede-cbc", 16],
    "1.2.840.113549.1.12.1.5": ["rc2", 16],
    "1.2.840.113549.1.12.1.6": ["rc2", 5],
};

/**
 * What was encrypted with a passphrase: one element of DER. Throws `UnsupportedEncryption` and `WrongPassphrase`.
 *
 * @param passphrase `undefined`: none at all, which PKCS #12 tells from an empty one.
 */
export function decrypt(algorithm: DerElement | undefined, data: Buffer, passphrase: string | undefined): Buffer {
    const [name, parameters] = childrenOf(algorithm);
    const oid = readOid(name);
    try {
        const plain =
            oid === PBES2
                ? decryptPbes2(parameters, data, passphrase ?? "")
                : decryptPkcs12(oid, parameters, data, passphrase);
        // By chance, one of 256 wrong passphrases leaves a padding that looks right.
        if (readElement(plain)?.end === plain.length) {
            return plain;
        }
    } catch (error) {
        if (error instanceof UnsupportedEncryption) {
            throw error;
        }
        // With another passphrase the padding is not what it should be.
    }
    throw new WrongPassphrase();
}

/** RFC 8018 §6.2, its passphrase in UTF-8. */
function decryptPbes2(parameters: DerElement | undefined, data: Buffer, passphrase: string): Buffer {
    const [derivation, scheme] = childrenOf(parameters);
    const [name, initial] = childrenOf(scheme);
    const cipher = PBES2_CIPHERS[readOid(name)];
    if (cipher === undefined) {
        throw new UnsupportedEncryption(`the cipher ${readOid(name)}`);
    }
    const [cipherName, keyBytes] = cipher;
    return decipher(cipherName, deriveKey(derivation, passphrase, keyBytes), octetsOf(initial), data);
}

function deriveKey(derivation: DerElement | undefined, passphrase: string, keyBytes: number): Buffer {
    const [name, parameters] = childrenOf(derivation);
    const [salt, ...numbers] = childrenOf(parameters);
    switch (readOid(name)) {
        case PBKDF2: {
            const prf = numbers.find(({ tag }) => tag === parameters?.tag);
            const prfOid = prf === undefined ? HMAC_SHA1 : readOid(childrenOf(prf)[0]);
            const [, number] = /^1\.2\.840\.113549\.2\.(\d+)$/.exec(prfOid) ?? [];
            const digest = HMAC_DIGESTS[Number(number) - 7];
            if (digest === undefined) {
                throw new UnsupportedEncryption(`the digest ${prfOid}`);
            }
            return pbkdf2Sync(passphrase, octetsOf(salt), iterationsOf(numbers[0]), keyBytes, digest);
        }
        case SCRYPT: {
            const [cost = 0, blockSize = 0, parallelization = 0] = numbers.map(readNumber);
            const work = cost * blockSize * parallelization;
            if (work > MOST_SCRYPT_WORK) {
                throw new UnsupportedEncryption(`scrypt with ${String(work)} steps`);
            }
            const options = { cost, blockSize, parallelization, maxmem: SCRYPT_MEMORY_BYTES };
            return scryptSync(passphrase, octetsOf(salt), keyBytes, options);
        }
        default:
            throw new UnsupportedEncryption(`the key derivation ${readOid(name)}`);
    }
}

function decryptPkcs12(
    oid: string,
    parameters: DerElement | undefined,
    data: Buffer,
    passphrase: string | undefined,
): Buffer {
    const cipher = PKCS12_CIPHERS[oid];
    if (cipher === undefined) {
        throw new UnsupportedEncryption(`the encryption ${oid}`);
    }
    const [cipherName, keyBytes] = cipher;
    const derive = derivationOfPkcs12(passphrase, childrenOf(parameters), "sha1");
    const [key, initial] = [derive(KEY, keyBytes), derive(INITIAL_VECTOR, 8)];
    return cipherName === "rc2" ? decipherRc2(key, initial, data) : decipher(cipherName, key, initial, data);
}

type Digest = keyof ReturnType<typeof forge>["md"]["algorithms"];
/** What a key is derived for. */
const [KEY, INITIAL_VECTOR] = [1, 2];
export const MAC = 3;

/**
 * RFC 7292 appendix B. The passphrase is a BMPString there, whatever its letters.
 *
 * @param parameters The salt, and the number of iterations, which is 1 where it is left out.
 * @param digest As Node and node-forge call it.
 */
export function derivationOfPkcs12(
    passphrase: string | undefined,
    [salt, iterations]: readonly DerElement[],
    digest: Digest,
): (purpose: number, length: number) => Buffer {
    const { pkcs12, md, util } = forge();
    return (purpose, length) => {
        const key = pkcs12.generateKey(
            passphrase ?? null,
            util.createBuffer(octetsOf(salt).toString("latin1")),
            purpose,
            iterations === undefined ? 1 : iterationsOf(iterations),
            length,
            md.algorithms[digest].create(),
        );
        return Buffer.from(key.getBytes(), "latin1");
    };
}

/** The digest of a MAC, as Node and node-forge call it. Not every OpenSSL knows digests by their object identifiers. */
export function digestOfMac(oid: string): Digest {
    const { md, pki } = forge();
    const name = (Object.keys(md.algorithms) as Digest[]).find((one) => one === pki.oids[oid]);
    if (name === undefined) {
        throw new UnsupportedEncryption(oid === PBMAC1 ? "PBMAC1 (RFC 9579)" : `a MAC of the type ${oid}`);
    }
    return name;
}

function iterationsOf(element: DerElement | undefined): number {
    const iterations = readNumber(element);
    if (iterations > MOST_ITERATIONS) {
        throw new UnsupportedEncryption(`more than ${String(MOST_ITERATIONS)} iterations`);
    }
    return iterations;
}

function decipher(name: string, key: Buffer, initial: Buffer, data: Buffer): Buffer {
    const cipher = createDecipheriv(name, key, initial);
    return Buffer.concat([cipher.update(data), cipher.final()]);
}

/** Which node:crypto cannot, for OpenSSL 3 has put it out of use. */
function decipherRc2(key: Buffer, initial: Buffer, data: Buffer): Buffer {
    const { rc2, util } = forge();
    const cipher = rc2.createDecryptionCipher(key.toString("latin1"), key.length * 8);
    cipher.start(initial.toString("latin1"));
    cipher.update(util.createBuffer(data.toString("latin1")));
    if (!cipher.finish()) {
        throw new RangeError("padding");
    }
    return Buffer.from(cipher.output.getBytes(), "latin1");
}

/** Loaded only where PKCS #12 is read: it takes longer to load than all the rest. */
function forge(): typeof Forge {
    return createRequire(__filename)("node-forge") as typeof Forge;
}
