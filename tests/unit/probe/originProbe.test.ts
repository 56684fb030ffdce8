import { expect } from "chai";
import { X509Certificate } from "node:crypto";
import { after, before, describe, it } from "mocha";
import { probeOrigin, type ProbeReport, type TlsVersion, type Verdict } from "../../../provider/probe/originProbe";
import { systemClock } from "../../../provider/vercel/clock";
import { mintAuthority, type Authority, type Issued } from "../../support/mint";
import { assertNoSecrets } from "../../support/secretSweep";
import { hasCommand, nginxServer, nodeServer, opensslServer, type RunningServer, type StartServer } from "./servers";

type Client = "good" | "other CA" | "expired" | "server purpose";

interface Row {
    readonly server: string;
    readonly start: StartServer;
    readonly needs?: readonly [command: string, versionArgument: string];
    /** What the probe has to find out, for TLS 1.2 and 1.3 alike. */
    readonly verdicts: Readonly<Record<Client, Verdict>>;
}

const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
const WIDTHS = [40, 8, 35, 13, 21, 30];
const CLIENTS: readonly Client[] = ["good", "other CA", "expired", "server purpose"];
const VERSIONS: readonly TlsVersion[] = ["TLSv1.2", "TLSv1.3"];
const OPENSSL = ["openssl", "version"] as const;
const NGINX = ["nginx", "-v"] as const;

const everybody = (verdict: Verdict): Row["verdicts"] => ({
    good: verdict,
    "other CA": verdict,
    expired: verdict,
    "server purpose": verdict,
});

const ROWS: readonly Row[] = [
    { server: "Node, no request", start: nodeServer("no request"), verdicts: everybody("not-asked") },
    { server: "Node, optional", start: nodeServer("optional"), verdicts: everybody("not-enforced") },
    {
        server: "Node, 403 by the application",
        start: nodeServer("application"),
        verdicts: { ...everybody("undecided"), good: "accepted" },
    },
    {
        server: "Node, mandatory",
        start: nodeServer("mandatory"),
        verdicts: { ...everybody("rejected"), good: "accepted" },
    },
    {
        server: "s_server -verify 1",
        start: opensslServer("-verify", "1"),
        needs: OPENSSL,
        verdicts: everybody("not-enforced"),
    },
    {
        server: "s_server -Verify 1",
        start: opensslServer("-Verify", "1"),
        needs: OPENSSL,
        verdicts: everybody("accepted"),
    },
    {
        server: "s_server -Verify 3 -verify_return_error",
        start: opensslServer("-Verify", "3", "-verify_return_error"),
        needs: OPENSSL,
        verdicts: { ...everybody("rejected"), good: "accepted" },
    },
    {
        server: "nginx, ssl_verify_client optional",
        start: nginxServer("optional"),
        needs: NGINX,
        verdicts: { ...everybody("rejected"), good: "not-enforced" },
    },
    {
        server: "nginx, ssl_verify_client on",
        start: nginxServer("on"),
        needs: NGINX,
        verdicts: { ...everybody("rejected"), good: "accepted" },
    },
];

describe("a probe of an origin", () => {
    let serverAuthority: Authority;
    let clientAuthority: Authority;
    let strangers: Authority;
    let serverMaterial: { cert: string; key: string; clientCa: string };
    let clients: Readonly<Record<Client, Issued>>;

    before(async () => {
        serverAuthority = await mintAuthority({ commonName: "Servers" });
        clientAuthority = await mintAuthority({ commonName: "Clients" });
        strangers = await mintAuthority({ commonName: "Strangers" });
        const server = await serverAuthority.issue({ commonName: "localhost", extendedKeyUsages: [SERVER_AUTH] });
        serverMaterial = { cert: server.certPem, key: server.keyPem, clientCa: clientAuthority.certPem };
        clients = {
            good: await clientAuthority.issue(),
            "other CA": await strangers.issue(),
            expired: await clientAuthority.issue({ notAfter: new Date(Date.now() - 60_000) }),
            "server purpose": await clientAuthority.issue({ extendedKeyUsages: [SERVER_AUTH] }),
        };
    });

    const probe = async (port: number, client: Client, version: TlsVersion): Promise<ProbeReport> => {
        const { certPem, keyPem } = clients[client];
        const report = await probeOrigin(
            {
                origin: `https://localhost:${String(port)}`,
                chain: [new X509Certificate(certPem)],
                keyPem,
                issuers: [],
                serverIssuers: [new X509Certificate(serverAuthority.certPem)],
                version,
            },
            systemClock,
        );
        assertNoSecrets(JSON.stringify(report), { keys: [keyPem], tokens: [] });
        return report;
    };

    describe("tells at real servers what a client certificate meets", () => {
        const table = [line("server", "version", "no certificate", ...CLIENTS)];
        after(() => {
            process.stdout.write(`\n${table.join("\n")}\n\n`);
        });

        for (const { server: name, start, needs, verdicts } of ROWS) {
            for (const version of VERSIONS) {
                it(`${name}, ${version}`, async function () {
                    if (needs !== undefined && !hasCommand(...needs)) {
                        table.push(line(name, version, `skipped: ${needs[0]} is not installed`));
                        this.skip();
                    }
                    const server: RunningServer = await start(serverMaterial, version);
                    try {
                        const found = new Map<Client, ProbeReport>();
                        for (const client of CLIENTS) {
                            found.set(client, await probe(server.port, client, version));
                        }
                        table.push(rowOf(name, version, found));
                        expect(
                            Object.fromEntries([...found].map(([client, { verdict }]) => [client, verdict])),
                        ).to.deep.equal(verdicts);
                        expect([...found.values()].map((report) => report.version)).to.deep.equal(
                            CLIENTS.map(() => version),
                        );
                    } finally {
                        await server.stop();
                    }
                });
            }
        }
    });
});

/** One row: what a client without a certificate meets, and the verdict on each of the others. */
function rowOf(name: string, version: TlsVersion, found: ReadonlyMap<Client, ProbeReport>): string {
    const [first] = found.values();
    const verdicts = [...found.values()].map(({ verdict, alert }) =>
        alert === undefined ? verdict : `${verdict}: ${alert}`,
    );
    return line(name, version, first?.without ?? "", ...verdicts);
}

function line(...cells: readonly string[]): string {
    return cells.map((cell, index) => cell.padEnd(WIDTHS[index] ?? 0)).join(" ");
}
