import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";
import { VercelClient } from "../../../provider/vercel/client";
import { VercelError } from "../../../provider/vercel/errors";
import { ConnectProxy, type ProxyBehaviour } from "../../support/connectProxy";
import { everythingOf } from "../../support/sweptOutput";
import { EagerClock, nextTurn } from "./clocks";

const TOKEN = "vcp_test0TOKEN1that2nobody3may4see";
const [USER, PASSWORD] = ["proxy-user", "proxy0password"];
const ADDRESS = { project: "site", token: TOKEN };
const UPLOAD = { cert: "c", key: "k", ca: "ca", origin: "https://billing.example.com" };
/** Nothing listens there, and no tunnel of these tests gets there. */
const BASE_URL = "https://localhost:1";

const CALLS = {
    list: (client: VercelClient) => client.listCertificates(ADDRESS),
    upload: (client: VercelClient) => client.uploadCertificate(ADDRESS, UPLOAD, "site"),
    delete: (client: VercelClient) => client.deleteCertificate(ADDRESS, "c1", "site"),
} as const;

describe("vercel/transport, through a proxy", () => {
    const before = process.env["https_proxy"];
    let proxy: ConnectProxy | undefined;
    let clock: EagerClock;
    beforeEach(() => {
        clock = new EagerClock();
    });
    afterEach(async () => {
        await proxy?.stop();
        if (before === undefined) {
            delete process.env["https_proxy"];
        } else {
            process.env["https_proxy"] = before;
        }
    });

    async function failureThrough(
        behaviour: ProxyBehaviour,
        call: keyof typeof CALLS,
    ): Promise<{ error: VercelError; asked: number }> {
        const started = await ConnectProxy.start(behaviour);
        proxy = started;
        process.env["https_proxy"] = started.urlFor(USER, PASSWORD);
        started.onRequest(() => {
            // Whoever waits for an answer that does not come is where a deadline helps.
            if (behaviour === "silence") {
                setImmediate(() => {
                    clock.expireDeadlines();
                });
            }
        });
        const client = new VercelClient({ baseUrl: BASE_URL, clock, notify: () => undefined, random: () => 0.5 });
        const error: unknown = await CALLS[call](client).then(
            () => undefined,
            (reason: unknown) => reason,
        );
        expect(error).to.be.instanceOf(VercelError);
        const everything = everythingOf(error);
        for (const secret of [TOKEN, PASSWORD, Buffer.from(`${USER}:${PASSWORD}`).toString("base64")]) {
            expect(everything).not.to.contain(secret);
        }
        return { error: error as VercelError, asked: started.heads.length };
    }

    for (const call of ["list", "upload", "delete"] as const) {
        it(`${call}: a refused tunnel means that nothing was sent, and is the proxy's fault, not Vercel's`, async () => {
            for (const status of [201, 301, 401, 403, 404, 407, 429]) {
                const body = '{"error":{"code":"not_found","message":"The certificate could not be found"}}';
                const { error, asked } = await failureThrough({ status, body }, call);
                expect(error).to.include({ kind: "proxy", effect: "none" });
                expect(error.status).to.equal(undefined);
                expect(error.message)
                    .to.contain(`PROXY_${String(status)}`)
                    .and.contain("HTTPS_PROXY");
                expect(error.message).not.to.contain("could not be found");
                expect(asked).to.equal(1);
                await proxy?.stop();
            }
        });

        it(`${call}: a fault of the proxy may pass, so a listing comes back`, async () => {
            const { error, asked } = await failureThrough({ status: 503, body: "<html>later</html>" }, call);
            expect(error).to.include({ kind: "network", effect: "none", code: "PROXY_503" });
            expect(asked).to.equal(call === "list" ? 4 : 1);
        });

        it(`${call}: ends at the deadline where the proxy answers nothing`, async () => {
            const { error, asked } = await failureThrough("silence", call);
            expect(error).to.include({ kind: "timeout" });
            expect(error.message).to.contain("Check the network and the proxy");
            expect(asked).to.equal(call === "list" ? 3 : 1);
            await proxy?.stop();
            // What the proxy does later must not break the process that other resources share.
            await nextTurn();
        });

        it(`${call}: fails at once where the proxy hangs up without a word, or answers without end`, async () => {
            const endless = { status: 200, headers: { x: "y".repeat(70_000) } };
            for (const [behaviour, code] of [
                ["close", "PROXY_ECONNRESET"],
                [endless, "PROXY_HPE_HEADER_OVERFLOW"],
            ] as const) {
                const { error, asked } = await failureThrough(behaviour, call);
                expect(error).to.include({ kind: "network", effect: "none", code });
                expect(error.message).to.contain("the proxy opened no tunnel");
                expect(asked).to.equal(call === "list" ? 4 : 1);
                await proxy?.stop();
            }
        });
    }
});
