import { expect } from "chai";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { mintAuthority, type Authority, type Issued } from "../../../support/mint";
import { OpenSsl } from "../../../support/openssl";
import { Terminal } from "../terminal";
import { IS_WINDOWS } from "../../../support/platform";

const PASSPHRASE = "pass phrase of the file";
const OWN_PASSPHRASE = "pass phrase of the key";

describe("pulumi-vercel-client-cert convert", function () {
    this.timeout(60_000);

    let root: Authority;
    let issuing: Authority;
    let leaf: Issued;
    let openssl: OpenSsl;
    let terminal: Terminal;
    let p12: Buffer;

    beforeEach(async () => {
        root = await mintAuthority({ commonName: "Root" });
        issuing = await root.intermediate("Issuing");
        leaf = await issuing.issue({ commonName: "billing" });
        openssl = new OpenSsl();
        openssl.write("client.key", leaf.keyPem);
        openssl.write("client.pem", leaf.certPem);
        openssl.write("chain.pem", root.certPem + issuing.certPem);
        p12 = pkcs12("-certfile", "chain.pem");
        terminal = new Terminal({
            environment: { PASSPHRASE, OWN_PASSPHRASE },
            secrets: { keys: [leaf.keyPem], tokens: [PASSPHRASE, OWN_PASSPHRASE] },
        });
    });
    afterEach(() => {
        openssl.dispose();
        terminal.dispose();
    });

    const pkcs12 = (...options: readonly string[]): Buffer =>
        openssl.make(
            ...["pkcs12", "-export", "-inkey", "client.key", "-in", "client.pem", "-passout", `pass:${PASSPHRASE}`],
            ...options,
        );
    const pkcs7 = (...options: readonly string[]): Buffer =>
        openssl.make("crl2pkcs7", "-nocrl", "-certfile", "client.pem", "-certfile", "chain.pem", ...options);
    const read = (file: string): string => readFileSync(join(terminal.folder, file), "utf8");
    const namesIn = (file: string): readonly string[] =>
        (read(file).match(/-----BEGIN[^]*?-----END CERTIFICATE-----/g) ?? []).map(
            (one) => new X509Certificate(one).subject,
        );
    const expectBundle = (folder = "."): void => {
        expect(namesIn(`${folder}/client.pem`)).to.deep.equal(["CN=billing", "CN=Issuing"]);
        expect(namesIn(`${folder}/ca.pem`)).to.deep.equal(["CN=Root"]);
    };

    it("makes what can be committed of PKCS #12, PKCS #7, DER, and PEM in any order or mangled", async () => {
        const der = (certificate: string): Buffer => new X509Certificate(certificate).raw;
        terminal.write({
            "new.p12": p12,
            "old.p12": pkcs12("-certfile", "chain.pem", "-legacy"),
            "base64.p12": p12.toString("base64"),
            "chain.p7b": pkcs7(),
            "chain.p7c": pkcs7("-outform", "der"),
            "base64.p7b": pkcs7("-outform", "der").toString("base64"),
            "other.p7b": pkcs7().toString().replaceAll("PKCS7", "PKCS #7 SIGNED DATA"),
            "leaf.cer": der(leaf.certPem),
            "issuing.cer": der(issuing.certPem),
            "root.cer": der(root.certPem),
            "labelled.p7b": pkcs7().toString().replaceAll("PKCS7", "CERTIFICATE"),
            "mangled.pem": (root.certPem + leaf.certPem + issuing.certPem).replaceAll("\n", "\\n"),
        });
        for (const [index, files] of [
            ...[["new.p12"], ["old.p12"], ["base64.p12"], ["chain.p7b"], ["chain.p7c"], ["base64.p7b"], ["other.p7b"]],
            ["labelled.p7b"],
            ...[["root.cer", "leaf.cer", "issuing.cer"], ["mangled.pem"]],
        ].entries()) {
            const folder = `out/${String(index)}`;
            const run = await terminal.run("convert", ...files, "--out", folder, "--passphrase-env", "PASSPHRASE");
            expect([files, run.exitCode, run.stderr]).to.deep.equal([files, 0, ""]);
            expectBundle(folder);
            expect(readdirSync(join(terminal.folder, folder)).sort()).to.deep.equal(["ca.pem", "client.pem"]);
        }
    });

    it("keeps every byte of the certificates", async () => {
        terminal.write({ "new.p12": p12 });
        await terminal.run("convert", "new.p12", "--passphrase-env", "PASSPHRASE");
        const parse = (pem: string): string => new X509Certificate(pem).fingerprint256;
        expect([parse(read("client.pem")), parse(read("ca.pem"))]).to.deep.equal([
            parse(leaf.certPem),
            parse(root.certPem),
        ]);
    });

    it("writes the key only when it is asked to, for its owner alone, and encrypted if wanted", async () => {
        terminal.write({ "new.p12": p12 });
        const option = ["--passphrase-env", "PASSPHRASE"];
        const plain = await terminal.run("convert", "new.p12", ...option, "--key", "client.key", "--json");
        expect(plain.exitCode).to.equal(0);
        expect(statSync(join(terminal.folder, "client.key")).mode & 0o777).to.equal(IS_WINDOWS ? 0o666 : 0o600);
        expect(createPrivateKey(read("client.key")).equals(createPrivateKey(leaf.keyPem))).to.equal(true);
        const files = (JSON.parse(plain.stdout) as { files: { path: string }[] }).files.map(({ path }) => path);
        expect(files).to.deep.equal(["./client.pem", "./ca.pem", "client.key"]);
        const encrypted = ["--key", "safe.key", "--key-passphrase-env", "OWN_PASSPHRASE", "--out", "other"];
        expect((await terminal.run("convert", "new.p12", ...option, ...encrypted)).exitCode).to.equal(0);
        expect(read("safe.key")).to.match(/^-----BEGIN ENCRYPTED PRIVATE KEY-----\n/);
        const opened = createPrivateKey({ key: read("safe.key"), passphrase: OWN_PASSPHRASE });
        expect(opened.equals(createPrivateKey(leaf.keyPem))).to.equal(true);
    });

    it("writes over nothing unless it is told to, and then nothing halfway", async () => {
        terminal.write({ "new.p12": p12, "ca.pem": "mine" });
        const option = ["--passphrase-env", "PASSPHRASE"];
        const refused = await terminal.run("convert", "new.p12", ...option);
        expect([refused.exitCode, refused.stderr]).to.deep.equal([
            3,
            'pulumi-vercel-client-cert: there is a file "./ca.pem" already; --force writes over it\n',
        ]);
        expect(readdirSync(terminal.folder).sort()).to.deep.equal(["ca.pem", "new.p12"]);
        expect(read("ca.pem")).to.equal("mine");
        expect((await terminal.run("convert", "new.p12", ...option, "--force")).exitCode).to.equal(0);
        expectBundle();
        const twice = await terminal.run("convert", "new.p12", ...option, "--force", "--key", "client.pem");
        expect([twice.exitCode, namesIn("client.pem").length]).to.deep.equal([2, 2]);
        const inFile = await terminal.run("convert", "new.p12", ...option, "--out", "new.p12");
        expect([inFile.exitCode, inFile.stderr]).to.deep.equal([
            3,
            'pulumi-vercel-client-cert: the file "new.p12/client.pem" cannot be written (EEXIST); check the path and its permissions\n',
        ]);
    });

    it("shows no key, and names a folder that cannot be made", async () => {
        terminal.write({ "new.p12": p12, taken: "" });
        const option = ["new.p12", "--passphrase-env", "PASSPHRASE"];
        const shown = await terminal.run("convert", ...option, "--key", "-");
        expect([shown.exitCode, shown.stderr]).to.deep.equal([
            2,
            "pulumi-vercel-client-cert: --key: a private key is not shown; give the name of a file; see pulumi-vercel-client-cert convert --help\n",
        ]);
        const blocked = await terminal.run("convert", ...option, "--out", "taken");
        expect([blocked.exitCode, blocked.stderr]).to.deep.equal([
            3,
            'pulumi-vercel-client-cert: the file "taken/client.pem" cannot be written (EEXIST); check the path and its permissions\n',
        ]);
        expect(readdirSync(terminal.folder).sort()).to.deep.equal(["new.p12", "taken"]);
    });

    it("writes no ca.pem where there is no root, and says so with exit code 1", async () => {
        terminal.write({ "lone.p12": pkcs12() });
        const run = await terminal.run("convert", "lone.p12", "--passphrase-env", "PASSPHRASE");
        expect(run.exitCode).to.equal(1);
        expect(run.stderr).to.match(/no ca\.pem was written: the root .* is not in the files; ask for "CN=Issuing"/);
        expect(readdirSync(terminal.folder).sort()).to.deep.equal(["client.pem", "lone.p12"]);
    });

    it("takes a passphrase that is typed, and says which is missing or wrong", async () => {
        const typing = new Terminal({ answer: PASSPHRASE, secrets: { keys: [leaf.keyPem], tokens: [PASSPHRASE] } });
        try {
            typing.write({ "new.p12": p12 });
            expect((await typing.run("convert", "new.p12")).exitCode).to.equal(0);
        } finally {
            typing.dispose();
        }
        terminal.write({ "new.p12": p12 });
        const missing = await terminal.run("convert", "new.p12");
        expect(missing.exitCode).to.equal(3);
        expect(missing.stderr).to.contain(
            "is PKCS #12, and no passphrase is given; give the passphrase by --passphrase-env NAME",
        );
        const wrong = await terminal.run("convert", "new.p12", "--passphrase-env", "OWN_PASSPHRASE");
        expect([wrong.exitCode, wrong.stderr]).to.satisfy(([, said]: [number, string]) =>
            said.includes("does not open"),
        );
        const unset = await terminal.run("convert", "new.p12", "--passphrase-env", "UNSET");
        expect([unset.exitCode, unset.stderr]).to.satisfy(([, said]: [number, string]) => said.includes('"UNSET"'));
        expect(readdirSync(terminal.folder)).to.deep.equal(["new.p12"]);
    });

    it("leaves out what is not on the way, and does not choose between two certificates", async () => {
        const other = await mintAuthority({ commonName: "Other" });
        terminal.write({
            "all.pem": leaf.certPem + issuing.certPem + root.certPem + other.certPem,
            "two.pem": leaf.certPem + (await issuing.issue({ commonName: "second" })).certPem + root.certPem,
            "key.pem": leaf.keyPem,
        });
        const run = await terminal.run("convert", "all.pem");
        expect([run.exitCode, run.stderr]).to.satisfy(
            ([code, said]: [number, string]) => code === 0 && /left out "CN=Other"/.test(said),
        );
        expectBundle();
        const two = await terminal.run("convert", "two.pem", "--force");
        expect([two.exitCode, two.stderr]).to.satisfy(
            ([code, said]: [number, string]) =>
                code === 1 && / 2 certificates could be the leaf, .*: .*"CN=second"/.test(said),
        );
        const chosen = await terminal.run("convert", "two.pem", "key.pem", "--out", "chosen");
        expect([chosen.exitCode, namesIn("chosen/client.pem")]).to.deep.equal([1, ["CN=billing"]]);
    });

    it("names what holds no certificate", async () => {
        terminal.write({ "a.jks": Buffer.from("feedfeed0000000200000001", "hex"), "key.pem": leaf.keyPem });
        const jks = await terminal.run("convert", "a.jks");
        expect([jks.exitCode, jks.stderr]).to.satisfy(
            ([code, said]: [number, string]) => code === 1 && /keytool/.test(said),
        );
        expect((await terminal.run("convert", "key.pem")).exitCode).to.equal(1);
        expect((await terminal.run("convert", "key.pem", "--key-passphrase-env", "PASSPHRASE")).exitCode).to.not.equal(
            0,
        );
    });
});
