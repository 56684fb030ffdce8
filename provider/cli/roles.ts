import type { X509Certificate } from "node:crypto";
import { isIssuedBy, readCertificates } from "../certificates/parse/certificate";
import { readPrivateKey, type PrivateKey } from "../certificates/certificates";
import { readPem } from "../certificates/parse/pem";
import { isSame } from "../certificates/pools";
import { isKeyOf } from "../certificates/parse/privateKey";

export type Role = "cert" | "key" | "ca" | "unused" | "unknown";

/** A file whose text could be had. */
export interface TextFile {
    readonly path: string;
    readonly text: string;
}

/** Which file is which argument of the resource. */
export type Roles = Readonly<ReturnType<typeof sortFiles>>;

type LookedAt = Readonly<ReturnType<typeof lookAt>>;

/**
 * Finds out which file is which. The certificate of the key is the leaf; without a key, the one that issued none of the
 * others. Its file is `cert`, what else holds certificates is `ca`, and what holds nothing but a key is `key`.
 */
export function sortFiles(given: readonly TextFile[], passphrase: string | undefined) {
    const files = given.map((file) => lookAt(file, passphrase));
    const keyFile = findKeyFile(files);
    const leaf = findLeaf(
        files.flatMap(({ certificates }) => certificates),
        keyFile?.key,
    );
    const [certFile, ...copies] = leaf === undefined ? [] : holdersOf(leaf, files);
    const roleOf = (file: LookedAt): Role => {
        if (file === certFile) {
            return "cert";
        }
        if (copies.includes(file)) {
            return "unused";
        }
        return file.certificates.length > 0 ? "ca" : file === keyFile ? "key" : file.holdsKey ? "unused" : "unknown";
    };
    const sorted = files.map((file) => ({ ...file, role: roleOf(file) }));
    const authorities = sorted.filter(({ role }) => role === "ca").map(({ text }) => text);
    return {
        /** In the order in which they were given. */
        files: sorted,
        cert: certFile?.text,
        key: keyFile?.text,
        ca: authorities.length > 0 ? authorities.join("\n") : rootsIn(certFile),
    };
}

function lookAt(file: TextFile, passphrase: string | undefined) {
    const { certificates } = readCertificates(file.text, "ca");
    const key = readPrivateKey(file.text, passphrase).value;
    // One that is encrypted or damaged is known by its label; a JWK has none.
    const hasLabel = readPem(file.text, "ca").blocks.some(({ label }) => label.includes("PRIVATE KEY"));
    return { ...file, certificates, holdsKey: hasLabel || key !== undefined, key };
}

/** The file whose key belongs to one of the certificates; else one that holds nothing but a key. */
function findKeyFile(files: readonly LookedAt[]): LookedAt | undefined {
    const holders = files
        .filter(({ holdsKey }) => holdsKey)
        .sort((a, b) => a.certificates.length - b.certificates.length);
    const all = files.flatMap(({ certificates }) => certificates);
    return holders.find(({ key }) => key !== undefined && all.some((one) => isKeyOf(one, key))) ?? holders[0];
}

/** The certificate of the key; without one, a certificate that issued none of the others. */
export function findLeaf(all: readonly X509Certificate[], key: PrivateKey | undefined): X509Certificate | undefined {
    const ofKey = key === undefined ? undefined : all.find((certificate) => isKeyOf(certificate, key));
    const issuedNone = all.filter((one) => all.every((other) => isSame(one, other) || !isIssuedBy(other, one)));
    return ofKey ?? issuedNone.find(({ ca }) => !ca) ?? issuedNone[0];
}

/** The files that hold a certificate, the one that says most about its chain first. */
function holdersOf(leaf: X509Certificate, files: readonly LookedAt[]): readonly LookedAt[] {
    return files
        .filter(({ certificates }) => certificates.some((certificate) => isSame(certificate, leaf)))
        .sort((a, b) => b.certificates.length - a.certificates.length);
}

/** Where no file holds the issuers, a root that stands beside the leaf is one. */
function rootsIn(file: LookedAt | undefined): string | undefined {
    const roots = (file?.certificates ?? []).filter((certificate) => isIssuedBy(certificate, certificate));
    return roots.length === 0 ? undefined : roots.map(String).join("");
}
