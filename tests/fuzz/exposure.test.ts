import { expect } from "chai";
import { createPrivateKey, generateKeyPairSync, X509Certificate, type KeyObject } from "node:crypto";
import * as fc from "fast-check";
import { before, describe, it } from "mocha";
import { gzipSync } from "node:zlib";
import { readCertificates } from "../../provider/certificates/parse/certificate";
import { exposesPrivateKey } from "../../provider/certificates/parse/exposedKey";
import { mintAuthority, mintBundle } from "../support/mint";
import { OpenSsl } from "../support/openssl";
import { pem } from "../support/mintByHand";
import { holdsFor, runsOf, withinTime } from "./support/fuzz";
import { alternativeNames, handmade, nameOf } from "./support/handmade";

const BASE64 = (bytes: Buffer | string): string => Buffer.from(bytes).toString("base64");

describe("a private key among certificates", () => {
    let keys: readonly KeyObject[];
    let certificate: string;
    before(async () => {
        const { cert, key } = await mintBundle();
        certificate = cert;
        keys = [
            createPrivateKey(key),
            generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey,
            generateKeyPairSync("ed25519").privateKey,
            generateKeyPairSync("ec", { namedCurve: "P-521" }).privateKey,
        ];
    });

    const words = fc.string({ unit: fc.constantFrom(..."abc XYZ019+/=-_:.,;{}\"'<>&%\\\n"), maxLength: 60 });
    const formsOf = (key: KeyObject): readonly string[] => {
        const text = key.export({ type: "pkcs8", format: "pem" }).toString();
        const der = key.export({ type: "pkcs8", format: "der" });
        const forms = [text, text.toLowerCase(), text.replaceAll("-----", "---- "), BASE64(text), der.toString("hex")];
        const columns = BASE64(der).replace(/.{1,70}/g, "$&\n  ");
        const jwk = key.export({ format: "jwk" });
        return [
            ...[...forms, BASE64(der), columns, encodeURIComponent(text), JSON.stringify(text), BASE64(BASE64(text))],
            JSON.stringify(jwk, null, 4),
            Object.entries(jwk)
                .map(([name, value]) => `  ${name}: ${String(value)}`)
                .join("\n"),
            [...Buffer.from(text)].join(" "),
            BASE64(gzipSync(text)),
            dumpOf(Buffer.from(text), (bytes) => bytes.toString("hex").replace(/.{4}/g, "$& "), 8),
            dumpOf(
                Buffer.from(text),
                (bytes) => bytes.toString("latin1").replace(/./gs, "   $&").replaceAll("\n", "\\n"),
                7,
            ),
        ];
    };
    /** As `xxd` has it, and as `od -c`. */
    const dumpOf = (bytes: Buffer, row: (bytes: Buffer) => string, width: number): string =>
        Array.from({ length: Math.ceil(bytes.length / 16) }, (_, at) => {
            const part = bytes.subarray(at * 16, at * 16 + 16);
            const [base, column] = width === 8 ? [16, `  ${part.toString("latin1").replace(/\n/g, ".")}`] : [8, ""];
            return `${(at * 16).toString(base).padStart(width, "0")}${width === 8 ? ":" : ""} ${row(part)}${column}`;
        }).join("\n");

    /** Row by row, with an offset before each. */
    const wordsOf = (bytes: Buffer, size: number, wordOf: (word: number) => string): string => {
        const whole = Buffer.concat([bytes, Buffer.alloc(16 - (bytes.length % 16))]);
        return Array.from({ length: whole.length / 16 }, (_, row) => {
            const words = Array.from({ length: 16 / size }, (__, at) =>
                wordOf(whole.readUIntLE(row * 16 + at * size, size)),
            );
            return `${(row * 16).toString(8).padStart(7, "0")} ${words.join(" ")}`;
        }).join("\n");
    };

    /** Of `od -c`, in four columns: itself, or an escape, or octal. */
    const cellOf = (character: string): string => {
        const code = character.charCodeAt(0);
        const named = code === 0 ? "\\0" : code === 10 ? "\\n" : code === 13 ? "\\r" : character;
        return code > 31 && code < 127 ? `   ${character}` : named === character ? octalOf(character) : `  ${named}`;
    };

    const octalOf = (character: string): string => ` ${character.charCodeAt(0).toString(8).padStart(3, "0")}`;

    it(`is found in every form, whatever stands around it (${String(runsOf(400))} cases)`, async () => {
        const all = keys.map(formsOf) as [readonly string[], ...(readonly string[])[]];
        const which = fc.record({ key: fc.nat(3), form: fc.nat(all[0].length - 1), before: words, after: words });
        await holdsFor(400, which, ({ key, form, before: ahead, after }) => {
            // Letters that touch base64 or hexadecimal digits are a part of them.
            const text = `${certificate}${ahead}\n"${all[key]?.[form] ?? ""}"\n${after}`;
            const codes = readCertificates(text, "cert").findings.map(({ code }) => code);
            expect(codes).to.include("private-key-exposed");
        });
    });

    it("is found in numbers of every base, cut into pieces, and encrypted without its label", () => {
        for (const key of keys) {
            const der = key.export({ type: "pkcs8", format: "der" });
            const encrypted = key.export({ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "secret" });
            const [pairs, octal] = [...der].reduce<readonly [readonly string[], readonly string[]]>(
                ([hex, oct], byte) => [
                    [...hex, byte.toString(16).padStart(2, "0")],
                    [...oct, byte.toString(8).padStart(3, "0")],
                ],
                [[], []],
            );
            const forms = {
                ".NET": pairs.join("-").toUpperCase(),
                PostgreSQL: pairs.join("."),
                C: pairs.map((pair) => `\\x${pair}`).join(""),
                "C#": pairs.map((pair) => `(byte)0x${pair}`).join(", "),
                Rust: pairs.map((pair) => `0x${pair}u8`).join(","),
                Java: [...new Int8Array(der)].join(", "),
                "a typed array": JSON.stringify({ ...der }),
                octal: octal.map((digits) => `\\${digits}`).join(""),
                printf: [...der]
                    .map((byte, at) => (byte > 64 && byte < 91 ? String.fromCharCode(byte) : `\\${octal[at] ?? ""}`))
                    .join(""),
                Python: [...der]
                    .map((byte, at) =>
                        byte > 31 && byte < 127 && byte !== 92 ? String.fromCharCode(byte) : `\\x${pairs[at] ?? ""}`,
                    )
                    .join(""),
                od: wordsOf(der, 2, (word) => word.toString(8).padStart(6, "0")),
                "od -x": wordsOf(der, 2, (word) => word.toString(16).padStart(4, "0")),
                "od -t x4": wordsOf(der, 4, (word) => word.toString(16).padStart(8, "0")),
                "od -c": dumpOf(der, (bytes) => bytes.toString("latin1").replace(/[^]/g, cellOf), 7).replace(
                    /^(\d{7}) /gm,
                    "$1",
                ),
                "od -b": dumpOf(der, (bytes) => bytes.toString("latin1").replace(/[^]/g, octalOf), 7).replace(
                    /^(\d{7}) /gm,
                    "$1",
                ),
                binary: [...der].map((byte) => byte.toString(2).padStart(8, "0")).join(" "),
                pieces: JSON.stringify(BASE64(der).match(/.{1,16}/g)),
                encrypted: encrypted.toString().replace(/-----[^-]+-----/g, ""),
            };
            for (const [name, form] of Object.entries(forms)) {
                const codes = readCertificates(`${certificate}${form}\n`, "cert").findings.map(({ code }) => code);
                expect(codes, name).to.include("private-key-exposed");
            }
        }
    });

    it("is found inside of the block of a certificate, and in the base64 of a PKCS #12 file behind it", () => {
        const cert = certificate;
        const [key] = keys;
        const der = key?.export({ type: "pkcs8", format: "der" }) ?? Buffer.alloc(0);
        const openssl = new OpenSsl();
        const bundle = openssl.write(
            "bundle.pem",
            `${cert}${key?.export({ type: "pkcs8", format: "pem" }).toString() ?? ""}`,
        );
        const file = openssl.make("pkcs12", "-export", "-in", bundle, "-passout", "pass:secret");
        openssl.dispose();
        for (const text of [
            cert.replace("-----END", `${BASE64(der)}\n-----END`),
            cert.replace("-----END", `${der.toString("hex").toUpperCase()}\n-----END`),
            pem("CERTIFICATE", Buffer.concat([new X509Certificate(cert).raw, der])),
            `${cert}# ${BASE64(file)}\n`,
        ]) {
            expect(readCertificates(text, "cert").findings.map(({ code }) => code)).to.include("private-key-exposed");
        }
    });

    it(`is never found in certificates, their text, and what else is public (${String(runsOf(400))} cases)`, async () => {
        const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
        const { certPem: ca } = await mintAuthority({ keyType: "rsa" });
        const names = fc.array(fc.string({ unit: "binary", maxLength: 40 }), { maxLength: 5 });
        await holdsFor(400, fc.record({ names, comment: fc.string({ unit: "grapheme", maxLength: 200 }) }), (given) => {
            const extensions = [alternativeNames(given.names.map((name) => encodeURIComponent(name)))];
            const subject = nameOf(...given.names);
            const text = handmade({ subject, publicKey, signingKey: privateKey, extensions });
            const { raw } = new X509Certificate(text);
            const comment = given.comment.replaceAll("-----", "");
            for (const form of [
                `# ${comment}\n${text}${ca}`,
                `${pem("X509 CRL", raw)}${text}`,
                raw.toString("hex"),
                raw.toString("base64"),
                JSON.stringify({ x5c: [raw.toString("base64")], comment: "the private key is elsewhere" }),
                publicKey.export({ type: "spki", format: "pem" }).toString(),
            ]) {
                expect(exposesPrivateKey(form)).to.equal(false, form);
            }
        });
    });

    it("is looked for in a long text of anything in linear time", async () => {
        const units = [
            "-",
            "M",
            "-----BEGIN CERTIFICATE-----\n",
            "-----END CERTIFICATE-----",
            "=\n",
            "%2D",
            "0x30,",
            "45,",
        ];
        for (const unit of [
            ...units,
            "\u200b",
            "\\n",
            "&#45;",
            `${"A".repeat(70)} `,
            "> ",
            "LS0tLS1CRUdJTi",
            "0\u0082",
            "000000 ab ",
            "0000000: abcd\n",
            "0000000   A 060  \\0\n",
            "\\060A\\x30",
            `# ${gzipSync(Buffer.alloc(200_000, "A")).toString("base64")}\n`,
            `# ${gzipSync(Buffer.alloc(20_000, "30 ")).toString("base64")}\n`,
            `# ${gzipSync(Buffer.alloc(1_000_000, "A")).toString("base64")}\n`,
        ]) {
            await withinTime(() => {
                readCertificates(unit.repeat(Math.floor((128 * 1024) / unit.length)), "ca");
            });
        }
    });

    it("does not hold up the bundle of all public authorities, read again and again", async () => {
        const { certPem } = await mintAuthority({ keyType: "rsa" });
        const bundle = `# Root\n${certPem}\n`.repeat(Math.floor((500 * 1024) / (certPem.length + 8)));
        await withinTime(() => {
            for (let count = 0; count < 5; count += 1) {
                expect(readCertificates(bundle, "ca").findings).to.deep.equal([]);
            }
        });
    });
});
