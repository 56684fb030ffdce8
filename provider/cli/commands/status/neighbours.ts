import type { StoredCertificate } from "./storedCertificate";

/** Of those that are named in a message; the others are counted. */
const MOST_NAMED = 3;

/** Which resources have something in common, found once for all of them: thousands may have the same. */
export class SharedBy {
    readonly #groups = new Map<string, Map<string, StoredCertificate>>();

    /** @param keysOf What a certificate shares with others; one that shares nothing has none. */
    constructor(
        certificates: readonly StoredCertificate[],
        readonly keysOf: (certificate: StoredCertificate) => readonly string[],
    ) {
        for (const certificate of certificates) {
            for (const key of keysOf(certificate)) {
                const group = this.#groups.get(key) ?? new Map<string, StoredCertificate>();
                this.#groups.set(key, group.set(resourceOf(certificate), certificate));
            }
        }
    }

    /** The other resources that share something with this one, by name; `undefined` where it is alone. */
    namesFor(certificate: StoredCertificate): string | undefined {
        return this.keysOf(certificate)
            .map((key) => this.namesAt(key, certificate))
            .find((names) => names !== undefined);
    }

    /** The resources of one key, but for one of them. */
    namesAt(key: string, except: StoredCertificate): string | undefined {
        const group = this.#groups.get(key) ?? new Map<string, StoredCertificate>();
        const self = resourceOf(except);
        const named: string[] = [];
        for (const [resource, { name, stack }] of group) {
            if (named.length === MOST_NAMED) {
                break;
            }
            if (resource !== self) {
                named.push(`${name} of ${stack}`);
            }
        }
        const unnamed = group.size - named.length - (group.has(self) ? 1 : 0);
        const more = unnamed > 0 ? ` and ${String(unnamed)} more` : "";
        return named.length === 0 ? undefined : `${named.join(", ")}${more}`;
    }
}

/** One that was replaced and waits for its deletion is the same resource as its successor. */
function resourceOf({ stack, urn }: StoredCertificate): string {
    return JSON.stringify([stack, urn]);
}
