import {
    createHash,
    createPrivateKey,
    createPublicKey,
    randomBytes,
    X509Certificate,
    type KeyObject,
} from "node:crypto";
import { parseUrl } from "../../provider/vercel/url";
import { withoutPrivateKeys } from "./uploads";

export interface StoredCertificate {
    readonly certId: string;
    readonly origin: string;
    readonly cert: string;
    readonly ca: string;
    /** The SHA-256 of the public key that belongs to the private key; the private key itself is never kept. */
    readonly keySha256: string;
}

export interface StorePolicy {
    /**
     * Whether a second upload for an origin keeps the id of the first, has a new one, or one made of the certificate,
     * which is the same wherever that is uploaded. Which of these Vercel does is not documented.
     */
    readonly uploadPolicy: "same-id" | "new-id" | "content-id";
    /** With new ids: whether what was replaced stays listed until it is deleted. */
    readonly keepsReplaced: boolean;
    /** What is returned as the origin of a project-wide certificate. */
    readonly projectWideOrigin: string;
    readonly normalisesOrigin: boolean;
    /** How long what was written is not listed yet, and what was deleted still is. */
    readonly listingLagMs: number;
}

export interface Upload {
    readonly cert: string;
    readonly key?: string;
    readonly ca: string;
    readonly origin?: string;
}

/** The certificates of one project. */
export class CertificateStore {
    readonly #policy: StorePolicy;
    readonly #now: () => number;
    #past: readonly { readonly at: number; readonly entries: readonly StoredCertificate[] }[] = [];

    constructor(policy: StorePolicy, now: () => number) {
        this.#policy = policy;
        this.#now = now;
    }

    get entries(): readonly StoredCertificate[] {
        return this.#past.at(-1)?.entries ?? [];
    }

    /** As a listing shows them now. */
    get listed(): readonly StoredCertificate[] {
        const asOf = this.#now() - this.#policy.listingLagMs;
        return this.#past.findLast(({ at }) => at <= asOf)?.entries ?? [];
    }

    #become(entries: readonly StoredCertificate[]): void {
        const asOf = this.#now() - this.#policy.listingLagMs;
        const shown = this.#past.findLastIndex(({ at }) => at <= asOf);
        this.#past = [...this.#past.slice(Math.max(0, shown)), { at: this.#now(), entries }];
    }

    /** @param givenId The id that the entry gets; by default the policy's. */
    put(upload: Upload, givenId?: string): { readonly entry: StoredCertificate; readonly updated: boolean } {
        const { uploadPolicy, keepsReplaced } = this.#policy;
        const origin = this.#originOf(upload.origin);
        const previous = this.entries.filter((entry) => entry.origin === origin);
        const policyIds = {
            "same-id": previous[0]?.certId,
            "new-id": undefined,
            "content-id": `cert_${createHash("sha256").update(upload.cert).digest("hex").slice(0, 16)}`,
        };
        const policyId = policyIds[uploadPolicy];
        const certId = givenId ?? policyId ?? `cert_${randomBytes(8).toString("hex")}`;
        const staysBeside = (other: StoredCertificate): boolean =>
            other.origin !== origin || (uploadPolicy !== "same-id" && keepsReplaced && other.certId !== certId);
        const kept = this.entries.filter(staysBeside);
        const entry = {
            certId,
            origin,
            cert: withoutPrivateKeys(upload.cert),
            ca: withoutPrivateKeys(upload.ca),
            keySha256: publicKeySha256(upload),
        };
        this.#become([...kept, entry]);
        return { entry, updated: previous.length > 0 };
    }

    remove(certId: string): StoredCertificate | undefined {
        const entry = this.entries.find((candidate) => candidate.certId === certId);
        this.#become(this.entries.filter((candidate) => candidate.certId !== certId));
        return entry;
    }

    #originOf(origin: string | undefined): string {
        if (origin === undefined) {
            return this.#policy.projectWideOrigin;
        }
        return this.#policy.normalisesOrigin ? (parseUrl(origin)?.origin ?? origin) : origin;
    }
}

/** By a digest of what was uploaded, so that the key is kept nowhere; histories upload the same again and again. */
const publicKeys = new Map<string, string>();
const MOST_PUBLIC_KEYS = 64;

function publicKeySha256(upload: Upload): string {
    const digest = createHash("sha256")
        .update(JSON.stringify([upload.cert, upload.key]))
        .digest("hex");
    const known = publicKeys.get(digest);
    if (known !== undefined) {
        return known;
    }
    if (publicKeys.size >= MOST_PUBLIC_KEYS) {
        publicKeys.clear();
    }
    const sha256 = digestOfPublicKey(upload);
    publicKeys.set(digest, sha256);
    return sha256;
}

function digestOfPublicKey({ cert, key }: Upload): string {
    try {
        const spki = publicKeyOf(cert, key).export({ type: "spki", format: "der" });
        return createHash("sha256").update(spki).digest("hex");
    } catch {
        // Where validation is skipped, anything may be stored; an error of OpenSSL's may quote it.
        return "";
    }
}

/** Somebody else's upload is placed without its key, and the certificate tells the public one. */
function publicKeyOf(cert: string, key: string | undefined): KeyObject {
    return key === undefined ? new X509Certificate(cert).publicKey : createPublicKey(createPrivateKey(key));
}
