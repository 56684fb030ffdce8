import { expect } from "chai";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import * as http from "node:http";
import * as https from "node:https";
import * as net from "node:net";
import * as tls from "node:tls";
import { afterEach, before, describe, it } from "mocha";
import { probeOrigin, type ProbeHost, type ProbeReport, type ProbeRequest } from "../../../provider/probe/originProbe";
import { systemClock } from "../../../provider/vercel/clock";
import { mintAuthority, type Authority, type Issued } from "../../support/mint";
import { assertNoSecrets } from "../../support/secretSweep";
import { close, listen, portOf } from "./servers";

const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";

describe("a connection of a probe", () => {
    let servers: Authority;
    let clients: Authority;
    let client: Issued;
    let own: Issued;
    let running: net.Server | undefined;

    before(async () => {
        servers = await mintAuthority({ commonName: "Servers" });
        clients = await mintAuthority({ commonName: "Clients" });
        client = await clients.issue();
        own = await servers.issue({ commonName: "localhost", extendedKeyUsages: [SERVER_AUTH] });
    });
    afterEach(async () => {
        if (running instanceof https.Server || running instanceof http.Server) {
            running.closeAllConnections();
        }
        await (running === undefined ? undefined : close(running));
        running = undefined;
    });

    const serve = async (server: net.Server): Promise<number> => {
        running = server;
        await listen(server);
        return portOf(server);
    };
    const secure = (options: https.ServerOptions, answer: http.RequestListener = (_, response) => response.end("x")) =>
        serve(https.createServer({ cert: own.certPem, key: own.keyPem, ...options }, answer));
    const probe = async (
        port: number,
        overrides: Partial<ProbeRequest> = {},
        host: ProbeHost = systemClock,
    ): Promise<ProbeReport> => {
        const report = await probeOrigin(
            {
                origin: `https://localhost:${String(port)}`,
                chain: [new X509Certificate(client.certPem)],
                keyPem: client.keyPem,
                issuers: [new X509Certificate(clients.certPem)],
                serverIssuers: [new X509Certificate(servers.certPem)],
                ...overrides,
            },
            host,
        );
        assertNoSecrets(JSON.stringify(report), { keys: [client.keyPem], tokens: [] });
        return report;
    };
    const mandatory = { requestCert: true, rejectUnauthorized: true } as const;

    it("says that nothing listens, with the code of the network error", async () => {
        const port = await serve(net.createServer());
        await (running === undefined ? undefined : close(running));
        running = undefined;
        const { verdict, message, presented } = await probe(port);
        expect(verdict).to.equal("unreachable");
        expect(message).to.match(/no TLS server answers at https:\/\/localhost:\d+ \(ECONNREFUSED\); check/);
        expect(presented).to.equal(undefined);
    });

    it("says that a server without TLS is none with it", async () => {
        const port = await serve(http.createServer((_, response) => response.end("x")));
        expect((await probe(port)).verdict).to.equal("unreachable");
    });

    it("does not take a failed agreement on versions for a rejected certificate", async () => {
        const port = await secure({ ...mandatory, ca: clients.certPem, maxVersion: "TLSv1.2" });
        const { verdict, message } = await probe(port, { version: "TLSv1.3" });
        expect(verdict).to.equal("unreachable");
        expect(message).to.contain("PROTOCOL_VERSION");
    });

    it("does not take a server that speaks HTTP/2 only for one that rejects", async () => {
        const port = await secure({
            ALPNProtocols: ["h2"],
            requestCert: true,
            rejectUnauthorized: false,
            ca: clients.certPem,
        });
        const { verdict, message } = await probe(port);
        expect(verdict).to.equal("unreachable");
        expect(message).to.contain("NO_APPLICATION_PROTOCOL");
    });

    it("ends in time at a server that never says anything", async () => {
        const accepted: net.Socket[] = [];
        const port = await serve(net.createServer((socket) => accepted.push(socket)));
        const deadline = new AbortController();
        running?.once("connection", () => deadline.abort());
        const { verdict, message } = await probe(port, {}, { deadline: () => deadline.signal });
        expect(verdict).to.equal("unreachable");
        expect(message).to.contain("no answer in time");
        accepted.forEach((socket) => socket.destroy());
    });

    it("ends in time at a server that shakes hands and then never answers, and says what it asked for", async () => {
        let requests = 0;
        const deadlines = [new AbortController(), new AbortController()];
        const port = await secure({ requestCert: true, rejectUnauthorized: false, ca: clients.certPem }, () => {
            deadlines[requests]?.abort();
            requests += 1;
        });
        let opened = 0;
        const { verdict, asked } = await probe(
            port,
            {},
            {
                deadline: () => (deadlines[opened++] ?? new AbortController()).signal,
            },
        );
        expect([verdict, asked, requests]).to.deep.equal(["undecided", true, 2]);
    });

    for (const [what, wrong] of [
        ["an authority that is not trusted", "authority"],
        ["a certificate for another host", "host"],
    ] as const) {
        it(`does not show the certificate, nor ask for a page, at a server with ${what}`, async () => {
            const other = await (wrong === "authority" ? clients : servers).issue({
                commonName: wrong === "authority" ? "localhost" : "other.example.com",
                extendedKeyUsages: [SERVER_AUTH],
            });
            let requests = 0;
            let connections = 0;
            const port = await secure(
                {
                    ...{ cert: other.certPem, key: other.keyPem, ca: clients.certPem },
                    ...{ requestCert: true, rejectUnauthorized: false },
                },
                (_, response) => {
                    requests += 1;
                    response.end("x");
                },
            );
            running?.on("connection", () => (connections += 1));
            const { verdict, message, presented } = await probe(port);
            expect(verdict).to.equal("untrusted");
            expect(message).to.match(wrong === "host" ? /ERR_TLS_CERT_ALTNAME_INVALID/ : /UNABLE_TO|SELF_SIGNED/);
            expect([connections, requests, presented]).to.deep.equal([1, 0, undefined]);
        });
    }

    it("asks for no page of an untrusted server that shakes hands only with clients that have a certificate", async () => {
        const other = await clients.issue({ commonName: "localhost", extendedKeyUsages: [SERVER_AUTH] });
        let requests = 0;
        const port = await secure(
            { ...mandatory, cert: other.certPem, key: other.keyPem, ca: clients.certPem, maxVersion: "TLSv1.2" },
            (_, response) => {
                requests += 1;
                response.end("x");
            },
        );
        expect((await probe(port)).verdict).to.equal("untrusted");
        expect(requests).to.equal(0);
    });

    for (const [what, options] of [
        ["TLS 1.2", { maxVersion: "TLSv1.2" }],
        ["TLS_AES_128_GCM_SHA256", { minVersion: "TLSv1.3", ciphers: "TLS_AES_128_GCM_SHA256" }],
        ["TLS_AES_256_GCM_SHA384", { minVersion: "TLSv1.3", ciphers: "TLS_AES_256_GCM_SHA384" }],
        ["TLS_CHACHA20_POLY1305_SHA256", { minVersion: "TLSv1.3", ciphers: "TLS_CHACHA20_POLY1305_SHA256" }],
        ["a HelloRetryRequest", { minVersion: "TLSv1.3", ecdhCurve: "secp384r1" }],
    ] as const) {
        it(`names the authorities that the server accepts, with ${what}`, async () => {
            const port = await secure({ ...mandatory, ...options, ca: [clients.certPem, servers.certPem] });
            const report = await probe(port);
            expect(report.acceptableAuthorities).to.have.members(["CN=Clients", "CN=Servers"]);
            expect(report).to.include({ verdict: "accepted", asked: true, issuerNamed: true });
        });
    }

    it("names a certificate chain of many records as little an obstacle as a short one", async () => {
        const many = await Promise.all(
            Array.from({ length: 40 }, () => mintAuthority({ commonName: `Authority ${"x".repeat(60)}` })),
        );
        for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
            const port = await secure({
                ...mandatory,
                maxVersion,
                cert: [own.certPem, ...many.map(({ certPem }) => certPem)].join(""),
                ca: clients.certPem,
            });
            expect(await probe(port)).to.include({ verdict: "accepted", asked: true });
            await (running === undefined ? undefined : close(running));
        }
    });

    it("blames the issuer where the server refuses without a reason and names only others", async () => {
        const port = await secure({ ...mandatory, ca: servers.certPem });
        const { verdict, issuerNamed, message } = await probe(port);
        expect([verdict, issuerNamed]).to.deep.equal(["rejected", false]);
        expect(message).to.contain("none of the authorities that the origin names");
    });

    it("does not present an intermediate that is missing in the chain, even where servers are trusted by it", async () => {
        const intermediate = await clients.intermediate("Intermediate");
        const leaf = await intermediate.issue();
        const port = await secure({ ...mandatory, ca: clients.certPem });
        const serverIssuers = [servers, clients, intermediate].map(({ certPem }) => new X509Certificate(certPem));
        const lone = { chain: [new X509Certificate(leaf.certPem)], keyPem: leaf.keyPem, serverIssuers };
        expect((await probe(port, lone)).verdict).to.equal("rejected");
        const whole = { ...lone, chain: [...lone.chain, new X509Certificate(intermediate.certPem)] };
        expect((await probe(port, whole)).verdict).to.equal("accepted");
    });

    it("asks for the path that it is given, at the host that it is given", async () => {
        const seen: (string | undefined)[] = [];
        const port = await secure({}, ({ url, headers }, response) => {
            seen.push(url, headers.host);
            response.end("x");
        });
        await probe(port, { path: "//other.example.com/status?a=b c" });
        const [path, host] = ["//other.example.com/status?a=b%20c", `localhost:${String(port)}`];
        expect(seen).to.deep.equal([path, host, path, host]);
    });

    it("is not confused by interim answers, nor by a server that answers something else than HTTP/1.1", async () => {
        const interim = await secure({ requestCert: true, rejectUnauthorized: false }, (request, response) => {
            response.writeEarlyHints({ link: "</style.css>; rel=preload" });
            response
                .writeHead((request.socket as tls.TLSSocket).getPeerX509Certificate() === undefined ? 403 : 200)
                .end();
        });
        expect(await probe(interim)).to.include({ verdict: "accepted", without: "HTTP 403", presented: "HTTP 200" });
        await (running === undefined ? undefined : close(running));
        const foreign = await serve(
            tls.createServer({ cert: own.certPem, key: own.keyPem }, (socket) => socket.resume().end("220 ready\r\n")),
        );
        expect(await probe(foreign)).to.include({ verdict: "not-asked", presented: "an answer that is not HTTP/1.1" });
    });

    it("says with its code why this Node cannot present a certificate at all", async () => {
        const port = await secure({});
        const other = await clients.issue();
        try {
            await probe(port, { keyPem: other.keyPem });
        } catch (error) {
            expect(String(error)).to.match(
                /ProbeError: .* cannot present this certificate and key .*KEY_VALUES_MISMATCH/,
            );
            return;
        }
        throw new Error("expected a key that does not match to be refused");
    });

    it("leaves no socket behind", async () => {
        const port = await secure({ ...mandatory, ca: clients.certPem });
        await probe(port);
        const server = running;
        running = undefined;
        server?.close();
        await (server === undefined ? undefined : once(server, "close"));
    });
});
