import { expect } from "chai";
import { createPrivateKey } from "node:crypto";
import { afterEach, before, beforeEach, describe, it } from "mocha";
import type { ProbeReport } from "../../../../provider/probe/originProbe";
import { mintAuthority, type Authority, type Issued } from "../../../support/mint";
import { nodeServer, type NodePolicy, type RunningServer } from "../../probe/servers";
import { Terminal, type Run } from "../terminal";

const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

describe("pulumi-vercel-client-cert probe", () => {
    let servers: Authority;
    let clients: Authority;
    let client: Issued;
    let stranger: Issued;
    let terminal: Terminal;
    let server: RunningServer | undefined;

    before(async () => {
        servers = await mintAuthority({ commonName: "Servers" });
        clients = await mintAuthority({ commonName: "Clients" });
        client = await clients.issue({ commonName: "billing" });
        stranger = await (await mintAuthority({ commonName: "Strangers" })).issue();
    });
    beforeEach(() => {
        terminal = new Terminal({ secrets: { keys: [client.keyPem, stranger.keyPem], tokens: [] } });
        terminal.write({
            ...{ "client.pem": client.certPem, "client.key": client.keyPem, "ca.pem": clients.certPem },
            ...{ "stranger.pem": stranger.certPem, "stranger.key": stranger.keyPem, "servers.pem": servers.certPem },
        });
    });
    afterEach(async () => {
        terminal.dispose();
        await server?.stop();
        server = undefined;
    });

    const start = async (policy: NodePolicy): Promise<string> => {
        const own = await servers.issue({ commonName: "localhost", extendedKeyUsages: [SERVER_AUTH] });
        server = await nodeServer(policy)({ cert: own.certPem, key: own.keyPem, clientCa: clients.certPem }, "TLSv1.3");
        return `https://localhost:${String(server.port)}`;
    };
    const probe = (origin: string, who: "client" | "stranger" = "client", ...more: readonly string[]): Promise<Run> =>
        terminal.run("probe", origin, "--cert", `${who}.pem`, "--key", `${who}.key`, "--ca", "ca.pem", ...more);

    it("shows that the certificate is demanded and accepted, and of which authorities it may be, and returns 0", async () => {
        const { exitCode, stdout, stderr } = await probe(
            await start("mandatory"),
            "client",
            "--server-ca",
            "servers.pem",
        );
        expect([exitCode, stderr]).to.deep.equal([0, ""]);
        expect(stdout).to.match(/^verdict +accepted$/m);
        expect(stdout).to.match(/^asked +yes$/m);
        expect(stdout).to.match(/^without it +the alert CERTIFICATE_REQUIRED$/m);
        expect(stdout).to.match(/^with it +HTTP 200$/m);
        expect(stdout).to.match(/^acceptable +CN=Clients$/m);
    });

    for (const [policy, who, exitCode, verdict, says] of [
        ["mandatory", "stranger", 1, "rejected", /refuses the certificate with .*: .*(?:;|:) /],
        [
            "optional",
            "client",
            1,
            "not-enforced",
            /accepts a client without a certificate: HTTP 200 .*; make the certificate mandatory/,
        ],
        ["no request", "client", 1, "not-asked", /does not ask for a client certificate: .*; turn/],
        ["application", "stranger", 1, "undecided", /does not show whether it accepts this one: .*: try a path/],
    ] as const) {
        it(`returns ${String(exitCode)} and the report as JSON for "${verdict}"`, async () => {
            const run = await probe(await start(policy), who, "--server-ca", "servers.pem", "--json", "--tls", "1.3");
            const report = JSON.parse(run.stdout) as ProbeReport;
            expect([run.exitCode, report.verdict, report.version]).to.deep.equal([exitCode, verdict, "TLSv1.3"]);
            expect(report.message).to.match(says);
        });
    }

    it("returns 3 for an origin that is not trusted or not there, and says what to do", async () => {
        const untrusted = await probe(await start("mandatory"));
        expect(untrusted.exitCode).to.equal(3);
        expect(untrusted.stdout).to.match(/verdict +untrusted[^]*--server-ca FILE/);
        const origin = `https://localhost:${String(server?.port)}`;
        await server?.stop();
        server = undefined;
        const gone = await probe(origin);
        expect(gone.exitCode).to.equal(3);
        expect(gone.stdout).to.match(/verdict +unreachable[^]*ECONNREFUSED/);
    });

    it("opens an encrypted key by the passphrase that --passphrase-env names, or that is typed", async () => {
        const passphrase = "pass phrase of the key";
        const origin = await start("mandatory");
        const encrypted = createPrivateKey(client.keyPem).export({
            ...{ type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase },
        });
        const secrets = { keys: [client.keyPem], tokens: [passphrase] };
        for (const [options, more] of [
            [{ environment: { KEY_WORD: passphrase } }, ["--passphrase-env", "KEY_WORD"]],
            [{ answer: passphrase }, []],
        ] as const) {
            const other = new Terminal({ secrets, ...options });
            try {
                const files = { "c.pem": client.certPem, "c.key": encrypted.toString(), "ca.pem": clients.certPem };
                other.write({ ...files, "servers.pem": servers.certPem });
                const given = ["--cert", "c.pem", "--key", "c.key", "--ca", "ca.pem", "--server-ca", "servers.pem"];
                expect((await other.run("probe", origin, ...given, ...more)).exitCode).to.equal(0);
            } finally {
                other.dispose();
            }
        }
    });

    it("asks the origin about an expired certificate, and says that it has expired", async () => {
        const expired = await clients.issue({ notAfter: new Date(Date.now() - 60_000) });
        terminal.write({ "client.pem": expired.certPem, "client.key": expired.keyPem });
        const { exitCode, stdout } = await probe(await start("mandatory"), "client", "--server-ca", "servers.pem");
        expect(exitCode).to.equal(1);
        expect(stdout).to.match(/verdict +rejected/);
        expect(stdout).to.match(/error: cert: ".*" expired .* ago/);
    });

    for (const [what, args, expected] of [
        [
            "a key of another certificate",
            { key: "stranger.key" },
            /key: is the key of another certificate .*, and not of "CN=billing"/,
        ],
        ["a private key as certificate", { cert: "client.key" }, /cert: holds a private key/],
        [
            "certificate and key exchanged",
            { cert: "client.key", key: "client.pem" },
            /^key: holds a certificate, .*\n.*\n$/,
        ],
        ["issuers of the server that are none", { "server-ca": "client.key" }, /--server-ca: holds a private key/],
    ] as const) {
        it(`sends nothing with ${what}, and returns 1`, async () => {
            const given = { cert: "client.pem", key: "client.key", ca: "ca.pem", ...args };
            const options = Object.entries(given).flatMap(([name, file]) => [`--${name}`, file]);
            const { exitCode, stdout, stderr } = await terminal.run("probe", "https://localhost:9", ...options);
            expect([exitCode, stdout]).to.deep.equal([1, ""]);
            expect(stderr).to.match(expected);
        });
    }

    it("refuses what is no origin, no version and no path", async () => {
        for (const [origin, more, message] of [
            ["http://localhost", [], /ORIGIN: expected https:\/\/host\[:port\], got "http:\/\/localhost"/],
            ["https://user:word@localhost/x", [], /got "https:\/\/…@localhost\/x"/],
            ["https://localhost", ["--tls", "1.1"], /--tls: expected 1\.2 or 1\.3, got "1\.1"/],
            ["https://localhost", ["--path", "x"], /--path: expected a path that begins with \//],
        ] as const) {
            const { exitCode, stderr } = await probe(origin, "client", ...more);
            expect(exitCode).to.equal(2);
            expect(stderr).to.match(message);
        }
    });
});
