import { createHmac, timingSafeEqual } from "node:crypto";
import { decrypt, derivationOfPkcs12, digestOfMac, MAC, UnsupportedEncryption, WrongPassphrase } from "./decryption";
import { childrenOf, octetsOf, readElement, readElements, readOid, TAG, type DerElement } from "./der";

const DATA = "1.2.840.113549.1.7.1";
const ENCRYPTED_DATA = "1.2.840.113549.1.7.6";
const PKCS7 = "1.2.840.113549.1.7.";
const KEY_BAG = "1.2.840.113549.1.12.10.1.1";
const ENCRYPTED_KEY_BAG = "1.2.840.113549.1.12.10.1.2";
const CERTIFICATE_BAG = "1.2.840.113549.1.12.10.1.3";
const SAFE_BAG = "1.2.840.113549.1.12.10.1.6";
const X509_CERTIFICATE = "1.2.840.113549.1.9.22.1";
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
export function openPkcs12(der: Buffer, passphrase: string | undefined): Content | "passphrase" | "damaged" {
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
        try {
            if (mac === undefined || verifies(mac, content, candidate)) {
                return contentOf(childrenOf(safes), candidate);
            }
        } catch (error) {
            if (!(error instanceof WrongPassphrase)) {
                throw error;
            }
        }
    }
    return "passphrase";
}

function verifies(mac: DerElement, content: Buffer, passphrase: string | undefined): boolean {
    const [info, ...parameters] = childrenOf(mac);
    const [algorithm, expected] = childrenOf(info);
    const digest = digestOfMac(readOid(childrenOf(algorithm)[0]));
    const value = octetsOf(expected);
    const key = derivationOfPkcs12(passphrase, parameters, digest)(MAC, value.length);
    const computed = createHmac(digest, key).update(content).digest();
    return computed.length === value.length && timingSafeEqual(computed, value);
}

type Content = ReturnType<typeof contentOf>;

/** What is in the safes of what RFC 7292 calls a PFX. */
function contentOf(safes: readonly DerElement[], passphrase: string | undefined) {
    const decrypted = ([algorithm, data]: readonly DerElement[]): Buffer =>
        decrypt(algorithm, octetsOf(data), passphrase);
    const bags = safes.flatMap((safe) => {
        const [type, wrapped] = childrenOf(safe);
        const content = firstIn(wrapped);
        switch (readOid(type)) {
            case DATA:
                return bagsIn(octetsOf(content));
            case ENCRYPTED_DATA:
                return bagsIn(decrypted(childrenOf(childrenOf(content)[1]).slice(1)));
            default:
                throw new UnsupportedEncryption("a public key instead of a passphrase");
        }
    });
    const valuesOf = (wanted: string): readonly Buffer[] =>
        bags.flatMap(({ type, value }) => (type === wanted ? [value] : []));
    return {
        /** PKCS #8. */
        keys: [
            ...valuesOf(KEY_BAG),
            ...valuesOf(ENCRYPTED_KEY_BAG).map((value) => decrypted(childrenOf(readElement(value)))),
        ],
        certificates: valuesOf(CERTIFICATE_BAG).flatMap((value) => {
            const [kind, certificate] = childrenOf(readElement(value));
            return readOid(kind) === X509_CERTIFICATE ? [octetsOf(firstIn(certificate))] : [];
        }),
    };
}

/** All bags, those in other safes as well; revocation lists and secrets among them are of no use here. */
function bagsIn(safe: Buffer, level = 0): readonly { readonly type: string; readonly value: Buffer }[] {
    return childrenOf(readElement(safe)).flatMap((bag) => {
        const [type, wrapped] = childrenOf(bag);
        const value = wrapped?.content ?? Buffer.alloc(0);
        return readOid(type) === SAFE_BAG && level < MOST_NESTED
            ? bagsIn(value, level + 1)
            : [{ type: readOid(type), value }];
    });
}

function firstIn(wrapper: DerElement | undefined): DerElement | undefined {
    return wrapper === undefined ? undefined : readElements(wrapper.content)[0];
}
