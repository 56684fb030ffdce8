import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from "node:crypto";
import { deflateSync, gzipSync } from "node:zlib";
import type { FindingCode } from "../../../../provider/certificates/findings";
import { pem, pkcs12Shape, reencode } from "../../../support/mintByHand";
import type { Sample, Sound } from "./sample";

type Named = readonly (readonly [name: string, text: string, code: FindingCode])[];

export function textSamples(sound: Sound): readonly Sample[] {
    return [
        ...[...damaged(sound), ...placeholders(), ...otherFormats()].flatMap(([name, text, code]) => [
            { name: `${name} as cert`, ...sound, cert: text, expected: { [code]: "error" } as const },
            { name: `${name} as ca`, ...sound, ca: text, expected: { [code]: "error" } as const },
        ]),
        ...[...placeholders(), ...otherFormats()]
            .filter(([, , code]) => code !== "pkcs12")
            .map(([name, text, code]) => ({
                name: `${name} as key`,
                ...sound,
                key: text,
                expected: { [code]: "error" } as const,
            })),
        ...exposedSamples(sound),
        ...besideSamples(sound),
        ...repairSamples(sound),
    ];
}

function damaged({ cert }: Sound): Named {
    const body = cert.replace(/-----[^-]+-----|\s/g, "");
    const der = Buffer.from(body, "base64");
    const p12 = pkcs12Shape();
    return [
        ["an empty text", " \n", "empty"],
        ["a zero-width space", "\u200B\n", "empty"],
        ["numbered lines", cert.replace(/^(?=.)/gm, "7  "), "unreadable-pem"],
        ["far too much text", "-".repeat(520 * 1024), "too-large"],
        ["a sentence", "this is a sentence, and no PEM text", "not-pem"],
        ["em dashes", cert.replace(/-----/g, "—–"), "dashes-replaced"],
        ["four hyphens", cert.replace(/-----/g, "----"), "dashes-replaced"],
        ["a dash in the END line", cert.replace("-----END", "—END"), "dashes-replaced"],
        ["UTF-8 dashes read as Windows-1252", cert.replace(/-----/g, "â€”"), "dashes-replaced"],
        ["base64 of DER, cut off", body.slice(0, 64), "base64-only"],
        ["DER, read as UTF-8", der.toString("utf8"), "der-as-text"],
        ["DER, read as Latin-1", der.toString("latin1"), "der-as-text"],
        ["PKCS #12, read as UTF-8", p12.toString("utf8"), "pkcs12"],
        ["PKCS #12 in base64", p12.toString("base64"), "pkcs12"],
        ["PKCS #7 in DER, read as UTF-8", pkcs7Shape().toString("utf8"), "pkcs7"],
        ["PKCS #7 in DER, read as Latin-1", pkcs7Shape().toString("latin1"), "pkcs7"],
        ["PKCS #7 in base64", pkcs7Shape().toString("base64"), "pkcs7"],
        ["PKCS #7", pem("PKCS7", pkcs7Shape()), "pkcs7"],
        ["PKCS #7 under its other label", pem("PKCS #7 SIGNED DATA", pkcs7Shape()), "pkcs7"],
        ["CMS", pem("CMS", pkcs7Shape()), "pkcs7"],
        ["PKCS #7 labelled CERTIFICATE", pem("CERTIFICATE", pkcs7Shape()), "pkcs7"],
        ["PKCS #7 labelled CERTIFICATE CHAIN", pem("CERTIFICATE CHAIN", pkcs7Shape()), "pkcs7"],
        ["PKCS #12 labelled CERTIFICATE", pem("CERTIFICATE", p12), "pkcs12"],
        ["four hyphens before one of two blocks", cert.replace("-----", "----") + cert, "dashes-replaced"],
        ["an em dash before one of two blocks", cert + cert.replaceAll("-----", "—–"), "dashes-replaced"],
        ["lower-case labels of one of two blocks", cert + cert.toLowerCase(), "dashes-replaced"],
        ["two blocks that lost a letter", cert.replace(/(\n.{20})./, "$1").repeat(2), "unreadable-pem"],
        ["a block without its end", cert.slice(0, 200), "unreadable-pem"],
        ["a block without its beginning", cert.slice(100), "unreadable-pem"],
        ["a block that lost a letter", cert.replace(/(\n.{20})./, "$1"), "unreadable-pem"],
        ["a block with a letter of another alphabet", cert.replace(/(\n.{20})./, "$1\u0410"), "unreadable-pem"],
        ["a certificate that was commented out", cert.replace(/^/gm, "# "), "unreadable-pem"],
        ["a signing request", pem("CERTIFICATE REQUEST", der), "signing-request"],
        ["a public key", createPublicKey(cert).export({ type: "spki", format: "pem" }).toString(), "public-key"],
        ["a revocation list", pem("X509 CRL", der), "wrong-content"],
        ["other bytes", pem("CERTIFICATE", Buffer.from("no certificate")), "unreadable-certificate"],
    ];
}

function placeholders(): Named {
    const named: readonly (readonly [FindingCode, readonly string[]])[] = [
        [
            "variable-not-expanded",
            [
                "${CLIENT_CERT}",
                "$CLIENT_CERT",
                "%CLIENT_CERT%",
                "$(CLIENT_CERT)",
                "${{ secrets.CLIENT_CERT }}",
                "{{ .Values.tls.cert | indent 4 }}",
                "<%= cert %>",
                "#{ClientCert}",
                "((client-cert))",
                "__CLIENT_CERT__",
                "<no value>",
                "<your-certificate>",
                "CHANGE_ME",
                "CLIENT_CERT",
                "***",
                "op://vault/item/key",
                "arn:aws:secretsmanager:eu-central-1:123456789012:secret:client",
                "projects/1/secrets/client/versions/latest",
                "secret/data/client#cert",
                "ref+vault://secret/client#/cert",
                "@Microsoft.KeyVault(SecretUri=https://x.vault.azure.net/secrets/c)",
                "!Ref ClientCert",
            ],
        ],
        [
            "value-in-text",
            [
                "[object Object]",
                "[object Promise]",
                "undefined",
                "null",
                "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
                "Calling [toString] on an [Output<T>] is not supported.\n\nTo get the value of an Output<T> as an Output<string> consider either:\n1: o.apply(v => `prefix${v}suffix`)",
                "<Buffer 2d 2d 2d 2d 2d 42 45 47 49 4e>",
                "45,45,45,45,45,66,69,71,73,78,32,67",
            ],
        ],
        [
            "path-not-content",
            [
                "./certs/client.pem",
                "client.pem",
                "C:\\certs\\new\\client.pem",
                "C:\\Program Files (x86)\\tls\\client.crt",
                "\\\\server\\share\\client.pem",
                "~/tls/client.cer",
                "file:///etc/tls/client.pem",
                "https://ca.example.com/client.pem",
            ],
        ],
    ];
    return named.flatMap(([code, texts]) => texts.map((text) => [`"${text.slice(0, 40)}"`, text, code] as const));
}

function otherFormats(): Named {
    const keystore = Buffer.concat([Buffer.from("feedfeed0000000200000001", "hex"), randomBytes(80)]);
    return [
        ["a keystore of Java, read as UTF-8", keystore.toString("utf8"), "keystore"],
        ["a keystore of Java, read as Latin-1", keystore.toString("latin1"), "keystore"],
        ["a keystore of Java in base64", keystore.toString("base64"), "keystore"],
        [
            "a public key of OpenSSH",
            `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${randomBytes(32).toString("base64")} me@example.com`,
            "foreign-key",
        ],
        ["what sops encrypted", "ENC[AES256_GCM,data:AAAA,iv:BBBB,tag:CCCC,type:str]", "still-encrypted"],
        ["what Ansible encrypted", `$ANSIBLE_VAULT;1.1;AES256\n${randomBytes(80).toString("hex")}`, "still-encrypted"],
        ["a message of PGP", `-----BEGIN PGP MESSAGE-----\n\nhQEM\n=abcd\n-----END PGP MESSAGE-----\n`, "foreign-key"],
        ["what age encrypted", pem("AGE ENCRYPTED FILE", randomBytes(80)), "still-encrypted"],
        ["a page of a login", "<!DOCTYPE html>\n<html><body>Sign in</body></html>", "wrong-content"],
        ["the error of an API", '{"errors":["permission denied"]}', "wrong-content"],
        ["a pointer of Git LFS", "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1", "wrong-content"],
    ];
}

/** Every form of a key beside or instead of a certificate. */
function exposedSamples(sound: Sound): readonly Sample[] {
    const { cert, key } = sound;
    const der = reencode(key, "pkcs8", "der");
    const sec1 = reencode(key, "sec1", "der");
    const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
    const pkcs1 = rsa.export({ type: "pkcs1", format: "der" });
    const words = Buffer.concat([der, Buffer.alloc(der.length % 2)])
        .swap16()
        .toString("hex");
    const hexadecimal = der.toString("hex");
    const colons = randomBytes(32)
        .toString("hex")
        .replace(/..(?=.)/g, "$&:");
    const base64 = (text: string | Buffer): string => Buffer.from(text).toString("base64");
    const label = (text: string, change: (line: string) => string): string => text.replace(/-----[^-]+-----/g, change);
    const jwk = JSON.stringify(createPrivateKey(key).export({ format: "jwk" }));
    const keys: readonly (readonly [string, string])[] = [
        ["as it is", key],
        ["with em dashes", key.replace(/-----/g, "—")],
        [
            "with four hyphens and a blank",
            label(key, (line) => line.replace(/^-----/, "----").replace(/-----$/, " ----")),
        ],
        ["with labels in lower case", label(key, (line) => line.toLowerCase())],
        ["with a zero-width character in the label", label(key, (line) => line.replace("PRIV", "PRI\u200BV"))],
        [
            "with soft hyphens and fullwidth letters in the label",
            label(key, (line) => line.replace("PRIV", "ＰRI\u00ADV")),
        ],
        ["commented out", key.replace(/^/gm, "# ")],
        ["indented", key.replace(/^/gm, "    ")],
        ["quoted by a mail", key.replace(/^/gm, "> ")],
        ["cut off", key.slice(0, 90)],
        ["without lines", base64(der)],
        ["without lines, in columns, quoted by a mail", base64(der).replace(/.{1,64}/g, "> $&\n")],
        ["SEC 1 without lines", base64(sec1)],
        ["PKCS #1 without lines", base64(pkcs1)],
        ["base64 in YAML", `tls.key: ${base64(key)}\n`],
        ["base64 of base64", base64(base64(key))],
        ["base64 in UTF-16", base64(Buffer.from(key, "utf16le"))],
        ["base64 behind other letters", `data:x;base64,ab${base64(`comment\n${key}`)}`],
        ["in JSON", JSON.stringify({ certificate: cert, key: base64(der) })],
        ["in JSON in JSON", JSON.stringify(JSON.stringify({ private_key: key }))],
        ["a JWK", jwk],
        ["a JWK in JSON", JSON.stringify({ jwk })],
        ["labelled CERTIFICATE", pem("CERTIFICATE", der)],
        ["labelled as something else", pem("X509 CRL", sec1)],
        ["URL-encoded", encodeURIComponent(key)],
        ["of HTML", key.replaceAll("-", "&#45;").replaceAll("\n", "&#10;")],
        ["hexadecimal", hexadecimal],
        ["hexadecimal with colons", hexadecimal.replace(/../g, "$&:").replace(/.{45}/g, "$&\n    ")],
        ["hexadecimal as C has it", hexadecimal.replace(/../g, "0x$&, ")],
        ["hexadecimal of the PEM", Buffer.from(key).toString("hex")],
        ["as openssl pkey -text shows it", `Private-Key: (256 bit)\npriv:\n    ${hexadecimal.slice(0, 64)}\n`],
        ["as openssl pkey -text shows it, commented out", `# Private-Key: (256 bit)\n# priv:\n#     ${colons}\n`],
        ["as openssl pkey -text shows it, quoted by a mail", `> ED25519 Private-Key:\n> priv:\n>     ${colons}\n`],
        ["as certtool shows it", `curve:\tSECP256R1\nprivate key:\n\t${colons}\n`],
        ["as bytes in JSON", JSON.stringify(Buffer.from(key))],
        ["of PuTTY", "PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\nPrivate-Lines: 1\nAAAAgQDn\n"],
        ["of OpenSSH", pem("OPENSSH PRIVATE KEY", Buffer.concat([Buffer.from("openssh-key-v1\0"), randomBytes(60)]))],
        ["of PGP", "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQOY\n=abcd\n-----END PGP PRIVATE KEY BLOCK-----\n"],
        ["of age", `AGE-SECRET-KEY-1${"Q".repeat(58)}`],
        ["as XML of .NET", `<RSAKeyValue><D>${base64(randomBytes(256))}</D></RSAKeyValue>`],
        ["as JSON of .NET", JSON.stringify({ D: base64(randomBytes(256)) })],
        ["of ML-DSA as a JWK", JSON.stringify({ kty: "AKP", priv: randomBytes(32).toString("base64url") })],
        ["SEC 1 without a curve", base64(Buffer.concat([Buffer.from("30250201010420", "hex"), randomBytes(32)]))],
        ["in a keystore of Java", base64(javaKeystore("2b060104012a02110101"))],
        ["in a keystore of Java (JCEKS)", base64(javaKeystore("2b060104012a02130101"))],
        ["packed with what can be packed", base64(gzipSync(`${" ".repeat(20_000)}${key}`))],
        ["encrypted", pem("ENCRYPTED PRIVATE KEY", randomBytes(100))],
        [
            "of OpenSSH under another label",
            pem("FOO", Buffer.concat([Buffer.from("openssh-key-v1\0"), randomBytes(60)])),
        ],
        ["in binary", der.toString("latin1")],
        ["DER packed by gzip, in base64", base64(gzipSync(der))],
        ["DER packed by zlib, in base64", base64(deflateSync(der))],
        ["PKCS #1 in lines behind slashes", base64(pkcs1).replace(/.{1,64}/g, "// $&\n")],
        ["SEC 1 in commented lines of digits", sec1.toString("hex").replace(/.{1,64}/g, "# $&\n")],
        ["as hexdump shows it", words.replace(/(.{4})/g, "$1 ").replace(/.{40}/g, "$&\n")],
        ["of Windows (PVK)", base64(Buffer.concat([Buffer.from("1ef1b5b00000000002000000", "hex"), randomBytes(60)]))],
        ["of CryptoAPI", base64(Buffer.concat([Buffer.from("0702000000a4000052534132", "hex"), randomBytes(60)]))],
    ];
    const secrets = [...sound.secrets, rsa.export({ type: "pkcs8", format: "pem" }).toString()];
    return keys.map(([name, text]) => ({
        name: `a private key behind the certificate, ${name}`,
        ...sound,
        secrets,
        cert: cert + text,
        expected: { "private-key-exposed": "error" },
        ignored: ["text-repaired", "unreadable-pem", "block-ignored", "unreadable-certificate"],
    }));
}

/** As a keystore begins that holds a key, encrypted by an algorithm of Java's own. */
function javaKeystore(algorithm: string): Buffer {
    const head = "feedfeed000000020000000100000001000161000001a22f6e0b07000005023082";
    return Buffer.concat([Buffer.from(`${head}04fe300e060a${algorithm}`, "hex"), randomBytes(60)]);
}

/** What may stand beside certificates. */
function besideSamples(sound: Sound): readonly Sample[] {
    const { cert, ca } = sound;
    const der = randomBytes(100);
    const old = cert.replace(/(\n.{20})./, "$1!");
    const curve = "3081f7020101302c06072a8648ce3d0101022100ffffffff00000001000000000000000000000000ffffffff";
    const beside: readonly (readonly [string, string])[] = [
        ["a certificate that was commented out", old.replace(/^(?=.)/gm, "# ")],
        ["one that was commented out as in a program", old.replace(/^(?=.)/gm, "// ")],
        ["a comment with a letter and a long word", "# d: see-the-documentation-of-the-authority\n"],
        ["a comment that quotes a BEGIN line", "# replace all from -----BEGIN CERTIFICATE----- to the END line\n"],
        ["a line that begins with a BEGIN line", "-----BEGIN CERTIFICATE----- is how each of them begins\n"],
        ["a comment that says where the private key is", "# Private-Key: in the vault\n# priv: see /etc/ssl/private\n"],
        ["a comment of a private key", "# the private key is in the vault - ask for it\n"],
        [
            "what openssl x509 -text says",
            "Certificate:\n    Data:\n        Version: 3 (0x2)\n        Public-Key: (256 bit)\n",
        ],
        ["attributes of a bag", "Bag Attributes\n    localKeyID: 01 02 03\nKey Attributes: <No Attributes>\n"],
    ];
    const ignored: readonly (readonly [string, string])[] = [
        ["a revocation list", pem("X509 CRL", der)],
        ["DH parameters", pem("DH PARAMETERS", der)],
        ["EC parameters", pem("EC PARAMETERS", der)],
        ["EC parameters in numbers", pem("EC PARAMETERS", Buffer.concat([Buffer.from(curve, "hex"), der]))],
        ["a signing request", pem("CERTIFICATE REQUEST", der)],
        ["a public key", pem("PUBLIC KEY", der)],
        ["an attribute certificate", pem("ATTRIBUTE CERTIFICATE", der)],
        ["an indented certificate", old.replace(/^(?=.)/gm, "    ")],
    ];
    return [
        ...beside.flatMap(([name, text]) => [
            { name: `${name} before the certificate`, ...sound, cert: text + cert, expected: {} },
            { name: `${name} behind the issuers`, ...sound, ca: ca + text, expected: {} },
        ]),
        ...ignored.flatMap(([name, text]) => [
            {
                name: `${name} before cert`,
                ...sound,
                cert: text + cert,
                expected: { "block-ignored": "note" } as const,
            },
            { name: `${name} behind ca`, ...sound, ca: ca + text, expected: { "block-ignored": "note" } as const },
        ]),
        ...(["cert", "ca"] as const).map((argument) => ({
            name: `base64url in ${argument}`,
            ...sound,
            [argument]: sound[argument].replace(/^[^-]+$/gm, (line) =>
                line.replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, ""),
            ),
            expected: {},
        })),
        { name: "the same key twice", ...sound, key: sound.key + sound.key, expected: {} },
    ];
}

function repairSamples(sound: Sound): readonly Sample[] {
    const base64 = (text: string): string => Buffer.from(text).toString("base64");
    const entities = (text: string): string => text.replaceAll("\n", "&#10;").replaceAll("+", "&#x2B;");
    const mangled: readonly (readonly [string, (text: string) => string])[] = [
        ["CRLF", (text) => text.replace(/\n/g, "\r\n")],
        ["CR", (text) => text.replace(/\n/g, "\r")],
        ["a byte order mark", (text) => `\uFEFF${text}`],
        ["UTF-16, read as UTF-8", (text) => Buffer.from(`\uFEFF${text}`, "utf16le").toString("utf8")],
        ["indentation", (text) => text.replace(/^/gm, "    ")],
        ["indentation after the first line", (text) => text.replace(/\n/g, "\n    ")],
        ["spaces for line breaks", (text) => text.replace(/\n/g, " ")],
        ["no line breaks", (text) => text.replace(/\n/g, "")],
        ["no line break between two blocks", (text) => text.trimEnd() + text],
        ["hyphens that two blocks share", (text) => text.trimEnd().slice(0, -"-----".length) + text],
        ["blank lines", (text) => text.replace(/\n/g, "\n \n").replace(/^/gm, " ")],
        ["literal \\n", (text) => text.replace(/\n/g, "\\n")],
        ["literal \\n, twice escaped", (text) => text.replace(/\n/g, "\\\\n")],
        ["`n of PowerShell", (text) => text.replace(/\n/g, "`n")],
        ["JSON quotes", (text) => JSON.stringify(text)],
        ["quotes of a text processor", (text) => `“${text.trim()}”`.replace(/\n/g, " ")],
        ["a constant of a program", (text) => text.replace(/(.*)\n/g, '"$1\\n" +\n    ').replace(/ \+\n {4}$/, "")],
        [
            "JSON with escaped letters",
            (text) => JSON.stringify({ pem: text }).replaceAll("+", "\\u002B").replaceAll("/", "\\/"),
        ],
        ["JSON of lines", (text) => JSON.stringify(text.trim().split("\n"))],
        ["URL encoding", (text) => encodeURIComponent(text)],
        ["the encoding of forms", (text) => new URLSearchParams([["", text]]).toString().slice(1)],
        ["HTML", (text) => entities(text)],
        ["HTML with line breaks", (text) => text.replaceAll("\n", "<br/>").replaceAll("=", "&#61;")],
        ["quoted-printable", (text) => text.replaceAll("=", "=3D").replace(/(\n.{30})/g, "$1=\n")],
        ["a mail", (text) => text.replace(/^/gm, "> ")],
        ["a mail of a mail", (text) => text.replace(/^/gm, ">> ")],
        ["a patch", (text) => text.replace(/^/gm, "+")],
        ["zero-width spaces", (text) => text.replace(/(\n.{9})/g, "$1\u200B")],
        ["soft hyphens and word joiners", (text) => text.replace(/(\n.{9})(.)/g, "$1\u00AD$2\u2060")],
        ["no-break spaces", (text) => text.replace(/(BEGIN|END) /g, "$1 ").replace(/\n(?=.)/g, "\n\u00A0")],
        ["line ends of Unicode", (text) => text.replace(/\n/g, "\u0085")],
        ["no-break spaces everywhere", (text) => text.replaceAll(" ", "\u00A0")],
        ["a block behind a tag, and one on its own line", (text) => `<pre>${text}${text}</pre>`],
        ["paragraphs of HTML", (text) => text.replace(/^.+$/gm, "<p>$&</p>").replaceAll("\n", "")],
        ["underscores in the labels", (text) => text.replaceAll(" ", "_")],
        ["six hyphens", (text) => text.replaceAll("-----", "------")],
        ["a byte order mark between two blocks", (text) => `${text}\uFEFF${text}`],
        ["a byte order mark behind comments", (text) => `Bag Attributes\n  friendlyName: x\n\uFEFF${text}`],
        ["a byte order mark and no line break between two blocks", (text) => `${text.trimEnd()}\uFEFF${text}`],
        ["a comment that lost its line break", (text) => `friendlyName: x${text}${text}`],
        ["six hyphens, on one line", (text) => text.replaceAll("-----", "------").replaceAll("\n", "")],
        ["base64 of one line", (text) => Buffer.from(text.replaceAll("\n", "")).toString("base64")],
        ["URL encoding twice", (text) => encodeURIComponent(encodeURIComponent(text))],
        ["lower-case labels", (text) => text.replace(/-----[^-]+-----/g, (line) => line.toLowerCase())],
        ["base64 of the PEM", base64],
        ["base64 of the PEM in columns", (text) => base64(text).replace(/.{1,76}/g, "$&\n")],
        ["base64 twice", (text) => base64(base64(text))],
        ["base64 of JSON", (text) => base64(JSON.stringify(text))],
        ["base64 of UTF-16", (text) => Buffer.from(`\uFEFF${text}`, "utf16le").toString("base64")],
        ["a data URL", (text) => `data:application/x-pem-file;base64,${base64(text)}`],
        ["!!binary of YAML", (text) => `!!binary |\n  ${base64(text).replace(/.{76}/g, "$&\n  ")}`],
        ["a Secret of Kubernetes", (text) => `apiVersion: v1\nkind: Secret\ndata:\n  tls.pem: ${base64(text)}\n`],
        ["the hexadecimal digits of the PEM", (text) => Buffer.from(text).toString("hex")],
    ];
    const der = (text: string): string => text.replace(/-----[^-]+-----|\s/g, "");
    const bare: readonly (readonly [string, (text: string) => string])[] = [
        ["base64 of DER", der],
        ["base64 of DER in columns", (text) => text.replace(/-----[^-]+-----\n/g, "")],
        ["base64url of DER", (text) => der(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "")],
        ["base64 of DER in JSON", (text) => JSON.stringify({ alg: "ES256", x5c: [der(text)] })],
        ["base64 of DER in XML", (text) => `<ds:X509Certificate>${der(text)}</ds:X509Certificate>`],
        ["base64 of the base64 of DER", (text) => base64(der(text))],
        ["hexadecimal digits of DER", (text) => Buffer.from(der(text), "base64").toString("hex")],
        ["base64 of DER in quotes", (text) => `"${der(text)}"\n`],
    ];
    return [
        ...mangled.flatMap(([name, mangle]) =>
            (["cert", "key", "ca"] as const).map((argument) => ({
                name: `${name} in ${argument}`,
                ...sound,
                [argument]: mangle(sound[argument]),
                expected: { "text-repaired": "note" } as const,
            })),
        ),
        ...bare.flatMap(([name, mangle]) => [
            {
                name: `${name} in cert`,
                ...sound,
                cert: mangle(sound.cert),
                expected: { "text-repaired": "note" } as const,
            },
            { name: `${name} in ca`, ...sound, ca: mangle(sound.ca), expected: { "text-repaired": "note" } as const },
            { name: `${name} in key`, ...sound, key: mangle(sound.key), expected: { "key-from-der": "note" } as const },
        ]),
    ];
}

/** PKCS #7 as far as its outer structure goes (RFC 2315). */
function pkcs7Shape(): Buffer {
    const content = randomBytes(400);
    return Buffer.concat([Buffer.from("3082019f06092a864886f70d010702a0820190", "hex"), content]);
}
