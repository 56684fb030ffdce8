import { Vercel } from "@vercel/sdk";
import { HTTPClient } from "@vercel/sdk/lib/http.js";
import { expect } from "chai";
import { afterEach, before, beforeEach, describe, it } from "mocha";
import { createHash, createPublicKey } from "node:crypto";
import { mintAuthority, mintBundle, type CertificateBundle } from "../support/mint";
import { failureOf, newToken, ORIGIN } from "../support/testEnvironment";
import { FakeVercel, type FakeVercelEvent, type FakeVercelOptions } from "./fakeVercel";
import { httpFetch } from "./httpFetch";

const HTTP = new HTTPClient({ fetcher: httpFetch });

const SITE = { idOrName: "site", teamId: "team_1" };
const PATH = "/v1/projects/site/client-cert";
const UPLOAD = "POST /v1/projects/{idOrName}/client-cert";
const LIST = "GET /v1/projects/{idOrName}/client-cert";
const AN_HOUR_MS = 3_600_000;

describe("the fake Vercel API, in detail", () => {
    let fakeVercel: FakeVercel;
    let token: string;
    let bundle: CertificateBundle;

    const start = async (options: FakeVercelOptions = {}): Promise<void> => {
        fakeVercel = await FakeVercel.start(options);
        token = newToken();
        fakeVercel.addTeam({ id: "team_1", slug: "my-team" });
        fakeVercel.addToken(token, { teams: ["team_1"] });
        fakeVercel.addProject({ id: "prj_1", name: "site", team: "team_1" });
    };
    const restart = async (options: FakeVercelOptions): Promise<void> => {
        await fakeVercel.stop();
        await start(options);
    };
    const projects = (bearerToken = token) =>
        new Vercel({ bearerToken, serverURL: fakeVercel.url, httpClient: HTTP }).projects;
    const body = (overrides: Readonly<Record<string, unknown>> = {}) => {
        const { cert, key, ca } = bundle;
        return { cert, key, ca, origin: ORIGIN, ...overrides };
    };
    const upload = (overrides: Readonly<Record<string, unknown>> = {}) =>
        projects().uploadProjectClientCert({ ...SITE, requestBody: body(overrides) });
    const ids = async () => (await projects().getProjectClientCerts(SITE)).clientCerts.map(({ id }) => id);
    const raw = (path: string, init: RequestInit = {}, query = "teamId=team_1"): Promise<Response> =>
        httpFetch(`${fakeVercel.url}${path}?${query}`, {
            ...init,
            headers: { authorization: `Bearer ${token}`, "content-type": "application/json", ...init.headers },
        });
    /** The status and the error of an answer. */
    const errorOf = async (response: Promise<Response>): Promise<[number, Record<string, unknown>]> => {
        const answer = await response;
        return [answer.status, ((await answer.json()) as { error: Record<string, unknown> }).error];
    };
    const refusalOf = (overrides: Readonly<Record<string, unknown>>) =>
        errorOf(raw(PATH, { method: "POST", body: JSON.stringify(body(overrides)) }));

    before(async () => {
        bundle = await mintBundle();
    });
    beforeEach(async () => {
        await start();
    });
    afterEach(async () => {
        await fakeVercel.stop();
    });

    it("lists the previous certificate beside the new one until it is deleted, unless told to drop it", async () => {
        const first = await upload();
        const second = await upload();
        expect(await ids()).to.deep.equal([first.certId, second.certId]);
        await projects().deleteProjectClientCert({ ...SITE, certId: first.certId });
        expect(await ids()).to.deep.equal([second.certId]);
        await restart({ keepsReplaced: false });
        const foreign = fakeVercel.placeCertificate("site", { origin: ORIGIN, cert: bundle.cert, ca: bundle.ca });
        const replacing = await upload();
        expect(replacing.updated).to.equal(true);
        expect(replacing.certId).to.not.equal(foreign);
        expect(await ids()).to.deep.equal([replacing.certId]);
    });

    it("normalises an origin, unless told not to, and calls a project-wide one *", async () => {
        const origin = "HTTPS://Billing.Example.com:443/";
        expect((await upload({ origin })).origin).to.equal(ORIGIN);
        expect((await upload({ origin: undefined })).origin).to.equal("*");
        await restart({ normalisesOrigin: false });
        expect((await upload({ origin })).origin).to.equal(origin);
    });

    it("refuses what does not fit together, and stores none of it", async () => {
        const other = await mintBundle();
        const selfSigned = await mintAuthority();
        const past = { notBefore: new Date("2020-01-01"), notAfter: new Date("2020-02-01") };
        const expired = await bundle.authority.issue(past);
        const notIssued = "The certificate is not issued by the CA.";
        const cases: readonly [Readonly<Record<string, string>>, string][] = [
            [{ cert: "text" }, "The certificate is not valid PEM."],
            [{ key: "text" }, "The private key is not valid PEM."],
            [{ ca: "text" }, "The certificate authority is not valid PEM."],
            [{ key: other.key }, "The private key does not match the certificate."],
            [{ ca: other.ca }, notIssued],
            [{ cert: bundle.cert + other.ca, ca: other.ca }, notIssued],
            [{ cert: selfSigned.certPem, key: selfSigned.keyPem }, notIssued],
            [{ cert: expired.certPem, key: expired.keyPem }, "The certificate has expired."],
        ];
        await restart({ limits: { uploads: cases.length } });
        for (const [overrides, message] of cases) {
            expect(await refusalOf(overrides)).to.deep.equal([400, { code: "bad_request", message }]);
        }
        expect(fakeVercel.certificates("site")).to.deep.equal([]);
    });

    it("takes a chain whose intermediate comes along, and anything where validation is skipped", async () => {
        const intermediate = await bundle.authority.intermediate();
        const { certPem, keyPem } = await intermediate.issue();
        expect((await refusalOf({ cert: certPem, key: keyPem }))[0]).to.equal(400);
        await upload({ cert: certPem + intermediate.certPem, key: keyPem });
        await upload({ cert: "text", key: "text", ca: "text", skipValidation: true });
        expect(fakeVercel.certificates("site").at(-1)?.keySha256).to.equal("");
    });

    it("tells a missing token, an unknown one, a wrong scope and a missing permission apart", async () => {
        fakeVercel.addTeam({ id: "team_2", slug: "other-team" });
        const [, missing] = await errorOf(raw(PATH, { headers: { authorization: "" } }));
        expect(missing["missingToken"]).to.equal(true);
        const [, unknown] = await errorOf(raw(PATH, { headers: { authorization: "Bearer unknown" } }));
        expect(unknown["invalidToken"]).to.equal(true);
        const [status, scope] = await errorOf(raw(PATH, {}, "slug=other-team"));
        expect([status, scope["teamId"], scope["scope"]]).to.deep.equal([403, "team_2", "other-team"]);
        fakeVercel.addToken(token, { teams: ["my-team"], projects: ["prj_2"] });
        const [, permission] = await errorOf(raw(PATH));
        expect(permission["message"]).to.match(/^You don't have permission to /);
    });

    it("counts deletions and uploads for the owner, each for itself, errors too, and refuses without effect", async () => {
        const nowMs = Date.now();
        await restart({ limits: { uploads: 1, deletions: 1 }, now: () => nowMs });
        fakeVercel.addProject({ id: "prj_2", name: "shop", team: "team_1" });
        const { certId } = await upload();
        const elsewhere = raw("/v1/projects/shop/client-cert", { method: "POST", body: JSON.stringify(body()) });
        const [status, { code }] = await errorOf(elsewhere);
        expect([status, code]).to.deep.equal([429, "rate_limited"]);
        expect(fakeVercel.certificates("shop")).to.deep.equal([]);
        const missing = await raw(`${PATH}/cert_none`, { method: "DELETE" });
        expect([missing.status, missing.headers.get("x-ratelimit-remaining")]).to.deep.equal([404, "0"]);
        expect((await raw(`${PATH}/${certId}`, { method: "DELETE" })).status).to.equal(429);
        expect(await ids()).to.deep.equal([certId]);
    });

    it("judges by the clock that it was given whether a certificate has expired", async () => {
        await restart({ now: () => Date.parse("2090-01-01") });
        expect((await refusalOf({}))[1]["message"]).to.equal("The certificate has expired.");
    });

    it("lets calls pass before a fault, and hits as many as told, in the order of adding", async () => {
        fakeVercel.addFault({ kind: "status", operation: "list", skip: 1, times: 2 });
        fakeVercel.addFault({ kind: "status", operation: "list", status: 502, headers: { "retry-after": "7" } });
        fakeVercel.addFault({ kind: "status", certId: "cert_other" });
        await upload();
        const statuses: number[] = [];
        for (let turn = 0; turn < 5; turn += 1) {
            statuses.push((await raw(PATH)).status);
        }
        expect(statuses).to.deep.equal([200, 500, 500, 502, 200]);
        expect((await raw(`${PATH}/cert_1`, { method: "DELETE" })).status).to.equal(404);
        expect((await raw(`${PATH}/cert_other`, { method: "DELETE" })).status).to.equal(500);
    });

    for (const afterEffect of [true, false]) {
        it(`has ${afterEffect ? "its" : "no"} effect when the client hangs up on a delay, afterEffect ${String(afterEffect)}`, async () => {
            fakeVercel.addFault({ kind: "delay", delayMs: AN_HOUR_MS, afterEffect });
            const hangUp = new AbortController();
            fakeVercel.onEvent = ({ kind }) => {
                if (kind === "fault") {
                    setImmediate(() => {
                        hangUp.abort();
                    });
                }
            };
            await failureOf(raw(PATH, { method: "POST", body: JSON.stringify(body()), signal: hangUp.signal }));
            expect(fakeVercel.certificates("site")).to.have.lengthOf(afterEffect ? 1 : 0);
        });
    }

    it("answers the truth after a delay", async () => {
        fakeVercel.addFault({ kind: "delay", delayMs: 1, afterEffect: false });
        expect((await upload()).updated).to.equal(false);
    });

    it("reports bodies that are no uploads, and says what is wrong with them", async () => {
        const { cert, key, ca } = bundle;
        const cases: readonly [string, string, string][] = [
            [JSON.stringify({ cert, ca }), "missing required property `key`", "must have required property 'key'"],
            [JSON.stringify(body({ extra: 1 })), "additional property `extra`", "must NOT have additional properties"],
            [JSON.stringify({ cert, key, ca, origin: 1 }), "`origin` should be string", "/origin: must be string"],
            ["{", "Invalid JSON", "must be object"],
        ];
        for (const [text, said, reported] of cases) {
            const [status, { message }] = await errorOf(raw(PATH, { method: "POST", body: text }));
            expect(status).to.equal(400);
            expect(message).to.contain(said);
            expect(fakeVercel.specViolations.at(-1)).to.contain(reported);
        }
        expect(fakeVercel.specViolations).to.have.lengthOf(cases.length);
    });

    it("reports requests that are not in the official document, even where a fault answers", async () => {
        fakeVercel.addFault({ kind: "status" });
        await raw(PATH, {}, "limit=10");
        await raw(PATH, {}, "teamId=team_1&teamId=team_1");
        await raw(PATH, { method: "POST", body: JSON.stringify(body()), headers: { "content-type": "text/plain" } });
        expect((await raw("/v1/projects/%zz/client-cert")).status).to.equal(404);
        expect((await raw("/v9/projects/site")).status).to.equal(404);
        expect((await raw(`${PATH}/cert_1`)).status).to.equal(405);
        await raw(`${PATH}/cert_1`, { method: "DELETE", body: "{}" });
        expect(fakeVercel.specViolations).to.deep.equal([
            `${LIST}: unknown query parameter limit`,
            `${LIST}: query parameter teamId is repeated`,
            `${UPLOAD}: not sent as application/json`,
            `${LIST}: a path parameter is not percent-encoded`,
            "GET /v9/projects/site is not in the document",
            `GET ${PATH}/cert_1 is not in the document`,
            "DELETE /v1/projects/{idOrName}/client-cert/{certId}: a body is not documented",
        ]);
    });

    it("reports answers of its own that are not in the official document", async () => {
        await restart({ projectWideOrigin: 1 as unknown as string });
        await raw(PATH, { method: "POST", body: JSON.stringify(body({ origin: undefined })) });
        await raw(PATH);
        expect(fakeVercel.specViolations).to.deep.equal([
            `${UPLOAD} answer/origin: must be string`,
            `${LIST} answer/clientCerts/0/origin: must be string`,
        ]);
    });

    it("tells what each request was about, in order", async () => {
        const events: FakeVercelEvent[] = [];
        fakeVercel.onEvent = (event) => events.push(event);
        const { certId } = await upload();
        await projects().getProjectClientCerts({ idOrName: "prj_1", slug: "my-team" });
        fakeVercel.addFault({ kind: "reset-before" });
        await failureOf(projects().deleteProjectClientCert({ ...SITE, certId }));
        const told = fakeVercel.requests.map(({ method, path, at, ...rest }) =>
            at > 0 && path !== "" && method ? rest : {},
        );
        const site = { project: "site", team: "team_1", certId };
        expect(told).to.deep.equal([
            { operation: "upload", status: 200, origin: ORIGIN, ...site },
            { operation: "list", status: 200, project: "prj_1", team: "my-team" },
            { operation: "delete", status: 0, ...site },
        ]);
        expect(events.map(({ kind }) => kind)).to.deep.equal(["request", "request", "fault", "request"]);
        fakeVercel.clearRequests();
        expect(fakeVercel.requests).to.deep.equal([]);
    });

    it("keeps of a private key only the hash of its public key, and of a token nothing", async () => {
        const { cert, key, ca } = bundle;
        await upload();
        await upload({ cert: cert + key, skipValidation: true });
        await raw(PATH, { method: "POST", body: JSON.stringify({ key, extra: key }) });
        await raw(PATH, { method: "POST", body: `{"key": ${key}` });
        fakeVercel.placeCertificate("site", { cert, ca });
        const spki = createPublicKey(key).export({ type: "spki", format: "der" });
        const hash = createHash("sha256").update(spki).digest("hex");
        const entries = fakeVercel.certificates("site");
        expect(entries.map(({ keySha256 }) => keySha256)).to.deep.equal([hash, hash, hash]);
        const kept = JSON.stringify([entries, fakeVercel.requests, fakeVercel.specViolations]);
        const lines = key.split("\n").filter((line) => line !== "" && !line.startsWith("-----"));
        for (const secret of [...lines, token, "PRIVATE KEY"]) {
            expect(kept).to.not.contain(secret);
        }
    });
});
