import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { REPOSITORY } from "../../support/markdown";

const OWN = { name: "own", version: "1.0.0" };
const INSTALLED = { "node_modules/a": { version: "1.0.0", integrity: "sha512-a" } };
const OF_ANOTHER_PLATFORM = { "node_modules/fsevents": { version: "2.0.0", optional: true } };
const LOCKED = { "": OWN, ...INSTALLED, ...OF_ANOTHER_PLATFORM };

/** In a clone of its own, with an npm that notes what it is called for. */
describe("what runs before everything else", () => {
    let clone: string;
    const write = (file: string, text: string): void => {
        mkdirSync(dirname(join(clone, file)), { recursive: true });
        writeFileSync(join(clone, file), text);
    };
    const writeLock = (file: string, packages: object): void => {
        write(file, JSON.stringify({ packages }));
    };
    /** The calls of npm. */
    const prepare = (): string => {
        const { status, stderr } = spawnSync(process.execPath, [join(clone, "tests/tools/prepare.mjs")], {
            env: { ...process.env, npm_execpath: join(clone, "npm-cli.js") },
            encoding: "utf8",
        });
        expect(status, stderr).to.equal(0);
        const calls = join(clone, "npm-calls");
        return existsSync(calls) ? readFileSync(calls, "utf8") : "";
    };

    beforeEach(() => {
        clone = mkdtempSync(join(tmpdir(), "clone-"));
        mkdirSync(join(clone, "tests/tools"), { recursive: true });
        cpSync(join(REPOSITORY, "tests/tools/prepare.mjs"), join(clone, "tests/tools/prepare.mjs"));
        write("npm-cli.js", `require("fs").appendFileSync(__dirname + "/npm-calls", process.argv[2] + "\\n");`);
        write("node_modules/typescript/bin/tsc", "");
        write("node_modules/.bin/pulumi-vercel-client-cert", "");
        writeLock("package-lock.json", LOCKED);
        write("provider/kept.ts", "");
        write("dist/provider/kept.js", "");
        write("tests/tools/plugin/bundle.ts", "");
        write("dist/tests/tools/plugin/bundle.js", "");
    });
    afterEach(() => {
        rmSync(clone, { recursive: true });
    });

    it("installs the packages of a fresh clone", () => {
        expect(prepare()).to.equal("ci\n");
    });

    it("does not install again what npm ci has installed, though not what is for other platforms", () => {
        writeLock("node_modules/.package-lock.json", INSTALLED);
        expect(prepare()).to.equal("");
    });

    for (const [what, installed] of [
        ["in another version", { "node_modules/a": { version: "0.9.0", integrity: "sha512-old" } }],
        ["with other content", { "node_modules/a": { version: "1.0.0", integrity: "sha512-other" } }],
        ["too many", { ...INSTALLED, "node_modules/b": { version: "1.0.0" } }],
        ["too few", {}],
    ] as const) {
        it(`installs anew where the lock file has changed and packages are there ${what}`, () => {
            writeLock("node_modules/.package-lock.json", installed);
            expect(prepare()).to.equal("ci\n");
        });
    }

    it("removes what was built of a source that is gone, or it would be tested and packed", () => {
        writeLock("node_modules/.package-lock.json", INSTALLED);
        const orphans = ["provider/gone.js", "provider/gone.js.map", "provider/a/gone.d.ts", "tests/gone.test.js"];
        orphans.forEach((file) => {
            write(`dist/${file}`, "");
        });
        prepare();
        expect(orphans.filter((file) => existsSync(join(clone, "dist", file)))).to.deep.equal([]);
        expect(existsSync(join(clone, "dist/provider/kept.js"))).to.equal(true);
    });
});
