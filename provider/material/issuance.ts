import type { X509Certificate } from "node:crypto";
import { isIssuedBy } from "./once";

/** Who issued whom. Each signature is checked once, and where names do not tell, no more than so many. */
export class Issuance {
    readonly #known = new Map<X509Certificate, Map<X509Certificate, boolean>>();
    #left: number;

    /** @param mostSignatures Each may take ten milliseconds with a hostile key. */
    constructor(mostSignatures: number) {
        this.#left = mostSignatures;
    }

    /** Whether there were more candidates than signatures that are checked; then answers are not to be relied on. */
    get exhausted(): boolean {
        return this.#left < 0;
    }

    holds(certificate: X509Certificate, issuer: X509Certificate): boolean {
        const known = this.#known.get(certificate) ?? new Map<X509Certificate, boolean>();
        this.#known.set(certificate, known);
        const answer = known.get(issuer) ?? (certificate.checkIssued(issuer) && this.#verify(certificate, issuer));
        known.set(issuer, answer);
        return answer;
    }

    #verify(certificate: X509Certificate, issuer: X509Certificate): boolean {
        this.#left -= 1;
        return this.#left >= 0 && isIssuedBy(certificate, issuer);
    }
}
