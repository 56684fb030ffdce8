import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { ConnectProxy } from "../support/connectProxy";
import { WireEnvironment, type Environment } from "../support/wireEnvironment";

/** What shows token and proxy when nothing is done about it. */
const SWITCHES: readonly Environment[] = [
    {},
    { NODE_DEBUG: "http" },
    { NODE_DEBUG: "https" },
    { NODE_DEBUG: "net" },
    { NODE_DEBUG: "tls" },
    { NODE_DEBUG: "*", DEBUG: "*" },
];

describe("the provider's process, with debug output switched on", function () {
    this.timeout(120_000);

    let env: WireEnvironment;
    let proxy: ConnectProxy;
    before(async () => {
        env = await WireEnvironment.start();
        proxy = await ConnectProxy.start();
    });
    after(async () => {
        await proxy.stop();
        await env.stop();
    });

    for (const switches of SWITCHES) {
        const name = Object.entries(switches)
            .map((pair) => pair.join("="))
            .join(" ");
        it(`prints neither token nor key in clear, over TLS and through a proxy: ${name || "none"}`, async () => {
            const routes = [
                { VERCEL_API_URL: env.fakeVercel.url },
                { VERCEL_API_URL: env.front.url },
                { VERCEL_API_URL: env.front.url, HTTPS_PROXY: proxy.url },
            ];
            const printed = await Promise.all(routes.map((route) => env.session({ ...route, ...switches })));
            // Without a line of the switch's own there would be nothing to sweep.
            expect(printed.some((text) => text !== "")).to.equal(name !== "");
        });
    }

    for (const switches of SWITCHES) {
        it(`prints no password of a proxy: ${JSON.stringify(switches)}`, async () => {
            await env.session({
                VERCEL_API_URL: env.front.url,
                HTTPS_PROXY: proxy.urlFor(env.proxyUser, env.proxyPassword),
                ...switches,
            });
        });
    }
});
