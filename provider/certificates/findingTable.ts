export type Severity = "error" | "warning" | "note";

/** What never changes about a finding. */
export interface FindingKind {
    readonly severity: Severity;
    /** Whether `skipValidation` turns it into a warning: only what an origin could see differently. */
    readonly waivable: boolean;
    /** What to do about it; commands between backticks. FILE stands for the user's own. */
    readonly fix: string;
    /** The same where the argument is `key`. */
    readonly fixKey: string;
}

const error = (fix: string, fixKey = fix): FindingKind => ({ severity: "error", waivable: false, fix, fixKey });
const waivable = (fix: string): FindingKind => ({ ...error(fix), waivable: true });
const warning = (fix: string): FindingKind => ({ ...error(fix), severity: "warning" });
const note = (fix: string): FindingKind => ({ ...error(fix), severity: "note" });

const ISSUE_AGAIN = "have that certificate issued again, or take a chain without it";

/** Every finding there is. The codes are stable; docs/reference/findings.md says when each comes up. */
export const FINDING_KINDS = {
    // The text of an argument: is it PEM at all, and of what?
    empty: error("give the PEM text itself"),
    "too-large": error("leave out what does not belong to this certificate"),
    "not-pem": error(
        "give PEM text; from DER: `openssl x509 -inform der -in FILE`",
        "give PEM text; from DER: `openssl pkey -inform der -in FILE -out PEM`",
    ),
    "path-not-content": error('give the content: `fs.readFileSync(path, "utf8")`', 'give `{ file: "path" }` as key'),
    "variable-not-expanded": error("give the variable's value: `process.env.NAME`", 'give `{ env: "NAME" }` as key'),
    "value-in-text": error("give the value itself; an Output as it is, or joined with `pulumi.interpolate`"),
    "dashes-replaced": error("copy the file itself, not out of a document or a chat"),
    "base64-only": error(
        "copy it again, whole: `base64 FILE`, or as PEM: `openssl x509 -inform der -in FILE`",
        "copy it again, whole: it is base64, but of no key",
    ),
    "der-as-text": error(
        "convert the file first: `openssl x509 -inform der -in FILE`",
        'give `{ file: "path" }` as key, which reads DER, or convert it: `openssl pkey -inform der -in FILE -out PEM`',
    ),
    "unreadable-pem": error(
        "copy it again, whole; `openssl x509 -noout -in FILE` tells whether it is",
        "copy it again, whole; `openssl pkey -noout -in FILE` tells whether it is",
    ),
    pkcs12: error(
        "make PEM of it: `npx pulumi-vercel-client-cert convert FILE`",
        'give `{ file: "path" }` as key, or take the key out: `openssl pkcs12 -in FILE -nocerts -nodes -out KEY`',
    ),
    pkcs7: error(
        "make PEM of it: `npx pulumi-vercel-client-cert convert FILE`; or `openssl pkcs7 -print_certs -in FILE`, of DER with `-inform der`",
    ),
    keystore: error(
        "make PKCS #12 of it: `keytool -importkeystore -srckeystore FILE -destkeystore P12 -deststoretype PKCS12`, then " +
            "`npx pulumi-vercel-client-cert convert P12`",
        "make PKCS #12 of it: `keytool -importkeystore -srckeystore FILE -destkeystore P12 -deststoretype PKCS12`",
    ),
    "foreign-key": error(
        "give the certificate that holds it as PEM",
        "give the key as PEM; X.509 certificates are not made for keys of this kind",
    ),
    "still-encrypted": error("decrypt it where pulumi runs, and give what comes out"),
    "signing-request": error(
        "give the certificate that the authority issued for it",
        "give the private key that the request was made with",
    ),
    "public-key": error(
        "give the certificate that holds it",
        "give the private key; `openssl pkey -noout -in FILE` accepts no other",
    ),
    "wrong-content": error("check which file belongs to which argument"),
    "cert-key-swapped": error("give the private key; if it stands in cert or ca, exchange the two"),
    "private-key-exposed": error(
        "remove it from here and treat it as exposed; for the certificate alone: `openssl x509 -in FILE`",
    ),
    "block-ignored": note(
        "nothing to do, unless a certificate is missing: then begin its block at the start of a line",
    ),
    "text-repaired": note("nothing to do"),

    // The certificates
    "unreadable-certificate": error("look at it with `openssl x509 -noout -text -in FILE`"),
    "no-leaf": error("give the leaf and its intermediates only"),
    "several-leaves": error("give one leaf and its intermediates only"),
    "too-many-certificates": error("give one leaf and its intermediates only"),
    "order-repaired": note("nothing to do"),

    // The private key
    "unreadable-key": error("look at it with `openssl pkey -noout -check -in FILE`"),
    "key-encrypted": error(
        'give `{ file: "path", passphrase: { env: "NAME" } }` as key, or decrypt it: `openssl pkey -in FILE -out DECRYPTED`',
    ),
    "wrong-passphrase": error("try the passphrase with `openssl pkey -noout -in FILE`"),
    "encryption-unsupported": error(
        "encrypt it in another way: `openssl pkcs12 -nodes -in FILE -out PEM`, then `openssl pkcs12 -export -in PEM -out FILE`",
    ),
    "several-keys": error("leave only the key of the certificate"),
    "key-mismatch": error("compare `openssl x509 -noout -pubkey -in CERT` with `openssl pkey -pubout -in KEY`"),
    "cert-ca-swapped": error("exchange cert and ca"),
    "key-type-unsupported": error(
        "run pulumi with a Node that reads it, or have the certificate issued for an RSA or EC key",
    ),
    "key-from-der": note(
        "nothing to do; to convert it for good: `npx pulumi-vercel-client-cert convert CERT FILE --key PEM`",
    ),

    // The dates
    expired: waivable("renew it"),
    "not-yet-valid": waivable("wait until then, or set this machine's clock (`date -u`)"),
    "date-unreadable": waivable("have it issued again, with dates as RFC 5280 §4.1.2.5 has them"),
    "clock-skew": warning("compare this machine's clock with the authority's: `date -u`"),
    "expires-soon": warning("renew it"),
    "authority-expired": warning("remove it from ca"),

    // Fitness for client authentication
    "no-client-auth": waivable("have it issued with the extended key usage clientAuth (1.3.6.1.5.5.7.3.2)"),
    "no-digital-signature": waivable("have it issued with the key usage digitalSignature"),
    "rsa-too-short": waivable("have it issued for an RSA key of 2048 bits or more, or an EC key"),
    "rsa-too-long": waivable("have it issued for an RSA key of 2048 to 4096 bits, or an EC key"),
    "weak-signature": waivable("have it issued with SHA-256 or better"),
    "key-unusable-in-tls": waivable("have it issued for an RSA key, or for an EC key on P-256, P-384 or P-521"),
    "issuer-rsa-short": warning("move to an authority with an RSA key of 2048 bits or more, or an EC key"),
    "leaf-is-ca": warning("have a certificate issued that is none"),
    "version-1": warning("have it issued as version 3"),
    "key-type-uncommon": warning(
        "try it at the origin before you rely on it, or take RSA, or EC on P-256, P-384 or P-521",
    ),
    "revocation-unchecked": note("to check it: `openssl verify -crl_download -crl_check -CAfile CA CERT`"),

    // The chain
    "chain-unverified": waivable("add it: an intermediate to cert, a root to ca"),
    "key-identifier-mismatch": waivable("give the certificate of the issuer that fits"),
    "signature-mismatch": waivable("give the certificate of that name whose key did"),
    "issuer-is-no-ca": waivable(ISSUE_AGAIN),
    "issuer-may-not-sign": waivable(ISSUE_AGAIN),
    "issuer-not-for-clients": waivable(
        "take an issuer with clientAuth, or without extended key usages; try `openssl verify -purpose sslclient -CAfile CA -untrusted CERT CERT`",
    ),
    "path-too-long": waivable(
        "take a leaf of an authority that is nearer to it, or have it issued with a greater path length",
    ),
    "name-constraint-violated": waivable("have it issued for names that they admit"),
    "unknown-critical-extension": waivable(ISSUE_AGAIN),
    "certificate-in-the-way": waivable("leave out the one that it takes; changing the order alone uploads nothing"),
    "openssl-refuses": waivable("look at it with `openssl verify -purpose sslclient -CAfile CA -untrusted CERT CERT`"),
    "no-root": warning(
        "add it to ca, unless the origin trusts the intermediate; try `openssl verify -partial_chain -CAfile CA CERT`",
    ),
    "root-unusable": warning(
        "replace the authority above it, unless the origin trusts the intermediate; try `openssl verify -partial_chain -CAfile CA CERT`",
    ),
    "order-decides": warning("leave out the one that does not work; changing the order alone uploads nothing"),
    "intermediate-not-sent": warning("put it into cert as well"),
    "certificate-unneeded": warning("leave it out of cert"),
    "chain-not-tried": note("nothing to do: it is tried where the key is"),
} as const;

export type FindingCode = keyof typeof FINDING_KINDS;
