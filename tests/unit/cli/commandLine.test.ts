import { expect } from "chai";
import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, it } from "mocha";
import { mintBundle } from "../../support/mint";
import { Terminal } from "./terminal";

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
        expect(await terminal.run("-h")).to.deep.equal(help);
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
            for (const asked of [
                [command, "-h"],
                ["help", command],
            ]) {
                expect(await terminal.run(...asked)).to.include({ exitCode: 0, stdout });
            }
            expect(stdout).to.match(new RegExp(`^Usage: pulumi-vercel-client-cert ${command} `));
            names.forEach((name) => expect(stdout).to.match(new RegExp(`^  --${name}( |$)`, "m")));
            expect(stdout).to.match(/^ {2}-h, --help /m);
            expect(Math.max(...stdout.split("\n").map(({ length }) => length))).to.be.at.most(120);
        }
    });

    for (const [what, args, message] of [
        [
            "an unknown command",
            ["frob"],
            /there is no command "frob"; the commands are inspect, convert, probe, list, import, status, doctor\. See/,
        ],
        ["a command that is nearly one", ["inspct"], /there is no command "inspct"; did you mean inspect\? See/],
        ["an unknown option", ["list", "site", "--frob"], /there is no option "--frob"; see .* list --help/],
        ["an option that is nearly one", ["list", "site", "--tem=a"], /no option "--tem"; did you mean --team\? See/],
        ["an unknown letter", ["list", "site", "-x"], /there is no option "-x"; see/],
        ["what every object has", ["list", "site", "--__proto__"], /there is no option "--__proto__"; see/],
        ["what objects inherit", ["list", "site", "--constructor=x"], /there is no option "--constructor"; see/],
        ["a method of objects", ["list", "site", "--toString"], /there is no option "--toString"; see/],
        [
            "a missing option",
            ["probe", "https://a.example.com", "--cert", "a"],
            /the option --key FILE is missing; see/,
        ],
        ["an option without its value", ["list", "site", "--team"], /--team needs a value; see/],
        ["an option in place of a value", ["list", "site", "--team", "--json"], /--team needs a value; see/],
        ["a value for a flag", ["list", "site", "--json=yes"], /--json takes no value; see/],
        ["an option twice", ["list", "site", "--team=a", "--team=b"], /--team was given several times; see/],
        ["no operand", ["inspect"], /the arguments are FILE…, but 0 were given; see/],
        ["too many operands", ["list", "site", "other"], /the arguments are PROJECT, but 2 were given; see/],
    ] as const) {
        it(`refuses ${what} in one line that says how to mend it`, async () => {
            const { exitCode, stdout, stderr } = await terminal.run(...args);
            expect({ exitCode, stdout }).to.deep.equal({ exitCode: 2, stdout: "" });
            expect(stderr).to.match(message);
            expect(stderr).to.match(/^pulumi-vercel-client-cert: [^\n]+--help\n$/);
        });
    }

    it("does not repeat a key or token that was pasted where it does not belong", async () => {
        const { key } = await mintBundle();
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
});
