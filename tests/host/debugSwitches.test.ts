import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { ConnectProxy } from "../support/connectProxy";
import { WireWorld, type Environment } from "../support/wireWorld";
import { failureOf } from "../support/world";

/** What shows token and proxy when nothing is done about it; `debug` is what the agent of axios' tunnels prints with. */
const SWITCHES: readonly Environment[] = [
    {},
    { NODE_DEBUG: "http" },
    { NODE_DEBUG: "https" },
    { NODE_DEBUG: "net" },
    { NODE_DEBUG: "tls" },
    { DEBUG: "follow-redirects,axios,https-proxy-agent*,agent-base" },
    { NODE_DEBUG: "*", DEBUG: "*" },
];

describe("the provider's process, with debug output switched on", function () {
    this.timeout(120_000);

    let world: WireWorld;
    let proxy: ConnectProxy;
    before(async () => {
        world = await WireWorld.start();
        proxy = await ConnectProxy.start();
    });
    after(async () => {
        await proxy.stop();
        await world.stop();
    });

    for (const switches of SWITCHES) {
        const name = Object.entries(switches)
            .map((pair) => pair.join("="))
            .join(" ");
        it(`prints neither token nor key in clear, over TLS and through a proxy: ${name || "none"}`, async () => {
            const routes = [
                { VERCEL_API_URL: world.standIn.url },
                { VERCEL_API_URL: world.front.url },
                { VERCEL_API_URL: world.front.url, HTTPS_PROXY: proxy.url },
            ];
            const printed = await Promise.all(routes.map((route) => world.session({ ...route, ...switches })));
            // Without a line of the switch's own there would be nothing to sweep.
            expect(printed.some((text) => text !== "")).to.equal(name !== "");
        });
    }

    for (const switches of [
        { NODE_DEBUG: "net" },
        { NODE_DEBUG: "*" },
        { DEBUG: "*" },
        { DEBUG: "https-proxy-agent*" },
    ]) {
        const [variable = "", list] = Object.entries(switches)[0] ?? [];
        it(`sends nothing to a proxy whose password ${variable}=${String(list)} would print, and says so`, async () => {
            const before = proxy.heads.length;
            const error = await failureOf(
                world.session({
                    VERCEL_API_URL: world.front.url,
                    HTTPS_PROXY: proxy.urlFor(world.proxyUser, world.proxyPassword),
                    ...switches,
                }),
            );
            expect(error.message).to.contain(`unset ${variable}`).and.contain("HTTPS_PROXY");
            expect(proxy.heads.length).to.equal(before);
        });
    }

    it("does not print a proxy's password with the switches that show no connection", async () => {
        const printed = await world.session({
            VERCEL_API_URL: world.front.url,
            HTTPS_PROXY: proxy.urlFor(world.proxyUser, world.proxyPassword),
            NODE_DEBUG: "http,https,tls",
            DEBUG: "axios,follow-redirects",
        });
        expect(printed).not.to.equal("");
    });
});
