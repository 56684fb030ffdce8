import { expect } from "chai";
import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, it } from "mocha";
import { shellWord } from "../../../provider/cli/shell";
import { printable, printableLine, rendered, table, wantsColours } from "../../../provider/cli/terminal";
import { Terminal } from "./terminal";
import { itOnPosix } from "../../support/platform";

const HOSTILE = "x\u001b[2J\u001b]0;title\u0007\r\u0085\u009b31m\u202egnp\u2028\u200b\ud800\u{e0041}";
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/u;

describe("foreign text on a terminal", () => {
    it("is escaped as in JSON, whatever could move the cursor, colour or turn a line", () => {
        expect(printable(HOSTILE)).to.equal(
            String.raw`x\u001b[2J\u001b]0;title\u0007\u000d\u0085\u009b31m\u202egnp\u2028\u200b\ud800\udb40\udc41`,
        );
        expect(printable("one\ntwo")).to.equal("one\ntwo");
        expect(printableLine("one\ntwo")).to.equal(String.raw`one\u000atwo`);
        expect(JSON.parse(printable(JSON.stringify({ HOSTILE })))).to.deep.equal({ HOSTILE });
    });

    it("stays in its cell, which is as wide as it looks", () => {
        const rows = [
            ["a\nb", "1"],
            ["\u001b", "2"],
        ];
        const plain = rendered(table(rows), false);
        expect(plain.split("\n")).to.deep.equal([String.raw`a\u000ab  1`, String.raw`\u001b    2`, ""]);
        expect(rendered(table(rows), true)).to.equal(plain);
    });

    it("cannot bring colours of its own, nor end those of its cell", () => {
        const cell = { text: "\u001b[0mgone\n", tone: "bad" } as const;
        expect(rendered(table([[cell]]), true)).to.equal("\u001b[31m\\u001b[0mgone\\u000a\u001b[0m\n");
        expect(rendered(table([[cell]]), false)).to.equal("\\u001b[0mgone\\u000a\n");
    });

    itOnPosix("gets out of no command unescaped, by its results or by its errors", async () => {
        const terminal = new Terminal();
        try {
            terminal.write({ [`${HOSTILE.replaceAll("\ud800", "")}.pem`]: "nothing" });
            for (const args of [
                ["inspect", `${HOSTILE.replaceAll("\ud800", "")}.pem`],
                ["inspect", "--json", `${HOSTILE.replaceAll("\ud800", "")}.pem`],
                ["inspect", HOSTILE],
                [HOSTILE],
                ["help", HOSTILE],
                ["list", HOSTILE],
                ["list", "site", `--${HOSTILE}`],
                ["list", "site", "--team", HOSTILE],
                ["probe", HOSTILE, "--cert", HOSTILE, "--key", HOSTILE, "--ca", HOSTILE],
                ["import", HOSTILE, "--cert", HOSTILE, "--ca", HOSTILE],
                ["import", "site", "--cert", HOSTILE, "--ca", HOSTILE],
                ["status", "--stack", HOSTILE, "--cwd", HOSTILE],
                ["status", "--days", HOSTILE],
            ]) {
                const { exitCode, stdout, stderr } = await terminal.run(...args);
                expect(exitCode, args[0]).to.be.greaterThan(0);
                expect(`${stdout}${stderr}`.replaceAll("\n", ""), args[0]).to.not.match(UNPRINTABLE);
            }
        } finally {
            terminal.dispose();
        }
    });
});

describe("colours", () => {
    it("are for a terminal, unless NO_COLOR or FORCE_COLOR say otherwise", () => {
        for (const [environment, isTerminal, expected] of [
            [{}, true, true],
            [{}, false, false],
            [{ TERM: "dumb" }, true, false],
            [{ NO_COLOR: "1" }, true, false],
            [{ NO_COLOR: "" }, true, true],
            [{ FORCE_COLOR: "1" }, false, true],
            [{ FORCE_COLOR: "" }, false, true],
            [{ FORCE_COLOR: "0" }, true, false],
            [{ FORCE_COLOR: "3", NO_COLOR: "1" }, false, true],
        ] as const) {
            expect(wantsColours(environment, isTerminal), JSON.stringify([environment, isTerminal])).to.equal(expected);
        }
    });
});

describe("a command that a user copies", () => {
    const shells = ["sh", "bash"] as const;
    /** What a shell makes of a word; each ends with a mark, since `$()` and the like would swallow line breaks. */
    const readBy = (shell: string, words: readonly string[]): readonly string[] =>
        execFileSync(shell, ["-c", `printf '%s\\0' ${words.map(shellWord).join(" ")}`], { encoding: "utf8" })
            .split("\0")
            .slice(0, -1);

    itOnPosix("has file names that any shell reads as they are, and runs nothing of them", () => {
        const names = [
            "x$(touch y).p12",
            "a b",
            "it's",
            "`id`",
            "$HOME",
            "*",
            "a;b",
            "",
            "-x",
            "=ls",
            "~",
            'a"b',
            "a\\b",
        ];
        for (const shell of shells) {
            expect(readBy(shell, names)).to.deep.equal(names);
        }
        expect(shellWord("certs/client-2026.pem")).to.equal("certs/client-2026.pem");
    });

    itOnPosix("spells control characters out, and still means the same", () => {
        const names = ["x\u001b[31m1.p12", "a\nb", "\u202e'\\\t7", "\u0085"];
        expect(readBy("bash", names)).to.deep.equal(names);
        expect(shellWord("x\u001b[31m1'")).to.equal(String.raw`$'x\033[31m1\''`);
        expect(names.map(shellWord).join("")).to.not.match(UNPRINTABLE);
    });

    itOnPosix("says the same to a shell, whatever the text", () => {
        fc.assert(
            fc.property(fc.array(fc.string({ unit: "binary" }), { minLength: 1, maxLength: 20 }), (texts) => {
                const words = texts.map((text) => Buffer.from(text.replaceAll("\0", "")).toString());
                expect(readBy("bash", words)).to.deep.equal(words);
            }),
            { numRuns: 30 },
        );
    });
});
