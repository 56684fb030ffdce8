import { Vercel } from "@vercel/sdk";
import { HTTPClient } from "@vercel/sdk/lib/http.js";
import { expect } from "chai";
import { afterEach, describe, it } from "mocha";
import { mintBundle } from "../support/mint";
import { assertNoSecrets } from "../support/secretSweep";
import { failureOf, newToken, ORIGIN } from "../support/testEnvironment";
import { Specification } from "./specification";
import { FakeVercel, type FakeVercelOptions } from "./fakeVercel";
import { httpFetch } from "./httpFetch";

const HTTP = new HTTPClient({ fetcher: httpFetch });

describe("the fake Vercel API, driven by the official client", () => {
    let fakeVercel: FakeVercel;
    let token: string;
    const start = async (options: FakeVercelOptions = {}): Promise<Vercel> => {
        fakeVercel = await FakeVercel.start(options);
        token = newToken();
        fakeVercel.addTeam({ id: "team_1", slug: "my-team" });
        fakeVercel.addToken(token, { teams: ["team_1"] });
        fakeVercel.addProject({ id: "prj_1", name: "site", team: "team_1" });
        return client(token);
    };
    const client = (bearerToken: string): Vercel =>
        new Vercel({ bearerToken, serverURL: fakeVercel.url, httpClient: HTTP, retryConfig: { strategy: "none" } });
    const address = { idOrName: "site", teamId: "team_1" };
    afterEach(async () => {
        await fakeVercel.stop();
        expect(fakeVercel.specViolations).to.deep.equal([]);
    });

    for (const uploadPolicy of ["same-id", "new-id", "content-id"] as const) {
        it(`uploads, lists and deletes; a second upload gets the ${uploadPolicy}`, async () => {
            const vercel = await start({ uploadPolicy });
            const { cert, key, ca } = await mintBundle();
            const requestBody = { cert, key, ca, origin: ORIGIN };
            const first = await vercel.projects.uploadProjectClientCert({ ...address, requestBody });
            const second = await vercel.projects.uploadProjectClientCert({ ...address, requestBody });
            expect([first.updated, second.updated]).to.deep.equal([false, true]);
            expect(first.certId === second.certId).to.equal(uploadPolicy !== "new-id");
            const { clientCerts } = await vercel.projects.getProjectClientCerts(address);
            expect(clientCerts.map(({ id }) => id)).to.deep.equal([...new Set([first.certId, second.certId])]);
            const gone = await vercel.projects.deleteProjectClientCert({ ...address, certId: second.certId });
            expect(gone).to.deep.equal({ certId: second.certId, origin: ORIGIN });
            const again = await failureOf(
                vercel.projects.deleteProjectClientCert({ ...address, certId: second.certId }),
            );
            expect(again.message).to.match(/certificate could not be found|404/i);
            assertNoSecrets(JSON.stringify([fakeVercel.certificates("prj_1"), fakeVercel.requests]), {
                keys: [key],
                tokens: [token],
            });
        });
    }

    it("takes a project by id and a team by slug, and lists a project-wide certificate as configured", async () => {
        const vercel = await start({ projectWideOrigin: "" });
        const { cert, key, ca } = await mintBundle();
        await vercel.projects.uploadProjectClientCert({
            idOrName: "prj_1",
            slug: "my-team",
            requestBody: { cert, key, ca },
        });
        const { clientCerts } = await vercel.projects.getProjectClientCerts({ idOrName: "prj_1", slug: "my-team" });
        expect(clientCerts.map(({ origin }) => origin)).to.deep.equal([""]);
    });

    it("refuses wrong tokens, scopes and projects, and a project that is being transferred", async () => {
        const vercel = await start();
        const { cert, key, ca } = await mintBundle();
        const upload = { ...address, requestBody: { cert, key, ca } };
        const statusOf = async (operation: Promise<unknown>): Promise<unknown> => {
            const error = await failureOf(operation);
            return "statusCode" in error ? error.statusCode : error;
        };
        expect(await statusOf(client("wrong").projects.getProjectClientCerts(address))).to.equal(403);
        expect(await statusOf(vercel.projects.getProjectClientCerts({ ...address, teamId: "team_2" }))).to.equal(403);
        expect(await statusOf(vercel.projects.getProjectClientCerts({ idOrName: "site" }))).to.equal(404);
        fakeVercel.setTransferring("prj_1", true);
        expect(await statusOf(vercel.projects.uploadProjectClientCert(upload))).to.equal(409);
    });

    it("validates an upload, unless told not to", async () => {
        const vercel = await start();
        const { cert, ca } = await mintBundle();
        const other = await mintBundle();
        const requestBody = { cert, key: other.key, ca };
        expect(
            (await failureOf(vercel.projects.uploadProjectClientCert({ ...address, requestBody }))).message,
        ).to.match(/400|match/);
        await vercel.projects.uploadProjectClientCert({
            ...address,
            requestBody: { ...requestBody, skipValidation: true },
        });
        expect(fakeVercel.certificates("prj_1")).to.have.lengthOf(1);
    });

    it("limits uploads per team and announces the limit, by the clock that is given", async () => {
        let now = 1_000_000_000_000;
        await start({ now: () => now, limits: { listings: 2, windowMs: 60_000 } });
        const list = async (): Promise<Response> =>
            await httpFetch(`${fakeVercel.url}/v1/projects/site/client-cert?teamId=team_1`, {
                headers: { authorization: `Bearer ${token}` },
            });
        expect((await list()).headers.get("x-ratelimit-remaining")).to.equal("1");
        await list();
        const refused = await list();
        expect(refused.status).to.equal(429);
        expect(refused.headers.get("x-ratelimit-reset")).to.equal(String((now + 60_000) / 1000));
        now += 60_001;
        expect((await list()).status).to.equal(200);
    });

    it("fails on request: before and after the effect, and with any answer", async () => {
        const vercel = await start();
        const { cert, key, ca } = await mintBundle();
        const upload = { ...address, requestBody: { cert, key, ca } };
        fakeVercel.addFault({ operation: "upload", kind: "reset-before" });
        await failureOf(vercel.projects.uploadProjectClientCert(upload));
        expect(fakeVercel.certificates("prj_1")).to.have.lengthOf(0);
        fakeVercel.addFault({ operation: "upload", kind: "reset-after" });
        await failureOf(vercel.projects.uploadProjectClientCert(upload));
        expect(fakeVercel.certificates("prj_1")).to.have.lengthOf(1);
        fakeVercel.addFault({ operation: "list", kind: "body", body: "<html>", contentType: "text/html" });
        await failureOf(vercel.projects.getProjectClientCerts(address));
        await vercel.projects.getProjectClientCerts(address);
    });
});

describe("the official document", () => {
    const specification = new Specification();
    const list = { method: "GET", url: "/v1/projects/site/client-cert", requestBody: undefined, status: 200 };

    it("accepts what it documents", () => {
        expect(
            specification.violations({ ...list, responseBody: { clientCerts: [{ origin: "", id: "c" }] } }),
        ).to.deep.equal([]);
    });

    it("is violated by a missing field, an unknown parameter, an unknown status and another path", () => {
        const of = (overrides: Partial<Parameters<Specification["violations"]>[0]>): readonly string[] =>
            specification.violations({ ...list, responseBody: { clientCerts: [] }, ...overrides });
        expect(of({ responseBody: { clientCerts: [{ origin: "" }] } })).to.have.lengthOf(1);
        expect(of({ url: "/v1/projects/site/client-cert?limit=1" })).to.have.lengthOf(1);
        expect(of({ status: 418 })).to.have.lengthOf(1);
        expect(of({ url: "/v2/projects/site/client-cert" })).to.have.lengthOf(1);
        expect(specification.isUpload({ cert: "", key: "", ca: "", more: "" })).to.equal(false);
    });
});
