import { finding, type Finding, type BundleArgument } from "../findings";
import type { FindingCode } from "../findingTable";
import { shown } from "../../text/quoting";

/** What a text or a block is, and what mends it where the table of findings knows less. */

type ForeignForm = readonly [form: RegExp, code: FindingCode, what: string, step?: string];

/** By label. */
const FOREIGN_BLOCKS: readonly ForeignForm[] = [
    [/CERTIFICATE REQUEST/, "signing-request", "a certificate signing request"],
    [/^PKCS12$/, "pkcs12", "the base64 of PKCS #12"],
    [/^CMS$|^PKCS|^CERTIFICATE CHAIN$/, "pkcs7", "a PKCS #7 bundle"],
    [/^OPENSSH PRIVATE/, "foreign-key", "a key of OpenSSH", "convert a copy of it: `ssh-keygen -p -m PKCS8 -f FILE`"],
    [/^SSH2|PGP/, "foreign-key", "a key or message of SSH or PGP"],
    [/PUBLIC KEY/, "public-key", "a public key"],
    [/^AGE /, "still-encrypted", "what age encrypted"],
    // In the place of the key.
    [/^(?:X509 |TRUSTED )?CERTIFICATE$/, "cert-key-swapped", "a certificate"],
];

/** What a block is that does not belong where it stands. */
export function describeForeignBlock(label: string, argument: BundleArgument): Finding {
    const wanted = argument === "key" ? "private key in PKCS #8, PKCS #1 or SEC 1" : "certificate";
    const [, code = "wrong-content", what = `a block labelled ${shown(label)}`, step] =
        FOREIGN_BLOCKS.find(([form]) => form.test(label)) ?? [];
    return finding(code, argument, `holds ${what}, not a ${wanted}`, step);
}

/** Beyond, a text is none of what follows, which bounds the work on it. */
const LONGEST_PLACEHOLDER = 400;
const OUT_OF_A_VAULT = "read it where pulumi runs, as with `vault kv get -field=NAME PATH`";

/** Of a short text, whole and without white space around it. */
const PLACEHOLDERS: readonly ForeignForm[] = [
    [
        /^(?:undefined|null|none|nan|nil|true|false|\{\}|\[\])$|^\[(?:object|Function|Circular)|Output<|^<Buffer |^Calling \[|^\d{1,3}(?:, ?\d{1,3}){9,}$|04da6b54-80e4-46f7-96ec-b56ff0331ba9|^\(known after apply\)$|^<computed>$|^(?:async )?function\b|^\(?\w*\)? ?=>/i,
        "value-in-text",
        "what JavaScript makes of another value",
    ],
    [
        /^(?:[A-Z][A-Z0-9]*_[A-Z0-9_]+|process\.env\b[^\n]*|\$\w+|\$?\$\{[^]*\}|\$\([^]*\)|\$\[[^]*\]|%[^%\n]+%|%\([^]*\)s?|\$?\{\{[^]*\}\}|\{%[^]*%\}|<%[^]*%>|#\{[^]*\}|\(\([^]*\)\)|\[\[[^]*\]\]|@@?[\w.-]+@@?|__\w+__|<no value>)$/,
        "variable-not-expanded",
        "a variable that nobody expanded",
    ],
    [
        /^(?:<[\w .:'-]+>|\*+|\.{3,}|…|x{3,}|change[ _-]?me|replace[ _-]?me|to[ _-]?do|tbd|n\/a|placeholder|dummy|example|test|your[ _-][\w -]+|\W?(?:redacted|secret|sensitive|unknown|masked)(?: value)?\W?)$/i,
        "variable-not-expanded",
        "a placeholder",
    ],
    [
        /^(?:op|vault|ref\+\w+|secrets?|ssm|awssm|gcpsm|azkv|azure-?kv|keyvault|akeyless|doppler|bitwarden|infisical|env|kms|s3|gs|az|configmap|k8s):|^arn:aws|^projects\/[^/]+\/secrets\/|^(?:secret|kv)\/|^@Microsoft\.KeyVault\(|^!(?:vault|Ref|Sub|GetAtt|ImportValue|env)\b/i,
        "variable-not-expanded",
        "a reference to a store of secrets",
        OUT_OF_A_VAULT,
    ],
];

/** Of a short text that is nothing else. */
const PATHS: readonly ForeignForm[] = [
    [/^(?:https?|file):\/\//i, "path-not-content", "an address"],
    [
        /^(?:[A-Za-z]:[\\/]|\\\\|~?\.{0,2}\/)[^\n]*$|^[^\n<>{}]*\.(?:pem|crt|cer|key|p12|pfx|p7b|p7c|der|jks|txt|ca)$|^[\w./~\\: -]*[./\\][\w./~\\: -]*$/i,
        "path-not-content",
        "a path",
    ],
];

/** What follows shows the control characters of DER as Unicode's pictures of them: ␂ for 2. */
function withControlPictures(text: string): string {
    return text
        .slice(0, LONGEST_PLACEHOLDER)
        .replace(/\p{Cc}/gu, (control) =>
            control < " " ? String.fromCharCode(0x2400 + control.charCodeAt(0)) : control,
        );
}

/** By how it begins, or by what is in it; each looks at a bounded part only. */
const FORMS: readonly ForeignForm[] = [
    [
        /[\u2010-\u2015\u2212]{1,5}\s{0,9}BEGIN|^-{0,4}BEGIN [A-Z]|^-{1,4} ?BEGIN|^â€[“”]/,
        "dashes-replaced",
        "a BEGIN line without its five hyphens",
    ],
    [/^(?:\uFFFD{4}|þíþí|ÎÎÎÎ)␀|^(?:\/u3\+7QAA|zs7OzgAA)/, "keystore", "a keystore of Java (JKS)"],
    [/^0[^]{1,5}␂␁␃/, "pkcs12", "PKCS #12 that was read as text"],
    [/^0[^]{1,5}␆␉\*(?:\uFFFDH\uFFFD\uFFFD|\x86H\x86÷)␍␁␇/, "pkcs7", "PKCS #7 in DER that was read as text"],
    [/^0(?:[^]{1,5}␂␁|[\u0080-\uffff])/, "der-as-text", "binary DER that was read as text"],
    [
        /^PuTTY-User-Key-File/,
        "foreign-key",
        "a key of PuTTY",
        "convert it: `puttygen FILE -O private-openssh-new -o KEY`, then `ssh-keygen -p -m PKCS8 -f KEY`",
    ],
    [/^(?:ssh|ecdsa|sk)-[\w@.-]{1,60} AAAA/, "foreign-key", "a public key of OpenSSH"],
    [/AGE-SECRET-KEY-1/, "foreign-key", "a key of age"],
    [/^\{[^]{0,400}"kty"/, "foreign-key", "a JWK"],
    [/^ENC\[|"?sops"?:/, "still-encrypted", "what sops encrypted"],
    [
        /^\$ANSIBLE_VAULT|^age-encryption\.org|^vault:v\d+:|^v1:[\w+/=]{16}:|^␀GITCRYPT|^AQICAH/,
        "still-encrypted",
        "an encrypted text",
    ],
    [/^version https:\/\/git-lfs/, "wrong-content", "a pointer of Git LFS", "fetch the file: `git lfs pull`"],
    [/^H4sI/, "wrong-content", "base64 of gzip", "unpack it: `base64 -d FILE | gunzip`"],
    [/^\s{0,80}<(?:!doctype html|html|head|body)/i, "wrong-content", "an HTML page, as a login or an error shows"],
    [/^\s{0,80}<\?xml/i, "wrong-content", "XML without a certificate in it"],
    [/^\s{0,80}(?:[{[]|---\s)/, "wrong-content", "JSON or YAML without a PEM block in it"],
    [/-----END /, "unreadable-pem", "an END line without its BEGIN line"],
    [/^\s{0,80}MI[\w+/=\s-]{30}/, "base64-only", "base64 without its BEGIN and END lines, cut off"],
];

/** What a text is that has no PEM block at all. It is never repeated: it may be a secret. */
export function describeForeignText(input: string, argument: BundleArgument): Finding {
    const text = input
        .replace(/^\uFEFF/, "")
        .trim()
        .replace(/^["'`]([^]*)["'`]$/, "$1");
    const forms = text.length <= LONGEST_PLACEHOLDER ? [...PLACEHOLDERS, ...FORMS, ...PATHS] : FORMS;
    const [, code = "not-pem", what = `something else (${String(text.length)} characters)`, step] =
        forms.find(([form]) => form.test(text) || form.test(withControlPictures(text))) ?? [];
    return finding(code, argument, `looks like ${what}, not like PEM text (-----BEGIN …-----)`, step);
}
