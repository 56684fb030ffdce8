import { AsyncLocalStorage } from "node:async_hooks";
import { generateKeyPairSync } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { inspect } from "node:util";
import { expect } from "chai";
import { describe, it } from "mocha";
import { VercelClient, type CertificateUpload, type ProjectAddress } from "../../../provider/vercel/client";
import {
    isCertificateMissing,
    isEffectUnknown,
    isProjectMissing,
    OutOfTimeError,
    VercelError,
    type ErrorKind,
} from "../../../provider/vercel/errors";
import { EagerClock, ManualClock, nextTurn, START_MS } from "./clocks";
import { TestServer, withServer, type Answer, type Reply } from "./server";

const TOKEN = "vcp_test0TOKEN1that2nobody3may4see";
const KEY = generateKeyPairSync("ec", { namedCurve: "P-256" })
    .privateKey.export({ type: "pkcs8", format: "pem" })
    .toString();
const ADDRESS: ProjectAddress = { project: "shop", token: TOKEN };
const ORIGIN = "https://billing.example.com";
const UPLOAD: CertificateUpload = { cert: "-----BEGIN CERTIFICATE-----\nc\n", key: KEY, ca: "ca\n", origin: ORIGIN };
const LABEL = `shop/${ORIGIN}`;
const ACCEPTED: Reply = { status: 200, body: { updated: false, origin: ORIGIN, certId: "c1", added: "later" } };
const LISTED: Reply = {
    status: 200,
    body: { clientCerts: [{ id: "c1", origin: ORIGIN, added: "later" }], added: "later" },
};

function clientOf(server: TestServer, clock = new EagerClock(), lines: string[] = []): VercelClient {
    const notify = (line: string): void => void lines.push(line);
    return new VercelClient({ baseUrl: server.url, clock, notify, random: () => 0.5 });
}

async function failureOf(call: Promise<unknown>): Promise<VercelError> {
    const error: unknown = await call.then(
        () => undefined,
        (reason: unknown) => reason,
    );
    expect(error).to.be.instanceOf(VercelError);
    return error as VercelError;
}

function expectNoSecrets(error: VercelError): void {
    const everything = inspect(error, { depth: null, showHidden: true }) + JSON.stringify(error) + error.message;
    expect(everything).not.to.contain(TOKEN);
    for (const line of KEY.split("\n").filter((text) => text.length >= 8)) {
        expect(everything).not.to.contain(line);
    }
    expect(Object.keys(error)).not.to.include("id").and.not.include("cause");
    expect(error).not.to.have.property("cause");
    expect(error.stack).to.equal("");
    expect(error.message).not.to.match(/[\r\n]/);
}

/** Every call once, against the same answer, each with a server of its own. */
const CALLS = {
    list: (client: VercelClient) => client.listCertificates(ADDRESS),
    upload: (client: VercelClient) => client.uploadCertificate(ADDRESS, UPLOAD, LABEL),
    delete: (client: VercelClient) => client.deleteCertificate(ADDRESS, "c1", LABEL),
} as const;
type Call = keyof typeof CALLS;

async function failing(call: Call, answer: Answer): Promise<{ error: VercelError; requests: number }> {
    let outcome: { error: VercelError; requests: number } | undefined;
    const clock = new EagerClock();
    await withServer(
        () => {
            if (answer === "silence") {
                setImmediate(() => {
                    clock.expireDeadlines();
                });
            }
            return answer;
        },
        async (server) => {
            const error = await failureOf(CALLS[call](clientOf(server, clock)));
            expectNoSecrets(error);
            outcome = { error, requests: server.received.length };
        },
    );
    if (outcome === undefined) {
        throw new Error("the server was not used");
    }
    return outcome;
}

const envelope = (code: string, message: string, more: object = {}): unknown => ({ error: { code, message, ...more } });

describe("vercel/client", () => {
    describe("requests", () => {
        it("uploads exactly the properties that Vercel allows, with real newlines", async () => {
            await withServer(
                () => ACCEPTED,
                async (server) => {
                    const client = clientOf(server);
                    expect(await client.uploadCertificate(ADDRESS, UPLOAD, LABEL)).to.deep.equal({
                        certId: "c1",
                        origin: ORIGIN,
                    });
                    await client.uploadCertificate(
                        ADDRESS,
                        { ...UPLOAD, origin: undefined, skipValidation: true },
                        LABEL,
                    );
                    const [first, second] = server.received;
                    expect(first).to.include({ method: "POST", url: "/v1/projects/shop/client-cert" });
                    expect(JSON.parse(first?.body ?? "")).to.deep.equal({ ...UPLOAD });
                    const { cert, key, ca } = UPLOAD;
                    expect(JSON.parse(second?.body ?? "")).to.deep.equal({ cert, key, ca, skipValidation: true });
                    expect(first?.headers.authorization).to.equal(`Bearer ${TOKEN}`);
                    expect(first?.headers["content-type"]).to.match(/^application\/json/);
                    expect(first?.headers["user-agent"]).to.match(/^pulumi-vercel-client-cert\/\d+\.\d+\.\d+/);
                },
            );
        });

        it("lists and deletes, ignoring properties it does not know", async () => {
            await withServer(
                ({ method }) => (method === "GET" ? LISTED : ACCEPTED),
                async (server) => {
                    const client = clientOf(server);
                    expect(await client.listCertificates(ADDRESS)).to.deep.equal([{ certId: "c1", origin: ORIGIN }]);
                    await client.deleteCertificate(ADDRESS, "c1", LABEL);
                    expect(server.received.map(({ method, url, body }) => [method, url, body])).to.deep.equal([
                        ["GET", "/v1/projects/shop/client-cert", ""],
                        ["DELETE", "/v1/projects/shop/client-cert/c1", ""],
                    ]);
                },
            );
        });

        it("sends team_… as teamId and any other team as slug, and encodes what goes into the path", async () => {
            await withServer(
                () => LISTED,
                async (server) => {
                    const client = clientOf(server);
                    await client.listCertificates({ ...ADDRESS, team: "team_1" });
                    await client.listCertificates({ ...ADDRESS, team: "my team&slug" });
                    await client.listCertificates({ ...ADDRESS, project: "../v2/teams?x#y" });
                    expect(server.received.map(({ url }) => url)).to.deep.equal([
                        "/v1/projects/shop/client-cert?teamId=team_1",
                        "/v1/projects/shop/client-cert?slug=my%20team%26slug",
                        "/v1/projects/..%2Fv2%2Fteams%3Fx%23y/client-cert",
                    ]);
                },
            );
        });

        it("never reach another path through a project or id of dots", async () => {
            await withServer(
                () => LISTED,
                async (server) => {
                    const client = clientOf(server);
                    for (const dots of [".", "..", ""]) {
                        const project = { ...ADDRESS, project: dots };
                        for (const call of [
                            client.listCertificates(project),
                            client.uploadCertificate(project, UPLOAD, LABEL),
                            client.deleteCertificate(ADDRESS, dots, LABEL),
                        ]) {
                            const message = await call.then(
                                () => "",
                                (error: unknown) => (error as Error).message,
                            );
                            expect(message).to.contain("expected a name or id");
                        }
                    }
                    expect(server.received).to.deep.equal([]);
                },
            );
        });

        it("on loopback, does not hand token and key to a proxy", async () => {
            const before = process.env["HTTP_PROXY"];
            await withServer(
                () => ({ status: 200, body: { origin: "stolen", certId: "stolen" } }),
                async (proxy) => {
                    await withServer(
                        () => ACCEPTED,
                        async (server) => {
                            process.env["HTTP_PROXY"] = proxy.url;
                            try {
                                expect(await CALLS.upload(clientOf(server))).to.have.property("certId", "c1");
                            } finally {
                                if (before === undefined) {
                                    delete process.env["HTTP_PROXY"];
                                } else {
                                    process.env["HTTP_PROXY"] = before;
                                }
                            }
                            expect(proxy.received).to.deep.equal([]);
                        },
                    );
                },
            );
        });
    });

    it("takes no id and no origin that would forge a line of an error: operations repeat them", async () => {
        for (const text of ["c1\nerror: forged", "c\u202e1", "c\ud8001", "x".repeat(2_000)]) {
            for (const entry of [
                { id: text, origin: ORIGIN },
                { id: "c1", origin: text },
            ]) {
                const upload = await failing("upload", { status: 200, body: { ...entry, certId: entry.id } });
                expect(upload.error.kind).to.equal("malformed");
            }
        }
        const blank = await failing("upload", { status: 200, body: { certId: "  ", origin: ORIGIN } });
        expect(blank.error.kind).to.equal("malformed");
    });

    it("lets an entry that cannot be read concern only itself, and takes a missing origin for project-wide", async () => {
        const clientCerts = [
            { id: "c1", origin: ORIGIN },
            { origin: ORIGIN },
            null,
            { id: "c4\nerror: forged", origin: "*" },
        ];
        const more = [{ id: "c5", origin: null }, { id: "c6" }, { id: "c7", origin: 7 }];
        await withServer(
            () => ({ status: 200, body: { clientCerts: [...clientCerts, ...more] } }),
            async (server) => {
                const entries = await clientOf(server).listCertificates(ADDRESS);
                expect(entries).to.deep.equal([
                    { certId: "c1", origin: ORIGIN },
                    { certId: "", origin: "" },
                    { certId: "", origin: "" },
                    { certId: "", origin: "" },
                    { certId: "c5", origin: "" },
                    { certId: "c6", origin: "" },
                    { certId: "", origin: "" },
                ]);
            },
        );
    });

    it("ends where pages have no end", async () => {
        for (const next of [() => 7, (page: number) => page]) {
            await withServer(
                (_, page) => ({ status: 200, body: { clientCerts: [], pagination: { next: next(page) } } }),
                async (server) => {
                    const error = await failureOf(clientOf(server).listCertificates(ADDRESS));
                    expect(error.message).to.contain("pages without an end");
                    expect(server.received.length).to.be.at.most(100);
                },
            );
        }
    });

    it("reads all pages of a list, by what each says of the next", async () => {
        const seen: string[] = [];
        const pages = [
            { clientCerts: [{ id: "c1", origin: ORIGIN }], pagination: { next: 1_700_000_000_000 } },
            { clientCerts: [{ id: "c2", origin: ORIGIN }], pagination: { next: "token/2" } },
            { clientCerts: [{ id: "c3", origin: ORIGIN }], pagination: { next: null } },
        ];
        await withServer(
            ({ url }) => {
                seen.push(url);
                return { status: 200, body: pages[seen.length - 1] };
            },
            async (server) => {
                const entries = await clientOf(server).listCertificates(ADDRESS);
                expect(entries.map(({ certId }) => certId)).to.deep.equal(["c1", "c2", "c3"]);
            },
        );
        expect(seen.map((url) => /until=.*/.exec(url)?.[0])).to.deep.equal([
            undefined,
            "until=1700000000000",
            "until=token%2F2",
        ]);
    });

    describe("errors", () => {
        const rows: readonly (readonly [string, Call, Reply, ErrorKind, "none" | "unknown", string])[] = [
            [
                "400",
                "upload",
                { status: 400, body: envelope("bad_request", "Invalid request") },
                "invalid",
                "none",
                "check the certificate",
            ],
            ["401", "list", { status: 401 }, "bad-token", "none", "VERCEL_API_TOKEN"],
            [
                "402",
                "upload",
                { status: 402, body: envelope("payment_required", "Resource is limited") },
                "payment-required",
                "none",
                "payment method",
            ],
            [
                "403 no token",
                "list",
                { status: 403, body: envelope("forbidden", "missing", { missingToken: true }) },
                "bad-token",
                "none",
                "VERCEL_API_TOKEN",
            ],
            [
                "403 bad token",
                "list",
                { status: 403, body: envelope("forbidden", "Not authorized", { invalidToken: true }) },
                "bad-token",
                "none",
                "expired",
            ],
            [
                "403 wrong scope",
                "delete",
                { status: 403, body: envelope("forbidden", "Not authorized", { scope: "x", saml: false }) },
                "wrong-scope",
                "none",
                "token of this team",
            ],
            [
                "403 permission",
                "upload",
                { status: 403, body: envelope("forbidden", "You don't have permission") },
                "forbidden",
                "none",
                "role",
            ],
            [
                "404 project",
                "list",
                { status: 404, body: envelope("not_found", "Project not found.") },
                "project-missing",
                "none",
                "project and team",
            ],
            [
                "404 certificate",
                "delete",
                { status: 404, body: envelope("not_found", "The certificate could not be found") },
                "certificate-missing",
                "none",
                "removed already",
            ],
            [
                "404 project on delete",
                "delete",
                { status: 404, body: envelope("not_found", "Project not found.") },
                "project-missing",
                "none",
                "project and team",
            ],
            [
                "404 of the route",
                "list",
                { status: 404, body: "The page could not be found" },
                "withdrawn",
                "none",
                "withdrawn, or not enabled for this team",
            ],
            [
                "404 of the route on delete",
                "delete",
                { status: 404, body: "<html>" },
                "unclear-missing",
                "none",
                "does not find the certificate, or the endpoint is withdrawn",
            ],
            [
                "405",
                "upload",
                { status: 405, body: { error: { code: "method_unknown" } } },
                "withdrawn",
                "none",
                "withdrawn, or not enabled",
            ],
            ["408", "upload", { status: 408 }, "timeout", "unknown", "run again"],
            [
                "410",
                "list",
                { status: 410, body: { err: { message: "Invalid API version." } } },
                "withdrawn",
                "none",
                "withdrawn, or not enabled",
            ],
            [
                "409",
                "upload",
                { status: 409, body: envelope("conflict", "transfer") },
                "transferring",
                "none",
                "being transferred to another team",
            ],
            [
                "500",
                "upload",
                { status: 500, body: envelope("internal_server_error", "oops") },
                "server",
                "unknown",
                "fault at Vercel",
            ],
            ["502 without a body", "delete", { status: 502, body: "" }, "server", "unknown", "fault at Vercel"],
            [
                "200 that is no JSON",
                "upload",
                { status: 200, body: "<html>" },
                "malformed",
                "unknown",
                "not what Vercel documents",
            ],
            [
                "200 without certId",
                "upload",
                { status: 200, body: { origin: ORIGIN } },
                "malformed",
                "unknown",
                "certId",
            ],
            [
                "200 without certId on delete",
                "delete",
                { status: 200, body: [] },
                "malformed",
                "unknown",
                "does not confirm",
            ],
            [
                "200 without a list",
                "list",
                { status: 200, body: { clientCerts: {} } },
                "malformed",
                "none",
                "clientCerts",
            ],
            [
                "200 with a next page that cannot be asked for",
                "list",
                { status: 200, body: { clientCerts: [], pagination: { next: {} } } },
                "malformed",
                "none",
                "next page",
            ],
            ...[
                ...[{ hasNext: true }, { count: 5 }, [1], "x"].map((pagination) => ({ pagination })),
                ...[{ hasMore: true }, { nextCursor: "c" }, { next: 5 }, { has_more: true }, { cursor: "c" }],
                { pagination: { next: null, hasNextPage: true } },
            ].map(
                (pages) =>
                    [
                        `200 with pages in another form (${JSON.stringify(pages)})`,
                        "list",
                        { status: 200, body: { clientCerts: [], ...pages } },
                        "malformed",
                        "none",
                        "next page",
                    ] as const,
            ),
            [
                "200 with a list and an error",
                "list",
                { status: 200, body: { clientCerts: [], error: { code: "partial" } } },
                "malformed",
                "none",
                "clientCerts",
            ],
            [
                "404 that only mentions a certificate",
                "delete",
                { status: 404, body: envelope("not_found", "The client certificate API is not enabled on this plan") },
                "unclear-missing",
                "none",
                "not enabled",
            ],
            [
                "200 that is too large",
                "upload",
                { status: 200, body: " ".repeat(5 * 1024 * 1024) },
                "malformed",
                "unknown",
                "too large",
            ],
        ];
        for (const [name, call, reply, kind, effect, advice] of rows) {
            it(`${name}: is told apart, and says what to do`, async () => {
                const { error, requests } = await failing(call, {
                    ...reply,
                    headers: { "x-vercel-id": "fra1::abc-123" },
                });
                expect(error).to.include({ kind, effect, operation: call });
                expect(error.message).to.contain(advice).and.contain("/v1/projects/shop/client-cert");
                expect(isProjectMissing(error)).to.equal(kind === "project-missing");
                expect(isCertificateMissing(error)).to.equal(kind === "certificate-missing");
                expect(isEffectUnknown(error)).to.equal(effect === "unknown");
                expect(requests).to.equal(1);
                if (!error.message.includes("too large")) {
                    expect(error).to.include({ status: reply.status, requestId: "fra1::abc-123" });
                    expect(error.message).to.contain("fra1::abc-123").and.contain(String(reply.status));
                }
            });
        }

        it("read Vercel's code and message from every form of body", async () => {
            const inner = { code: "some_code", message: "Some words" };
            for (const body of [{ error: inner }, { err: inner }, { ...inner, status: 400 }]) {
                const { error } = await failing("list", { status: 400, body });
                expect(error.code).to.equal("some_code");
                expect(error.message).to.contain("some_code").and.contain("Some words");
            }
        });

        it("show of an upload the code and no free text of the server: it may quote the key in any notation", async () => {
            const spelled = [...KEY].map((letter) => letter.codePointAt(0)?.toString(7)).join(" plus ");
            const { error } = await failing("upload", { status: 400, body: envelope("bad_request", spelled) });
            expect(error.message)
                .to.contain("400 bad_request: Vercel's message is not shown, because it may quote the key")
                .and.not.contain("plus");
        });

        it("show a code and a request id only where they look like one", async () => {
            for (const odd of ["Bad Request", "a".repeat(65), "code-1", "", "ü"]) {
                const headers = { "x-vercel-id": `<${encodeURIComponent(odd)}>` };
                const { error } = await failing("list", { status: 400, body: envelope(odd, "No"), headers });
                expect(error).to.include({ code: undefined, requestId: undefined });
                expect(error.message).to.contain("client-cert: 400: No. ");
            }
        });

        for (const call of ["list", "upload", "delete"] as const) {
            it(`${call}: hold no secret that the server echoes, in the message, the code or the request id`, async () => {
                const unframed = KEY.split("\n").slice(1, -2).join("");
                const echo = `${JSON.stringify(KEY)} ${KEY} ${unframed} Bearer ${TOKEN} ${TOKEN}`;
                const headers = { "x-vercel-id": TOKEN };
                await failing(call, { status: 400, body: envelope(echo, echo), headers });
                await failing(call, { status: 409, body: envelope(KEY, unframed), headers });
                await failing(call, { status: 500, body: echo, headers });
                await failing(call, { status: 200, body: echo, headers });
            });

            it(`${call}: a connection that breaks, or stays silent, leaves open whether a write happened`, async () => {
                const effect = call === "list" ? "none" : "unknown";
                const reset = await failing(call, "reset");
                expect(reset.error).to.include({ kind: "network", effect, code: "ECONNRESET" });
                const cut = await failing(call, "cut");
                expect(cut.error).to.include({ kind: "network", effect });
                expect(cut.error.message).to.contain("no complete answer");
                const silent = await failing(call, "silence");
                expect(silent.error).to.include({ kind: "timeout", effect });
                for (const { requests } of [reset, cut, silent]) {
                    expect(requests).to[call === "list" ? "be" : "not"].greaterThan(1);
                }
            });

            it(`${call}: a refused connection means that nothing happened`, async () => {
                const server = new TestServer(() => ACCEPTED);
                await server.listen();
                const client = clientOf(server);
                await server.close();
                const error = await failureOf(CALLS[call](client));
                expectNoSecrets(error);
                expect(error).to.include({ kind: "network", code: "ECONNREFUSED", effect: "none" });
            });

            it(`${call}: a redirect is not followed, so the key goes to no other host`, async () => {
                await withServer(
                    () => ACCEPTED,
                    async (other) => {
                        for (const status of [301, 302, 303, 307, 308]) {
                            const { error } = await failing(call, { status, headers: { location: `${other.url}/x` } });
                            expect(error).to.include({ kind: "redirect", status });
                        }
                        expect((await failing(call, { status: 304 })).error).to.include({ kind: "malformed" });
                        expect(other.received).to.deep.equal([]);
                    },
                );
            });
        }
    });

    describe("retries and pacing", () => {
        const refused: Reply = {
            status: 429,
            body: envelope("rate_limited", "slow down"),
            headers: { "retry-after": "7" },
        };

        for (const call of ["list", "upload", "delete"] as const) {
            it(`${call}: comes back after a 429, when it was told to`, async () => {
                await withServer(
                    ({ method }, index) => (index === 0 ? refused : method === "GET" ? LISTED : ACCEPTED),
                    async (server) => {
                        const clock = new EagerClock();
                        await CALLS[call](clientOf(server, clock));
                        expect(server.received.length).to.equal(2);
                        expect(clock.now() - START_MS).to.be.within(7_000, 7_005);
                        expect(server.received[1]?.body).to.equal(server.received[0]?.body);
                    },
                );
            });
        }

        it("a limit that ends too far away fails at once and says when it ends", async () => {
            const reset = START_MS + 3_600_000;
            const { error, requests } = await failing("upload", {
                status: 429,
                body: { error: { code: "rate_limited", limit: { reset } } },
            });
            expect(requests).to.equal(1);
            expect(error).to.include({ kind: "rate-limited", effect: "none" });
            expect(error.message).to.contain("2030-01-01T01:00:00");
        });

        it("a limit that never ends is given up after ten minutes", async () => {
            const { requests } = await failing("delete", { ...refused, headers: { "retry-after": "120" } });
            expect(requests).to.be.within(5, 6);
        });

        it("a listing survives a fault of the server", async () => {
            await withServer(
                (_request, index) => (index < 2 ? { status: 503 } : LISTED),
                async (server) => {
                    expect(await CALLS.list(clientOf(server))).to.have.length(1);
                    expect(server.received.length).to.equal(3);
                },
            );
        });

        it("six uploads of one team wait for the window and say so; deletions and other teams do not", async () => {
            await withServer(
                () => ACCEPTED,
                async (server) => {
                    const clock = new EagerClock();
                    const lines: string[] = [];
                    const client = clientOf(server, clock, lines);
                    const upload = (team: string): Promise<unknown> =>
                        client.uploadCertificate({ ...ADDRESS, team }, UPLOAD, LABEL);
                    await Promise.all(Array.from({ length: 5 }, () => upload("team_1")));
                    await Promise.all([
                        upload("team_2"),
                        client.deleteCertificate({ ...ADDRESS, team: "team_1" }, "c1", LABEL),
                    ]);
                    expect(clock.slept).to.deep.equal([]);
                    await upload("team_1");
                    expect(clock.now() - START_MS).to.equal(60_000);
                    expect(lines.length).to.equal(1);
                    expect(lines[0]).to.match(/^shop\/https:\/\/billing\.example\.com: /);
                },
            );
        });

        it("two tokens without a team have a queue each: neither waits for the other", async () => {
            await withServer(
                () => ACCEPTED,
                async (server) => {
                    const clock = new EagerClock();
                    const client = clientOf(server, clock);
                    const six = Array.from({ length: 6 }, (_, index) => (index < 3 ? "first" : "second"));
                    const upload = (token: string): Promise<unknown> =>
                        client.uploadCertificate({ ...ADDRESS, team: undefined, token }, UPLOAD, LABEL);
                    await Promise.all(six.map(upload));
                    expect(clock.slept).to.deep.equal([]);
                    const startedAt = clock.now();
                    await Promise.all(["first", "first", "first"].map(upload));
                    expect(clock.now() - startedAt).to.equal(60_000);
                },
            );
        });

        it("heeds a used-up limit that an answer announces, also an answer that is an error", async () => {
            const headers = {
                "x-ratelimit-limit": "5",
                "x-ratelimit-remaining": "0",
                "x-ratelimit-reset": String(START_MS / 1000 + 20),
            };
            for (const first of [
                { ...ACCEPTED, headers },
                { status: 400, headers },
            ]) {
                await withServer(
                    (_request, index) => (index === 0 ? first : ACCEPTED),
                    async (server) => {
                        const clock = new EagerClock();
                        const client = clientOf(server, clock);
                        await CALLS.upload(client).catch(() => undefined);
                        await CALLS.upload(client);
                        // The announced second may have been rounded down.
                        expect(clock.now() - START_MS).to.equal(21_000);
                    },
                );
            }
        });
    });

    describe("listings of one project", () => {
        it("share one request while it has not been sent, and only with the same team and token", async () => {
            await withServer(
                () => LISTED,
                async (server) => {
                    const clock = new ManualClock();
                    const client = new VercelClient({ baseUrl: server.url, clock, notify: () => undefined });
                    const all = Promise.all([
                        client.listCertificates(ADDRESS),
                        client.listCertificates({ ...ADDRESS }),
                        client.listCertificates({ ...ADDRESS, token: "other" }),
                        client.listCertificates({ ...ADDRESS, team: "team_1" }),
                        client.listCertificates({ ...ADDRESS, project: "other" }),
                    ]);
                    await clock.advance(1_000);
                    await all;
                    expect(server.received.length).to.equal(4);
                    expect(
                        server.received.filter(({ headers }) => headers.authorization === "Bearer other").length,
                    ).to.equal(1);
                },
            );
        });

        it("begin after the call, so that they confirm a write: one that is under way is not shared", async () => {
            await withServer(
                () => LISTED,
                async (server) => {
                    const clock = new ManualClock();
                    const client = new VercelClient({ baseUrl: server.url, clock, notify: () => undefined });
                    const first = client.listCertificates(ADDRESS);
                    await clock.advance(1_000);
                    const second = client.listCertificates(ADDRESS);
                    await nextTurn();
                    expect(second).not.to.equal(first);
                    await clock.advance(1_000);
                    await Promise.all([first, second]);
                    expect(server.received.length).to.equal(2);
                },
            );
        });

        it("are given up by a caller without time, and by nobody else: all failed by the limit of the first", async () => {
            const limits = new AsyncLocalStorage<number>();
            const clock = Object.assign(new ManualClock(), {
                remaining: () => limits.getStore() ?? Number.POSITIVE_INFINITY,
            });
            const refused: Reply = { status: 429, headers: { "retry-after": "5" } };
            await withServer(
                (_request, index) => (index === 0 ? refused : LISTED),
                async (server) => {
                    const client = new VercelClient({ baseUrl: server.url, clock, notify: () => undefined });
                    for (const list of ["listCertificates", "recentCertificates"] as const) {
                        server.received.length = 0;
                        const hasty = limits.run(2_000, () => client[list](ADDRESS)).catch((error: unknown) => error);
                        const patient = client[list](ADDRESS);
                        for (let seconds = 0; seconds < 8; seconds += 1) {
                            await clock.advance(1_000);
                            await new Promise((resolve) => setTimeout(resolve, 20));
                        }
                        expect(await hasty).to.be.instanceOf(OutOfTimeError);
                        expect(await patient).to.have.length(1);
                        expect(server.received.length).to.equal(2);
                    }
                    const late = await limits
                        .run(0, () => client.listCertificates(ADDRESS))
                        .catch((error: unknown) => error);
                    expect(late).to.be.instanceOf(OutOfTimeError);
                    expect(server.received.length).to.equal(2);
                },
            );
        });

        it("are waited for once they are sent, also by a caller whose time ends meanwhile", async () => {
            const server = createServer();
            const clock = Object.assign(new ManualClock(), { remaining: () => 2_000 });
            let answer = (): void => undefined;
            const asked = new Promise<void>((resolve) => {
                server.once("request", (_request, response: ServerResponse) => {
                    answer = () => response.end(JSON.stringify(LISTED.body));
                    resolve();
                });
            });
            await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
            try {
                const baseUrl = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
                const client = new VercelClient({ baseUrl, clock, notify: () => undefined });
                const listing = client.listCertificates(ADDRESS).catch((error: unknown) => error);
                await clock.advance(10);
                await asked;
                await clock.advance(3_000);
                await nextTurn();
                await clock.advance(1_000);
                answer();
                expect(await listing).to.have.length(1);
            } finally {
                server.closeAllConnections();
                server.close();
            }
        });

        it("fail for all who share them, and the next one starts afresh", async () => {
            await withServer(
                (_request, index) =>
                    index === 0 ? { status: 404, body: envelope("not_found", "Project not found.") } : LISTED,
                async (server) => {
                    const client = clientOf(server);
                    const errors = await Promise.all([failureOf(CALLS.list(client)), failureOf(CALLS.list(client))]);
                    expect(errors.every(isProjectMissing)).to.equal(true);
                    expect(server.received.length).to.equal(1);
                    expect(await CALLS.list(client)).to.have.length(1);
                },
            );
        });
    });
});
