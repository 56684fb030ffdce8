import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { REPOSITORY } from "../../support/markdown";

const MOCHA = `const { it } = require("mocha"); const fs = require("node:fs");`;
/** Another test that runs at the same time finds the file of this one. */
const MEETS = (own: string, other: string): string => `${MOCHA}
it("runs beside ${other}: ${own}", async () => {
    fs.writeFileSync(__dirname + "/${own}.running", "");
    for (let i = 0; i < 400 && !fs.existsSync(__dirname + "/${other}.running"); i += 1) {
        await new Promise((done) => setTimeout(done, 25));
    }
    if (!fs.existsSync(__dirname + "/${other}.running")) throw new Error("was alone");
});`;

/** In a clone of its own, with tests of its own. */
describe("a run of the tests", function () {
    this.timeout(60_000);

    let clone: string;
    let limitMinutes: string | undefined;
    const write = (file: string, text: string): void => {
        mkdirSync(dirname(join(clone, file)), { recursive: true });
        writeFileSync(join(clone, file), text);
    };
    const run = (...args: readonly string[]): { readonly status: number | null; readonly lines: readonly string[] } => {
        const { status, stdout, stderr } = spawnSync(process.execPath, [join(clone, "tests/tools/run.mjs"), ...args], {
            encoding: "utf8",
            // A worker of mocha runs this test, but not those of the clone.
            env: { ...process.env, MOCHA_WORKER_ID: undefined, TEST_LIMIT_MINUTES: limitMinutes },
        });
        return { status, lines: `${stdout}${stderr}`.trimEnd().split("\n") };
    };

    beforeEach(() => {
        clone = mkdtempSync(join(tmpdir(), "clone-"));
        for (const file of ["tests/tools/run.mjs", "dist/tests/tools/reporter.js"]) {
            mkdirSync(dirname(join(clone, file)), { recursive: true });
            cpSync(join(REPOSITORY, file), join(clone, file));
        }
        symlinkSync(join(REPOSITORY, "node_modules"), join(clone, "node_modules"), "junction");
    });
    afterEach(() => {
        limitMinutes = undefined;
        rmSync(clone, { recursive: true });
    });

    it("sums its parts, and names at the end what is red", () => {
        write("dist/tests/host/a.test.js", `${MOCHA} it("holds", () => undefined); it.skip("waits");`);
        write("dist/tests/engine/b.test.js", `${MOCHA} it("breaks", () => { throw new Error("broken on purpose"); });`);
        const { status, lines } = run("host", "engine");
        expect(status).to.equal(1);
        expect(lines.slice(-6)).to.deep.equal([
            "FAILED  engine: breaks",
            "  1 passing",
            "  1 pending",
            "  1 failing",
            "",
            "1 passed, 1 failed",
        ]);
    });

    it("is red where a file cannot even be loaded, or a hook fails", () => {
        write("dist/tests/host/a.test.js", "throw new Error('broken on purpose');");
        write(
            "dist/tests/engine/b.test.js",
            `${MOCHA} require("mocha").before(() => { throw new Error("no"); }); it("x", () => {});`,
        );
        const { status, lines } = run("host", "engine");
        expect(status).to.equal(1);
        expect(lines.at(-1)).to.equal("0 passed, 2 failed");
        expect(lines.filter((line) => line.startsWith("FAILED")).join("\n")).to.match(
            /host: Uncaught error.*\n.*engine: .*before all/,
        );
    });

    it("lets files run two at a time, and those in a folder called alone after all others", () => {
        write("dist/tests/host/one.test.js", MEETS("one", "two"));
        write("dist/tests/host/two.test.js", MEETS("two", "one"));
        write(
            "dist/tests/host/alone/c.test.js",
            `${MOCHA} it("is the last", () => { if (process.env.MOCHA_WORKER_ID !== undefined) throw new Error("not alone"); });`,
        );
        const { status, lines } = run("host");
        expect(lines.at(-1), lines.join("\n")).to.equal("3 passed, 0 failed");
        expect(status).to.equal(0);
    });

    it("ends what waits for ever, and names the file", () => {
        limitMinutes = "0.1";
        write("dist/tests/host/a.test.js", `${MOCHA} it("holds", () => undefined);`);
        write(
            "dist/tests/host/b.test.js",
            `${MOCHA} it("waits for ever", () => new Promise(() => setInterval(() => undefined, 1000))).timeout(0);`,
        );
        const { status, lines } = run("host");
        expect(status).to.equal(1);
        expect(lines.filter((line) => line.startsWith("FAILED"))).to.deep.equal([
            `FAILED  host: ${join("dist", "tests", "host", "b.test.js")}: still running after 0.1 minutes`,
        ]);
        expect(lines.at(-1)).to.equal("1 passed, 1 failed");
    });

    it("refuses a part that there is none of", () => {
        const { status, lines } = run("units");
        expect(status).to.equal(2);
        expect(lines.join("\n")).to.contain("got units");
    });
});
