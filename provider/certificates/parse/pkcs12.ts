import { createHmac, timingSafeEqual } from "node:crypto";
import { decrypt, derivationOfPkcs12, MAC, pkcs12DigestOf, UnsupportedEncryption } from "./decryption";
import { childrenOf, octetsOf, readElement, readElements, readOid, TAG, type DerElement } from "./der";

const DATA = "1.2.840.113549.1.7.1";
const ENCRYPTED_DATA = "1.2.840.113549.1.7.6";
const PKCS7 = "1.2.840.113549.1.7.";
const BAGS = "1.2.840.113549.1.12.10.1.";
const X509_CERTIFICATE = "1.2.840.113549.1.9.22.1";
const PBMAC1 = "1.2.840.113549.1.5.14";
/** Safes inside safes, which nothing writes. */
const MOST_NESTED = 4;

/** A sequence of version 3 and a PKCS #7 content. */
export function isPkcs12(der: Buffer): boolean {
    const [version, content] = childrenOf(readElement(der));
    return (
        version?.tag === TAG.INTEGER && version.content[0] === 3 && readOid(childrenOf(content)[0]).startsWith(PKCS7)
    );
}

/** OpenSSL 3 needs `-legacy` for RC2 of 128 or 40 bits, the ways of encrypting 1.2.840.113549.1.12.1.5 and 6. */
export function commandToOpen(der: Buffer, file: string): string {
    const isLegacy = ["5", "6"].some((way) => der.includes(Buffer.from(`060a2a864886f70d010c010${way}`, "hex")));
    return `openssl pkcs12 ${isLegacy ? "-legacy " : ""}-in ${file} -info -noout`;
}

/**
 * Opens it, or says why that is not possible: the passphrase is another, or it is damaged. Throws
 * `UnsupportedEncryption`. Certificates are returned as they are in it, to the byte: a signature covers them.
 *
 * @param passphrase Where there is none, both no passphrase and an empty one are tried, which the format tells apart.
 */
export function openPkcs12(der: Buffer, passphrase: string | undefined): Bags | "passphrase" | "damaged" {
    const [, authenticatedSafe, mac] = childrenOf(readElement(der));
    const [type, wrapped] = childrenOf(authenticatedSafe);
    if (readOid(type) !== DATA) {
        throw new UnsupportedEncryption("a public key instead of a passphrase");
    }
    const content = octetsOf(firstIn(wrapped));
    const safes = readElement(content);
    if (safes === undefined) {
        return "damaged";
    }
    for (const candidate of passphrase === undefined || passphrase === "" ? [undefined, ""] : [passphrase]) {
        if (mac === undefined || verifies(mac, content, candidate)) {
            const bags = new Bags(candidate);
            if (childrenOf(safes).every((safe) => bags.addSafe(safe))) {
                return bags;
            }
        }
    }
    return "passphrase";
}

function verifies(mac: DerElement, content: Buffer, passphrase: string | undefined): boolean {
    const [info, salt, iterations] = childrenOf(mac);
    const [algorithm, expected] = childrenOf(info);
    const oid = readOid(childrenOf(algorithm)[0]);
    const digest = pkcs12DigestOf(oid);
    if (digest === undefined) {
        throw new UnsupportedEncryption(oid === PBMAC1 ? "PBMAC1 (RFC 9579)" : `a MAC of the type ${oid}`);
    }
    const value = octetsOf(expected);
    const key = derivationOfPkcs12(passphrase, octetsOf(salt), iterations, digest)(MAC, value.length);
    const computed = createHmac(digest, key).update(content).digest();
    return computed.length === value.length && timingSafeEqual(computed, value);
}

/** What is in the safes of what RFC 7292 calls a PFX. Each method returns whether the passphrase was the right one. */
class Bags {
    /** PKCS #8. */
    readonly keys: Buffer[] = [];
    readonly certificates: Buffer[] = [];
    readonly #passphrase: string | undefined;

    constructor(passphrase: string | undefined) {
        this.#passphrase = passphrase;
    }

    addSafe(safe: DerElement): boolean {
        const [type, wrapped] = childrenOf(safe);
        const content = firstIn(wrapped);
        switch (readOid(type)) {
            case DATA:
                return this.#addBags(octetsOf(content), 0);
            case ENCRYPTED_DATA: {
                const [, algorithm, data] = childrenOf(childrenOf(content)[1]);
                const bags = this.#decrypt(algorithm, data);
                return bags !== undefined && this.#addBags(bags, 0);
            }
            default:
                throw new UnsupportedEncryption("a public key instead of a passphrase");
        }
    }

    #addBags(bags: Buffer, level: number): boolean {
        return childrenOf(readElement(bags)).every((bag) => this.#addBag(bag, level));
    }

    #addBag(bag: DerElement, level: number): boolean {
        const [type, wrapped] = childrenOf(bag);
        const value = wrapped?.content ?? Buffer.alloc(0);
        switch (readOid(type).replace(BAGS, "")) {
            case "1":
                this.keys.push(value);
                return true;
            case "2": {
                const [algorithm, data] = childrenOf(readElement(value));
                const key = this.#decrypt(algorithm, data);
                this.keys.push(...(key === undefined ? [] : [key]));
                return key !== undefined;
            }
            case "3": {
                const [kind, certificate] = childrenOf(readElement(value));
                const isX509 = readOid(kind) === X509_CERTIFICATE;
                this.certificates.push(...(isX509 ? [octetsOf(firstIn(certificate))] : []));
                return true;
            }
            case "6":
                return level >= MOST_NESTED || this.#addBags(value, level + 1);
            default:
                // Revocation lists and secrets, which are of no use here.
                return true;
        }
    }

    #decrypt(algorithm: DerElement | undefined, data: DerElement | undefined): Buffer | undefined {
        const plain = decrypt(algorithm, octetsOf(data), this.#passphrase);
        // By chance, one of 256 wrong passphrases leaves a padding that looks right.
        return plain !== undefined && readElement(plain)?.end === plain.length ? plain : undefined;
    }
}

function firstIn(wrapper: DerElement | undefined): DerElement | undefined {
    return wrapper === undefined ? undefined : readElements(wrapper.content)[0];
}
