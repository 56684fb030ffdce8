import { expect } from "chai";
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from "node:fs";
import { createServer, type AddressInfo, type Server } from "node:net";
import { join, resolve } from "node:path";
import { spawn } from "node:child_process";
import { afterEach, beforeEach, describe, it } from "mocha";
import { cleanEnvironment, runProcess, type Finished } from "../../support/childProcess";
import { mintBundle } from "../../support/mint";
import { assertNoSecrets } from "../../support/secretSweep";
import { newToken, ORIGIN } from "../../support/testEnvironment";
import { PROGRAM_ENVIRONMENT, writeProgram } from "../../support/testProgram";
import { FakeVercel } from "../../vercel/fakeVercel";
import { Terminal } from "./terminal";

const EXECUTABLE = resolve(__dirname, "../../../provider/cli/main.js");
const COMMAND_LINE = resolve(__dirname, "../../../provider/cli/commandLine.js");
const ONE_SENTENCE = /^pulumi-vercel-client-cert: [^\n]+\n$/;

describe("the process of the command line", () => {
    const token = newToken();
    let terminal: Terminal;
    beforeEach(() => {
        terminal = new Terminal();
    });
    afterEach(() => {
        terminal.dispose();
    });

    const run = async (
        args: readonly string[],
        { variables = {}, node = [] }: { variables?: Record<string, string>; node?: readonly string[] } = {},
    ): Promise<Finished> => {
        const environment = { ...cleanEnvironment(), VERCEL_API_TOKEN: token, ...variables };
        const options = { cwd: terminal.folder, environment, timeoutMs: 15_000 };
        const finished = await runProcess(process.execPath, [...node, EXECUTABLE, ...args], options);
        assertNoSecrets(finished.output, { keys: [], tokens: [token] });
        return finished;
    };
    /** Code that is loaded before the command line. */
    const prepared = (code: string): { readonly node: readonly string[] } => {
        terminal.write({ "before.cjs": code });
        return { node: ["--require", join(terminal.folder, "before.cjs")] };
    };

    it("has results on standard output, errors on standard error, and the exit code", async () => {
        const { cert, key, ca } = await mintBundle();
        terminal.write({ "client.pem": cert, "client.key": key, "ca.pem": ca });
        expect(await run(["inspect", "ca.pem", "client.key", "client.pem"])).to.include({ exitCode: 0, stderr: "" });
        expect(await run(["inspect", "missing.pem"])).to.include({ exitCode: 3, stdout: "" });
        expect((await run(["--version"])).stdout).to.match(/^\d+\.\d+\.\d+\n$/);
    });

    it("lists and imports what is at Vercel, and reads states through the CLI on PATH", async () => {
        const { cert, ca } = await mintBundle();
        terminal.write({ "client.pem": cert, "ca.pem": ca });
        const fakeVercel = await FakeVercel.start();
        try {
            fakeVercel.addTeam({ id: "team_1", slug: "acme" });
            fakeVercel.addToken(token, { teams: ["team_1"] });
            fakeVercel.addProject({ id: "prj_1", name: "site", team: "team_1" });
            const id = fakeVercel.placeCertificate("prj_1", { cert, ca, origin: ORIGIN });
            const variables = { VERCEL_API_URL: fakeVercel.url };
            const listed = await run(["list", "site", "--team", "acme"], { variables });
            expect([listed.exitCode, listed.stdout.includes(id)], listed.output).to.deep.equal([0, true]);
            const files = ["--cert", "client.pem", "--ca", "ca.pem", "--output", "import.json"];
            const imported = await run(["import", "site", "--team", "acme", "--origin", ORIGIN, ...files], {
                variables,
            });
            expect(imported.exitCode, imported.output).to.equal(0);
            expect(readFileSync(join(terminal.folder, "import.json"), "utf8")).to.contain(id);
        } finally {
            await fakeVercel.stop();
        }
        const folder = join(terminal.folder, "bin");
        mkdirSync(folder);
        writeProgram(folder, "pulumi", `console.log('{"version":3,"deployment":{}}');`);
        const status = await run(["status"], { variables: { ...PROGRAM_ENVIRONMENT, PATH: folder } });
        expect([status.exitCode, status.stdout]).to.deep.equal([1, "0 certificates in 1 stack.\n"]);
    });

    it("ends with 3 and a sentence where what it waits for never comes, instead of with 0 and silence", async () => {
        const patch = `require(${JSON.stringify(COMMAND_LINE)}).runCommandLine = () => new Promise(() => undefined);`;
        const { exitCode, stdout, stderr } = await run(["list", "site"], prepared(patch));
        expect([exitCode, stdout]).to.deep.equal([3, ""]);
        expect(stderr).to.match(ONE_SENTENCE).and.to.contain("ended without a result");
    });

    it("ends with 3 and a sentence without a stack where something throws that nobody waits for", async () => {
        const thrown = `setImmediate(() => { throw new Error("broken with ${token}\\nat once"); });`;
        const rejected = `setImmediate(() => { void Promise.reject(new Error("broken with ${token}\\nat once")); });`;
        for (const code of [thrown, rejected]) {
            const patch = `require(${JSON.stringify(COMMAND_LINE)}).runCommandLine = () => new Promise((done) => setTimeout(done, 5_000));`;
            const { exitCode, stdout, stderr } = await run(["list", "site"], prepared(`${patch}\n${code}`));
            expect([exitCode, stdout]).to.deep.equal([3, ""]);
            expect(stderr).to.match(ONE_SENTENCE).and.to.contain("broken with [secret] at once");
        }
    });

    describe("with a server that breaks off", () => {
        let server: Server;
        afterEach(async () => {
            await new Promise((done) => server.close(done));
        });
        const answering = async (answer: string | undefined): Promise<string> => {
            server = createServer((socket) => {
                socket
                    .on("error", () => undefined)
                    .once("data", () => {
                        if (answer === undefined) {
                            socket.destroy();
                        } else {
                            socket.end(answer);
                        }
                    });
            });
            await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
            return `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
        };

        for (const [what, answer, variable] of [
            ["a proxy that hangs up on CONNECT", undefined, "HTTPS_PROXY"],
            ["a proxy that answers half a line", "HTTP/1.1 20", "HTTPS_PROXY"],
            [
                "an API that switches protocols",
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n",
                "VERCEL_API_URL",
            ],
            [
                "an API that announces an upgrade of the connection",
                "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
                "VERCEL_API_URL",
            ],
        ] as const) {
            it(`ends with 3 and a sentence: ${what}`, async () => {
                const { exitCode, stdout, stderr } = await run(["list", "site"], {
                    variables: { [variable]: await answering(answer) },
                });
                expect([exitCode, stdout]).to.deep.equal([3, ""]);
                expect(stderr.trimEnd().split("\n").at(-1)).to.match(/^pulumi-vercel-client-cert: ./);
            });
        }
    });

    it("ends with 3 and a sentence where nobody reads its result to the end", async () => {
        const child = spawn(process.execPath, [EXECUTABLE, "--help"], {
            cwd: terminal.folder,
            env: cleanEnvironment(),
            stdio: ["ignore", "pipe", "pipe"],
        });
        child.stdout.destroy();
        let stderr = "";
        child.stderr.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
        const exitCode = await new Promise((done) => child.once("close", done));
        expect(exitCode).to.equal(3);
        expect(stderr).to.match(ONE_SENTENCE).and.to.contain("standard output did not take everything (EPIPE)");
    });

    it("ends with 3 and a sentence where the disk of its result is full", async function () {
        if (!existsSync("/dev/full")) {
            this.skip();
        }
        const full = openSync("/dev/full", "w");
        try {
            const child = spawn(process.execPath, [EXECUTABLE, "--help"], {
                env: cleanEnvironment(),
                stdio: ["ignore", full, "pipe"],
            });
            let stderr = "";
            child.stderr?.setEncoding("utf8").on("data", (chunk: string) => (stderr += chunk));
            const exitCode = await new Promise((done) => child.once("close", done));
            expect(exitCode).to.equal(3);
            expect(stderr).to.match(ONE_SENTENCE).and.to.contain("(ENOSPC)");
        } finally {
            closeSync(full);
        }
    });

    it("keeps its exit code where nobody reads its errors", async () => {
        const child = spawn(process.execPath, [EXECUTABLE, "list"], {
            env: cleanEnvironment(),
            stdio: ["ignore", "pipe", "pipe"],
        });
        child.stderr.destroy();
        child.stdout.resume();
        expect(await new Promise((done) => child.once("close", done))).to.equal(2);
    });
});
