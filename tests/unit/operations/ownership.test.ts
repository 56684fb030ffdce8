import { expect } from "chai";
import { afterEach, describe, it } from "mocha";
import { ProcessMemory, type CertificateStore, type OperationContext } from "../../../provider/operations/context";
import type { PartialFailure } from "../../../provider/operations/failures";
import { KeyCommands } from "../../../provider/operations/keyCommands";
import { update } from "../../../provider/operations/update";
import type { CertificateEntry } from "../../../provider/vercel/client";
import { failureOf, ORIGIN, TestEnvironment, type TestEnvironmentOptions } from "../../support/testEnvironment";
import { SkippingClock } from "../../support/skippingClock";

const OTHER_ORIGIN = "https://other.example.com";
const FRESH = { keepsReplaced: false } as const;
const STABLE = { uploadPolicy: "same-id" } as const;
const CONTENT = { uploadPolicy: "content-id" } as const;

describe("what is live is known", () => {
    let env: TestEnvironment;
    let clock: SkippingClock;
    const start = async (options: TestEnvironmentOptions = {}): Promise<void> => {
        clock = new SkippingClock();
        env = await TestEnvironment.start({ clock, now: () => clock.now(), ...options });
    };
    const entries = (): string[] => env.fakeVercel.certificates("prj_1").map(({ certId }) => certId);
    const deletions = (): (string | undefined)[] =>
        env.fakeVercel.requests.filter(({ operation }) => operation === "delete").map(({ certId }) => certId);
    const place = (origin: string | undefined, certId?: string): string =>
        env.fakeVercel.placeCertificate("prj_1", {
            ...env.bundle,
            ...(certId === undefined ? {} : { certId }),
            ...(origin === undefined ? {} : { origin }),
        });
    const rotated = async (overrides: Record<string, unknown> = {}): Promise<Record<string, unknown>> => {
        const next = await env.bundle.authority.issue();
        return await env.checked({ cert: next.certPem, key: next.keyPem, ...overrides });
    };
    afterEach(async () => {
        env.verify();
        await env.stop();
    });

    it("names each id once, and of thousands the first few", async () => {
        await start();
        const listed = Array.from({ length: 5_000 }, (_, index) => ({ id: `c${String(index >> 1)}`, origin: ORIGIN }));
        env.fakeVercel.addFault({ operation: "list", kind: "body", body: JSON.stringify({ clientCerts: listed }) });
        const { message } = await failureOf(env.create());
        expect(message).to.contain(
            "already: c0, c1, c2, c3, c4, c5, c6, c7, c8, c9 and 2490 more. Nothing was uploaded.",
        );
    });

    describe("a deletion", () => {
        it("before its replacement removes the certificate, and leaves it to nobody", async () => {
            await start();
            const { id, outs } = await env.create();
            env.nextRun();
            await env.checked();
            await env.provider.delete(id, outs);
            expect(entries()).to.deep.equal([]);
            const { outs: successor } = await env.create();
            expect(entries()).to.deep.equal([successor["certId"]]);
        });

        it("fails where the creation of its successor has failed in this run, so that the state keeps it", async () => {
            await start();
            const { id, outs } = await env.create();
            env.nextRun();
            await failureOf(env.create());
            const error = await failureOf(env.provider.delete(id, outs));
            expect(error.message).to.contain("its creation failed in this run").and.to.contain(String(outs["certId"]));
            expect(entries()).to.deep.equal([outs["certId"]]);
        });

        it("takes no other 404 for gone, and names the refresh that finds out", async () => {
            await start();
            const { id, outs } = await env.create();
            env.nextRun();
            const message = "The client certificate API is not enabled on this plan";
            const body = JSON.stringify({ error: { code: "not_found", message } });
            env.fakeVercel.addFault({ operation: "delete", kind: "status", status: 404, body });
            const error = await failureOf(env.provider.delete(id, outs));
            expect(error.message).to.contain("pulumi refresh");
            expect(entries()).to.deep.equal([outs["certId"]]);
        });

        it("believes that a certificate could not be found only where a listing agrees", async () => {
            await start();
            const { id, outs } = await env.create();
            env.nextRun();
            const body = JSON.stringify({
                error: { code: "not_found", message: "The certificate could not be found" },
            });
            env.fakeVercel.addFault({ operation: "delete", kind: "status", status: 404, body });
            expect((await failureOf(env.provider.delete(id, outs))).message).to.contain("and still lists it");
            expect(entries()).to.deep.equal([outs["certId"]]);
        });

        it("is called although the listing lacks the certificate: listings may lag behind", async () => {
            await start({ listingLagMs: 60_000 });
            const error = await failureOf(env.create());
            const { id, properties } = error as unknown as { id: string; properties: Record<string, unknown> };
            expect(entries()).to.deep.equal([properties["certId"]]);
            env.nextRun();
            await env.provider.delete(id, properties);
            expect(entries()).to.deep.equal([]);
        });

        it("is asked for again after its answer was lost, whatever a listing shows", async () => {
            await start();
            const { id, outs } = await env.create();
            env.nextRun();
            env.fakeVercel.addFault({ operation: "delete", kind: "reset-after" });
            await env.provider.delete(id, outs);
            expect(deletions()).to.deep.equal([outs["certId"], outs["certId"]]);
        });

        it("leaves alone what is listed for another origin, whatever a state says", async () => {
            await start();
            const { id, outs } = await env.create();
            const others = [place(OTHER_ORIGIN), place(undefined)];
            env.nextRun();
            const error = await failureOf(env.provider.delete(id, { ...outs, staleCertIds: others }));
            expect(error.message).to.contain(OTHER_ORIGIN).and.to.contain("pulumi refresh");
            expect(entries()).to.deep.equal(others);
            expect(await env.provider.read(id, { ...outs, staleCertIds: others })).to.deep.equal({});
        });

        it("removes what is listed for the text that its upload was answered with, in whatever form", async () => {
            await start();
            const { id, outs } = await env.create();
            const state = { ...outs, origin: "billing.example.com:443" };
            env.nextRun();
            const body = JSON.stringify({ clientCerts: [{ id: outs["certId"], origin: state.origin }] });
            env.fakeVercel.addFault({ operation: "list", kind: "body", body });
            await env.provider.delete(id, state);
            expect(entries()).to.deep.equal([]);
        });

        it("removes nothing from another origin, whatever a state says that the upload was answered with", async () => {
            await start();
            const { id, outs } = await env.create();
            const victim = place(OTHER_ORIGIN);
            env.nextRun();
            const error = await failureOf(env.provider.delete(id, { ...outs, certId: victim, origin: OTHER_ORIGIN }));
            // A refresh would leave it in the state, so it is no way out.
            expect(error.message).to.contain(OTHER_ORIGIN).and.to.contain("run pulumi state delete");
            expect(entries()).to.include(victim);
        });

        for (const [status, certId] of [
            [200, "another"],
            [202, undefined],
        ] as const) {
            it(`is not done where the answer is ${String(status)} for ${certId ?? "its own id"}`, async () => {
                await start();
                const { id, outs } = await env.create();
                env.nextRun();
                const body = JSON.stringify({ certId: certId ?? outs["certId"] });
                env.fakeVercel.addFault({ operation: "delete", kind: "body", status, body, times: 2 });
                expect((await failureOf(env.provider.delete(id, outs))).message).to.contain("does not confirm it");
                expect(entries()).to.deep.equal([outs["certId"]]);
            });
        }

        it("leaves a certificate alone that is listed for several origins, and says why", async () => {
            await start(CONTENT);
            const { id, outs } = await env.create();
            await env.create({ origin: OTHER_ORIGIN });
            env.nextRun();
            const error = await failureOf(env.provider.delete(id, outs));
            expect(error.message).to.contain(OTHER_ORIGIN).and.to.contain("this id is also that of");
            expect(entries()).to.have.lengthOf(2);
        });

        it("leaves a certificate alone that another resource of the run has at another origin, before it is listed there", async () => {
            await start(CONTENT);
            const { id, outs } = await env.create();
            env.nextRun();
            await env.create({ origin: OTHER_ORIGIN });
            const certId = String(outs["certId"]);
            const body = JSON.stringify({ clientCerts: [{ id: certId, origin: ORIGIN }] });
            env.fakeVercel.addFault({ operation: "list", kind: "body", body });
            const error = await failureOf(env.provider.delete(id, outs));
            expect(error.message).to.contain(OTHER_ORIGIN).and.to.contain("this id is also that of");
            expect(entries()).to.deep.equal([certId, certId]);
        });

        it("fails where the one to be deleted may be the only one that has it: its replacement was declared after diff", async () => {
            await start();
            const { id, inputs, outs } = await env.create();
            env.nextRun();
            expect(await env.provider.diff(id, outs, await rotated({}))).to.deep.equal({ changes: true });
            await env.checked({}, inputs);
            const { message } = await failureOf(env.provider.delete(id, outs));
            expect(message).to.contain("It may be this one, which the engine replaces");
            expect(entries()).to.deep.equal([outs["certId"]]);
        });

        it("before its replacement leaves what another resource turns out to have while it is on its way", async () => {
            await start(STABLE);
            const { id, inputs, outs } = await env.create();
            env.nextRun();
            env.fakeVercel.addFault({ operation: "list", kind: "delay", delayMs: 50 });
            const deletion = env.provider.delete(id, outs);
            await env.provider.diff(id, outs, await env.checked({}, inputs));
            await deletion;
            expect(entries()).to.deep.equal([outs["certId"]]);
            expect(env.lines.join("\n")).to.contain("another resource of this run has it in place");
        });

        it("before its replacement and a takeover at the same moment leave one certificate in place, not none", async () => {
            await start(STABLE);
            const { id, outs } = await env.create();
            env.nextRun();
            env.fakeVercel.addFault({ operation: "delete", kind: "delay", delayMs: 100, afterEffect: false });
            const deletion = env.provider.delete(id, outs);
            const [taken] = await Promise.all([env.create({ allowOverwrite: true }), deletion]);
            expect(entries()).to.deep.equal([taken.outs["certId"]]);
        });

        it("before its replacement is known to another resource that looks the certificate up by a new name meanwhile", async () => {
            await start(STABLE);
            const { id, inputs, outs } = await env.create();
            env.nextRun();
            env.fakeVercel.addFault({ operation: "delete", kind: "delay", delayMs: 100, afterEffect: false });
            const deletion = env.provider.delete(id, outs);
            const { replaces } = await env.provider.diff(id, outs, await env.checked({ project: "prj_1" }, inputs));
            await deletion;
            expect({ replaces, entries: entries() }).to.deep.equal({ replaces: ["project"], entries: [] });
        });

        it("does not take the same id of another project for the one in place", async () => {
            await start(CONTENT);
            env.fakeVercel.addProject({ id: "prj_2", name: "shop", team: "team_1" });
            const { id, outs } = await env.create();
            env.nextRun();
            await env.create({ project: "prj_2" });
            await env.provider.delete(id, outs);
            expect(entries()).to.deep.equal([]);
            expect(env.fakeVercel.certificates("prj_2")).to.have.lengthOf(1);
        });
    });

    it("is not moved to a project that lists its id for another origin, although its own is answered as missing", async () => {
        await start(CONTENT);
        env.fakeVercel.addProject({ id: "prj_2", name: "shop", team: "team_1" });
        const { id, inputs, outs } = await env.create();
        env.fakeVercel.placeCertificate("prj_2", { ...env.bundle, origin: OTHER_ORIGIN });
        expect(env.fakeVercel.certificates("prj_2")).to.have.nested.property("[0].certId", outs["certId"]);
        env.nextRun();
        const news = await env.checked({ project: "shop" }, inputs);
        const body = JSON.stringify({ error: { code: "not_found", message: "Project not found." } });
        env.fakeVercel.addFault({ operation: "list", kind: "status", status: 404, skip: 1, body });
        expect(await env.provider.diff(id, outs, news)).to.have.deep.property("replaces", ["project"]);
    });

    // One names its project by id and the other by name: only what is listed tells whether they are one.
    it("a deletion does not take a takeover in another project for one of its own certificate", async () => {
        await start(CONTENT);
        env.fakeVercel.addProject({ id: "prj_2", name: "shop", team: "team_1" });
        const { id, outs } = await env.create({ project: "prj_2" });
        place(ORIGIN);
        place(OTHER_ORIGIN);
        env.nextRun();
        await env.create({ allowOverwrite: true });
        await env.provider.delete(id, outs);
        expect(env.fakeVercel.certificates("prj_2")).to.deep.equal([]);
        expect(entries()).to.have.lengthOf(2);
    });

    describe("an upload", () => {
        it("is waited for until it is listed, and half a minute at most", async () => {
            await start({ listingLagMs: 10_000 });
            const { outs } = await env.create();
            expect(outs).to.include({ certId: entries()[0] }).and.to.not.have.property("unconfirmed");
            expect(clock.slept.filter((ms) => ms >= 1_000)).to.deep.equal([1_000, 2_000, 4_000, 8_000]);
        });

        it("that could not be confirmed says so in the state, until a refresh sees it", async () => {
            await start();
            env.fakeVercel.addFault({ operation: "list", kind: "status", status: 403, skip: 1 });
            const { id, outs } = await env.create();
            expect(outs["unconfirmed"]).to.equal(true);
            env.nextRun();
            const { props } = await env.provider.read(id, outs);
            expect(props).to.not.have.property("unconfirmed");
        });

        // Whatever could not be read before the upload may be what is read after it.
        it("without an answer takes nothing for its own that may have been there before", async () => {
            await start();
            const old = await env.bundle.authority.issue();
            env.fakeVercel.placeCertificate("prj_1", { origin: ORIGIN, cert: old.certPem, ca: env.bundle.ca });
            const body = JSON.stringify({ clientCerts: [{ id: 7, origin: ORIGIN }] });
            env.fakeVercel.addFault({ operation: "list", kind: "body", body });
            env.fakeVercel.addFault({ operation: "upload", kind: "reset-before" });
            const { outs } = await env.create({ allowOverwrite: true });
            const inPlace = env.fakeVercel.certificates("prj_1").find(({ certId }) => certId === outs["certId"]);
            expect(inPlace?.cert).to.equal(env.bundle.cert);
        });

        it("without an answer is the entry of its own origin, where the id is listed for another one as well", async () => {
            await start(CONTENT);
            const { id, outs } = await env.create();
            env.nextRun();
            await env.provider.delete(id, outs);
            env.nextRun();
            const clientCerts = ["*", ORIGIN].map((origin) => ({ id: outs["certId"], origin }));
            env.fakeVercel.addFault({ operation: "upload", kind: "reset-after" });
            env.fakeVercel.addFault({
                operation: "list",
                kind: "body",
                skip: 1,
                body: JSON.stringify({ clientCerts }),
            });
            const { outs: again } = await env.create();
            expect(again).to.include({ certId: outs["certId"], origin: ORIGIN });
        });

        it("says what it means where the id was there before", async () => {
            await start(STABLE);
            await env.create();
            env.nextRun();
            await env.create({ allowOverwrite: true });
            expect(env.lines.join("\n")).to.contain("kept the id").and.to.contain("pulumi state delete");
        });

        it("takes over only what is listed for the text of its own answer", async () => {
            await start({ normalisesOrigin: false });
            const foreign = ["http://one.example.com", "one.example.com:443", ""].map((origin) => place(origin));
            const same = place("*");
            const { outs } = await env.create({ origin: undefined, allowOverwrite: true });
            expect(entries())
                .to.have.members([...foreign, outs["certId"]])
                .and.to.not.include(same);
            expect(outs["otherCertIds"]).to.have.members(foreign);
            const [line] = env.lines.filter((text) => text.includes("does not know"));
            expect(line).to.contain('for "http://one.example.com"').and.to.contain("allowOverwrite does not remove it");
        });

        it("works beside entries without an origin and entries that cannot be read", async () => {
            await start({ nullOrigin: true });
            place(undefined);
            const { outs } = await env.create();
            const projectWide = await failureOf(env.create({ origin: undefined }));
            expect(projectWide.message).to.contain("a project-wide certificate already");
            expect(entries()).to.include(outs["certId"]);
        });

        it("replaces nothing beyond the first page without being allowed to", async () => {
            await start({ pageSize: 1 });
            place(OTHER_ORIGIN);
            const there = place(ORIGIN);
            expect((await failureOf(env.create())).message).to.contain(there);
        });

        it("leaves an old id in place where Vercel lists the new one for another origin only", async () => {
            await start();
            const { id, outs } = await env.create();
            const stale = place(ORIGIN);
            const clientCerts = [
                { id: outs["certId"], origin: OTHER_ORIGIN },
                { id: stale, origin: ORIGIN },
            ];
            env.fakeVercel.addFault({ operation: "list", kind: "body", body: JSON.stringify({ clientCerts }) });
            env.nextRun();
            const { outs: next } = await env.provider.update(
                id,
                { ...outs, staleCertIds: [stale] },
                await env.checked(),
            );
            expect(next["staleCertIds"]).to.deep.equal([stale]);
            expect(deletions()).to.deep.equal([]);
        });

        it("deletes an old id by call that is not listed any more, before it forgets it", async () => {
            await start(FRESH);
            const { id, outs } = await env.create();
            env.nextRun();
            const { outs: next } = await env.provider.update(id, outs, await rotated());
            expect(deletions()).to.deep.equal([outs["certId"]]);
            expect(next["staleCertIds"]).to.deep.equal([]);
        });
    });

    it("does not take for in place what an upload without an answer may have replaced: the way back uploads it", async () => {
        await start(STABLE);
        const { id, outs } = await env.create();
        env.nextRun();
        const [first] = env.fakeVercel.certificates("prj_1");
        env.fakeVercel.addFault({ operation: "upload", kind: "reset-after" });
        env.fakeVercel.addFault({ operation: "list", kind: "status", status: 403, skip: 1 });
        const failure = await failureOf(env.provider.update(id, outs, await rotated()));
        expect(failure.message).to.contain("The upload may have happened");
        env.nextRun();
        const { properties: kept } = failure as PartialFailure;
        expect(kept).to.deep.include({ certId: outs["certId"], fingerprint: "" });
        expect(await env.provider.diff(id, kept, await env.checked())).to.deep.equal({ changes: true });
        await env.provider.update(id, kept, await env.checked());
        expect(env.fakeVercel.certificates("prj_1").map(({ cert }) => cert)).to.deep.equal([first?.cert]);
    });

    describe("where Vercel makes ids of the content", () => {
        it("what was deleted and is put in place again is not deleted with its predecessor of another name", async () => {
            await start(CONTENT);
            const { id, outs } = await env.create({ project: "prj_1" });
            env.nextRun();
            await env.provider.delete(`team_1/site/${ORIGIN}`, { ...outs, project: "site" });
            const { outs: successor } = await env.create();
            await env.provider.delete(id, outs);
            expect(entries()).to.deep.equal([successor["certId"]]);
        });

        it("a rotation whose new id is deleted by another of the run meanwhile keeps the old one, and fails", async () => {
            await start(CONTENT);
            const { id, outs } = await env.create();
            const memory = new ProcessMemory();
            const entry = { certId: "cert_new", origin: ORIGIN };
            const called: string[] = [];
            const list = (): Promise<CertificateEntry[]> => {
                if (called.includes("upload")) {
                    // Its call was under way when the upload was answered; this listing lags behind.
                    memory.noteDeleted(entry.certId, { project: "site", team: "team_1" });
                }
                return Promise.resolve([entry]);
            };
            const store: CertificateStore = {
                ...{ recentCertificates: list, certificatesAgain: list, listCertificates: list },
                uploadCertificate: () => Promise.resolve(called.push("upload")).then(() => entry),
                deleteCertificate: () => Promise.resolve(called.push("delete")).then(() => undefined),
            };
            const context: OperationContext = {
                ...{ store, clock, memory, urn: undefined, environment: {}, folder: "/", notify: () => undefined },
                commands: new KeyCommands({ clock, environment: {}, folder: "/" }),
                teamFor: (team) => team,
                addressOf: ({ project, team }) => ({ project, team, token: "token" }),
            };
            const { message } = await failureOf(update(id, outs, await rotated(), context));
            expect(message).to.contain("Vercel accepted the certificate as cert_new, but does not list it");
            expect(called).to.deep.equal(["upload"]);
        });

        it("a takeover does not remove what this run has put in place at another origin, and no listing shows yet", async () => {
            await start({ ...CONTENT, keepsReplaced: true });
            const { certPem: cert, keyPem: key } = await env.bundle.authority.issue();
            const foreign = env.fakeVercel.placeCertificate("prj_1", { cert, ca: env.bundle.ca, origin: OTHER_ORIGIN });
            const { outs: mine } = await env.create({ cert, key });
            expect(mine["certId"]).to.equal(foreign);
            const own = place("https://third.example.com");
            const clientCerts = [foreign, own].map((certId) => ({ id: certId, origin: OTHER_ORIGIN }));
            const body = JSON.stringify({ clientCerts });
            env.fakeVercel.addFault({ operation: "list", kind: "body", body, times: 2 });
            const { outs } = await env.create({ origin: OTHER_ORIGIN, allowOverwrite: true });
            expect(outs).to.deep.include({ certId: own, staleCertIds: [foreign] });
            expect(entries()).to.include(foreign);
        });
    });

    describe("a second resource for one project and origin", () => {
        for (const other of ["site", "prj_1"]) {
            it(`is refused, also at once and with slow answers (the second names it ${other})`, async () => {
                await start();
                env.fakeVercel.addFault({ operation: "list", kind: "delay", delayMs: 50, times: 2 });
                const [first, second] = await Promise.allSettled([
                    env.create(),
                    env.create({ project: other, allowOverwrite: true }),
                ]);
                expect([first.status, second.status]).to.deep.equal(["fulfilled", "rejected"]);
                expect(entries()).to.have.lengthOf(1);
            });
        }
    });

    describe("a resource whose place a new one has taken over before it came", () => {
        const isRefused = async (id: string, outs: Record<string, unknown>, owner: unknown): Promise<string> => {
            const { message } = await failureOf(env.provider.diff(id, outs, await env.checked()));
            expect(message).to.contain(`this is a second resource for one project and origin: ${String(owner)} is`);
            return message;
        };
        for (const [policy, project] of [
            [FRESH, "site"],
            [FRESH, "prj_1"],
            [STABLE, "site"],
            [STABLE, "prj_1"],
        ] as const) {
            it(`is refused, whatever becomes of its id (${JSON.stringify(policy)}, ${project})`, async () => {
                await start(policy);
                const { id, outs } = await env.create();
                env.nextRun();
                const { outs: taken } = await env.create({ project, allowOverwrite: true });
                const message = await isRefused(id, outs, taken["certId"]);
                // Under an id that stayed, no refresh would find out whose certificate is there.
                const wayBack = policy === STABLE ? "run pulumi up --replace" : "run pulumi refresh and pulumi up";
                expect(message).to.contain(wayBack);
            });
        }

        it("is not deleted where it came while the new one was on its way; the next run refuses one of the two", async () => {
            await start(FRESH);
            const { id, outs } = await env.create();
            env.nextRun();
            env.fakeVercel.addFault({ operation: "upload", kind: "delay", delayMs: 100 });
            const inputs = await env.checked();
            env.fakeVercel.clearRequests();
            const takeover = env.create({ allowOverwrite: true });
            while (!env.fakeVercel.requests.some(({ operation }) => operation === "upload")) {
                await new Promise((resolve) => setImmediate(resolve));
            }
            expect(await env.provider.diff(id, outs, inputs)).to.deep.equal({ changes: false });
            const { outs: taken } = await takeover;
            expect(deletions()).to.deep.equal([]);
            env.nextRun();
            await env.provider.diff(id, taken, await env.checked());
            await isRefused(id, outs, taken["certId"]);
        });

        it("is asked for under the team that its state has", async () => {
            await start({ configuration: {} });
            env.fakeVercel.addTeam({ id: "team_2", slug: "other" });
            env.fakeVercel.addToken("another_token_of_the_other_team", { teams: ["team_2"] });
            env.fakeVercel.addProject({ id: "prj_2", name: "site", team: "team_2" });
            env.environment["OTHER_TOKEN"] = "another_token_of_the_other_team";
            const { id, outs, inputs } = await env.create({ team: "team_1" });
            env.nextRun();
            await env.create({ team: "team_2", tokenEnv: "OTHER_TOKEN" });
            const news = await env.checked({ team: undefined }, inputs);
            expect(await env.provider.diff(id, outs, news)).to.deep.equal({ changes: false });
        });

        it("is refused in the next run as well, by what is in the state", async () => {
            await start(FRESH);
            const first = await env.create();
            env.nextRun();
            const next = await env.create({ allowOverwrite: true });
            env.nextRun();
            expect(await env.provider.diff(next.id, next.outs, await env.checked())).to.deep.equal({ changes: false });
            await isRefused(first.id, first.outs, next.outs["certId"]);
        });

        it("is not refused where the other project only has a certificate with the same id", async () => {
            await start(CONTENT);
            const { id, outs } = await env.create();
            env.fakeVercel.addProject({ id: "prj_2", name: "other", team: "team_1" });
            env.nextRun();
            await env.create({ project: "prj_2", allowOverwrite: true });
            expect(await env.provider.diff(id, outs, await env.checked())).to.deep.equal({ changes: false });
        });
    });

    it("refuses what may be a second resource where an entry cannot be read: it may be that of the first", async () => {
        await start(STABLE);
        const { outs } = await env.create();
        const body = JSON.stringify({ clientCerts: [{ id: 7, origin: ORIGIN }] });
        env.fakeVercel.addFault({ operation: "list", kind: "body", body });
        const { message } = await failureOf(env.create({ project: "prj_1", allowOverwrite: true }));
        expect(message).to.contain("may be a second resource").and.to.contain(String(outs["certId"]));
        expect(env.fakeVercel.requests.filter(({ operation }) => operation === "upload")).to.have.lengthOf(1);
    });

    describe("a refresh", () => {
        it("lets go of a certificate only after two listings that are a quarter of a minute apart, and says that it waits", async () => {
            await start();
            const { id, outs } = await env.create();
            env.fakeVercel.removeCertificate("prj_1", String(outs["certId"]));
            env.nextRun();
            env.fakeVercel.clearRequests();
            expect(await env.provider.read(id, outs)).to.deep.equal({});
            expect(env.fakeVercel.requests).to.have.lengthOf(2);
            expect(clock.slept).to.include(15_000);
            expect(env.lines.join("\n")).to.contain("waiting 15 s");
        });

        it("keeps a certificate that the first listing lacks and the second has", async () => {
            await start({ listingLagMs: 10_000 });
            env.fakeVercel.addFault({ operation: "list", kind: "status", status: 403, skip: 1 });
            const { id, outs } = await env.create();
            env.nextRun();
            const { props } = await env.provider.read(id, outs);
            expect(props).to.include({ certId: outs["certId"], fingerprint: outs["fingerprint"] });
        });

        it("keeps a certificate that is on a later page", async () => {
            await start({ pageSize: 1 });
            place(OTHER_ORIGIN);
            const { id, outs } = await env.create();
            expect(await env.provider.read(id, outs)).to.deep.equal({ id, props: outs });
        });

        it("keeps the ids of replaced certificates that two listings do not lack, where the newest is gone", async () => {
            await start();
            const { id, outs } = await env.create();
            const stale = { ...outs, staleCertIds: ["cert_stale"] };
            const listings = [[{ id: "cert_stale", origin: ORIGIN }], []];
            listings.forEach((clientCerts) => {
                env.fakeVercel.addFault({ operation: "list", kind: "body", body: JSON.stringify({ clientCerts }) });
            });
            env.nextRun();
            const { props } = await env.provider.read(id, stale);
            expect(props).to.deep.include({ certId: "", fingerprint: "", staleCertIds: ["cert_stale"] });
            expect(env.lines.join("\n")).to.contain("is gone, and cert_stale is in its place");
        });

        it("keeps a certificate where an entry cannot be read: it may be that one", async () => {
            await start();
            const { id, outs } = await env.create();
            const body = JSON.stringify({ clientCerts: [{ id: 7, origin: ORIGIN }] });
            env.fakeVercel.addFault({ operation: "list", kind: "body", body, times: 2 });
            env.nextRun();
            const { props } = await env.provider.read(id, outs);
            expect(props?.["certId"]).to.equal(outs["certId"]);
        });

        it("shows no change for a state of an earlier version, and keeps what else it finds at the origin", async () => {
            await start();
            const { id, outs } = await env.create();
            const old: Record<string, unknown> = { ...outs };
            delete old["otherCertIds"];
            env.nextRun();
            expect(await env.provider.read(id, old)).to.deep.equal({ id, props: old });
            const other = place(ORIGIN);
            env.nextRun();
            const { props } = await env.provider.read(id, old);
            expect(props).to.deep.equal({ ...old, otherCertIds: [other] });
        });
    });

    it("tells a renamed project how plain runs find its certificates again", async () => {
        await start();
        const { id, outs } = await env.create();
        env.fakeVercel.renameProject("prj_1", "renamed");
        env.nextRun();
        const error = await failureOf(env.provider.read(id, outs));
        expect(error.message).to.contain("renamed").and.to.contain("pulumi up without a refresh");
        const inputs = await env.checked({ project: "renamed" });
        expect(await env.provider.diff(id, outs, inputs)).to.deep.equal({ changes: true });
        const { outs: healed } = await env.provider.update(id, outs, inputs);
        expect(healed).to.include({ project: "renamed", certId: outs["certId"] });
    });
});
