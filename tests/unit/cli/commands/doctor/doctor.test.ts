import { expect } from "chai";
import type { ChildProcess } from "node:child_process";
import { resolve } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { answersOf, type Answer } from "../../../../../provider/cli/commands/doctor/answers";
import type { DoctorReport } from "../../../../../provider/cli/commands/doctor/doctorText";
import { RESERVED_ORIGINS } from "../../../../../provider/cli/commands/doctor/certificatesMade";
import { FAULTS, type FaultKind } from "../../../../proofs/faultMatrix/faultTable";
import { FaultClock } from "../../../../proofs/faultMatrix/faultClock";
import { cleanEnvironment, runProcess } from "../../../../support/childProcess";
import { MarkdownFile } from "../../../../support/markdown";
import { mintBundle } from "../../../../support/mint";
import { newToken } from "../../../../support/testEnvironment";
import type { LimitedOperation } from "../../../../vercel/limits";
import { FakeVercel, type Fault, type FakeVercelOptions } from "../../../../vercel/fakeVercel";
import { Terminal, type Run } from "../../terminal";
import { itOnPosix } from "../../../../support/platform";

const [RESERVED, FALLBACK] = RESERVED_ORIGINS;
/** Faults that only the client's deadline ends. */
const WAITS = new Set(["delay", "late", "drip"]);
const SOON_MS = 10;

const MAIN = resolve(__dirname, "../../../../../provider/cli/main.js");

interface DoctorRun extends Run {
    readonly report: DoctorReport;
}

/** A throw-away project at a fake Vercel API of some policy, in time that passes by sleeping. */
class Surgery {
    static async open(policy: FakeVercelOptions = {}): Promise<Surgery> {
        const clock = new FaultClock();
        const fakeVercel = await FakeVercel.start({ ...policy, now: () => clock.now() });
        return new Surgery(clock, fakeVercel);
    }

    readonly token = newToken();
    readonly interruption = new AbortController();
    /** Called with the number of each request that was answered. */
    onRequest: (count: number) => void = () => undefined;

    private constructor(
        readonly clock: FaultClock,
        readonly fakeVercel: FakeVercel,
    ) {
        fakeVercel.addTeam({ id: "team_1", slug: "acme-corp" });
        fakeVercel.addToken(this.token, { teams: ["team_1"] });
        fakeVercel.addProject({ id: "prj_1", name: "scratchpad", team: "team_1" });
        fakeVercel.onEvent = (event) => {
            if (event.kind === "fault" && WAITS.has(event.fault.kind)) {
                setTimeout(() => clock.expireDeadlines(), SOON_MS);
            }
            this.onRequest(fakeVercel.requests.length);
        };
    }

    async run(args: readonly string[] = ["--yes"], answer?: string): Promise<DoctorRun> {
        const terminal = new Terminal({
            environment: { VERCEL_API_URL: this.fakeVercel.url, VERCEL_API_TOKEN: this.token },
            clock: this.clock,
            secrets: { keys: [], tokens: [this.token] },
            signal: this.interruption.signal,
            ...(answer === undefined ? {} : { answer }),
        });
        try {
            const run = await terminal.run("doctor", "scratchpad", "--team", "acme-corp", "--json", ...args);
            return { ...run, report: JSON.parse(run.stdout === "" ? "{}" : run.stdout) as DoctorReport };
        } finally {
            terminal.dispose();
        }
    }

    /** What is in the project, whoever has put it there. */
    get left(): readonly string[] {
        return this.fakeVercel.certificates("prj_1").map(({ origin }) => origin);
    }

    countOf(operation: LimitedOperation): number {
        return this.fakeVercel.requests.filter((request) => request.operation === operation).length;
    }

    async close(): Promise<void> {
        await this.fakeVercel.stop();
        expect(this.fakeVercel.specViolations).to.deep.equal([]);
    }
}

const exactly = (text: string): RegExp => new RegExp(`^${text.replace(/[^\w ]/g, "\\$&")}$`);

const answerTo = (report: DoctorReport, part: string): string =>
    report.answers.find(({ question }) => question.includes(part))?.answer ?? "";

describe("pulumi-vercel-client-cert doctor", function () {
    // Keys of RSA, once.
    this.timeout(30_000);

    let surgery: Surgery;
    const open = async (policy: FakeVercelOptions = {}): Promise<Surgery> => {
        await surgery.close();
        surgery = await Surgery.open(policy);
        return surgery;
    };
    beforeEach(async () => {
        surgery = await Surgery.open();
    });
    afterEach(() => surgery.close());

    describe("answers, for the account", () => {
        const seen = new Map<string, string>();
        const policies: readonly (readonly [
            name: string,
            policy: FakeVercelOptions,
            part: string,
            answer: string | RegExp,
        ])[] = [
            ["ids that stay", { uploadPolicy: "same-id" }, "second upload", "replaces it, under the same id"],
            ["uploads that add", { uploadPolicy: "new-id" }, "second upload", "adds to it"],
            [
                "uploads that replace",
                { uploadPolicy: "new-id", keepsReplaced: false },
                "second upload",
                "replaces it, under another id",
            ],
            [
                "ids made of the certificate",
                { uploadPolicy: "content-id" },
                "`certId` change",
                "yes; the same certificate has the same id again",
            ],
            [
                "origins that are kept as they are spelled",
                { normalisesOrigin: false },
                "normalise the origin",
                "no: two spellings are two origins",
            ],
            [
                "stable ids and origins as they are spelled",
                { normalisesOrigin: false, uploadPolicy: "same-id" },
                "normalise the origin",
                "no: two spellings are two origins",
            ],
            ["an empty origin for the whole project", { projectWideOrigin: "" }, "project-wide", '""'],
            ["no origin for the whole project", { nullOrigin: true }, "project-wide", "null"],
            ["listings in pages", { pageSize: 1 }, "in pages", "yes"],
            ["listings that lag by three seconds", { listingLagMs: 3_000 }, "How soon", /^after 3\.\d s at most$/],
            ["a word for the whole project", { projectWideOrigin: "global" }, "project-wide", '"global"'],
        ];
        for (const [name, policy, part, answer] of policies) {
            it(`what it finds out of ${name}, and leaves nothing behind`, async () => {
                await open(policy);
                const { exitCode, report, stderr } = await surgery.run(["--yes", "--project-wide"]);
                expect(exitCode, stderr).to.equal(0);
                expect(answerTo(report, part)).to.match(typeof answer === "string" ? exactly(answer) : answer);
                expect(surgery.left).to.deep.equal([]);
                expect(report.steps.map(({ outcome }) => outcome)).to.deep.equal(report.steps.map(() => "fine"));
                seen.set(name, JSON.stringify(report.answers));
            });
        }

        it("and the answers differ for each of these", () => {
            expect(seen.size).to.equal(policies.length);
            expect(new Set(seen.values()).size).to.equal(policies.length);
        });

        it("how soon a listing shows a write, and that another authority is refused", async () => {
            const { report } = await surgery.run();
            expect(answerTo(report, "How soon")).to.match(/^after 0\.\d s at most$/);
            expect(answerTo(report, "Is `ca` the issuer")).to.match(/^the issuer: /);
            expect(answerTo(report, "project-wide")).to.equal("not asked: --project-wide asks");
        });

        it("what listings and headers hold", async () => {
            const { report } = await surgery.run();
            expect(report.listing).to.deep.equal({ ofListing: ["clientCerts"], ofEntries: ["id", "origin"] });
            expect(report.limits["upload"]).to.deep.include({ limit: 5, remaining: 1 });
            expect(report.limits["upload"]?.reset).to.include({ unit: "seconds" });
            await open({ limits: { resetUnit: "milliseconds" } });
            const other = await surgery.run();
            expect(other.report.limits["list"]?.reset).to.include({ unit: "milliseconds" });
        });

        it("names properties that are not documented, but no text of theirs", async () => {
            surgery.fakeVercel.addFault({ operation: "list", kind: "extra" });
            const { report, stdout } = await surgery.run();
            expect(report.listing.ofListing).to.include("addedLater");
            surgery.fakeVercel.addFault({ operation: "list", kind: "body", body: '{"clientCerts":[],"<b>x":1}' });
            expect((await surgery.run()).report.listing.ofListing).to.deep.equal(["clientCerts", "1 others"]);
            expect(stdout).to.not.contain("<b>");
        });
    });

    it("has an answer for each question that docs/reference/api-unknowns.md calls open, and no other", () => {
        const [rows, answers] = [
            new MarkdownFile("docs/reference/api-unknowns.md").table("What is not known about the API"),
            answersOf({}),
        ];
        expect(answers.map(({ question }: Answer) => question)).to.deep.equal(rows.map(([question]) => question));
    });

    describe("asks before it writes", () => {
        it("and says what it takes of the limits, and how long it lasts", async () => {
            const { exitCode, stderr } = await surgery.run([], "yes");
            expect(exitCode).to.equal(0);
            expect(stderr).to.match(
                /uploads throw-away certificates to this project for https:\/\/\S+\.invalid, and removes/,
            );
            expect(stderr).to.match(/up to 5 uploads and 5 deletions of the 5 each .* up to \d+ minutes/);
            expect(surgery.countOf("upload")).to.be.at.most(5);
            expect(surgery.countOf("delete")).to.be.at.most(5);
        });

        it("and takes anything but a yes for a no, and nobody there for wrong usage", async () => {
            const refused = await surgery.run([], "");
            expect(refused).to.deep.include({ exitCode: 3, stdout: "" });
            const alone = await surgery.run([]);
            expect(alone.exitCode).to.equal(2);
            expect(alone.stderr).to.contain("nobody can be asked here: give --yes; see");
            expect(surgery.fakeVercel.requests.map(({ operation }) => operation)).to.deep.equal(["list", "list"]);
        });
    });

    it("refuses a project that has certificates, and names them", async () => {
        const { cert, ca } = await mintBundle();
        const certId = surgery.fakeVercel.placeCertificate("prj_1", {
            cert,
            ca,
            origin: "https://billing.example.com",
        });
        const { exitCode, stdout, stderr } = await surgery.run();
        expect({ exitCode, stdout }).to.deep.equal({ exitCode: 3, stdout: "" });
        expect(stderr).to.contain(`the project has client certificates (${certId} at "https://billing.example.com")`);
        expect(surgery.countOf("upload") + surgery.countOf("delete")).to.equal(0);
    });

    it("removes what a killed run has left, in whatever spelling", async () => {
        const { cert, ca } = await mintBundle();
        await open({ normalisesOrigin: false });
        for (const origin of [RESERVED, RESERVED.toUpperCase(), `${FALLBACK}:443/`]) {
            surgery.fakeVercel.placeCertificate("prj_1", { cert, ca, origin });
        }
        const { exitCode, report, stderr } = await surgery.run();
        expect(exitCode, stderr).to.equal(0);
        expect(stderr).to.contain("and removes them, and 3 of an earlier run");
        expect(report.steps).to.deep.include({
            ...{ step: "leftovers of an earlier run", outcome: "fine", detail: "nothing is left" },
        });
        expect(surgery.left).to.deep.equal([]);
    });

    it("reports that .invalid is refused, and goes on below example.com", async () => {
        surgery.fakeVercel.addFault({ operation: "upload", kind: "status", status: 400 });
        const { exitCode, report } = await surgery.run();
        expect(exitCode).to.equal(1);
        expect(report.steps.find(({ step }) => step === "upload")?.detail).to.contain(".invalid is refused");
        expect(answerTo(report, "second upload")).to.equal("adds to it");
        expect(surgery.left).to.deep.equal([]);
    });

    it("does not blame .invalid where every origin is refused", async () => {
        surgery.fakeVercel.addFault({ operation: "upload", kind: "status", status: 400, times: 2 });
        const { exitCode, report } = await surgery.run();
        expect(exitCode).to.equal(3);
        expect(JSON.stringify(report.steps))
            .to.contain("400 bad_request, understood as invalid")
            .and.not.contain(".invalid");
    });

    it("says by the error which of token, scope, project and route is wrong, and then knows no answer", async () => {
        const kinds = ["bad-token", "wrong-scope", "forbidden", "project-missing", "withdrawn"];
        const bodies = [
            { status: 403, body: '{"error":{"code":"forbidden","message":"Not authorized","invalidToken":true}}' },
            { status: 403, body: '{"error":{"code":"forbidden","message":"Not authorized","scope":"x"}}' },
            { status: 403, body: '{"error":{"code":"forbidden","message":"You don\'t have permission"}}' },
            { status: 404, body: '{"error":{"code":"not_found","message":"Project not found."}}' },
            { status: 404, body: '{"error":{"code":"not_found","message":"The page could not be found."}}' },
        ];
        for (const [index, body] of bodies.entries()) {
            surgery.fakeVercel.addFault({ operation: "list", kind: "status", ...body });
            const { exitCode, report } = await surgery.run();
            expect(exitCode).to.equal(3);
            expect(report.steps.map(({ detail }) => detail).join()).to.match(
                new RegExp(`understood as ${kinds[index] ?? ""}$`),
            );
            expect(report.answers).to.deep.equal(answersOf({}));
        }
        expect(surgery.countOf("upload")).to.equal(0);
    });

    it("finds a second deletion that is answered otherwise than documented not in order, and quotes the words", async () => {
        await open({ missingMessage: "The client certificate API is not enabled on this plan" });
        const { exitCode, report } = await surgery.run();
        const { outcome, detail } = report.steps.find(({ step }) => step === "second deletion") ?? {};
        expect([exitCode, outcome]).to.deep.equal([1, "not in order"]);
        expect(detail).to.contain('with the words "The client certificate API is not enabled on this plan"');
    });

    it("prints a report without names, ids, tokens and keys, and the same as text", async () => {
        const { stdout } = await surgery.run(["--yes", "--project-wide"]);
        expect(stdout).to.not.match(/scratchpad|acme-corp|prj_1|team_1|BEGIN/);
        const terminal = new Terminal({
            environment: { VERCEL_API_URL: surgery.fakeVercel.url, VERCEL_API_TOKEN: surgery.token },
            clock: surgery.clock,
        });
        try {
            const text = await terminal.run("doctor", "scratchpad", "--team", "acme-corp", "--yes");
            expect(text.stdout)
                .to.match(/^STEP +OUTCOME +DETAIL$/m)
                .and.match(/^second upload +fine +accepted/m);
            expect(text.stdout).to.contain(
                "    The package: a rotation deletes the old certificate once the new one is listed.",
            );
            expect(text.stdout).to.match(/^upload +5 +\d +seconds since the epoch, \d+ s away$/m);
            expect(text.stdout).to.not.match(/scratchpad|acme-corp/);
        } finally {
            terminal.dispose();
        }
    });

    describe("removes what it made", () => {
        it("wherever it is interrupted", async () => {
            await surgery.run(["--yes", "--project-wide"]);
            // The last call that is no cleaning yet.
            const last = surgery.fakeVercel.requests.findIndex(({ status }) => status === 404);
            for (let at = 2; at <= last; at += 1) {
                await open();
                surgery.onRequest = (count) => {
                    if (count === at) {
                        surgery.interruption.abort();
                    }
                };
                const { exitCode, report, stderr } = await surgery.run(["--yes", "--project-wide"]);
                expect([surgery.left, exitCode], `request ${String(at)}: ${stderr}`).to.deep.equal([[], 3]);
                expect(stderr).to.contain("doctor: interrupted; what was made is being removed");
                expect(report.steps.map(({ step }) => step)).to.include("interruption");
            }
        });

        itOnPosix("when the process is interrupted by a signal, and then ends with 3", async () => {
            let child: ChildProcess | undefined;
            surgery.onRequest = () => {
                if (surgery.countOf("upload") === 2 && child?.killed === false) {
                    child.kill("SIGINT");
                }
            };
            const args = [MAIN, "doctor", "scratchpad", "--team", "acme-corp", "--yes"];
            const environment = { VERCEL_API_URL: surgery.fakeVercel.url, VERCEL_API_TOKEN: surgery.token };
            const { exitCode, stderr } = await runProcess(process.execPath, args, {
                cwd: __dirname,
                environment: { ...cleanEnvironment(), ...environment },
                onStart: (started) => {
                    child = started;
                },
            });
            expect([exitCode, surgery.left], stderr).to.deep.equal([3, []]);
            expect(surgery.countOf("upload")).to.equal(2);
            expect(stderr).to.contain("doctor: interrupted");
        });

        const placed = (fault: FaultKind, number: number): Fault => {
            // Another call for each fault, so that all calls meet some.
            const operation = (["upload", "delete", "list"] as const)[number % 3] ?? "list";
            const skip = number % { upload: 5, delete: 3, list: 8 }[operation];
            return { ...fault.make(surgery.clock.now(), operation), operation, skip };
        };
        FAULTS.filter(({ refuses }) => refuses !== true).forEach((fault, number) => {
            it(`whichever call meets: ${fault.name}`, async () => {
                await open({ uploadPolicy: number % 2 === 0 ? "new-id" : "same-id" });
                surgery.fakeVercel.addFault(placed(fault, number));
                const { exitCode, report, stderr } = await surgery.run(["--yes", "--project-wide"]);
                expect([surgery.left, surgery.fakeVercel.pendingFaults], stderr).to.deep.equal([[], 0]);
                const isFine = report.steps.every(({ outcome }) => outcome === "fine");
                expect(exitCode === 0, stderr).to.equal(isFine);
            });
        });

        it("or says that something may be left, where it cannot be removed", async () => {
            surgery.fakeVercel.addFault({ operation: "delete", kind: "status", status: 403, times: 100 });
            const { exitCode, report } = await surgery.run();
            expect(exitCode).to.equal(3);
            expect(surgery.left).to.not.deep.equal([]);
            expect(report.steps.at(-1)).to.deep.equal({
                step: "clean-up",
                outcome: "failed",
                detail: "something may be left: run doctor again, which removes it",
            });
            surgery.fakeVercel.clearFaults();
            await surgery.run();
            expect(surgery.left).to.deep.equal([]);
        });
    });
});
