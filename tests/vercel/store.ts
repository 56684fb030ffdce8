import { createHash, createPrivateKey, createPublicKey, randomBytes, X509Certificate } from "node:crypto";

export interface StoredCertificate {
    readonly certId: string;
    readonly origin: string;
    readonly cert: string;
    readonly ca: string;
    /** The SHA-256 of the public key that belongs to the private key; the private key itself is never kept. */
    readonly keySha256: string;
}

export interface StorePolicy {
    /** Whether a second upload for an origin keeps the id of the first. Which of the two Vercel does is not documented. */
    readonly uploadPolicy: "same-id" | "new-id";
    /** With new ids: whether what was replaced stays listed until it is deleted. */
    readonly keepsReplaced: boolean;
    /** What is returned as the origin of a project-wide certificate. */
    readonly projectWideOrigin: string;
    readonly normalisesOrigin: boolean;
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
    #entries: readonly StoredCertificate[] = [];

    constructor(policy: StorePolicy) {
        this.#policy = policy;
    }

    get entries(): readonly StoredCertificate[] {
        return this.#entries;
    }

    put(upload: Upload): { readonly entry: StoredCertificate; readonly updated: boolean } {
        const { uploadPolicy, keepsReplaced } = this.#policy;
        const origin = this.#originOf(upload.origin);
        const previous = this.#entries.filter((entry) => entry.origin === origin);
        const kept =
            uploadPolicy === "new-id" && keepsReplaced
                ? this.#entries
                : this.#entries.filter((entry) => entry.origin !== origin);
        const certId =
            (uploadPolicy === "same-id" ? previous[0]?.certId : undefined) ?? `cert_${randomBytes(8).toString("hex")}`;
        const entry = { certId, origin, cert: upload.cert, ca: upload.ca, keySha256: publicKeySha256(upload.key) };
        this.#entries = [...kept, entry];
        return { entry, updated: previous.length > 0 };
    }

    remove(certId: string): StoredCertificate | undefined {
        const entry = this.#entries.find((candidate) => candidate.certId === certId);
        this.#entries = this.#entries.filter((candidate) => candidate.certId !== certId);
        return entry;
    }

    #originOf(origin: string | undefined): string {
        if (origin === undefined) {
            return this.#policy.projectWideOrigin;
        }
        return this.#policy.normalisesOrigin && URL.canParse(origin) ? new URL(origin).origin : origin;
    }
}

function publicKeySha256(key: string | undefined): string {
    if (key === undefined) {
        return "";
    }
    const spki = createPublicKey(createPrivateKey(key)).export({ type: "spki", format: "der" });
    return createHash("sha256").update(spki).digest("hex");
}

/** Why an upload is refused, or `undefined` where it is fine: strict framing, as a server would have it. */
export function uploadProblem(
    upload: Required<Pick<Upload, "cert" | "key" | "ca">>,
    nowMs: number,
): string | undefined {
    try {
        const leaf = new X509Certificate(upload.cert);
        const issuers = upload.ca.split(/(?=-----BEGIN CERTIFICATE-----)/).filter((text) => text.trim() !== "");
        if (!leaf.checkPrivateKey(createPrivateKey(upload.key))) {
            return "The private key does not match the certificate.";
        }
        if (Date.parse(leaf.validTo) < nowMs) {
            return "The certificate has expired.";
        }
        const verified = [upload.cert, ...issuers].some((text) => leaf.verify(new X509Certificate(text).publicKey));
        return verified || upload.cert.split("-----BEGIN CERTIFICATE-----").length > 2
            ? undefined
            : "The certificate is not issued by the CA.";
    } catch {
        return "The certificate, the private key or the CA is not valid PEM.";
    }
}
