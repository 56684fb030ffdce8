export type Severity = "error" | "warning" | "note";

/** What never changes about a finding. */
export interface FindingKind {
    readonly severity: Severity;
    /** Whether `skipValidation` turns it into a warning: only what an origin could see differently. */
    readonly waivable: boolean;
    /** When it comes up, as a sentence of the documentation. */
    readonly meaning: string;
    /** What to do about it; commands between backticks. FILE stands for the user's own. */
    readonly fix: string;
    /** The same where the argument is `key` and asks for something else. */
    readonly fixKey?: string;
}

const error = (meaning: string, fix: string, fixKey?: string): FindingKind => ({
    severity: "error",
    waivable: false,
    meaning,
    fix,
    ...(fixKey === undefined ? {} : { fixKey }),
});
const waivable = (meaning: string, fix: string): FindingKind => ({ ...error(meaning, fix), waivable: true });
const warning = (meaning: string, fix: string): FindingKind => ({ ...error(meaning, fix), severity: "warning" });
const note = (meaning: string, fix: string): FindingKind => ({ ...error(meaning, fix), severity: "note" });

/** The text of an argument: is it PEM at all, and of what? */
const TEXT = {
    empty: error("The argument is an empty text.", "give the PEM text itself"),
    "too-large": error(
        "The argument is longer than 64 kB, `ca` longer than 512 kB.",
        "leave out what does not belong to this certificate",
    ),
    "not-pem": error(
        "The text has no PEM block and is nothing that is recognised.",
        "give PEM text; from DER: `openssl x509 -inform der -in FILE`",
        "give PEM text; from DER: `openssl pkey -inform der -in FILE -out PEM`",
    ),
    "path-not-content": error(
        "The text looks like the path or the address of a file.",
        'give the content: `fs.readFileSync(path, "utf8")`',
        'give `{ file: "path" }` as key',
    ),
    "variable-not-expanded": error(
        "Where PEM text is expected (`cert`, `ca`, `key`) stands a placeholder that nobody replaced: the name of a " +
            "variable, as `${CLIENT_CERT}`, or a reference to a store of secrets, as `op://vault/item/field`.",
        "give the variable's value: `process.env.NAME`",
        'give `{ env: "NAME" }` as key',
    ),
    "value-in-text": error(
        'The text is what JavaScript makes of another value: `[object Object]`, "undefined", an Output in a string.',
        "give the value itself; an Output as it is, or joined with `pulumi.interpolate`",
    ),
    "dashes-replaced": error(
        "The hyphens around BEGIN or END became dashes, or some are missing.",
        "copy the file itself, not out of a document or a chat",
    ),
    "base64-only": error(
        "The text is base64 without BEGIN and END lines, and cut off. (Whole DER in base64 is repaired.)",
        "copy it again, whole: `base64 FILE`, or as PEM: `openssl x509 -inform der -in FILE`",
        "copy it again, whole: it is base64, but of no key",
    ),
    "der-as-text": error(
        "The text is binary DER that was read as text, which destroys it.",
        "convert the file first: `openssl x509 -inform der -in FILE`",
        'give `{ file: "path" }` as key, which reads DER, or convert it: `openssl pkey -inform der -in FILE -out PEM`',
    ),
    "unreadable-pem": error(
        "A PEM block has no END line, is damaged, or lost characters.",
        "copy it again, whole; `openssl x509 -noout -in FILE` tells whether it is",
        "copy it again, whole; `openssl pkey -noout -in FILE` tells whether it is",
    ),
    pkcs12: error(
        "The content is PKCS #12 (.p12, .pfx); as `key`, it was read as text, is damaged, or holds no key.",
        "make PEM of it: `npx pulumi-vercel-client-cert convert FILE`",
        'give `{ file: "path" }` as key, or take the key out: `openssl pkcs12 -in FILE -nocerts -nodes -out KEY`',
    ),
    pkcs7: error(
        "The content is PKCS #7 (.p7b, .p7c).",
        "make PEM of it: `npx pulumi-vercel-client-cert convert FILE`; or `openssl pkcs7 -print_certs -in FILE`, of DER with `-inform der`",
    ),
    keystore: error(
        "The content is a keystore of Java (JKS).",
        "make PKCS #12 of it: `keytool -importkeystore -srckeystore FILE -destkeystore P12 -deststoretype PKCS12`, then " +
            "`npx pulumi-vercel-client-cert convert P12`",
        "make PKCS #12 of it: `keytool -importkeystore -srckeystore FILE -destkeystore P12 -deststoretype PKCS12`",
    ),
    "foreign-key": error(
        "The content is a key in a format of its own: OpenSSH, PuTTY, PGP, age.",
        "give the certificate that holds it as PEM",
        "give the key as PEM; X.509 certificates are not made for keys of this kind",
    ),
    "still-encrypted": error(
        "The content is what sops, Ansible Vault, age or another tool encrypted.",
        "decrypt it where pulumi runs, and give what comes out",
    ),
    "signing-request": error(
        "A block is a certificate signing request.",
        "give the certificate that the authority issued for it",
        "give the private key that the request was made with",
    ),
    "public-key": error(
        "A block is a public key.",
        "give the certificate that holds it",
        "give the private key; `openssl pkey -noout -in FILE` accepts no other",
    ),
    "wrong-content": error(
        "The argument holds something that does not belong there.",
        "check which file belongs to which argument",
    ),
    "cert-key-swapped": error(
        "The argument `key` holds a certificate and no key.",
        "give the private key; if it stands in cert or ca, exchange the two",
    ),
    "private-key-exposed": error(
        "`cert` or `ca`, which are not secret, holds a private key, in any form that can be recognised.",
        "remove it from here and treat it as exposed; for the certificate alone: `openssl x509 -in FILE`",
    ),
    "block-ignored": note(
        "Beside the certificates stands a block of another kind (a revocation list, DH parameters, a signing request), or " +
            "an indented one. The provider ignores it, as OpenSSL does.",
        "nothing to do, unless a certificate is missing: then begin its block at the start of a line",
    ),
    "text-repaired": note(
        "The text was mangled on its way (UTF-16, a byte order mark, CRLF, literal `\\n`, quotes, indentation, lost line " +
            "breaks, invisible characters, base64 of the PEM or of DER, escapes of URLs, HTML, JSON and mail) and was repaired.",
        "nothing to do",
    ),
} as const;

const CERTIFICATES = {
    "unreadable-certificate": error(
        "A CERTIFICATE block holds no certificate.",
        "look at it with `openssl x509 -noout -text -in FILE`",
    ),
    "no-leaf": error("The certificates in `cert` issued each other.", "give the leaf and its intermediates only"),
    "several-leaves": error(
        "`cert` holds several certificates that could be the leaf, because they issued none of the others.",
        "give one leaf and its intermediates only",
    ),
    "too-many-certificates": error(
        "`cert` holds more than 32 certificates.",
        "give one leaf and its intermediates only",
    ),
    "order-repaired": note("`cert` is not in the order leaf first, each followed by its issuer.", "nothing to do"),
} as const;

const KEY = {
    "unreadable-key": error(
        "The block is no private key in PKCS #8, PKCS #1 or SEC 1.",
        "look at it with `openssl pkey -noout -check -in FILE`",
    ),
    "key-encrypted": error(
        "The private key, or the PKCS #12 that it is in, is encrypted, and no passphrase is given.",
        'give `{ file: "path", passphrase: { env: "NAME" } }` as key, or decrypt it: `openssl pkey -in FILE -out DECRYPTED`',
    ),
    "wrong-passphrase": error(
        "The passphrase does not open the private key, or the PKCS #12 that it is in (there, the message names `openssl pkcs12`), or these are damaged.",
        "try the passphrase with `openssl pkey -noout -in FILE`",
    ),
    "encryption-unsupported": error(
        "The private key or the PKCS #12 is encrypted or sealed in a way that is not read here, as with PBMAC1.",
        "encrypt it in another way: `openssl pkcs12 -nodes -in FILE -out PEM`, then `openssl pkcs12 -export -in PEM -out FILE`",
    ),
    "several-keys": error("`key` holds more than one private key.", "leave only the key of the certificate"),
    "key-mismatch": error(
        "The private key does not belong to the leaf.",
        "compare `openssl x509 -noout -pubkey -in CERT` with `openssl pkey -pubout -in KEY`",
    ),
    "cert-ca-swapped": error("The certificate of the private key stands in `ca`.", "exchange cert and ca"),
    "key-type-unsupported": error(
        "The running version of Node cannot read keys of this type.",
        "run pulumi with a Node that reads it, or have the certificate issued for an RSA or EC key",
    ),
    "key-from-der": note(
        "The private key came as DER, as the base64 of DER, as JWK, or in PKCS #12.",
        "nothing to do; to convert it for good: `npx pulumi-vercel-client-cert convert CERT FILE --key PEM`",
    ),
} as const;

const DATES = {
    expired: waivable(
        "A certificate that the path needs has expired. If it is in place already, this is a warning in every preview and `up`.",
        "renew it",
    ),
    "not-yet-valid": waivable(
        "A certificate that the path needs becomes valid more than five minutes from now.",
        "wait until then, or set this machine's clock (`date -u`)",
    ),
    "date-unreadable": waivable(
        "A certificate that the path needs has an invalid date, which OpenSSL refuses.",
        "have it issued again, with dates as RFC 5280 §4.1.2.5 has them",
    ),
    "clock-skew": warning(
        "A certificate that the path needs becomes valid within five minutes, as a fresh one does where two clocks disagree.",
        "compare this machine's clock with the authority's: `date -u`",
    ),
    "expires-soon": warning(
        "A certificate that the path needs expires within `expiryWarningDays`. Every preview and `up` says so.",
        "renew it",
    ),
    "authority-expired": warning("`ca` holds an expired certificate that the path does not need.", "remove it from ca"),
} as const;

const FITNESS = {
    "no-client-auth": waivable(
        "The leaf has extended key usages, and clientAuth is not among them, or a Netscape certificate type without SSL client. OpenSSL does not count anyExtendedKeyUsage.",
        "have it issued with the extended key usage clientAuth (1.3.6.1.5.5.7.3.2)",
    ),
    "no-digital-signature": waivable(
        "The leaf's key usage has neither digitalSignature nor keyAgreement.",
        "have it issued with the key usage digitalSignature",
    ),
    "rsa-too-short": waivable(
        "The leaf's RSA key has fewer than 2048 bits, or an issuer's has too few for the OpenSSL of this Node.",
        "have it issued for an RSA key of 2048 bits or more, or an EC key",
    ),
    "rsa-too-long": waivable(
        "The leaf's RSA key has more than 8192 bits, with which a handshake takes seconds.",
        "have it issued for an RSA key of 2048 to 4096 bits, or an EC key",
    ),
    "weak-signature": waivable(
        "A certificate below the root is signed with SHA-1 or MD5.",
        "have it issued with SHA-256 or better",
    ),
    "key-unusable-in-tls": waivable(
        "The leaf's key is of a type or on a curve that TLS clients do not sign with, or a key of the path gives its curve by parameters.",
        "have it issued for an RSA key, or for an EC key on P-256, P-384 or P-521",
    ),
    "issuer-rsa-short": warning(
        "An issuer's RSA key has fewer than 2048 bits, which newer versions of OpenSSL refuse.",
        "move to an authority with an RSA key of 2048 bits or more, or an EC key",
    ),
    "leaf-is-ca": warning("The leaf is an authority (CA:TRUE).", "have a certificate issued that is none"),
    "version-1": warning(
        "A certificate of the chain is X.509 version 1, without any extension.",
        "have it issued as version 3",
    ),
    "key-type-uncommon": warning(
        "The leaf's key is Ed25519, Ed448, RSA-PSS or post-quantum. Vercel does not document whether it can use one.",
        "try it at the origin before you rely on it, or take RSA, or EC on P-256, P-384 or P-521",
    ),
    "revocation-unchecked": note(
        "A certificate names a revocation list or an OCSP responder. Neither is asked.",
        "to check it: `openssl verify -crl_download -crl_check -CAfile CA CERT`",
    ),
} as const;

const ISSUE_AGAIN = "have that certificate issued again, or take a chain without it";

const CHAIN = {
    "chain-unverified": waivable(
        "The path ends short of a root in `ca`: an issuer is missing, or `ca` holds other ones.",
        "add it: an intermediate to cert, a root to ca",
    ),
    "key-identifier-mismatch": waivable(
        "A certificate has the issuer's name, but is not the one meant: its key identifier, serial number or type of key differs.",
        "give the certificate of the issuer that fits",
    ),
    "signature-mismatch": waivable(
        "The issuer of the right name did not sign the certificate, so two authorities have one name.",
        "give the certificate of that name whose key did",
    ),
    "issuer-is-no-ca": waivable("An issuer of the path is no authority (basic constraints).", ISSUE_AGAIN),
    "issuer-may-not-sign": waivable("The key usage of an issuer of the path lacks keyCertSign.", ISSUE_AGAIN),
    "issuer-not-for-clients": waivable(
        "An issuer of the path has extended key usages, and clientAuth is not among them.",
        "take an issuer with clientAuth, or without extended key usages; try `openssl verify -purpose sslclient -CAfile CA -untrusted CERT CERT`",
    ),
    "path-too-long": waivable(
        "There are more intermediates below an authority than its path length allows.",
        "take a leaf of an authority that is nearer to it, or have it issued with a greater path length",
    ),
    "name-constraint-violated": waivable(
        "A name of a certificate is outside of the name constraints of an authority above it.",
        "have it issued for names that they admit",
    ),
    "unknown-critical-extension": waivable(
        "A certificate of the path has a critical extension that OpenSSL does not accept.",
        ISSUE_AGAIN,
    ),
    "certificate-in-the-way": waivable(
        "OpenSSL takes an issuer that leads nowhere, although there is another path. It takes the first certificate of a name, those in `ca` first.",
        "leave out the one that it takes; changing the order alone uploads nothing",
    ),
    "openssl-refuses": waivable(
        "OpenSSL refuses the chain for a reason that this package cannot explain.",
        "look at it with `openssl verify -purpose sslclient -CAfile CA -untrusted CERT CERT`",
    ),
    "no-root": warning(
        "The path ends at an intermediate in `ca`; the root is missing. OpenSSL accepts it only with partial-chain trust.",
        "add it to ca, unless the origin trusts the intermediate; try `openssl verify -partial_chain -CAfile CA CERT`",
    ),
    "root-unusable": warning(
        "Above an intermediate in `ca`, the path breaks. OpenSSL accepts it only with partial-chain trust.",
        "replace the authority above it, unless the origin trusts the intermediate; try `openssl verify -partial_chain -CAfile CA CERT`",
    ),
    "order-decides": warning(
        "Two certificates bear the name of an issuer, and only the order in the text makes OpenSSL take the one that works.",
        "leave out the one that does not work; changing the order alone uploads nothing",
    ),
    "intermediate-not-sent": warning(
        "An intermediate is in `ca` and not in `cert`, so an origin that trusts only the root may not get it.",
        "put it into cert as well",
    ),
    "certificate-unneeded": warning("`cert` holds a certificate that the path does not need.", "leave it out of cert"),
    "chain-not-tried": note(
        "Without the key there is no handshake: the provider searched the path, and did not try it with OpenSSL.",
        "nothing to do: it is tried where the key is",
    ),
} as const;

/** Every finding there is, by what it is about. The codes are stable; documents are generated from this table. */
export const FINDING_GROUPS = {
    "The text": TEXT,
    "The certificates": CERTIFICATES,
    "The private key": KEY,
    "The dates": DATES,
    "Fitness for client authentication": FITNESS,
    "The chain": CHAIN,
} as const;

export const FINDING_KINDS = { ...TEXT, ...CERTIFICATES, ...KEY, ...DATES, ...FITNESS, ...CHAIN } as const;

export type FindingCode = keyof typeof FINDING_KINDS;
