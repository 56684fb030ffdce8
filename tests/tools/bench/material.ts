import { mintAuthority, type Authority, type KeyType } from "../../support/mint";
import type { Declared } from "./programs/declared";

/** Half of all certificates are of either kind. */
const KEY_TYPES: readonly KeyType[] = ["rsa", "p256"];
export const CERTIFICATES_PER_PROJECT = 10;
export const TEAM = "team_1";

interface Issuer {
    readonly keyType: KeyType;
    readonly root: Authority;
    readonly intermediate: Authority;
}

async function mintIssuer(keyType: KeyType): Promise<Issuer> {
    const root = await mintAuthority({ keyType });
    const intermediate = await root.intermediate(undefined, { keyType });
    return { keyType, root, intermediate };
}

/** Certificates for as many resources as are asked for, anew with each call: leaf and intermediate, the root in `ca`. */
export class Mint {
    static async start(): Promise<Mint> {
        return new Mint(await Promise.all(KEY_TYPES.map(mintIssuer)));
    }

    readonly #issuers: readonly Issuer[];

    private constructor(issuers: readonly Issuer[]) {
        this.#issuers = issuers;
    }

    async declare(count: number): Promise<readonly Declared[]> {
        const declared: Declared[] = [];
        for (let index = 0; index < count; index += 1) {
            declared.push(await this.#declareOne(index));
        }
        return declared;
    }

    async #declareOne(index: number): Promise<Declared> {
        const issuer = this.#issuers[index % this.#issuers.length];
        if (issuer === undefined) {
            throw new Error("the mint has no issuers");
        }
        const { intermediate, root, keyType } = issuer;
        const { certPem, keyPem } = await intermediate.issue({ keyType, commonName: `client ${String(index)}` });
        return {
            name: `cert-${String(index)}`,
            project: projectName(Math.floor(index / CERTIFICATES_PER_PROJECT)),
            team: TEAM,
            origin: `https://origin-${String(index)}.example.com`,
            cert: certPem + intermediate.certPem,
            key: keyPem,
            ca: root.certPem,
        };
    }
}

export function projectName(index: number): string {
    return `site-${String(index)}`;
}

/** The same certificates in another layout: explanatory text (RFC 7468 §5.2) and lines of 76 columns. */
export function reformat(declared: readonly Declared[]): readonly Declared[] {
    return declared.map((one) => ({ ...one, cert: relayPem(one.cert), ca: relayPem(one.ca) }));
}

function relayPem(text: string): string {
    return text.replace(
        /-----BEGIN CERTIFICATE-----\n([\s\S]*?)-----END CERTIFICATE-----/g,
        (_block: string, body: string) => {
            const lines = body.replace(/\s/g, "").match(/.{1,76}/g) ?? [];
            return ["# another layout", "-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----"].join(
                "\n",
            );
        },
    );
}
