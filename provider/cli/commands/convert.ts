import { type X509Certificate } from "node:crypto";
import { describeCertificate, isIssuedBy, nameOf, readCertificates } from "../../certificates/parse/certificate";
import { isSame } from "../../certificates/pools";
import { isKeyOf, readPrivateKey, type PrivateKey } from "../../certificates/parse/privateKey";
import { CommandError, EXIT, type Command } from "../command";
import { misuse } from "../options";
import { PASSPHRASE_OPTION, passphraseOf, requireBundleFiles, type BundleFile } from "../files";
import { writeTogether } from "../newFiles";
import { findLeaf } from "../roles";
import { jsonText, table } from "../terminal";
import { enumerated, quote, shown } from "../../text/quoting";

export const convertCommand: Command = {
    name: "convert",
    operands: "FILE…",
    operandCounts: [1, 32],
    summary: "Make client.pem and ca.pem of PKCS #12, PKCS #7, DER, or PEM that was mangled",
    details: [
        "client.pem gets the certificate and its intermediates, ca.pem the roots; both can be committed. The private key is",
        "written only with --key, readable for you alone. FILE may be - for standard input. Nothing is sent anywhere.",
        "Exit code 1 if there is no root for ca.pem, or the files hold no certificate.",
    ],
    options: {
        out: { value: "DIR", help: "Where client.pem and ca.pem go; default: the folder you are in" },
        key: { value: "FILE", help: "Write the private key as well, as PKCS #8, with mode 0600" },
        "key-passphrase-env": {
            value: "NAME",
            help: "The environment variable with a passphrase, by which the key is encrypted",
        },
        ...PASSPHRASE_OPTION,
        force: { help: "Write over files that exist" },
    },
    run: async (parsed, host) => {
        const keyFile = parsed.value("key");
        if (keyFile === "-") {
            throw misuse(convertCommand, "--key: a private key is not shown; give the name of a file");
        }
        const secret = passphraseOf(parsed, host, "key-passphrase-env");
        if (secret === "" || (secret !== undefined && keyFile === undefined)) {
            throw misuse(convertCommand, "--key-passphrase-env needs --key, and a passphrase that is not empty");
        }
        const { files, passphrase } = await requireBundleFiles(parsed, host);
        const key = findKey(files, passphrase, keyFile !== undefined);
        const sorted = sort(certificatesOf(files), key);
        const folder = parsed.value("out") ?? ".";
        const isKeyWanted = keyFile !== undefined && key !== undefined;
        const created = [
            pemFile(`${folder}/client.pem`, sorted.chain),
            ...(sorted.roots.length === 0 ? [] : [pemFile(`${folder}/ca.pem`, sorted.roots)]),
            ...(isKeyWanted
                ? [{ path: keyFile, text: encode(key, secret), holds: "the private key", isSecret: true }]
                : []),
        ];
        await writeTogether(created, host, parsed.flag("force") ? undefined : "; --force writes over it");
        const written = created.map(({ path, holds }) => ({ path, holds }));
        host.write(
            parsed.flag("json") ? jsonText({ files: written }) : table(written.map(({ path, holds }) => [path, holds])),
        );
        sorted.others.forEach((certificate) =>
            host.writeError(
                `left out ${describeCertificate(certificate)}: the path from the certificate to a root does not need it`,
            ),
        );
        if (sorted.roots.length === 0) {
            host.writeError(
                `no ca.pem was written: the root that the certificate leads to is not in the files; ask for ` +
                    `"${shown(nameOf(sorted.chain.at(-1)?.issuer))}", and for what issued that`,
            );
            return EXIT.bad;
        }
        return EXIT.fine;
    },
};

function certificatesOf(files: readonly BundleFile[]): readonly X509Certificate[] {
    const readings = files.flatMap(({ path, texts }) =>
        texts.map((text) => ({ path, ...readCertificates(text, "ca") })),
    );
    const certificates = readings.flatMap((reading) => reading.certificates);
    if (certificates.length === 0) {
        const [said] = readings.flatMap(({ path, findings }) =>
            findings
                .filter(({ severity, code }) => severity === "error" && code !== "private-key-exposed")
                .map(({ message }) => `${quote(path)}: ${message}`),
        );
        throw new CommandError(said ?? "there is no certificate in the files; add the one to convert", EXIT.bad);
    }
    return certificates.filter((one, index) => certificates.findIndex((other) => isSame(one, other)) === index);
}

/** The key, if there is one; only where it is wanted, it is missed. */
function findKey(
    files: readonly BundleFile[],
    passphrase: string | undefined,
    isWanted: boolean,
): PrivateKey | undefined {
    const texts = files.flatMap(({ texts }) => texts);
    const readings = texts.map((text) => readPrivateKey(text, passphrase));
    const keys = readings.flatMap(({ value }) => value ?? []);
    const [key, ...others] = keys.filter(({ pem }, index) => keys.findIndex((other) => other.pem === pem) === index);
    if (isWanted && (key === undefined || others.length > 0)) {
        const locked = readings
            .flatMap(({ findings }) => findings)
            .find(({ code }) => /encrypted$|passphrase/.test(code));
        const found = key === undefined ? "is no private key" : `are ${String(others.length + 1)} private keys`;
        throw new CommandError(locked?.message ?? `there ${found} in the files; --key writes exactly one`, EXIT.bad);
    }
    return others.length === 0 ? key : undefined;
}

/** The chain, leaf first, the roots, and what is neither. */
function sort(all: readonly X509Certificate[], key: PrivateKey | undefined) {
    const leaf = findLeaf(all, key);
    const leaves = all.filter((one) => !one.ca && all.every((other) => other === one || !isIssuedBy(other, one)));
    if (key === undefined && leaves.length > 1) {
        const names = enumerated(leaves.map(describeCertificate));
        const fact = `${String(leaves.length)} certificates could be the leaf, since they issued none of the others: ${names}`;
        throw new CommandError(`${fact}; convert their files one by one, or add the key of the right one`, EXIT.bad);
    }
    if (leaf === undefined || (key !== undefined && !isKeyOf(leaf, key))) {
        const fact = `no certificate in the files ${key === undefined ? "is the leaf: they issued each other" : "belongs to the private key"}`;
        throw new CommandError(`${fact}; add the one that is to be converted`, EXIT.bad);
    }
    const isRoot = (one: X509Certificate): boolean => isIssuedBy(one, one);
    const chain = [leaf];
    // Grows while it is walked: an issuer of each that is in it, by all its cross-signed certificates.
    for (const certificate of chain) {
        chain.push(...all.filter((one) => !isRoot(one) && !chain.includes(one) && isIssuedBy(certificate, one)));
    }
    const roots = all.filter((one) => isRoot(one) && chain.some((certificate) => isIssuedBy(certificate, one)));
    return { chain, roots, others: all.filter((one) => !chain.includes(one) && !roots.includes(one)) };
}

function pemFile(path: string, certificates: readonly X509Certificate[]) {
    const [first, ...others] = certificates;
    const more = others.length === 0 ? "" : ` and ${String(others.length)} more`;
    const holds = `${shown(nameOf(first?.subject)) || "a certificate without a subject"}${more}`;
    return { path, text: certificates.map(String).join(""), holds };
}

function encode({ key }: PrivateKey, passphrase: string | undefined): string {
    const form = { type: "pkcs8", format: "pem" } as const;
    return key.export(passphrase === undefined ? form : { ...form, cipher: "aes-256-cbc", passphrase }).toString();
}
