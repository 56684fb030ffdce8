import { expect } from "chai";
import { execFileSync } from "node:child_process";
import {
    chmodSync,
    chownSync,
    existsSync,
    lstatSync,
    mkdtempSync,
    readdirSync,
    readFileSync,
    rmSync,
    statSync,
    symlinkSync,
    writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { FORMATS, type Format } from "../../../../../provider/cli/commands/status/formats";
import { replaceOpenFile, writeOutput } from "../../../../../provider/cli/commands/status/outputFile";
import { rendered } from "../../../../../provider/cli/terminal";
import { systemClock } from "../../../../../provider/vercel/clock";
import { failureOf } from "../../../../support/testEnvironment";
import { itOnPosix } from "../../../../support/platform";

const NOW_MS = Date.parse("2030-01-15T10:30:00Z");

describe("a file that status writes", () => {
    let folder: string;
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "status-file-"));
    });
    afterEach(() => {
        rmSync(folder, { recursive: true, force: true });
    });
    const content = ({ render }: Format, text: string): string => {
        const problem = { code: "unreadable", message: text } as const;
        const report = { nowMs: NOW_MS, stacks: [{ name: text, certificates: 0, problem }], certificates: [] };
        return rendered(render(report), false);
    };
    const { html } = FORMATS;
    const write = async (name: string, text = "new", format: Format = html): Promise<void> => {
        await writeOutput(name, content(format, text), format.isOwn, { folder, clock: systemClock });
    };
    const failure = async (name: string): Promise<string> =>
        await write(name).then(
            () => "written",
            (error: unknown) => String(error),
        );
    const read = (name: string): string => readFileSync(join(folder, name), "utf8");
    const modeOf = (name: string): string => (statSync(join(folder, name)).mode & 0o7777).toString(8);

    it("is new, or replaces an earlier one of the same format, and nothing else is left beside it", async () => {
        for (const [name, format] of Object.entries(FORMATS)) {
            await write(name, "first", format);
            expect(read(name)).to.equal(content(format, "first"));
            await write(name, "second", format);
            expect(read(name)).to.equal(content(format, "second"));
        }
        expect(readdirSync(folder).sort()).to.deep.equal(Object.keys(FORMATS).sort());
    });

    it("never replaces a file of another format, or of somebody else, even one that mentions ours further down", async () => {
        const foreign = {
            "own.html": "<h1>mine</h1>",
            "late.html": " ".repeat(2000) + content(html, "late"),
            "client.key": "-----BEGIN PRIVATE KEY-----",
            "all.prom": content(FORMATS.openmetrics, "x"),
        };
        for (const [name, text] of Object.entries(foreign)) {
            writeFileSync(join(folder, name), text);
            expect(await failure(name)).to.match(/the file ".*" is not one that this command wrote/);
            expect(read(name)).to.equal(text);
        }
    });

    itOnPosix("keeps the mode that somebody gave it, also before there was anything in it", async () => {
        await write("status.html", "first");
        expect(modeOf("status.html")).to.equal((0o666 & ~process.umask()).toString(8));
        for (const mode of [0o600, 0o640, 0o664]) {
            chmodSync(join(folder, "status.html"), mode);
            await write("status.html", mode.toString(8));
            expect([modeOf("status.html"), read("status.html")]).to.deep.equal([
                mode.toString(8),
                content(html, mode.toString(8)),
            ]);
        }
        writeFileSync(join(folder, "empty.html"), "", { mode: 0o600 });
        await write("empty.html");
        expect(modeOf("empty.html")).to.equal("600");
    });

    it("keeps its owner and its group, which the mode is about", async function () {
        if (process.getuid?.() !== 0) {
            this.skip();
        }
        await write("status.html", "first");
        chownSync(join(folder, "status.html"), 1234, 2345);
        await write("status.html", "second");
        const { uid, gid } = statSync(join(folder, "status.html"));
        expect([uid, gid, read("status.html")]).to.deep.equal([1234, 2345, content(html, "second")]);
    });

    itOnPosix("is refused where there is a pipe, a device or a folder, without waiting for anybody", async () => {
        execFileSync("mkfifo", [join(folder, "pipe.html")]);
        for (const name of ["pipe.html", "/dev/null", "."]) {
            expect(await failure(name)).to.match(/".*" is a folder, a pipe or a device, not a file/);
        }
        expect(lstatSync(join(folder, "pipe.html")).isFIFO()).to.equal(true);
        expect(lstatSync("/dev/null").isCharacterDevice()).to.equal(true);
    });

    it("takes the place of one that Windows keeps while somebody reads it, as soon as it is closed", async () => {
        const slept: number[] = [];
        const sleep = (ms: number): Promise<void> => Promise.resolve(void slept.push(ms));
        const refusals = ["EPERM", "EBUSY", "EACCES"];
        const replace = (): Promise<void> => {
            const code = refusals.shift();
            return code === undefined ? Promise.resolve() : Promise.reject(Object.assign(new Error(code), { code }));
        };
        await replaceOpenFile(replace, { sleep });
        expect([refusals, slept]).to.deep.equal([[], [50, 100, 200]]);
    });

    it("is given up where another program never closes the earlier one, and at once for any other reason", async () => {
        for (const [code, tries] of [
            ["EPERM", 6],
            ["ENOENT", 1],
        ] as const) {
            let count = 0;
            const replace = (): Promise<void> => {
                count += 1;
                return Promise.reject(Object.assign(new Error(code), { code }));
            };
            expect((await failureOf(replaceOpenFile(replace, { sleep: () => Promise.resolve() }))).message).to.equal(
                code,
            );
            expect(count).to.equal(tries);
        }
    });

    it("names a folder that is missing, and leaves no draft", async () => {
        expect(await failure("missing/status.html")).to.match(/cannot be written \(ENOENT\); check the path/);
        expect(readdirSync(folder)).to.deep.equal([]);
    });

    itOnPosix("is the file that a link leads to, and takes the place of a link that leads nowhere", async () => {
        await write("real.html", "first");
        symlinkSync("real.html", join(folder, "link.html"));
        await write("link.html", "second");
        expect([lstatSync(join(folder, "link.html")).isSymbolicLink(), read("real.html")]).to.deep.equal([
            true,
            content(html, "second"),
        ]);
        symlinkSync("nowhere", join(folder, "lost.html"));
        await write("lost.html", "third");
        expect([existsSync(join(folder, "nowhere")), read("lost.html")]).to.deep.equal([false, content(html, "third")]);
    });
});
