import { expect } from "chai";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterEach, before, beforeEach, describe, it } from "mocha";
import { exportOf, StateMint } from "../../../../support/exportedState";
import { mintBundle } from "../../../../support/mint";
import { assertNoSecrets } from "../../../../support/secretSweep";
import { PROGRAM_ENVIRONMENT, writeProgram } from "../../../../support/testProgram";
import { newToken } from "../../../../support/testEnvironment";
import { EagerClock, START_MS } from "../../../vercel/clocks";
import { Terminal, type Run } from "../../terminal";

describe("pulumi-vercel-client-cert status", () => {
    const token = newToken();
    let mint: StateMint;
    let terminal: Terminal;
    let clock: EagerClock;
    let key: string;
    before(async () => {
        mint = await StateMint.open(START_MS);
        ({ key } = await mintBundle());
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
    const withPulumi = (
        body: string,
        { isTerminal = false, variables = {} }: { isTerminal?: boolean; variables?: Record<string, string> } = {},
    ): Terminal => {
        const folder = join(terminal.folder, "bin");
        mkdirSync(folder, { recursive: true });
        const program = `const args = process.argv.slice(2);
const stack = args[args.indexOf("--stack") + 1];
${body}`;
        writeProgram(folder, "pulumi", program);
        return new Terminal({
            ...{ clock, isTerminal },
            environment: { ...PROGRAM_ENVIRONMENT, PATH: folder, PULUMI_ACCESS_TOKEN: token, ...variables },
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
                ["stack", "export", "--stack", "acme/site/prod;echo $HOME", "--non-interactive", "--color", "never"],
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
            "pulumi-vercel-client-cert: 2 of 2 certificates need attention (1 expired, 1 expires-soon)\n",
        ]);
        expect(bad.stdout).to.match(
            /^expires-soon +web: c0, web\/https:\/\/a\.example\.com: expires in 10 days \(2030-01-11\): renew it$/m,
        );
        expect(bad.stdout).to.match(/\n\n2 certificates in 2 stacks, 0 in order\.\n$/);
        const states = await printing({ web: [[-80, 10]], shop: [[-10, 80]] });
        const half = await run(states, "--stack", "web", "--stack", "shop");
        expect(half.stderr).to.equal(
            "pulumi-vercel-client-cert: 1 of 2 certificates needs attention (1 expires-soon)\n",
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
            otherCertIds: [],
            lookedUp: false,
            pendingDeletion: false,
            warnings: [
                {
                    code: "expires-soon",
                    message: "expires in 80 days (2030-03-22): renew it",
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
        expect(stderr.split("\n").map((line) => line.split(";")[0])).to.deep.equal([
            'pulumi-vercel-client-cert: missing: no stack "missing" in this project',
            "pulumi-vercel-client-cert: empty: the state holds no certificate of this package",
            'pulumi-vercel-client-cert: gone: no stack "gone" in this project',
            "pulumi-vercel-client-cert: 1 stack without certificates",
            "",
        ]);
    });

    it("ends with 1 where there is nothing to watch: a job that watches nothing must not stay green", async () => {
        const { exitCode, stdout, stderr } = await run(await printing({ web: [] }), "--stack", "web");
        expect([exitCode, stdout]).to.deep.equal([1, "0 certificates in 1 stack.\n"]);
        expect(stderr).to.contain("web: the state holds no certificate of this package");
        expect(stderr).to.contain("pulumi-vercel-client-cert: 1 stack without certificates\n");
    });

    it("counts a stack once that is given by two names, which would look like two claims to one origin", async () => {
        const [state] = await Promise.all([printing({ web: [[-10, 80]] })]);
        const short = `${state.replace("states[stack] === undefined", "false").replace("states[stack])", "states.web)")}`;
        const same = await run(short, "--stack", "web", "--stack", "organization/web/web", "--stack", "web");
        expect([same.exitCode, same.stderr]).to.deep.equal([
            0,
            "pulumi-vercel-client-cert: organization/web/web is the stack web, and is counted once\n",
        ]);
        const copied = await run(short, "--stack", "one/web/web", "--stack", "other/web/web");
        expect(copied.exitCode).to.equal(1);
        expect(copied.stderr).to.contain("2 of 2 certificates need attention (2 shared-id)");
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
            expect(refused.stderr).to.contain('the file "mine.html" is not one that this command wrote');
            expect(refused.stdout).to.contain("all in order");
        } finally {
            at.dispose();
        }
    });

    /** As `stack ls` lists them, whatever is asked for; `seen` gets what it was asked. */
    const listing = (names: readonly string[], states: string): string =>
        `if (args.includes("ls")) {
    require("node:fs").appendFileSync("seen", args.slice(0, -3).join(" ") + "\\n");
    console.log(${JSON.stringify(JSON.stringify(names.map((name) => ({ name, current: false }))))});
    process.exit(0);
}
${states}`;

    it("finds the stacks of the project, or of all projects, by itself, and minds no stack without certificates", async () => {
        const states = await printing({ web: [[-10, 80]], empty: [], shop: [[-80, 10]] });
        const at = withPulumi(listing(["web", "empty", "shop"], states));
        try {
            const all = await at.run("status", "--all");
            expect([all.exitCode, all.stderr]).to.deep.equal([
                1,
                "pulumi-vercel-client-cert: 1 of 2 certificates needs attention (1 expires-soon)\n",
            ]);
            expect(all.stdout).to.contain("2 certificates in 3 stacks, 1 in order.\n");
            expect((await at.run("status", "--all-projects", "--days", "1")).exitCode).to.equal(0);
            expect(readFileSync(join(at.folder, "seen"), "utf8")).to.equal(
                "stack ls --json\nstack ls --json --all --fully-qualify-stack-names\n",
            );
        } finally {
            at.dispose();
        }
        const gone = await run(listing(["web", "gone"], states), "--all");
        expect([gone.exitCode, gone.stdout.includes("1 stack could not be read.")]).to.deep.equal([3, true]);
    });

    it("does not stay green where all stacks together have nothing to watch, or cannot be listed", async () => {
        const none = await run(listing(["empty"], await printing({ empty: [] })), "--all");
        expect([none.exitCode, none.stderr]).to.deep.equal([
            1,
            "pulumi-vercel-client-cert: no stack has a certificate of this package\n",
        ]);
        expect((await run(listing([], ""), "--all")).exitCode).to.equal(1);
        for (const [printed, expected] of [
            ["{}", /pulumi stack ls printed JSON without a list/],
            ["nothing", /pulumi stack ls printed something other than JSON/],
        ] as const) {
            const { exitCode, stdout, stderr } = await run(`console.log(${JSON.stringify(printed)})`, "--all");
            expect([exitCode, stdout]).to.deep.equal([3, ""]);
            expect(stderr).to.match(expected);
        }
        const failed = await run("console.error('error: no Pulumi.yaml project file found'); process.exit(1)", "--all");
        expect([failed.exitCode, failed.stdout]).to.deep.equal([3, ""]);
        expect(failed.stderr).to.contain("no Pulumi.yaml in the folder; give --cwd DIR");
    });

    it("prints each format, and writes it to a file instead, which it replaces the next time", async () => {
        const at = withPulumi(await printing({ web: [[-10, 80]] }));
        try {
            for (const [format, expected] of [
                ["table", /^STACK +PROJECT/],
                ["json", /^\{\n {4}"at"/],
                ["openmetrics", /^# TYPE [^]*\nvercel_client_cert_in_order\{stack="web",[^]*\n# EOF\n$/],
                ["html", /^<!doctype html>/],
            ] as const) {
                const printed = await at.run("status", "--stack", "web", "--format", format);
                expect(printed).to.include({ exitCode: 0, stderr: "" });
                expect(printed.stdout).to.match(expected);
                for (const time of ["first", "second"]) {
                    const args = ["--stack", "web", "--format", format, "--output", format];
                    expect(await at.run("status", ...args), time).to.deep.equal({
                        exitCode: 0,
                        stdout: "",
                        stderr: "",
                    });
                    expect(readFileSync(join(at.folder, format), "utf8")).to.equal(printed.stdout);
                }
            }
            const json = await at.run("status", "--stack", "web", "--json");
            expect(json.stdout).to.equal(readFileSync(join(at.folder, "json"), "utf8"));
        } finally {
            at.dispose();
        }
    });

    it("writes what could not be read into a file for a collector, too", async () => {
        const at = withPulumi(await printing({ web: [[-10, 80]] }));
        try {
            const args = ["--stack", "web", "--stack", "gone", "--format", "openmetrics", "--output", "certs.prom"];
            expect((await at.run("status", ...args)).exitCode).to.equal(3);
            const metrics = readFileSync(join(at.folder, "certs.prom"), "utf8");
            expect(metrics).to.contain('vercel_client_cert_stack_readable{stack="gone"} 0\n');
            expect(metrics).to.contain('vercel_client_cert_in_order{stack="web",');
        } finally {
            at.dispose();
        }
    });

    it("colours what needs attention on a terminal, and nothing anywhere else", async () => {
        const states = await printing({ web: [[-80, 10]], shop: [[-10, 80]], old: [[-80, -1]] });
        const stacks = ["web", "shop", "old"].flatMap((name) => ["--stack", name]);
        const coloured = withPulumi(states, { isTerminal: true });
        const plain = withPulumi(states);
        const unwanted = withPulumi(states, { isTerminal: true, variables: { NO_COLOR: "1" } });
        try {
            const { stdout } = await coloured.run("status", ...stacks);
            expect(stdout).to.contain("\u001b[33mexpires-soon\u001b[0m\n").and.to.contain("\u001b[32mfine\u001b[0m\n");
            expect(stdout).to.contain("\u001b[31mexpired\u001b[0m");
            const without = await plain.run("status", ...stacks);
            expect(without.stdout).to.equal(stripVTControlCharacters(stdout));
            expect((await unwanted.run("status", ...stacks)).stdout).to.equal(without.stdout);
            const file = await coloured.run("status", ...stacks, "--output", "table.txt");
            expect(file.stdout).to.equal("");
            expect(readFileSync(join(coloured.folder, "table.txt"), "utf8")).to.equal(without.stdout);
            expect((await coloured.run("status", ...stacks, "--json")).stdout).to.not.contain("\u001b");
        } finally {
            [coloured, plain, unwanted].forEach((one) => {
                one.dispose();
            });
        }
    });

    it("names a missing CLI, a missing folder, and output that is no state, each in one line, with 3", async () => {
        for (const [body, args, expected] of [
            [undefined, [], /there is no Pulumi CLI on PATH; install it/],
            ["", ["--cwd", "missing"], /there is no folder ".*missing"; check --cwd/],
            ["console.log('hello')", [], /pulumi stack export printed something other than JSON; check that/],
            ["console.log('[]')", [], /pulumi stack export printed JSON without a deployment/],
            [
                "process.kill(process.pid, 'SIGKILL')",
                [],
                /pulumi stack export failed with exit code -?1; run pulumi stack export by hand/,
            ],
            [
                "console.error('error: x'); process.exit(255)",
                [],
                /failed with exit code 255; run pulumi stack export by hand \(pulumi says: x\)/,
            ],
        ] as const) {
            const { exitCode, stderr } =
                body === undefined ? await terminal.run("status", ...args) : await run(body, ...args);
            expect([exitCode, stderr.split("\n").length], stderr).to.deep.equal([3, 2]);
            expect(stderr).to.match(expected);
        }
    });

    it("names pulumi.exe where PATH has only a batch file, which no program starts without a shell", async () => {
        const at = withPulumi("");
        const folder = join(at.folder, "launchers");
        mkdirSync(folder);
        writeFileSync(join(folder, "pulumi.cmd"), "");
        const { exitCode, stderr } = await new Terminal({ clock, environment: { PATH: folder } }).run("status");
        at.dispose();
        expect(exitCode).to.equal(3);
        expect(stderr).to.match(
            /there is no pulumi\.exe on PATH, only ".*pulumi\.cmd", which needs a shell; add the folder/,
        );
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
        expect(stderr).to.contain("web: pulumi stack export did not end within 60 s");
        const pid = Number(readFileSync(pidFile, "utf8"));
        while (isRunning(pid)) {
            await new Promise((done) => setTimeout(done, 20));
        }
    });

    it("takes --stack several times but the others once, and refuses what is no number of days", async () => {
        for (const [args, expected] of [
            [["--days", "soon"], /--days: expected a number of days, got "soon"/],
            [["--days=-1"], /--days: expected a number of days, got "-1"/],
            [["--cwd", ".", "--cwd", "."], /--cwd was given several times/],
            [["--stack"], /--stack needs a value/],
            [["--stack", "web", "--stack="], /--stack needs a value/],
            [["web"], /the arguments are \[--stack NAME\]…, but 1 were given/],
            [["--html", "-"], /--html needs a file/],
            [["--output", "-"], /--output needs a file/],
            [["--format", "xml"], /--format: expected one of table\|json\|openmetrics\|html, got "xml"/],
            [["--format", "constructor"], /--format: expected one of/],
            [["--format", "html", "--json"], /--json and --format html exclude each other/],
            [["--all", "--stack", "web"], /--stack, --all and --all-projects exclude each other/],
            [["--all", "--all-projects"], /--stack, --all and --all-projects exclude each other/],
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
