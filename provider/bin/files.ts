import { createPrivateKey, X509Certificate } from "node:crypto";
import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import { encodePem } from "../material/pem";
import { quote } from "../operations/identity";
import { CommandError, type CommandHost } from "./command";

/** Larger than any bundle in use. Bounds what is read of a file that was given by mistake. */
const LARGEST_FILE_BYTES = 1024 * 1024;

/** A file of material as PEM text, whatever it held; or what it holds that cannot become PEM text. */
export type MaterialFile =
    { readonly path: string; readonly text: string } | { readonly path: string; readonly problem: string };

/** Reads a file that a user named. DER becomes PEM; of PKCS #12 it says how to take it apart. */
export async function readMaterialFile(path: string, host: Pick<CommandHost, "folder">): Promise<MaterialFile> {
    const bytes = await readBounded(path, host);
    if (isPkcs12(bytes)) {
        const file = quote(path);
        return {
            path,
            problem:
                `expected PEM or DER, got PKCS #12; take it apart: openssl pkcs12 -in ${file} -clcerts -nokeys -out client.pem, ` +
                `openssl pkcs12 -in ${file} -nocerts -nodes -out client.key, openssl pkcs12 -in ${file} -cacerts -nokeys -out ca.pem`,
        };
    }
    return { path, text: fromDer(bytes) ?? bytes.toString("utf8") };
}

/** The same, where nothing else than PEM or DER can be used. */
export async function requireMaterialFile(path: string, host: Pick<CommandHost, "folder">): Promise<string> {
    const file = await readMaterialFile(path, host);
    if ("problem" in file) {
        throw new CommandError(`${quote(path)}: ${file.problem}`);
    }
    return file.text;
}

async function readBounded(path: string, { folder }: Pick<CommandHost, "folder">): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let length = 0;
    try {
        for await (const chunk of createReadStream(resolve(folder, path)) as AsyncIterable<Buffer>) {
            chunks.push(chunk);
            length += chunk.length;
            if (length > LARGEST_FILE_BYTES) {
                break;
            }
        }
    } catch (error) {
        const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
        throw new CommandError(`expected a file at ${quote(path)}, but it cannot be read (${code}); check the path`);
    }
    if (length > LARGEST_FILE_BYTES) {
        throw new CommandError(`expected at most 1 MB in ${quote(path)}, got more; check that it is the right file`);
    }
    return Buffer.concat(chunks);
}

const SEQUENCE = 0x30;
/** RFC 7292 §4: a PFX is a sequence that begins with the version 3, then a ContentInfo of PKCS #7. */
const PFX_VERSION = Buffer.from([0x02, 0x01, 0x03, SEQUENCE]);
const PKCS7 = Buffer.from([0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07]);

function isPkcs12(bytes: Buffer): boolean {
    const head = bytes.subarray(0, 32);
    return head[0] === SEQUENCE && head.includes(PFX_VERSION) && head.includes(PKCS7);
}

const KEY_FORMS = ["pkcs8", "pkcs1", "sec1"] as const;

function fromDer(bytes: Buffer): string | undefined {
    if (bytes[0] !== SEQUENCE) {
        return undefined;
    }
    if (isCertificate(bytes)) {
        return encodePem("CERTIFICATE", bytes);
    }
    const [key] = KEY_FORMS.flatMap((type) => keyFromDer(bytes, type) ?? []);
    return key;
}

function isCertificate(bytes: Buffer): boolean {
    try {
        return new X509Certificate(bytes).raw.equals(bytes);
    } catch {
        return false;
    }
}

/** As PKCS #8, since newer versions of OpenSSL also read one form where another was announced. */
function keyFromDer(bytes: Buffer, type: (typeof KEY_FORMS)[number]): string | undefined {
    try {
        return createPrivateKey({ key: bytes, format: "der", type })
            .export({ format: "pem", type: "pkcs8" })
            .toString();
    } catch {
        return undefined;
    }
}
