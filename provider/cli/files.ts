import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { UnsupportedEncryption } from "../certificates/parse/decryption";
import { sequenceOfFile } from "../certificates/parse/der";
import { certificatesOfPkcs7, shapeOf } from "../certificates/parse/keyEncoding";
import { isIssuedBy, parseCertificate } from "../certificates/parse/certificateCache";
import { encodePem, readPem, type PemBlock } from "../certificates/parse/pem";
import { commandToOpen, openPkcs12 } from "../certificates/parse/pkcs12";
import { readPrivateKey } from "../certificates/parse/privateKey";
import { decodeText } from "../certificates/parse/repair";
import { CommandError, type CommandHost, type Parsed } from "./command";
import { cannot } from "./newFiles";
import { shellWord } from "./shell";
import { quote } from "../text/quoting";

/** Larger than any bundle in use. Bounds what is read of a file that was given by mistake. */
const LARGEST_FILE_BYTES = 1024 * 1024;

/** What is in a file as PEM text, whatever it was. */
interface Content {
    /** One text for what belongs together; of PKCS #12, certificates and key apart. */
    readonly texts: readonly string[];
    /** Why nothing could be had of it. */
    readonly problem?: string;
    /** Whether another passphrase could do. */
    readonly isLocked?: boolean;
}

/** A file that a user named. */
export interface BundleFile extends Content {
    readonly path: string;
}

/** The option of every command that reads files. */
export const PASSPHRASE_OPTION = {
    "passphrase-env": {
        value: "NAME",
        help: "The environment variable with the passphrase of encrypted files; default: asked at a terminal",
    },
} as const;

/**
 * Reads the files that the options name, or else the operands, "-" being standard input; asks for a passphrase where one
 * is needed.
 */
export async function readBundleFiles(parsed: Parsed, host: CommandHost, options?: readonly string[]) {
    const named =
        options?.flatMap((name) => parsed.value(name) ?? []) ?? (await expandWildcards(parsed.operands, host.folder));
    const contents: { path: string; bytes: Buffer }[] = [];
    for (const path of named) {
        contents.push({ path, bytes: await readBounded(path, host) });
    }
    const open = (passphrase: string | undefined): readonly BundleFile[] =>
        contents.map(({ path, bytes }) => ({ path, ...openFile(path, bytes, passphrase) }));
    const given = passphraseOf(parsed, host);
    const files = open(given);
    const locked = files.filter(({ isLocked }) => isLocked).map(({ path }) => quote(path));
    if (given !== undefined || locked.length === 0) {
        return { files, passphrase: given };
    }
    const passphrase = await host.ask(`Passphrase of ${locked.join(", ")}: `, true);
    return passphrase === undefined ? { files, passphrase } : { files: open(passphrase), passphrase };
}

/** The shells of Windows leave `*.pem` to the program. Whatever matches nothing stays as it is. */
async function expandWildcards(paths: readonly string[], folder: string): Promise<readonly string[]> {
    return (await Promise.all(paths.map((path) => expand(path, folder)))).flat();
}

async function expand(path: string, folder: string): Promise<readonly string[]> {
    const pattern = basename(path);
    if (!/[*?]/.test(pattern)) {
        return [path];
    }
    const names = await readdir(resolve(folder, dirname(path))).catch((): string[] => []);
    const found = names.includes(pattern) ? [] : names.filter(matcher(pattern)).sort();
    return found.length === 0 ? [path] : found.map((name) => join(dirname(path), name));
}

/** As in a shell, a leading dot has to be there in the pattern. */
function matcher(pattern: string): (name: string) => boolean {
    const escaped = pattern.replace(/[\\^$.+()[\]{}|]/g, String.raw`\$&`);
    const expression = escaped.replaceAll("*", ".*").replaceAll("?", ".");
    const whole = new RegExp(`^${expression}$`, process.platform === "win32" ? "i" : "");
    return (name) => whole.test(name) && (!name.startsWith(".") || pattern.startsWith("."));
}

/** The same where every file is needed. */
export async function requireBundleFiles(...asked: Parameters<typeof readBundleFiles>) {
    const read = await readBundleFiles(...asked);
    const problems = read.files.flatMap(({ path, problem }) =>
        problem === undefined ? [] : [`${quote(path)}: ${problem}`],
    );
    if (problems.length > 0) {
        throw new CommandError(problems.join("; "));
    }
    return read;
}

export function passphraseOf(
    parsed: Parsed,
    { environment }: CommandHost,
    option = "passphrase-env",
): string | undefined {
    const name = parsed.value(option);
    const passphrase = name !== undefined && Object.hasOwn(environment, name) ? environment[name] : undefined;
    if (name !== undefined && passphrase === undefined) {
        throw new CommandError(
            `no passphrase: the environment variable ${quote(name)} is not set; set it, or leave --${option} out`,
        );
    }
    return passphrase;
}

function openFile(path: string, bytes: Buffer, passphrase: string | undefined): Content {
    const text = decodeText(bytes);
    const whole = sequenceOfFile(bytes);
    const blocks: readonly PemBlock[] =
        whole !== undefined ? [{ label: shapeOf(whole), der: whole }] : readPem(text, "ca").blocks;
    const container = blocks.find(({ der }) => shapeOf(der) === "PKCS12");
    if (container !== undefined) {
        return openContainer(path, container, passphrase, whole !== undefined);
    }
    if (blocks.some(isPkcs7)) {
        const ders = blocks.flatMap((block) => (isPkcs7(block) ? certificatesOfPkcs7(block.der) : [block.der]));
        return { texts: rootsApart(ders) };
    }
    const isEncrypted = blocks.some(({ label, encrypted }) => label.startsWith("ENCRYPTED") || encrypted !== undefined);
    return {
        texts: [whole !== undefined ? blocks.map(({ label, der }) => pemOf([der], label)).join("") : text],
        isLocked: isEncrypted && readPrivateKey(text, passphrase).value === undefined,
    };
}

/** Whatever its label: some authorities send it as CERTIFICATE. */
function isPkcs7({ der }: PemBlock): boolean {
    return shapeOf(der) === "PKCS7";
}

function openContainer(path: string, { der }: PemBlock, passphrase: string | undefined, isFile: boolean): Content {
    try {
        const opened = openPkcs12(der, passphrase);
        if (opened === "damaged") {
            return { texts: [], problem: "is PKCS #12 that is damaged; copy it again" };
        }
        if (opened === "passphrase") {
            const reason =
                passphrase === undefined ? ", and no passphrase is given" : " that the passphrase does not open";
            // OpenSSL does not read it in base64.
            const tryIt = isFile ? `, or try it with \`${commandToOpen(der, shellWord(path))}\`` : "";
            const problem = `is PKCS #12${reason}; give the passphrase by --passphrase-env NAME${tryIt}`;
            return { texts: [], problem, isLocked: true };
        }
        return {
            texts: [...rootsApart(opened.certificates), ...opened.keys.map((key) => pemOf([key], "PRIVATE KEY"))],
        };
    } catch (error) {
        if (error instanceof UnsupportedEncryption) {
            const problem = `is PKCS #12 protected with ${error.message}, which cannot be read here; make it again with \`openssl pkcs12 -export\``;
            return { texts: [], problem };
        }
        throw error;
    }
}

/** What issued itself is for `ca`, all else for `cert`. */
function rootsApart(ders: readonly Buffer[]): readonly string[] {
    const [roots, others] = [ders.filter(isRoot), ders.filter((der) => !isRoot(der))];
    return [others, roots].filter(({ length }) => length > 0).map((some) => pemOf(some));
}

function isRoot(der: Buffer): boolean {
    try {
        const certificate = parseCertificate(der);
        return isIssuedBy(certificate, certificate);
    } catch {
        // No certificate, which is said where it is read.
        return false;
    }
}

function pemOf(ders: readonly Buffer[], label = "CERTIFICATE"): string {
    return ders.map((der) => encodePem(label, der)).join("");
}

async function readBounded(path: string, { folder, input }: CommandHost): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let length = 0;
    try {
        if (path !== "-" && (await isNamedPipe(resolve(folder, path)))) {
            throw new CommandError(
                `the file ${quote(path)} is a pipe, which may never end; give - and read it: < PIPE`,
            );
        }
        const source: AsyncIterable<Buffer | string> = path === "-" ? input() : createReadStream(resolve(folder, path));
        for await (const chunk of source) {
            chunks.push(Buffer.from(chunk));
            length += chunk.length;
            if (length > LARGEST_FILE_BYTES) {
                throw new CommandError(`the file ${quote(path)} has more than 1 MB; check that it is the right one`);
            }
        }
        return Buffer.concat(chunks);
    } catch (error) {
        throw cannot("read", path, error);
    }
}

/** Shells put the output of a command under /dev or /proc; that has somebody who writes it. */
async function isNamedPipe(path: string): Promise<boolean> {
    return !/^\/(?:dev|proc)\//.test(path) && (await stat(path)).isFIFO();
}
