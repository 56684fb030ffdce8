import { expect } from "chai";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, before, beforeEach, describe, it } from "mocha";
import { exportOf, StateMint } from "../../support/exportedState";
import { mintTriple } from "../../support/mint";
import { assertNoSecrets } from "../../support/secretSweep";
import { newToken } from "../../support/world";
import { EagerClock, START_MS } from "../vercel/clocks";
import { Terminal, type Run } from "./terminal";

describe("pulumi-vercel-client-cert status", () => {
    const token = newToken();
    let mint: StateMint;
    let terminal: Terminal;
    let clock: EagerClock;
    let key: string;
    before(async () => {
        mint = await StateMint.open(START_MS);
        ({ key } = await mintTriple());
    });
    beforeEach(() => {
        clock = new EagerClock();
        terminal = new Terminal({
            clock,
            environment: { PULUMI_ACCESS_TOKEN: token },
            secrets: { keys: [key], tokens: [token] },
        });
    });
    afterEach(() => {
        terminal.dispose();
    });

    /** A program in place of the CLI, for what the real one does not do at will. `stack` and `args` are given to it. */
    const withPulumi = (body: string): Terminal => {
        const folder = join(terminal.folder, "bin");
        mkdirSync(folder, { recursive: true });
        const program = `#!/usr/bin/env node
const args = process.argv.slice(2);
const stack = args[args.indexOf("--stack") + 1];
${body}`;
        writeFileSync(join(folder, "pulumi"), program);
        chmodSync(join(folder, "pulumi"), 0o755);
        const path = [folder, dirname(process.execPath)].join(":");
        return new Terminal({
            clock,
            environment: { PATH: path, PULUMI_ACCESS_TOKEN: token },
            secrets: { keys: [key], tokens: [token] },
        });
    };
    const run = async (body: string, ...args: readonly string[]): Promise<Run> => {
        const at = withPulumi(body);
        try {
            return await at.run("status", ...args);
        } finally {
            at.dispose();
        }
    };
    const printing = async (
        states: Readonly<Record<string, readonly (readonly [from: number, to: number])[]>>,
    ): Promise<string> => {
        const exported = Object.entries(states).map(async ([stack, all]) => {
            const declared = all.map((days, index) =>
                mint.certificate({
                    name: `c${String(index)}`,
                    stack,
                    project: stack,
                    origin: "https://a.example.com",
                    days,
                }),
            );
            return [stack, exportOf(await Promise.all(declared), { stack, project: stack })] as const;
        });
        return `const states = ${JSON.stringify(Object.fromEntries(await Promise.all(exported)))};
if (states[stack] === undefined) { console.error("error: no stack named '" + stack + "' found"); process.exit(6); }
console.log(JSON.stringify(states[stack]));`;
    };

    it("asks the CLI for each stack as it is named, never for secrets, and never to ask back", async () => {
        const { stdout } = await run(
            `console.log(JSON.stringify({ deployment: {} })); console.error(JSON.stringify([args, process.env.PULUMI_SKIP_UPDATE_CHECK]));`,
            "--stack",
            "acme/site/prod;echo $HOME",
        ).then(({ stderr }) => ({ stdout: stderr }));
        expect(stdout).to.contain(
            JSON.stringify([
                ["--non-interactive", "--color", "never", "stack", "export", "--stack", "acme/site/prod;echo $HOME"],
                "true",
            ]),
        );
    });

    it("ends with 0 where all is in order, and with 1 and one line that says why where something is not", async () => {
        const fine = await run(await printing({ web: [[-10, 80]] }), "--stack", "web");
        expect([fine.exitCode, fine.stderr]).to.deep.equal([0, ""]);
        expect(fine.stdout).to.match(
            /^STACK +PROJECT +ORIGIN +SUBJECT +FINGERPRINT +DAYS LEFT +NOT AFTER +STATE\nweb /,
        );
        expect(fine.stdout).to.match(/ 80 +2030-03-22T00:00:00Z +fine\n\n1 certificate in 1 stack, all in order\.\n$/);
        const bad = await run(
            await printing({ web: [[-80, 10]], shop: [[-80, -1]] }),
            "--stack",
            "web",
            "--stack",
            "shop",
        );
        expect([bad.exitCode, bad.stderr]).to.deep.equal([
            1,
            "pulumi-vercel-client-cert: expected everything in order, got 1 expired, 1 expires-soon\n",
        ]);
        expect(bad.stdout).to.match(
            /^expires-soon +web: c0, web\/https:\/\/a\.example\.com: expected more than 30 days/m,
        );
    });

    it("prints JSON of a stable shape, with null for what is not known", async () => {
        const { stdout } = await run(await printing({ web: [[-10, 80]] }), "--stack", "web", "--json", "--days", "90");
        const { certificates, ...rest } = JSON.parse(stdout) as {
            readonly certificates: readonly Record<string, unknown>[];
        };
        expect(rest).to.deep.equal({
            at: "2030-01-01T00:00:00Z",
            inOrder: false,
            stacks: [{ name: "web", certificates: 1, problem: null }],
        });
        const [{ fingerprint, certFingerprint, serialNumber, certId, issuer, ...certificate } = {}] = certificates;
        expect(fingerprint).to.match(/^v1:[0-9a-f]{64}$/);
        expect(certFingerprint).to.match(/^[0-9a-f]{64}$/);
        expect(serialNumber).to.match(/^[0-9A-F]+$/);
        expect(String([certId, issuer])).to.match(/^cert_\w+,CN=Clients Root$/);
        expect(certificate).to.deep.equal({
            stack: "web",
            name: "c0",
            urn: "urn:pulumi:web::web::pulumi-nodejs:dynamic/vercel:ProjectClientCert::c0",
            id: "web/https://a.example.com",
            team: null,
            project: "web",
            origin: "https://a.example.com",
            subject: "CN=c0",
            notBefore: "2029-12-22T00:00:00Z",
            notAfter: "2030-03-22T00:00:00Z",
            uploadedAt: "2030-01-01T00:00:00Z",
            warnsFrom: "2029-12-22T00:00:00Z",
            daysLeft: 80,
            staleCertIds: [],
            lookedUp: false,
            pendingDeletion: false,
            warnings: [
                {
                    code: "expires-soon",
                    message:
                        "expected more than 90 days of validity, got 80, until 2030-03-22T00:00:00Z; " +
                        "give a renewed one to the program and run pulumi up",
                },
            ],
            notes: [],
        });
    });

    it("shows every stack that can be read beside those that cannot, and ends with 3", async () => {
        const states = await printing({ web: [[-10, 80]], empty: [], shop: [[-1, 50]] });
        const stacks = ["web", "missing", "empty", "shop", "gone"].flatMap((name) => ["--stack", name]);
        const { exitCode, stdout, stderr } = await run(states, ...stacks);
        expect(exitCode).to.equal(3);
        expect(stdout)
            .to.match(/^web /m)
            .and.to.match(/^shop /m);
        expect(stdout).to.contain("2 certificates in 3 stacks, all in order. 2 stacks could not be read.\n");
        expect(stderr.split("\n").map((line) => line.split(",")[0])).to.deep.equal([
            "pulumi-vercel-client-cert: missing: expected a stack of this name",
            "pulumi-vercel-client-cert: empty: expected certificates of this package in the state",
            "pulumi-vercel-client-cert: gone: expected a stack of this name",
            "pulumi-vercel-client-cert: expected everything in order",
            "",
        ]);
    });

    it("ends with 1 where there is nothing to watch: a job that watches nothing must not stay green", async () => {
        const { exitCode, stdout, stderr } = await run(await printing({ web: [] }), "--stack", "web");
        expect([exitCode, stdout]).to.deep.equal([1, "0 certificates in 1 stack.\n"]);
        expect(stderr).to.contain("web: expected certificates of this package in the state, got none");
        expect(stderr).to.contain("expected everything in order, got 1 stack without certificates\n");
    });

    it("counts a stack once that is given by two names, which would look like two claims to one origin", async () => {
        const [state] = await Promise.all([printing({ web: [[-10, 80]] })]);
        const short = `${state.replace("states[stack] === undefined", "false").replace("states[stack])", "states.web)")}`;
        const same = await run(short, "--stack", "web", "--stack", "organization/web/web", "--stack", "web");
        expect([same.exitCode, same.stderr]).to.deep.equal([
            0,
            "pulumi-vercel-client-cert: organization/web/web is the stack web, and counted once\n",
        ]);
        const copied = await run(short, "--stack", "one/web/web", "--stack", "other/web/web");
        expect(copied.exitCode).to.equal(1);
        expect(copied.stderr).to.contain("got 2 duplicate");
    });

    it("writes the page beside its output, also where a stack could not be read", async () => {
        const at = withPulumi(await printing({ web: [[-10, 80]] }));
        try {
            const { exitCode } = await at.run("status", "--stack", "web", "--stack", "gone", "--html", "out.html");
            expect(exitCode).to.equal(3);
            const page = readFileSync(join(at.folder, "out.html"), "utf8");
            expect(page).to.contain("<b>a.example.com</b>").and.to.contain("<strong>gone</strong>");
            assertNoSecrets(page, { keys: [key], tokens: [token] });
            writeFileSync(join(at.folder, "mine.html"), "mine");
            const refused = await at.run("status", "--stack", "web", "--html", "mine.html");
            expect([refused.exitCode, readFileSync(join(at.folder, "mine.html"), "utf8")]).to.deep.equal([3, "mine"]);
            expect(refused.stderr).to.contain('expected no file at "mine.html", or a page of this command');
            expect(refused.stdout).to.contain("all in order");
        } finally {
            at.dispose();
        }
    });

    it("names a missing CLI, a missing folder, and output that is no state, each in one line, with 3", async () => {
        for (const [body, args, expected] of [
            [undefined, [], /expected the Pulumi CLI on PATH, got none; install it/],
            ["", ["--cwd", "missing"], /expected a folder at ".*missing", got none; check --cwd/],
            ["console.log('hello')", [], /expected the state as JSON from pulumi stack export, got something else/],
            ["console.log('[]')", [], /expected a state with a deployment from pulumi stack export/],
            ["process.kill(process.pid, 'SIGKILL')", [], /expected pulumi stack export to succeed, got exit code -1/],
            [
                "console.error('error: x'); process.exit(255)",
                [],
                /got exit code 255 of pulumi stack export: x; run pulumi stack export by hand/,
            ],
        ] as const) {
            const { exitCode, stderr } =
                body === undefined ? await terminal.run("status", ...args) : await run(body, ...args);
            expect([exitCode, stderr.split("\n").length], stderr).to.deep.equal([3, 2]);
            expect(stderr).to.match(expected);
        }
    });

    it("passes on what the CLI complains about without secrets, on one line, and not endlessly", async () => {
        const complaint = JSON.stringify(
            `error: ${token} at postgres://user:pass@db.example.com/x\n${key}\n${"more ".repeat(50_000)}`,
        );
        for (const code of [0, 1]) {
            const body = `process.stderr.write(${complaint}, () => { console.log('{"deployment":{}}'); process.exitCode = ${String(code)}; });`;
            const { stderr } = await run(body, "--stack", "web");
            const line = stderr.split("\n").find((one) => one.includes("db.example.com")) ?? "";
            expect(line).to.contain("//…@db.example.com").and.to.not.contain("user:pass");
            expect(line.length).to.be.within(100, 700);
        }
    });

    it("ends a CLI that hangs, and what it started does not keep the command waiting", async () => {
        const pidFile = join(terminal.folder, "pid");
        const body = `
require("node:child_process").spawn(process.execPath, ["-e", "setTimeout(() => undefined, 20_000)"], { stdio: "inherit" });
require("node:fs").writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));
setInterval(() => undefined, 1000);`;
        const pending = run(body, "--stack", "web");
        while (!existsSync(pidFile) || readFileSync(pidFile, "utf8") === "") {
            await new Promise((done) => setTimeout(done, 20));
        }
        clock.expireDeadlines();
        const { exitCode, stderr } = await pending;
        expect(exitCode).to.equal(3);
        expect(stderr).to.contain("web: expected pulumi stack export to end within 60 s, got no end");
        const pid = Number(readFileSync(pidFile, "utf8"));
        while (isRunning(pid)) {
            await new Promise((done) => setTimeout(done, 20));
        }
    });

    it("takes --stack several times but the others once, and refuses what is no number of days", async () => {
        for (const [args, expected] of [
            [["--days", "soon"], /expected a number of days after --days, got "soon"/],
            [["--days=-1"], /expected a number of days after --days, got "-1"/],
            [["--cwd", ".", "--cwd", "."], /--cwd was given several times/],
            [["--stack"], /--stack needs a value/],
            [["--stack", "web", "--stack="], /--stack needs a value/],
            [["web"], /the arguments are \[--stack NAME\]…, but 1 were given/],
            [["--html", "-"], /expected a file after --html, got "-"/],
            [["--show-secrets"], /there is no option/],
        ] as const) {
            const { exitCode, stderr, stdout } = await terminal.run("status", ...args);
            expect([exitCode, stdout], stderr).to.deep.equal([2, ""]);
            expect(stderr).to.match(expected);
        }
        expect((await terminal.run("status", "-h")).stdout).to.match(
            /^Usage: pulumi-vercel-client-cert status \[--stack NAME\]… \[options\]\n/,
        );
    });
});

function isRunning(pid: number): boolean {
    try {
        return process.kill(pid, 0);
    } catch {
        return false;
    }
}
