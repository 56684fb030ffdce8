import { expect } from "chai";
import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, realpath, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { after, afterEach, before, describe, it } from "mocha";
import { readKeyText, type KeyText } from "../../../provider/operations/keySource";
import { KeyCommands } from "../../../provider/operations/keyCommands";
import { assertNoSecrets } from "../../support/secretSweep";
import { keyContext } from "../../support/keyContext";
import { mintBundle } from "../../support/mint";
import { IS_WINDOWS, itOnPosix } from "../../support/platform";

const LARGEST_BYTES = 64 * 1024;
const NEVER = new AbortController().signal;

/** A program that this test runs as a command. */
const node = (program: string, ...args: readonly string[]): readonly [string, ...string[]] => [
    process.execPath,
    "-e",
    program,
    ...args,
];

/** Sees a process begin and end by its connection, which the system closes with it: a pid could be another's by then. */
class Watch {
    static async start(): Promise<Watch> {
        const server = createServer();
        await once(server.listen(0, "127.0.0.1"), "listening");
        return new Watch(server);
    }

    readonly arrival: Promise<Socket>;
    readonly departure: Promise<void>;
    readonly #server: Server;

    private constructor(server: Server) {
        this.#server = server;
        this.arrival = new Promise((resolve) => server.once("connection", resolve));
        this.departure = this.arrival.then(
            (socket) =>
                new Promise((resolve) => {
                    // A process that was killed may reset its connection.
                    socket.on("error", () => undefined).once("close", resolve);
                    socket.resume();
                }),
        );
    }

    /** What such a process runs; it ends when its connection does. */
    get program(): string {
        const { port } = this.#server.address() as AddressInfo;
        return `require("net").connect(${String(port)}, "127.0.0.1").on("close", () => process.exit()).resume();`;
    }

    async stop(): Promise<void> {
        void this.arrival.then((socket) => socket.destroy());
        await new Promise((resolve) => this.#server.close(resolve));
    }
}

describe("operations/keyCommands", function () {
    this.timeout(20_000);
    let folder: string;
    before(async () => {
        folder = await realpath(await mkdtemp(join(tmpdir(), "key-command-")));
    });
    after(async () => {
        // Windows keeps the folder of a process until that has ended.
        await rm(folder, { recursive: true, maxRetries: 20 });
    });

    const watches: Watch[] = [];
    const watch = async (): Promise<Watch> => {
        const started = await Watch.start();
        watches.push(started);
        return started;
    };
    // Also after a test that ran out of time: what it watches ends with its connection.
    afterEach(() => Promise.all(watches.splice(0).map((one) => one.stop())));

    const read = (command: readonly [string, ...string[]], environment = {}): Promise<KeyText> =>
        readKeyText({ kind: "command", command }, keyContext(folder, { PATH: process.env["PATH"], ...environment }));
    const printedBy = async (command: readonly [string, ...string[]], environment = {}): Promise<string> => {
        const key = await read(command, environment);
        return "text" in key ? String(key.text) : expect.fail(key.problem);
    };
    const problemOf = async (command: readonly [string, ...string[]]): Promise<string> => {
        const key = await read(command);
        expect(key).to.include({ isUnavailable: true });
        return "problem" in key ? key.problem : "";
    };

    it("takes what a command prints, byte for byte, in the program's folder and without a shell", async () => {
        expect(await printedBy(node("process.stdout.write(process.cwd())"))).to.equal(folder);
        const args = ["$HOME", "*", "a b", "; exit 1", ""];
        const printed = await printedBy(node("process.stdout.write(JSON.stringify(process.argv.slice(1)))", ...args));
        expect(JSON.parse(printed)).to.deep.equal(args);
        const bytes = await read(node("process.stdout.write(Buffer.from([0x30, 0x82, 0xff, 0x0a]))"));
        expect(bytes).to.deep.equal({ text: Buffer.from([0x30, 0x82, 0xff, 0x0a]) });
    });

    it("waits for no input", async () => {
        expect(await printedBy(node("process.stdin.on('end', () => console.log('no input')).resume()"))).to.equal(
            "no input\n",
        );
    });

    it("gives a command neither tokens nor Pulumi's passphrase, whatever the variables are called", async () => {
        const context = keyContext(folder, {
            PATH: process.env["PATH"],
            VERCEL_API_TOKEN: "token-1",
            VERCEL_TOKEN: "token-2",
            VERCEL_TOKEN_PROD: "token-3",
            COPY_OF_TOKEN: "token-3",
            PULUMI_CONFIG_PASSPHRASE: "passphrase",
            PULUMI_CONFIG_PASSPHRASE_FILE: "file",
            PULUMI_CONFIG: '{"vercel:apiToken":"token-4"}',
            VAULT_TOKEN: "for the command",
            EMPTY: "",
        });
        context.commands.withhold("VERCEL_TOKEN_PROD");
        const command = node("process.stdout.write(JSON.stringify(process.env))");
        const key = await readKeyText({ kind: "command", command }, context);
        const given = JSON.parse("text" in key ? String(key.text) : "{}") as Record<string, string>;
        expect(given).to.include({ VAULT_TOKEN: "for the command", EMPTY: "" });
        expect(JSON.stringify(given)).not.to.match(/token-|passphrase|"file"/);
    });

    it("runs a command once in a process, also where many ask at a time, and also if it fails", async () => {
        const runs = join(folder, "runs");
        const context = keyContext(folder);
        for (const exitCode of ["0", "1"]) {
            await writeFile(runs, "");
            const program = "require('fs').appendFileSync(process.argv[1], 'x'); process.exit(Number(process.argv[2]))";
            const source = { kind: "command", command: node(program, runs, exitCode) } as const;
            await Promise.all([1, 2, 3].map(() => readKeyText(source, context)));
            await readKeyText(source, context);
            expect(await readFile(runs, "utf8")).to.equal("x");
        }
    });

    it("takes the largest key and not one byte more, without waiting for the end of an endless one", async () => {
        expect(await printedBy(node(`process.stdout.write("k".repeat(${String(LARGEST_BYTES)}))`))).to.have.lengthOf(
            LARGEST_BYTES,
        );
        const endless = await read(node("const go = () => process.stdout.write('k'.repeat(9999), go); go()"));
        expect(endless).to.include({ isUnavailable: false });
        expect(endless).to.have.property("problem").that.contains("[key-too-large]");
    });

    it("says why there is no key: not found, failed, ended by a signal, or nothing printed", async () => {
        expect(await problemOf(["no-such-program", "read"])).to.equal(
            `no private key from the command "no-such-program read": it cannot be started (ENOENT); ` +
                `provide the key where pulumi runs [key-unavailable]`,
        );
        expect(await problemOf(node("console.error('not\\nsigned in'); process.exit(7)"))).to.contain(
            ": it ended with exit code 7: not signed in; ",
        );
        expect(await problemOf(node("process.kill(process.pid, 'SIGTERM')"))).to.contain(
            IS_WINDOWS ? "it ended with exit code 1;" : "it ended with SIGTERM;",
        );
        expect(await problemOf(node("console.log()"))).to.contain(": it is empty;");
    });

    it("shows nothing of a key that a failing command printed, on stdout or on stderr", async () => {
        const { key } = await mintBundle();
        await writeFile(join(folder, "client.key"), key);
        const body = key.replace(/-----[^-]+-----|\s/g, "");
        for (const program of [
            "console.error(key); process.exit(1)",
            "console.log(key); console.error(key.slice(40, 90)); process.exit(1)",
            "console.log(key); console.error([...Buffer.from(key)].join()); process.exit(1)",
        ]) {
            const problem = await problemOf(
                node(`const key = require("fs").readFileSync("client.key", "utf8"); ${program}`),
            );
            expect(problem).to.contain("it ended with exit code 1");
            assertNoSecrets(problem, { keys: [key], tokens: [] });
            expect(problem).not.to.contain(body.slice(20, 40));
        }
    });

    for (const [when, isCommandGone] of [
        ["with its children", false],
        ["whose child alone still holds on to the output", true],
    ] as const) {
        itOnPosix(`ends a command at the deadline, ${when}`, async () => {
            const [command, child] = [await watch(), await watch()];
            const deadline = new AbortController();
            const clock = { deadline: () => deadline.signal };
            const commands = new KeyCommands({ clock, environment: { PATH: process.env["PATH"] }, folder });
            const program =
                `require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(child.program)}], ` +
                `{ stdio: "inherit" }).unref(); ${command.program}`;
            const printed = commands.run(node(program), LARGEST_BYTES);
            const [ofCommand] = await Promise.all([command.arrival, child.arrival]);
            if (isCommandGone) {
                ofCommand.end();
                await command.departure;
                // Node hears of the ends of processes in their order: after this one's, it knows of the command's.
                await promisify(execFile)(process.execPath, ["-e", ""]);
            }
            deadline.abort();
            expect(await printed).to.deep.equal({ problem: "it did not end within 30 seconds" });
            await Promise.all([command.departure, child.departure]);
        });
    }

    it("leaves nothing behind that would keep a process from ending", async () => {
        const commands = new KeyCommands({ clock: { deadline: () => NEVER }, environment: process.env, folder });
        expect(await commands.run(node("console.log('k')"), LARGEST_BYTES)).to.deep.equal({ text: Buffer.from("k\n") });
    });
});
