import type { X509Certificate } from "node:crypto";

/** The certificates of `cert`, leaf first, and those of `ca`, both in the order in which OpenSSL gets them. */
export interface Pools {
    readonly chain: readonly X509Certificate[];
    readonly authorities: readonly X509Certificate[];
}

/** The way from the leaf to where it ends. */
export interface Path {
    readonly certificates: readonly X509Certificate[];
    /** How many of them, from the leaf on, come out of `cert`; the others are in `ca`. */
    readonly presented: number;
    /** At a self-signed certificate of `ca`, at another one of `ca`, or short of `ca`. */
    readonly end: "root" | "intermediate" | "nowhere";
}

/** Node parses a text anew for each argument, so that one certificate is two objects. */
export function includes(certificates: readonly X509Certificate[], certificate: X509Certificate): boolean {
    return certificates.some((one) => isSame(one, certificate));
}

export function isSame(a: X509Certificate, b: X509Certificate): boolean {
    return a === b || a.raw.equals(b.raw);
}
