import { expect } from "chai";
import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { cleanEnvironment, runProcess } from "../../support/childProcess";
import { mintTriple } from "../../support/mint";
import { Terminal } from "./terminal";

const EXECUTABLE = resolve(__dirname, "../../../provider/bin/main.js");

describe("the command line", () => {
    let terminal: Terminal;
    beforeEach(() => {
        terminal = new Terminal();
    });
    afterEach(() => terminal.dispose());

    it("lists the commands and exit codes where asked for help, and counts no command as wrong usage", async () => {
        const help = await terminal.run("--help");
        expect(help).to.include({ exitCode: 0, stderr: "" });
        for (const name of ["inspect FILE…", "probe ORIGIN", "list PROJECT", "import PROJECT", "Exit codes: 0"]) {
            expect(help.stdout).to.contain(name);
        }
        expect(await terminal.run()).to.include({ exitCode: 2, stdout: help.stdout });
        expect(await terminal.run("--version")).to.include({ exitCode: 0, stdout: "1.2.3\n" });
    });

    it("explains every command and each of its options, on lines that fit a terminal", async () => {
        const options = {
            inspect: ["json"],
            probe: ["cert", "key", "ca", "server-ca", "path", "tls", "json"],
            list: ["team", "json"],
            import: ["cert", "ca", "origin", "team", "name", "cert-id", "output", "json"],
        };
        for (const [command, names] of Object.entries(options)) {
            const { exitCode, stdout } = await terminal.run(command, "--help");
            expect(exitCode).to.equal(0);
            expect(stdout).to.match(new RegExp(`^Usage: pulumi-vercel-client-cert ${command} `));
            names.forEach((name) => expect(stdout).to.match(new RegExp(`^  --${name}( |$)`, "m")));
            expect(Math.max(...stdout.split("\n").map(({ length }) => length))).to.be.at.most(120);
        }
    });

    for (const [what, args, message] of [
        ["an unknown command", ["frob"], /expected a command \(inspect, probe, list, import, status\), got "frob"/],
        [
            "an unknown option",
            ["list", "site", "--frob"],
            /expected an option of this command, got "--frob"; see pulumi-vercel-client-cert list --help/,
        ],
        [
            "a missing option",
            ["probe", "https://a.example.com", "--cert", "a"],
            /expected the option --key FILE, got none/,
        ],
        ["an option without its value", ["list", "site", "--team"], /expected a value after --team, got none/],
        [
            "an option in place of a value",
            ["list", "site", "--team", "--json"],
            /expected a value after --team, got none/,
        ],
        ["a value for a flag", ["list", "site", "--json=yes"], /expected --json without a value, got one/],
        ["an option twice", ["list", "site", "--team=a", "--team=b"], /expected --team once, got it several times/],
        ["no operand", ["inspect"], /expected FILE…, got 0 arguments/],
        ["too many operands", ["list", "site", "other"], /expected PROJECT, got 2 arguments/],
    ] as const) {
        it(`refuses ${what} in one line that says how to mend it`, async () => {
            const { exitCode, stdout, stderr } = await terminal.run(...args);
            expect({ exitCode, stdout }).to.deep.equal({ exitCode: 2, stdout: "" });
            expect(stderr).to.match(message);
            expect(stderr).to.match(/^pulumi-vercel-client-cert: [^\n]+--help\n$/);
        });
    }

    it("does not repeat a key or token that was pasted where it does not belong", async () => {
        const { key } = await mintTriple();
        const token = `vcp_${randomBytes(24).toString("hex")}`;
        const careful = new Terminal({
            environment: { VERCEL_API_TOKEN: token },
            secrets: { keys: [key], tokens: [token] },
        });
        try {
            for (const args of [
                [key],
                [token],
                ["list", token, token],
                ["list", "site", `--${token}`],
                ["list", "site", `--token=${token}`],
                ["inspect", key],
                ["probe", key, "--cert", key, "--key", key, "--ca", key],
                ["probe", "https://a.example.com", "--cert", "x", "--key", key, "--ca", "x"],
                ["import", "site", "--cert", "x", "--ca", "x", "--origin", key],
            ]) {
                const { exitCode, stderr } = await careful.run(...args);
                expect(exitCode).to.be.greaterThan(1);
                expect(stderr.split("\n")).to.have.lengthOf(2);
            }
        } finally {
            careful.dispose();
        }
    });

    it("runs as a process: results on standard output, errors on standard error, and the exit code", async () => {
        const { cert, key, ca } = await mintTriple();
        terminal.write({ "client.pem": cert, "client.key": key, "ca.pem": ca });
        const run = (...args: readonly string[]) =>
            runProcess(process.execPath, [EXECUTABLE, ...args], {
                cwd: terminal.folder,
                environment: cleanEnvironment(),
            });
        expect(await run("inspect", "ca.pem", "client.key", "client.pem")).to.include({ exitCode: 0, stderr: "" });
        expect(await run("inspect", "missing.pem")).to.include({ exitCode: 3, stdout: "" });
        expect((await run("--version")).stdout).to.match(/^\d+\.\d+\.\d+\n$/);
    });
});
