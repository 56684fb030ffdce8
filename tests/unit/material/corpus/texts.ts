import { createPublicKey } from "node:crypto";
import type { FindingCode } from "../../../../provider/material/findings";
import { pem, pkcs12Shape, reencode } from "../../../support/mintByHand";
import type { Sample, Sound } from "./sample";

export function textSamples(sound: Sound): readonly Sample[] {
    const { cert, key } = sound;
    const body = cert.replace(/-----[^-]+-----|\s/g, "");
    const der = Buffer.from(body, "base64");
    const p12 = pkcs12Shape();
    const texts: readonly (readonly [string, string, FindingCode])[] = [
        ["an empty text", " \n", "empty"],
        ["far too much text", "-".repeat(70_000), "too-large"],
        ["a sentence", "this is a sentence, and no PEM text", "not-pem"],
        ["a path", "./certs/client.pem", "path-not-content"],
        ["a variable", "${CLIENT_CERT}", "variable-not-expanded"],
        ["em dashes", cert.replace(/-----/g, "—–"), "dashes-replaced"],
        ["four hyphens", cert.replace(/-----/g, "----"), "dashes-replaced"],
        ["a dash in the END line", cert.replace("-----END", "—END"), "dashes-replaced"],
        ["base64 of DER", body, "base64-only"],
        ["base64 of DER, cut off", body.slice(0, 64), "base64-only"],
        ["DER, read as UTF-8", der.toString("utf8"), "der-as-text"],
        ["DER, read as Latin-1", der.toString("latin1"), "der-as-text"],
        ["PKCS #12, read as UTF-8", p12.toString("utf8"), "pkcs12"],
        ["PKCS #12 in base64", p12.toString("base64"), "pkcs12"],
        ["a block without its end", cert.slice(0, 200), "unreadable-pem"],
        ["a block that lost a letter", cert.replace(/(\n.{20})./, "$1"), "unreadable-pem"],
        ["PKCS #7", pem("PKCS7", der), "pkcs7"],
        ["a signing request", pem("CERTIFICATE REQUEST", der), "signing-request"],
        ["a public key", createPublicKey(cert).export({ type: "spki", format: "pem" }).toString(), "public-key"],
        ["a revocation list", pem("X509 CRL", der), "wrong-content"],
        ["other bytes", pem("CERTIFICATE", Buffer.from("no certificate")), "unreadable-certificate"],
    ];
    const exposed: readonly (readonly [string, string])[] = [
        ["a private key behind the certificate", cert + key],
        ["a private key behind em dashes", cert + key.replace(/-----/g, "—")],
    ];
    return [
        ...texts.flatMap(([name, text, code]) => [
            { name: `${name} as cert`, ...sound, cert: text, expected: { [code]: "error" } as const },
            { name: `${name} as ca`, ...sound, ca: text, expected: { [code]: "error" } as const },
        ]),
        ...exposed.map(([name, text]) => ({
            name,
            ...sound,
            cert: text,
            expected: { "private-key-exposed": "error" } as const,
        })),
        {
            name: "a private key as ca, in base64 without lines",
            ...sound,
            ca: reencode(key, "pkcs8", "der").toString("base64"),
            expected: { "private-key-exposed": "error", "base64-only": "error" },
        },
        ...repairSamples(sound),
    ];
}

function repairSamples(sound: Sound): readonly Sample[] {
    const mangled: readonly (readonly [string, (text: string) => string])[] = [
        ["CRLF", (text) => text.replace(/\n/g, "\r\n")],
        ["CR", (text) => text.replace(/\n/g, "\r")],
        ["a byte order mark", (text) => `\uFEFF${text}`],
        ["UTF-16, read as UTF-8", (text) => Buffer.from(`\uFEFF${text}`, "utf16le").toString("utf8")],
        ["indentation", (text) => text.replace(/^/gm, "    ")],
        ["spaces for line breaks", (text) => text.replace(/\n/g, " ")],
        ["no line breaks", (text) => text.replace(/\n/g, "")],
        ["literal \\n", (text) => text.replace(/\n/g, "\\n")],
        ["JSON quotes", (text) => JSON.stringify(text)],
        ["base64 of the PEM", (text) => Buffer.from(text).toString("base64")],
    ];
    return mangled.flatMap(([name, mangle]) =>
        (["cert", "key", "ca"] as const).map((argument) => ({
            name: `${name} in ${argument}`,
            ...sound,
            [argument]: mangle(sound[argument]),
            expected: { "text-repaired": "note" } as const,
        })),
    );
}
