export type Severity = "error" | "warning" | "note";
export type MaterialArgument = "cert" | "key" | "ca";

/** Something that is to be said about a certificate, a key or the issuers. The message never holds PEM text. */
export interface Finding {
    /** Stable: documents and tests name it. */
    readonly code: string;
    readonly severity: Severity;
    readonly argument: MaterialArgument;
    /** Expected, found, and how to mend it. */
    readonly message: string;
    /** Whether `skipValidation` turns it into a warning: only what an origin could see differently. */
    readonly waivable: boolean;
}

/** Every finding there is: how serious it is, whether it can be waived, and the command or step that mends it. */
const FINDINGS = {
    empty: { severity: "error", waivable: false, mend: "give the PEM text itself" },
    "not-pem": {
        severity: "error",
        waivable: false,
        mend: "give the PEM text itself, not a path; from DER: openssl x509 -inform der -in FILE (for a key: openssl pkey -inform der -in FILE)",
    },
    "too-large": { severity: "error", waivable: false, mend: "leave out what does not belong to this certificate" },
    "unreadable-pem": {
        severity: "error",
        waivable: false,
        mend: "copy it again, whole: a block may be cut off or damaged",
    },
    "unreadable-certificate": {
        severity: "error",
        waivable: false,
        mend: "look at it with openssl x509 -noout -text -in FILE",
    },
    "unreadable-key": {
        severity: "error",
        waivable: false,
        mend: "look at it with openssl pkey -noout -check -in FILE",
    },
    "private-key-exposed": {
        severity: "error",
        waivable: false,
        mend: "remove the private key from here, and treat it as exposed: this argument is not secret",
    },
    "wrong-content": { severity: "error", waivable: false, mend: "check which file belongs to which argument" },
    "key-encrypted": {
        severity: "error",
        waivable: false,
        mend: "decrypt it where pulumi runs: openssl pkey -in FILE -out DECRYPTED",
    },
    "several-keys": { severity: "error", waivable: false, mend: "leave only the key of the certificate" },
    "no-leaf": { severity: "error", waivable: false, mend: "give the leaf and its intermediates only" },
    "several-leaves": { severity: "error", waivable: false, mend: "give one leaf and its intermediates only" },
    "too-many-certificates": { severity: "error", waivable: false, mend: "give one leaf and its intermediates only" },
    "key-mismatch": {
        severity: "error",
        waivable: false,
        mend: "compare openssl x509 -noout -pubkey -in CERT with openssl pkey -pubout -in KEY",
    },
    "cert-ca-swapped": { severity: "error", waivable: false, mend: "exchange cert and ca" },
    expired: { severity: "error", waivable: true, mend: "give a renewed certificate" },
    "not-yet-valid": { severity: "error", waivable: true, mend: "wait until then, or check this machine's clock" },
    "no-client-auth": {
        severity: "error",
        waivable: true,
        mend: "have it issued with the extended key usage clientAuth (1.3.6.1.5.5.7.3.2)",
    },
    "rsa-too-short": {
        severity: "error",
        waivable: true,
        mend: "have it issued for an RSA key of 2048 bits or more, or an EC key",
    },
    "rsa-too-long": {
        severity: "error",
        waivable: true,
        mend: "have it issued for an RSA key of 2048 to 4096 bits, or an EC key",
    },
    "chain-unverified": {
        severity: "error",
        waivable: true,
        mend: "put the intermediates into cert and the root into ca; try openssl verify -CAfile CA -untrusted CERT CERT",
    },
} as const satisfies Record<string, { severity: Severity; waivable: boolean; mend: string }>;

export type FindingCode = keyof typeof FINDINGS;

/** @param facts Expected and got, as "expected …, got …". */
export function finding(code: FindingCode, argument: MaterialArgument, facts: string): Finding {
    const { severity, waivable, mend } = FINDINGS[code];
    return { code, severity, argument, waivable, message: `${facts}; ${mend}` };
}

const LONGEST_NAME = 200;

/** Text from a certificate or a user as part of a message: one line, no control characters, bounded. */
export function shown(text: string): string {
    const line = text.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]+/gu, " ").trim();
    // The cut may go through a character of two units; half of one is no text.
    return line.length > LONGEST_NAME ? `${line.slice(0, LONGEST_NAME).replace(/\p{Cs}$/u, "")}…` : line;
}
