import axios from "axios";
import { expect } from "chai";
import { createServer, type AddressInfo, type Socket } from "node:net";
import { after, afterEach, before, describe, it } from "mocha";
import { VercelClient } from "../../../provider/vercel/client";
import { VercelError } from "../../../provider/vercel/errors";
import { SettingsError } from "../../../provider/vercel/settings";
import { EagerClock } from "./clocks";
import { TestServer } from "./server";

const ADDRESS = { project: "site", token: "vcp_test0TOKEN1that2nobody3may4see" };
const UPLOAD = { cert: "c", key: "k", ca: "ca", origin: "https://billing.example.com" };

function clientOf(baseUrl: string): VercelClient {
    return new VercelClient({ baseUrl, clock: new EagerClock(), notify: () => undefined, random: () => 0.5 });
}

describe("vercel/transport, beside another user of axios in the process", () => {
    const server = new TestServer(() => ({
        status: 200,
        body: { certId: "c1", origin: UPLOAD.origin, clientCerts: [] },
    }));
    const { headers, ...defaults } = axios.defaults;
    const common = { ...headers.common };
    before(async () => {
        await server.listen();
    });
    afterEach(() => {
        Object.keys(axios.defaults).forEach((name) => Reflect.deleteProperty(axios.defaults, name));
        Object.assign(axios.defaults, defaults, { headers });
        headers.common = common;
        axios.interceptors.request.clear();
        axios.interceptors.response.clear();
        server.received.splice(0);
    });
    after(async () => {
        await server.close();
    });

    const fail = (): never => {
        throw new Error("expected nothing of another user's to be called");
    };
    function pollute(): void {
        headers.common["X-Secret-Of-Others"] = "s3cret";
        Object.assign(axios.defaults, {
            baseURL: "http://127.0.0.1:1/elsewhere",
            params: { secret: "s3cret" },
            auth: { username: "other", password: "s3cret" },
            data: { secret: "s3cret" },
            proxy: { host: "127.0.0.1", port: 1 },
            timeout: 1,
            maxBodyLength: 1,
            adapter: fail,
            transformRequest: [fail],
            transformResponse: [fail],
            validateStatus: fail,
            paramsSerializer: { serialize: fail },
            beforeRedirect: fail,
            httpAgent: "no agent",
            lookup: fail,
        });
        axios.interceptors.request.use(fail);
        axios.interceptors.response.use(fail);
    }

    for (const moment of ["before", "after"] as const) {
        it(`sends nothing of its defaults, and works, where they are set ${moment} the first call`, async () => {
            const client = clientOf(server.url);
            if (moment === "after") {
                await client.listCertificates(ADDRESS);
                server.received.splice(0);
            }
            pollute();
            expect(await client.uploadCertificate(ADDRESS, UPLOAD, "site")).to.include({ certId: "c1" });
            expect(await client.listCertificates(ADDRESS)).to.deep.equal([]);
            const [upload, listing] = server.received;
            expect(JSON.stringify(server.received)).not.to.contain("s3cret");
            expect(upload?.url).to.equal("/v1/projects/site/client-cert");
            expect(JSON.parse(upload?.body ?? "")).to.deep.equal(UPLOAD);
            expect(upload?.headers).to.include({ "content-type": "application/json" });
            expect(listing).to.include({ method: "GET", body: "" });
            expect(Object.keys(listing?.headers ?? {}).sort()).to.deep.equal(
                [
                    "accept",
                    "accept-encoding",
                    "authorization",
                    "connection",
                    "content-type",
                    "host",
                    "user-agent",
                ].filter((name) => name in (listing?.headers ?? {})),
            );
        });
    }
});

describe("vercel/transport, where an answer is none", () => {
    let answer = "";
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
        sockets.add(socket);
        socket.on("error", () => socket.destroy());
        socket.once("data", () => socket.end(answer));
    });
    before((done) => {
        server.listen(0, "127.0.0.1", done);
    });
    after((done) => {
        sockets.forEach((socket) => socket.destroy());
        server.close(done);
    });

    const ANSWERS: Readonly<Record<string, string>> = {
        "nothing at all": "",
        "101 and another protocol": "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\nx",
        "101 without an upgrade": "HTTP/1.1 101 Switching Protocols\r\n\r\n",
        "100 and then nothing": "HTTP/1.1 100 Continue\r\n\r\n",
        "half a head": "HTTP/1.1 200 OK\r\nContent-",
        "half a body": 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"clientCerts"',
        "half a chunk": 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"cl',
        "no HTTP": "SSH-2.0-OpenSSH_9.6\r\n",
    };
    for (const [name, bytes] of Object.entries(ANSWERS)) {
        it(`says so at once, and leaves open whether a write happened: ${name}`, async () => {
            answer = bytes;
            const client = clientOf(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
            const failures = await Promise.allSettled([
                client.listCertificates(ADDRESS),
                client.uploadCertificate(ADDRESS, UPLOAD, "site"),
            ]);
            for (const failure of failures) {
                const error: unknown = failure.status === "rejected" ? failure.reason : failure.value;
                expect(error).to.be.instanceOf(VercelError);
                expect(error)
                    .to.have.property("kind")
                    .that.matches(/^(?:network|unexpected)$/);
            }
            expect(failures[1]).to.have.nested.property("reason.effect", "unknown");
        });
    }
});

describe("vercel/transport, where Node verifies no certificates", () => {
    const before = process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
    afterEach(() => {
        if (before === undefined) {
            delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
        } else {
            process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = before;
        }
    });

    it("sends nothing over TLS, and says why; in clear on this machine there is nothing to verify", async () => {
        process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
        for (const send of [
            clientOf("https://localhost:1").listCertificates(ADDRESS),
            clientOf("https://localhost:1").uploadCertificate(ADDRESS, UPLOAD, "site"),
        ]) {
            const error: unknown = await send.catch((reason: unknown) => reason);
            expect(error).to.be.instanceOf(SettingsError);
        }
        const error: unknown = await clientOf("http://127.0.0.1:1")
            .listCertificates(ADDRESS)
            .catch((reason: unknown) => reason);
        expect(error).to.be.instanceOf(VercelError).and.include({ code: "ECONNREFUSED" });
    });
});
