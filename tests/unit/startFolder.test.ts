import { expect } from "chai";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, describe, it } from "mocha";
import { itOnPosix } from "../support/platform";

const LAUNCHER = "pulumi-resource-pulumi-nodejs";
const MODULE = resolve(__dirname, "../../provider/startFolder.js");

describe("the folder of the program", () => {
    let folder: string;
    let program: string;
    before(() => {
        folder = realpathSync(mkdtempSync(join(tmpdir(), "start-folder-")));
        program = join(folder, "program");
        mkdirSync(program);
        const script = `process.chdir(process.argv[2]); process.stdout.write(require(${JSON.stringify(MODULE)}).startFolder())`;
        writeFileSync(join(folder, "restless.js"), script);
        const launcher = join(folder, LAUNCHER);
        writeFileSync(launcher, `#!/bin/sh\nnode "$1" "$2"\nexit 0\n`);
        chmodSync(launcher, 0o755);
    });
    after(() => {
        rmSync(folder, { recursive: true });
    });

    function startedBy(launcher: string | undefined, goesTo: string): string {
        const script = join(folder, "restless.js");
        const command = launcher === undefined ? process.execPath : join(folder, launcher);
        // As of a shell that started pulumi somewhere else.
        const environment = { ...process.env, PWD: tmpdir() };
        const { stdout, stderr } = spawnSync(command, [script, goesTo], { cwd: program, env: environment });
        expect(String(stderr)).to.equal("");
        return String(stdout);
    }

    itOnPosix("is that of the start, although another provider of the process has gone elsewhere", () => {
        expect(startedBy(LAUNCHER, folder)).to.equal(program);
        expect(startedBy(LAUNCHER, ".")).to.equal(program);
    });

    it("is the working directory where no launcher says anything else: PWD may be anything then", () => {
        expect(startedBy(undefined, ".")).to.equal(program);
    });
});
