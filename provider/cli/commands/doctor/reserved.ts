import type { CertificateEntry } from "../../../vercel/client";

/** Every origin of a doctor's has this in its host, so that a later run knows what a killed one has left. */
const HOST = "pulumi-vercel-client-cert-doctor";

/**
 * Origins that no deployment calls: names that RFC 2606 reserves. The second one is for an API that refuses the first,
 * since nothing below `.invalid` is in the DNS.
 */
export const RESERVED_ORIGINS = [`https://${HOST}.invalid`, `https://${HOST}.example.com`] as const;

export function isReserved({ origin }: CertificateEntry): boolean {
    return origin.toLowerCase().includes(`${HOST}.`);
}

/** The same origin by RFC 6454, in other letters. */
export function respelled(origin: string): string {
    return `${origin.toUpperCase().replace("HTTPS", "https")}:443/`;
}
