import { createHash, createPrivateKey, X509Certificate } from "node:crypto";

/** The body of an upload, by the names of the official document. */
export interface UploadBody {
    readonly cert: string;
    readonly key: string;
    readonly ca: string;
    readonly origin?: string;
    readonly skipValidation?: boolean;
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;
const PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----\s*/g;

/** How many verdicts are kept: histories of thousands of uploads have a handful of certificates. */
const MOST_VERDICTS = 64;
const verdicts = new Map<string, { readonly problem: string | undefined; readonly untilMs: number }>();

/** Why an upload is refused, or `undefined` where it is fine. */
export function uploadProblem(upload: UploadBody, nowMs: number): string | undefined {
    // By a digest: the key is kept nowhere.
    const digest = createHash("sha256").update(JSON.stringify(upload)).digest("hex");
    const known = verdicts.get(digest);
    if (known !== undefined && nowMs <= known.untilMs) {
        return known.problem;
    }
    const problem = judge(upload, nowMs);
    if (verdicts.size >= MOST_VERDICTS) {
        verdicts.clear();
    }
    const untilMs = problem === undefined ? validUntil(upload.cert) : Number.NEGATIVE_INFINITY;
    verdicts.set(digest, { problem, untilMs });
    return problem;
}

function validUntil(cert: string): number {
    return Math.min(...(parseCertificates(cert) ?? []).map(({ validTo }) => Date.parse(validTo)));
}

function judge({ cert, key, ca }: UploadBody, nowMs: number): string | undefined {
    const [leaf, ...intermediates] = parseCertificates(cert) ?? [];
    if (leaf === undefined) {
        return "The certificate is not valid PEM.";
    }
    const matches = isKeyOf(leaf, key);
    if (matches === undefined) {
        return "The private key is not valid PEM.";
    }
    if (!matches) {
        return "The private key does not match the certificate.";
    }
    if (Date.parse(leaf.validTo) < nowMs) {
        return "The certificate has expired.";
    }
    const issuers = parseCertificates(ca);
    if (issuers === undefined) {
        return "The certificate authority is not valid PEM.";
    }
    return isIssuedBy(leaf, issuers, intermediates) ? undefined : "The certificate is not issued by the CA.";
}

/** What may be kept of a text that should hold certificates only. */
export function withoutPrivateKeys(text: string): string {
    return text.replace(PRIVATE_KEY, "");
}

function parseCertificates(text: string): readonly X509Certificate[] | undefined {
    try {
        const blocks = text.match(CERTIFICATE) ?? [];
        return blocks.length === 0 ? undefined : blocks.map((block) => new X509Certificate(block));
    } catch {
        // What OpenSSL says of it would not help whoever reads the answer.
        return undefined;
    }
}

/** `undefined` for what is no private key at all. */
function isKeyOf(leaf: X509Certificate, key: string): boolean | undefined {
    try {
        return leaf.checkPrivateKey(createPrivateKey(key));
    } catch {
        // OpenSSL's error must not leave this place: it may quote what it read.
        return undefined;
    }
}

/** Follows the intermediates that came with the leaf until one of the issuers has signed; each is used once. */
function isIssuedBy(
    subject: X509Certificate,
    issuers: readonly X509Certificate[],
    intermediates: readonly X509Certificate[],
): boolean {
    if (issuers.some((issuer) => signed(issuer, subject))) {
        return true;
    }
    const next = intermediates.find((intermediate) => signed(intermediate, subject));
    return (
        next !== undefined &&
        isIssuedBy(
            next,
            issuers,
            intermediates.filter((candidate) => candidate !== next),
        )
    );
}

function signed(issuer: X509Certificate, subject: X509Certificate): boolean {
    return subject.checkIssued(issuer) && subject.verify(issuer.publicKey);
}
