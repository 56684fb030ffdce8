import { expect } from "chai";
import { execFileSync } from "node:child_process";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import type { Inspection } from "../../../../../provider/cli/commands/inspect/inspection";
import { systemClock } from "../../../../../provider/vercel/clock";
import { mintAuthority, type Authority, type Issued } from "../../../../support/mint";
import { OpenSsl } from "../../../../support/openssl";
import { IS_WINDOWS } from "../../../../support/platform";
import { Terminal, type Run } from "../../terminal";

const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

describe("pulumi-vercel-client-cert inspect", () => {
    let root: Authority;
    let issuing: Authority;
    let leaf: Issued;
    let stranger: Issued;
    let terminal: Terminal;

    beforeEach(async () => {
        root = await mintAuthority({ commonName: "Root" });
        issuing = await root.intermediate("Issuing");
        leaf = await issuing.issue({ commonName: "billing" });
        stranger = await (await mintAuthority({ commonName: "Strangers" })).issue({ keyType: "rsa" });
        terminal = new Terminal({ secrets: { keys: [leaf.keyPem, stranger.keyPem], tokens: [] } });
        terminal.write({
            "client.pem": leaf.certPem + issuing.certPem,
            "client.key": leaf.keyPem,
            "ca.pem": root.certPem,
            "stranger.key": stranger.keyPem,
        });
    });
    afterEach(() => terminal.dispose());

    const inspect = async (...files: readonly string[]): Promise<Run & { readonly json: Inspection }> => {
        const run = await terminal.run("inspect", "--json", ...files);
        return { ...run, json: JSON.parse(run.stdout) as Inspection };
    };
    const rolesOf = ({ files }: Inspection): Record<string, string> =>
        Object.fromEntries(files.map(({ path, role }) => [path, role]));
    const codesOf = ({ findings }: Inspection): string[] => findings.map(({ code }) => code);

    it("finds out which file is which, in whatever order they come", async () => {
        const files = ["client.pem", "client.key", "ca.pem"];
        for (const order of [files, [...files].reverse(), ["client.key", "ca.pem", "client.pem"]]) {
            const { exitCode, json } = await inspect(...order);
            expect(exitCode).to.equal(0);
            expect(rolesOf(json)).to.deep.equal({ "client.pem": "cert", "client.key": "key", "ca.pem": "ca" });
            expect(json.findings).to.deep.equal([]);
            expect(json.chain.map(({ subject }) => subject)).to.deep.equal(["CN=billing", "CN=Issuing"]);
            expect(json.authorities.map(({ subject }) => subject)).to.deep.equal(["CN=Root"]);
        }
    });

    it("knows a key that is a JWK, and DER with a line end behind", async () => {
        const key = createPrivateKey(leaf.keyPem);
        const withLineEnd = (der: Buffer): Buffer => Buffer.concat([der, Buffer.from("\r\n")]);
        terminal.write({
            "key.jwk": JSON.stringify(key.export({ format: "jwk" })),
            "key.der": withLineEnd(key.export({ type: "sec1", format: "der" })),
            "leaf.der": withLineEnd(new X509Certificate(leaf.certPem).raw),
            "issuers.pem": issuing.certPem + root.certPem,
        });
        for (const file of ["key.jwk", "key.der"]) {
            const { exitCode, json } = await inspect("leaf.der", file, "issuers.pem");
            expect(rolesOf(json)).to.deep.equal({ "leaf.der": "cert", [file]: "key", "issuers.pem": "ca" });
            expect([exitCode, json.chain[0]?.subject]).to.deep.equal([0, "CN=billing"]);
        }
    });

    it("finds the files of a pattern that no shell has expanded, as none of Windows does", async () => {
        terminal.write({ ".hidden.pem": "", "other.txt": "" });
        const { exitCode, json } = await inspect("c*.pem", "clien?.key");
        expect([exitCode, rolesOf(json)]).to.deep.equal([
            0,
            { "ca.pem": "ca", "client.pem": "cert", "client.key": "key" },
        ]);
        expect((await terminal.run("inspect", "*.crt")).stderr).to.contain('the file "*.crt" cannot be read');
        expect(Object.keys(rolesOf((await inspect("*.pem")).json))).to.not.include(".hidden.pem");
    });

    it("shows on a terminal whose it is, until when, and the fingerprints", async () => {
        const { exitCode, stdout } = await terminal.run("inspect", "client.pem", "client.key", "ca.pem");
        const certificate = new X509Certificate(leaf.certPem);
        expect(exitCode).to.equal(0);
        expect(stdout).to.match(/^client\.key +key +a private key, EC prime256v1$/m);
        expect(stdout).to.match(/^subject +CN=billing$/m);
        expect(stdout).to.match(/^valid .*, expires in 89 days \(/m);
        expect(stdout).to.match(/^fingerprint +v1:[0-9a-f]{64}$/m);
        expect(stdout).to.contain(certificate.fingerprint256.replaceAll(":", "").toLowerCase());
        expect(stdout).to.match(/\nNothing is wrong with it\.\n$/);
    });

    it("names four mistakes at once, each with how to mend it, and returns 1", async () => {
        const bad = await issuing.issue({ extendedKeyUsages: [SERVER_AUTH], notAfter: new Date(Date.now() - 60_000) });
        terminal.write({ "bad.pem": bad.certPem, "bad.key": bad.keyPem, "a.csr": pem("CERTIFICATE REQUEST") });
        const { exitCode, stdout } = await terminal.run("inspect", "bad.pem", "bad.key", "ca.pem", "a.csr");
        expect(exitCode).to.equal(1);
        expect(stdout).to.match(/^error +expired +cert: ".*" expired .* ago \(.*\); renew it$/m);
        expect(stdout).to.match(/^error +no-client-auth +cert: ".*\) is not for clients/m);
        expect(stdout).to.match(/^error +signing-request +a\.csr: holds a certificate signing request/m);
        expect(stdout).to.match(/^error +chain-unverified +ca: missing the certificate of the issuer "CN=Issuing"/m);
        expect(stdout).to.match(/\n4 errors\.\n$/);
    });

    it("says that the key is another certificate's, and takes the matching one of two", async () => {
        const mismatch = await inspect("client.pem", "stranger.key", "ca.pem");
        expect([mismatch.exitCode, codesOf(mismatch.json)]).to.deep.equal([1, ["key-mismatch"]]);
        const both = await inspect("client.pem", "stranger.key", "client.key", "ca.pem");
        expect(rolesOf(both.json)).to.include({ "client.key": "key", "stranger.key": "unused" });
        expect(codesOf(both.json)).to.deep.equal(["several-keys"]);
    });

    it("says that an intermediate is missing", async () => {
        terminal.write({ "lone.pem": leaf.certPem });
        const { exitCode, json } = await inspect("lone.pem", "client.key", "ca.pem");
        expect([exitCode, codesOf(json)]).to.deep.equal([1, ["chain-unverified"]]);
    });

    it("sorts the four files that an ACME client writes", async () => {
        terminal.write({
            "cert.pem": leaf.certPem,
            "chain.pem": issuing.certPem,
            "fullchain.pem": leaf.certPem + issuing.certPem,
        });
        const { json } = await inspect("cert.pem", "chain.pem", "fullchain.pem", "client.key", "ca.pem");
        expect(rolesOf(json)).to.deep.equal({
            "cert.pem": "unused",
            "chain.pem": "ca",
            "fullchain.pem": "cert",
            "client.key": "key",
            "ca.pem": "ca",
        });
        expect(json.findings).to.deep.equal([]);
    });

    it("warns of a file that holds the certificate and its key, which could not be given as cert", async () => {
        terminal.write({ "all.pem": leaf.keyPem + leaf.certPem + issuing.certPem });
        const { exitCode, json } = await inspect("all.pem", "ca.pem");
        expect(exitCode).to.equal(1);
        expect(codesOf(json)).to.deep.equal(["private-key-exposed"]);
        expect(json.files[0]?.holds).to.equal("2 certificates and a private key");
    });

    it("reads DER certificates and keys of every form", async () => {
        const key = createPrivateKey(leaf.keyPem);
        const rsa = createPrivateKey(stranger.keyPem);
        terminal.write({
            "client.cer": new X509Certificate(leaf.certPem).raw,
            "issuing.cer": new X509Certificate(issuing.certPem).raw,
            "pkcs8.der": key.export({ format: "der", type: "pkcs8" }),
            "sec1.der": key.export({ format: "der", type: "sec1" }),
            "pkcs1.der": rsa.export({ format: "der", type: "pkcs1" }),
            "stranger.cer": new X509Certificate(stranger.certPem).raw,
        });
        for (const [cert, file, holds] of [
            ["client.cer", "pkcs8.der", "a private key, EC prime256v1"],
            ["client.cer", "sec1.der", "a private key, EC prime256v1"],
            ["stranger.cer", "pkcs1.der", "a private key, RSA 2048 bits"],
        ] as const) {
            const { exitCode, json } = await inspect(file, cert);
            expect(exitCode).to.equal(0);
            expect(json.files).to.deep.include({ path: file, role: "key", holds });
        }
    });

    it("reads PKCS #12 with its passphrase, from the environment or as it is typed, and PKCS #7", async () => {
        const openssl = new OpenSsl();
        try {
            openssl.write("client.key", leaf.keyPem);
            openssl.write("client.pem", leaf.certPem);
            openssl.write("chain.pem", issuing.certPem + root.certPem);
            const bag = [
                "-inkey",
                "client.key",
                "-in",
                "client.pem",
                "-certfile",
                "chain.pem",
                "-passout",
                "pass:secret word",
            ];
            const files = {
                "client.p12": openssl.make("pkcs12", "-export", ...bag),
                "old client's.p12": openssl.make("pkcs12", "-export", "-legacy", ...bag),
                "client.p7b": openssl.make("crl2pkcs7", "-nocrl", "-certfile", "client.pem", "-certfile", "chain.pem"),
            };
            const secrets = { keys: [leaf.keyPem], tokens: ["secret word"] };
            const environment = { PASSPHRASE: "secret word" };
            const input = files["client.p12"];
            const [named, typed] = [
                new Terminal({ secrets, environment, input }),
                new Terminal({ secrets, answer: "secret word" }),
            ];
            try {
                for (const one of [named, typed, terminal]) {
                    one.write({ ...files, "client.key": leaf.keyPem });
                }
                const option = ["--passphrase-env", "PASSPHRASE"];
                for (const run of [
                    await named.run("inspect", "--json", "client.p12", ...option),
                    await named.run("inspect", "--json", "old client's.p12", ...option),
                    await named.run("inspect", "--json", "-", ...option),
                    await named.run("inspect", "--json", "client.p7b", "client.key"),
                    await typed.run("inspect", "--json", "client.p12"),
                ]) {
                    const json = JSON.parse(run.stdout) as Inspection;
                    expect([run.exitCode, json.missing, codesOf(json)]).to.deep.equal([0, [], []]);
                    expect(json.chain.map(({ subject }) => subject)).to.deep.equal(["CN=billing", "CN=Issuing"]);
                    expect(json.authorities.map(({ subject }) => subject)).to.deep.equal(["CN=Root"]);
                }
                const locked = await inspect("old client's.p12");
                expect(locked.exitCode).to.equal(1);
                expect(locked.json.findings[0]?.message).to.contain(
                    String.raw`openssl pkcs12 -legacy -in 'old client'\''s.p12' -info -noout`,
                );
                const other = await inspect("client.p12");
                expect(other.json.findings[0]?.message).to.contain(
                    "no passphrase is given; give the passphrase by --passphrase-env NAME",
                );
                expect(other.json.findings[0]?.message).to.contain("openssl pkcs12 -in client.p12");
                // OpenSSL would not read this file as it is.
                terminal.write({ "client.b64": readFileSync(join(terminal.folder, "client.p12")).toString("base64") });
                const coded = await inspect("client.b64");
                expect(coded.json.findings[0]?.message)
                    .to.contain("give the passphrase by --passphrase-env NAME")
                    .and.to.not.contain("openssl");
            } finally {
                named.dispose();
                typed.dispose();
            }
        } finally {
            openssl.dispose();
        }
    });

    it("says what was not looked at where a file is missing, without calling that wrong", async () => {
        const noKey = await inspect("client.pem", "ca.pem");
        expect([noKey.exitCode, noKey.json.missing]).to.deep.equal([0, ["key"]]);
        expect(noKey.json.fingerprints).to.have.keys("fingerprint", "certFingerprint", "publicKeyFingerprint");
        const noCa = await terminal.run("inspect", "client.pem", "client.key");
        expect(noCa.exitCode).to.equal(0);
        expect(noCa.stdout).to.contain("there are no issuers among the files");
        expect(noCa.stdout).to.not.contain("v1:");
        const keyOnly = await inspect("client.key");
        expect(keyOnly.json.missing).to.deep.equal(["cert", "ca"]);
    });

    it("takes the root beside the leaf for the issuer where no file is for issuers", async () => {
        terminal.write({ "bundle.pem": root.certPem + leaf.certPem + issuing.certPem });
        const { exitCode, json } = await inspect("bundle.pem", "client.key");
        expect([exitCode, json.missing, codesOf(json)]).to.deep.equal([0, [], ["order-repaired"]]);
        expect(json.authorities.map(({ subject }) => subject)).to.deep.equal(["CN=Root"]);
    });

    it("counts the days by the clock that it is given", async () => {
        const day = Date.parse(new X509Certificate(leaf.certPem).validTo) - 10.5 * 86_400_000;
        const later = new Terminal({
            clock: { ...systemClock, now: () => day },
        });
        try {
            later.write({ "client.pem": leaf.certPem });
            expect((await later.run("inspect", "client.pem")).stdout).to.match(/, expires in 10 days/);
        } finally {
            later.dispose();
        }
    });

    it("says that a lone key is damaged, and not that it is exposed", async () => {
        terminal.write({ "cut.key": leaf.keyPem.slice(0, 100) });
        const { exitCode, json } = await inspect("cut.key");
        expect([exitCode, codesOf(json)]).to.deep.equal([1, ["unreadable-pem"]]);
    });

    (IS_WINDOWS ? it.skip : it)("refuses a pipe that has a name, which nobody may ever write to", async () => {
        execFileSync("mkfifo", [join(terminal.folder, "pipe")]);
        const { exitCode, stderr } = await terminal.run("inspect", "pipe");
        expect([exitCode, stderr]).to.deep.equal([
            3,
            `pulumi-vercel-client-cert: the file "pipe" is a pipe, which may never end; give - and read it: < PIPE\n`,
        ]);
    });

    it("ends with 3 and the system's code where a file cannot be read or is far too large", async () => {
        expect(await terminal.run("inspect", "missing.pem")).to.deep.equal({
            exitCode: 3,
            stdout: "",
            stderr: `pulumi-vercel-client-cert: the file "missing.pem" cannot be read (ENOENT); check the path and its permissions\n`,
        });
        terminal.write({ "huge.pem": Buffer.alloc(3 * 1024 * 1024, 65) });
        const huge = await terminal.run("inspect", "huge.pem");
        expect([huge.exitCode, huge.stderr]).to.deep.equal([
            3,
            `pulumi-vercel-client-cert: the file "huge.pem" has more than 1 MB; check that it is the right one\n`,
        ]);
        // Windows removes no file that is open, and this one is closed a moment later.
        await new Promise((closed) => setTimeout(closed, 100));
    });
});

function pem(label: string): string {
    return `-----BEGIN ${label}-----\n${Buffer.alloc(60, 3).toString("base64")}\n-----END ${label}-----\n`;
}
