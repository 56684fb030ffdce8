import { expect } from "chai";
import { createPrivateKey } from "node:crypto";
import { after, before, describe, it } from "mocha";
import { TAG, readElements } from "../../../../provider/certificates/parse/der";
import { readPrivateKey } from "../../../../provider/certificates/parse/privateKey";
import { mintBundle, type CertificateBundle } from "../../../support/mint";
import { encryptedKeyShape, pkcs12WithPbmac1, reencode } from "../../../support/mintByHand";
import { OpenSsl } from "../../../support/openssl";
import { assertNoSecrets } from "../../../support/secretSweep";

const UMLAUTS = "geheimnisÄ€";

describe("an encrypted key", function () {
    this.timeout(60_000);

    let ec: CertificateBundle;
    let rsa: CertificateBundle;
    let openssl: OpenSsl;
    before(async () => {
        [ec, rsa] = [await mintBundle(), await mintBundle({ keyType: "rsa" })];
        openssl = new OpenSsl();
        openssl.write("ec.key", ec.key);
        openssl.write("ec.pem", ec.cert);
        openssl.write("rsa.key", rsa.key);
        openssl.write("rsa.pem", rsa.cert);
        openssl.write("ca.pem", ec.ca);
    });
    after(() => openssl.dispose());

    const pkcs12 = (passphrase: string, ...options: readonly string[]): Buffer =>
        openssl.make(
            "pkcs12",
            "-export",
            "-inkey",
            "ec.key",
            "-in",
            "ec.pem",
            "-passout",
            `pass:${passphrase}`,
            ...options,
        );
    /** The codes; a key that was read is the one that went in, and no message has a piece of it. */
    const read = (input: string | Buffer, passphrase?: string, expected: CertificateBundle = ec): readonly string[] => {
        const { value, findings } = readPrivateKey(input, passphrase);
        expect(value?.key.equals(createPrivateKey(expected.key)) ?? true).to.equal(true);
        assertNoSecrets(findings.map(({ message }) => message).join("\n"), {
            keys: [expected.key],
            tokens: passphrase === undefined || passphrase.trim() === "" ? [] : [passphrase],
        });
        return [value === undefined ? "no key" : "read", ...findings.map(({ code }) => code)];
    };

    it("is read with its passphrase in every form that OpenSSL writes", () => {
        const form = (...args: readonly string[]): Buffer => openssl.make(...args, "-passout", "pass:secret");
        expect(read(form("pkcs8", "-topk8", "-in", "ec.key", "-v2", "aes256"), "secret")).to.deep.equal(["read"]);
        expect(read(form("pkcs8", "-topk8", "-in", "ec.key", "-v2", "des3"), "secret")).to.deep.equal(["read"]);
        expect(read(form("pkcs8", "-topk8", "-in", "ec.key", "-scrypt"), "secret")).to.deep.equal(["read"]);
        const truncated = form("pkcs8", "-topk8", "-in", "ec.key", "-v2", "aes256", "-v2prf", "hmacWithSHA512-256");
        expect(read(truncated, "secret")).to.deep.equal(["read"]);
        expect(read(form("pkcs8", "-topk8", "-in", "ec.key", "-v1", "PBE-SHA1-3DES"), "secret")).to.deep.equal([
            "read",
        ]);
        expect(read(form("ec", "-aes128", "-in", "ec.key"), "secret")).to.deep.equal(["read"]);
        const traditional = form("rsa", "-des3", "-traditional", "-in", "rsa.key");
        expect(read(traditional, "secret", rsa)).to.deep.equal(["read"]);
        expect(read(traditional.toString().replace(/\n/g, "\\n"), "secret", rsa)).to.deep.equal([
            "read",
            "text-repaired",
        ]);
    });

    it("is read out of PKCS #12 of today and of the days of RC2, EC or RSA, with authorities or without", () => {
        for (const options of [
            [],
            ["-certfile", "ca.pem"],
            ["-legacy"],
            ["-legacy", "-certpbe", "PBE-SHA1-RC2-128", "-keypbe", "PBE-SHA1-RC2-128"],
            ["-legacy", "-certpbe", "PBE-SHA1-2DES", "-keypbe", "PBE-SHA1-2DES"],
            ["-certpbe", "AES-128-CBC", "-keypbe", "PBE-SHA1-3DES", "-macalg", "sha512"],
            ["-certpbe", "NONE", "-keypbe", "NONE"],
            ["-nomac"],
        ]) {
            expect(read(pkcs12("secret", ...options), "secret")).to.deep.equal(
                ["read", "key-from-der"],
                options.join(" "),
            );
        }
        const ofRsa = ["pkcs12", "-export", "-inkey", "rsa.key", "-in", "rsa.pem", "-passout", "pass:secret"];
        expect(read(openssl.make(...ofRsa), "secret", rsa)).to.deep.equal(["read", "key-from-der"]);
        expect(read(pkcs12("secret").toString("base64"), "secret")).to.deep.equal(["read", "key-from-der"]);
    });

    it("is read out of PKCS #12 in BER, as browsers write it: no lengths, and octets in pieces", () => {
        for (const options of [[], ["-legacy"]]) {
            const file = withoutLengths(pkcs12("secret", ...options));
            expect(file.subarray(0, 2).toString("hex")).to.equal("3080");
            expect(read(file, "secret")).to.deep.equal(["read", "key-from-der"]);
            expect(read(file, "another passphrase")).to.deep.equal(["no key", "wrong-passphrase"]);
        }
    });

    it("is read with a passphrase of umlauts, which PKCS #12 has in one encoding in its MAC and in another in its bags", () => {
        for (const options of [[], ["-legacy"], ["-nomac"]]) {
            expect(read(pkcs12(UMLAUTS, ...options), UMLAUTS)).to.deep.equal(["read", "key-from-der"]);
        }
        const pkcs8 = openssl.make("pkcs8", "-topk8", "-in", "ec.key", "-passout", `pass:${UMLAUTS}`);
        expect(read(pkcs8, UMLAUTS)).to.deep.equal(["read"]);
    });

    it("needs no passphrase where the file was made with an empty one or none", () => {
        const unencrypted = ["-certpbe", "NONE", "-keypbe", "NONE", "-nomac"];
        for (const file of [pkcs12(""), pkcs12("", "-legacy"), pkcs12("", ...unencrypted)]) {
            expect(read(file)).to.deep.equal(["read", "key-from-der"]);
            expect(read(file, "")).to.deep.equal(["read", "key-from-der"]);
        }
        expect(read(pkcs12(""), "secret")).to.deep.equal(["no key", "wrong-passphrase"]);
        expect(read(ec.key, "not needed")).to.deep.equal(["read"]);
    });

    it("tells a missing passphrase from a wrong one", () => {
        for (const file of [
            pkcs12("secret"),
            pkcs12("secret", "-legacy"),
            pkcs12("secret", "-nomac"),
            pkcs12("secret", "-certpbe", "NONE", "-keypbe", "NONE"),
            openssl.make("pkcs8", "-topk8", "-in", "ec.key", "-passout", "pass:secret"),
            openssl.make("ec", "-aes256", "-in", "ec.key", "-passout", "pass:secret"),
        ]) {
            expect(read(file)).to.deep.equal(["no key", "key-encrypted"]);
            expect(read(file, "another passphrase")).to.deep.equal(["no key", "wrong-passphrase"]);
            expect(read(file, "secret ")).to.deep.equal(["no key", "wrong-passphrase"]);
            expect(read(file, "")).to.deep.equal(["no key", "wrong-passphrase"]);
        }
    });

    it("is told from PKCS #12 where the passphrase is another, which openssl pkcs12 tries and openssl pkey does not", () => {
        const said = (file: Buffer): string =>
            readPrivateKey(file, "another")
                .findings.map(({ message }) => message)
                .join();
        expect(said(pkcs12("secret"))).to.match(
            /^is PKCS #12 .* try the passphrase with `openssl pkcs12 -in FILE -info/,
        );
        expect(said(pkcs12("secret"))).to.not.contain("openssl pkey");
        const pkcs8 = openssl.make("pkcs8", "-topk8", "-in", "ec.key", "-passout", "pass:secret");
        expect(said(pkcs8)).to.match(/^is an encrypted private key .* try the passphrase with `openssl pkey -noout/);
    });

    it("is refused at once where a file asks for years of work, and named where it is sealed in a way not read here", () => {
        const pbmac1 = pkcs12WithPbmac1();
        const shapes = [
            [encryptedKeyShape({ iterations: 2 ** 31 }), /protected with more than 2000000 iterations/],
            [encryptedKeyShape({ scryptCost: 2 ** 30 }), /protected with scrypt with 8589934592 steps/],
            [pbmac1, /protected with PBMAC1 \(RFC 9579\)/],
        ] as const;
        for (const [file, says] of shapes) {
            const { findings } = readPrivateKey(file, "secret");
            expect(findings.map(({ code }) => code)).to.deep.equal(["encryption-unsupported"]);
            expect(findings[0]?.message).to.match(says);
            expect(findings[0]?.message).to.contain(
                file === pbmac1 ? "openssl pkcs12" : "openssl pkey -provider legacy",
            );
        }
    });

    it("is one key where the file holds the same twice, and several where it holds two", () => {
        expect(read(ec.key + ec.key)).to.deep.equal(["read"]);
        expect(read(ec.key + reencode(ec.key, "sec1", "pem").toString())).to.deep.equal(["read"]);
        expect(read(ec.key + rsa.key)).to.deep.equal(["no key", "several-keys"]);
    });

    it("is read whatever its label says: PKCS #1 under PRIVATE KEY", () => {
        const label = (pem: string, name: string): string => pem.replace(/(BEGIN|END) [A-Z ]+-/g, `$1 ${name}-`);
        const pkcs1 = reencode(rsa.key, "pkcs1", "pem").toString();
        expect(read(label(pkcs1, "PRIVATE KEY"), undefined, rsa)).to.deep.equal(["read"]);
        expect(read(label(rsa.key, "RSA PRIVATE KEY"), undefined, rsa)).to.deep.equal(["read"]);
        expect(read(label(reencode(ec.key, "sec1", "pem").toString(), "PRIVATE KEY"))).to.deep.equal(["read"]);
    });
});

/** The outer elements of DER as BER of indefinite length; the first octet string is cut in two. */
function withoutLengths(der: Buffer): Buffer {
    const end = Buffer.alloc(2);
    const parts = readElements(der).map(({ tag, content }) => {
        if ((tag & 0x20) !== 0) {
            return Buffer.concat([Buffer.from([tag, 0x80]), withoutLengths(content), end]);
        }
        if (tag !== TAG.OCTET_STRING || content.length < 300) {
            return octets(tag, content);
        }
        const pieces = [content.subarray(0, 100), content.subarray(100)].map((piece) =>
            octets(TAG.OCTET_STRING, piece),
        );
        return Buffer.concat([Buffer.from([0x24, 0x80]), ...pieces, end]);
    });
    return Buffer.concat(parts);
}

function octets(tag: number, content: Buffer): Buffer {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(content.length);
    return Buffer.concat([Buffer.from([tag, 0x84]), length, content]);
}
