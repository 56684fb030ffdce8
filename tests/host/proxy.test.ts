import { expect } from "chai";
import { after, afterEach, before, describe, it } from "mocha";
import { ConnectProxy, type ProxyBehaviour } from "../support/connectProxy";
import { PROVIDER_TEXT } from "../support/providerHost";
import { assertNoSecrets } from "../support/secretSweep";
import { WireEnvironment, type Environment } from "../support/wireEnvironment";
import { failureOf, ORIGIN } from "../support/testEnvironment";

describe("the provider's process, behind a proxy", function () {
    this.timeout(60_000);

    let env: WireEnvironment;
    const proxies: ConnectProxy[] = [];
    before(async () => {
        env = await WireEnvironment.start();
    });
    afterEach(async () => {
        await Promise.all(proxies.splice(0).map((proxy) => proxy.stop()));
    });
    after(async () => {
        await env.stop();
    });

    async function startProxy(behaviour?: ProxyBehaviour): Promise<ConnectProxy> {
        const proxy = await ConnectProxy.start(behaviour);
        proxies.push(proxy);
        return proxy;
    }

    /** With the API behind TLS. */
    async function session(environment: Environment): Promise<void> {
        await env.session({ VERCEL_API_URL: env.front.url, ...environment });
    }

    function expectOnlyTls(proxy: ConnectProxy): void {
        expect(proxy.heads.length).to.be.greaterThan(2);
        for (const head of proxy.heads) {
            expect(head.split("\r\n")[0]).to.equal(`CONNECT ${env.front.authority} HTTP/1.1`);
        }
        expect(proxy.foreignBytes).to.deep.equal([]);
        assertNoSecrets(proxy.recorded, { keys: [env.bundle.key], tokens: [env.token] });
    }

    it("lists, uploads and deletes, and the proxy sees nothing but CONNECT and TLS", async () => {
        const proxy = await startProxy();
        await session({ HTTPS_PROXY: proxy.url });
        expectOnlyTls(proxy);
        // The upload alone is longer than that: the whole conversation was on record.
        expect(proxy.recordedBytes).to.be.greaterThan(env.bundle.key.length + env.bundle.cert.length);
        env.output.add(proxy.recorded);
    });

    for (const variable of ["https_proxy", "ALL_PROXY", "all_proxy"]) {
        it(`takes the proxy from ${variable}, too`, async () => {
            const proxy = await startProxy();
            await session({ [variable]: proxy.url });
            expectOnlyTls(proxy);
        });
    }

    it("gives user and password to the proxy, in the head of CONNECT only", async () => {
        const proxy = await startProxy();
        await session({ HTTPS_PROXY: proxy.urlFor(env.proxyUser, env.proxyPassword) });
        expectOnlyTls(proxy);
        for (const head of proxy.heads) {
            const basic = /^Proxy-Authorization: Basic (\S+)\r$/m.exec(head)?.[1] ?? "";
            expect(Buffer.from(basic, "base64").toString()).to.equal(`${env.proxyUser}:${env.proxyPassword}`);
        }
    });

    for (const variable of ["NO_PROXY", "no_proxy"]) {
        it(`goes past the proxy for what ${variable} names`, async () => {
            const proxy = await startProxy();
            await session({ HTTPS_PROXY: proxy.url, [variable]: "other.example,localhost" });
            expect(proxy.recordedBytes).to.equal(0);
        });
    }

    it("sends nothing to a proxy for http on loopback", async () => {
        const proxy = await startProxy();
        for (const variable of ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"]) {
            await env.session({ VERCEL_API_URL: env.fakeVercel.url, [variable]: proxy.url });
        }
        expect(proxy.heads).to.deep.equal([]);
    });

    it("refuses http to any other host, before a proxy or a server sees a byte", async () => {
        const proxy = await startProxy();
        for (const variable of ["HTTP_PROXY", "ALL_PROXY"]) {
            const url = "http://api.vercel.example";
            const error = await failureOf(env.session({ VERCEL_API_URL: url, [variable]: proxy.url }));
            expect(error.message).to.contain("VERCEL_API_URL").and.contain("in clear");
        }
        expect(proxy.heads).to.deep.equal([]);
    });

    const REFUSALS = [
        { status: 407, headers: { "proxy-authenticate": 'Basic realm="x"' }, attempts: 1 },
        { status: 302, headers: { location: "http://login.example/" }, attempts: 1 },
        { status: 502, body: "<html><body>Bad gateway</body></html>", attempts: 4 },
    ];
    for (const { attempts, ...refusal } of REFUSALS) {
        it(`says that the proxy refused, with its ${String(refusal.status)}, and not its password`, async () => {
            const proxy = await startProxy(refusal);
            const error = await failureOf(session({ HTTPS_PROXY: proxy.urlFor(env.proxyUser, env.proxyPassword) }));
            expect(error.message)
                .to.contain(`PROXY_${String(refusal.status)}`)
                .and.contain("the proxy opened no tunnel")
                .and.not.contain("html");
            expect(proxy.heads.length).to.equal(attempts);
            expect(proxy.recorded).not.to.contain("Bearer");
        });
    }

    it("never takes a proxy's word for a certificate that is gone", async () => {
        // The agent that opens the tunnel hands out the proxy's answer as the origin's.
        const body = '{"error":{"code":"not_found","message":"The certificate could not be found"}}';
        const proxy = await startProxy({ status: 404, headers: { "content-type": "application/json" }, body });
        const environment = { VERCEL_API_URL: env.front.url, HTTPS_PROXY: proxy.url };
        const error = await env.withHost(environment, async (host) => {
            const properties = { certId: "cert_live", project: "site", origin: ORIGIN, staleCertIds: [] };
            return await failureOf(host.delete(`site/${ORIGIN}`, { ...properties, __provider: PROVIDER_TEXT }));
        });
        env.output.addError(error);
        expect(error.message).to.contain("PROXY_404").and.contain("HTTPS_PROXY");
    });

    it("says that the connection broke where the tunnel is cut in the handshake", async () => {
        const proxy = await startProxy({ cutAfterBytes: 10 });
        const error = await failureOf(session({ HTTPS_PROXY: proxy.urlFor(env.proxyUser, env.proxyPassword) }));
        expect(error.message).to.match(/ECONNRESET.*Check the network, the proxy/);
    });

    it("finds its upload again where the tunnel broke before the answer", async () => {
        const proxy = await startProxy();
        env.fakeVercel.addFault({ operation: "upload", kind: "reset-after" });
        await session({ HTTPS_PROXY: proxy.url });
        expectOnlyTls(proxy);
    });

    it("says that the proxy's address cannot be used, without showing it", async () => {
        const error = await failureOf(session({ HTTPS_PROXY: `http://${env.proxyUser}:${env.proxyPassword}@[` }));
        expect(error.message).to.contain("the proxy");
    });

    it("shows no password where the proxy cannot be reached", async () => {
        const proxy = await startProxy();
        const url = proxy.urlFor(env.proxyUser, env.proxyPassword);
        await proxy.stop();
        const error = await failureOf(session({ HTTPS_PROXY: url }));
        expect(error.message).to.contain("ECONNREFUSED");
        proxies.splice(0);
    });
});
