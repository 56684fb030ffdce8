import { expect } from "chai";
import { describe, it } from "mocha";
import { proxyFor } from "../../../provider/vercel/proxy";
import { SettingsError } from "../../../provider/vercel/settings";

const TARGET = new URL("https://api.vercel.com");
const PROXY = "http://proxy.example:3128";

const hostFor = (environment: Readonly<Record<string, string>>, target = TARGET): string | undefined =>
    proxyFor(target, environment)?.host;

describe("vercel/proxy", () => {
    it("is the first of https_proxy, HTTPS_PROXY, all_proxy and ALL_PROXY that has a value", () => {
        const all = { https_proxy: " ", HTTPS_PROXY: "http://b:1", all_proxy: "http://c:1", ALL_PROXY: "http://d:1" };
        expect(hostFor(all)).to.equal("b:1");
        expect(hostFor({ ...all, https_proxy: "http://a:1" })).to.equal("a:1");
        expect(hostFor({ ALL_PROXY: "http://d:1" })).to.equal("d:1");
        expect(hostFor({ HTTP_PROXY: "http://e:1" })).to.equal(undefined);
    });

    it("may lack its scheme", () => {
        expect(hostFor({ HTTPS_PROXY: "proxy.example:3128" })).to.equal("proxy.example:3128");
    });

    it("is not used for what NO_PROXY names: hosts, all below a host, one port of a host, and everything", () => {
        const EXEMPT = [
            "*",
            "api.vercel.com",
            "vercel.com",
            ".vercel.com",
            "*.vercel.com",
            "a,VERCEL.com b",
            "vercel.com:443",
        ];
        for (const list of EXEMPT) {
            expect(hostFor({ HTTPS_PROXY: PROXY, NO_PROXY: list }), list).to.equal(undefined);
        }
        for (const list of [
            "",
            " , ",
            "ercel.com",
            "api.vercel.com:8443",
            "vercel.com.example",
            "com.",
            "*.api.vercel.community",
        ]) {
            expect(hostFor({ HTTPS_PROXY: PROXY, no_proxy: list }), list).to.equal("proxy.example:3128");
        }
        const other = new URL("https://api.example.com:8443");
        expect(hostFor({ HTTPS_PROXY: PROXY, NO_PROXY: "api.example.com:8443" }, other)).to.equal(undefined);
        expect(hostFor({ HTTPS_PROXY: PROXY, NO_PROXY: "api.example.com:443" }, other)).to.equal("proxy.example:3128");
    });

    it("is called by the name that is set, where the system finds it in any case", () => {
        // As Windows' environment: the lower case is found, and not listed.
        const environment = Object.create(
            { https_proxy: "socks5://p" },
            { HTTPS_PROXY: { value: "socks5://p", enumerable: true } },
        ) as Record<string, string>;
        expect(() => proxyFor(TARGET, environment)).to.throw(SettingsError, /^HTTPS_PROXY: expected/);
    });

    it("is an error where the variable holds no address, which is not shown", () => {
        for (const bad of ["http://user:hunter22@[", "socks5://user:hunter22@proxy"]) {
            expect(() => proxyFor(TARGET, { HTTPS_PROXY: bad }))
                .to.throw(SettingsError, "HTTPS_PROXY: expected")
                .with.property("message")
                .that.does.not.contain("hunter22");
        }
    });
});
