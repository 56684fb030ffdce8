import { createDecipheriv, pbkdf2Sync, scryptSync } from "node:crypto";
import { createRequire } from "node:module";
import type * as Forge from "node-forge";
import { childrenOf, octetsOf, readNumber, readOid, type DerElement } from "./der";

/** A way of encrypting or sealing that is not read here. The message names it, and nothing else. */
export class UnsupportedEncryption extends Error {}

/** A second or a few. OpenSSL asks for 2,048, Java for 10,000, Firefox for up to 600,000. */
const MOST_ITERATIONS = 2_000_000;
/** As RFC 7914 counts them: N times r times p. OpenSSL asks for 131,072. */
const MOST_SCRYPT_WORK = 2 ** 22;
const SCRYPT_MEMORY_BYTES = 128 * MOST_SCRYPT_WORK + 2 ** 20;

const PBES2 = "1.2.840.113549.1.5.13";
const PBKDF2 = "1.2.840.113549.1.5.12";
const SCRYPT = "1.3.6.1.4.1.11591.4.11";
const HMAC_SHA1 = "1.2.840.113549.2.7";

const PRFS: Readonly<Record<string, string>> = {
    [HMAC_SHA1]: "sha1",
    "1.2.840.113549.2.8": "sha224",
    "1.2.840.113549.2.9": "sha256",
    "1.2.840.113549.2.10": "sha384",
    "1.2.840.113549.2.11": "sha512",
    "1.2.840.113549.2.12": "sha512-224",
    "1.2.840.113549.2.13": "sha512-256",
};

interface Cipher {
    readonly name: string;
    readonly keyBytes: number;
}

const PBES2_CIPHERS: Readonly<Record<string, Cipher>> = {
    "2.16.840.1.101.3.4.1.2": { name: "aes-128-cbc", keyBytes: 16 },
    "2.16.840.1.101.3.4.1.22": { name: "aes-192-cbc", keyBytes: 24 },
    "2.16.840.1.101.3.4.1.42": { name: "aes-256-cbc", keyBytes: 32 },
    "1.2.840.113549.3.7": { name: "des-ede3-cbc", keyBytes: 24 },
};

/** RFC 7292 appendix C. */
const PKCS12_CIPHERS: Readonly<Record<string, Cipher>> = {
    "1.2.840.113549.1.12.1.3": { name: "des-ede3-cbc", keyBytes: 24 },
    "1.2.840.113549.1.12.1.4": { name: "des-ede-cbc", keyBytes: 16 },
    "1.2.840.113549.1.12.1.5": { name: "rc2", keyBytes: 16 },
    "1.2.840.113549.1.12.1.6": { name: "rc2", keyBytes: 5 },
};

/**
 * What was encrypted with a passphrase, or `undefined` where the passphrase is not the one. Throws
 * `UnsupportedEncryption`.
 *
 * @param passphrase `undefined`: none at all, which PKCS #12 tells from an empty one.
 */
export function decrypt(
    algorithm: DerElement | undefined,
    data: Buffer,
    passphrase: string | undefined,
): Buffer | undefined {
    const [name, parameters] = childrenOf(algorithm);
    const oid = readOid(name);
    try {
        return oid === PBES2
            ? decryptPbes2(parameters, data, passphrase ?? "")
            : decryptPkcs12(oid, parameters, data, passphrase);
    } catch (error) {
        if (error instanceof UnsupportedEncryption) {
            throw error;
        }
        // With another passphrase the padding is not what it should be.
        return undefined;
    }
}

/** RFC 8018 §6.2, its passphrase in UTF-8. */
function decryptPbes2(parameters: DerElement | undefined, data: Buffer, passphrase: string): Buffer {
    const [derivation, scheme] = childrenOf(parameters);
    const [name, initial] = childrenOf(scheme);
    const cipher = PBES2_CIPHERS[readOid(name)];
    if (cipher === undefined) {
        throw new UnsupportedEncryption(`the cipher ${readOid(name)}`);
    }
    const key = deriveKey(derivation, passphrase, cipher.keyBytes);
    return decipher(cipher.name, key, octetsOf(initial), data);
}

function deriveKey(derivation: DerElement | undefined, passphrase: string, keyBytes: number): Buffer {
    const [name, parameters] = childrenOf(derivation);
    const [salt, ...numbers] = childrenOf(parameters);
    switch (readOid(name)) {
        case PBKDF2: {
            const prf = numbers.find(({ tag }) => tag === parameters?.tag);
            const prfOid = prf === undefined ? HMAC_SHA1 : readOid(childrenOf(prf)[0]);
            const digest = PRFS[prfOid];
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
    const [salt, iterations] = childrenOf(parameters);
    const derive = (purpose: Pkcs12Purpose, length: number): Buffer =>
        derivePkcs12Key(passphrase, { salt: octetsOf(salt), iterations, purpose, length, digest: "sha1" });
    const [key, initial] = [derive("encryption", cipher.keyBytes), derive("initial vector", 8)];
    return cipher.name === "rc2" ? decipherRc2(key, initial, data) : decipher(cipher.name, key, initial, data);
}

const PKCS12_PURPOSES = { encryption: 1, "initial vector": 2, mac: 3 } as const;
type Pkcs12Purpose = keyof typeof PKCS12_PURPOSES;

export interface Pkcs12Derivation {
    readonly salt: Buffer;
    /** 1 where it is left out. */
    readonly iterations: DerElement | undefined;
    readonly purpose: Pkcs12Purpose;
    /** In bytes. */
    readonly length: number;
    readonly digest: "sha1" | "sha256" | "sha384" | "sha512" | "md5";
}

/** RFC 7292 appendix B. The passphrase is a BMPString there, whatever its letters. */
export function derivePkcs12Key(passphrase: string | undefined, derivation: Pkcs12Derivation): Buffer {
    const { salt, iterations, purpose, length, digest } = derivation;
    const { pkcs12, md, util } = forge();
    const key = pkcs12.generateKey(
        passphrase ?? null,
        util.createBuffer(salt.toString("latin1")),
        PKCS12_PURPOSES[purpose],
        iterations === undefined ? 1 : iterationsOf(iterations),
        length,
        md.algorithms[digest].create(),
    );
    return Buffer.from(key.getBytes(), "latin1");
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
