import { expect } from "chai";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, it } from "mocha";
import { withFileLock } from "../../support/fileLock";
import { firstOf, whatToInstall, type CliSource, type PulumiCli } from "../../support/pulumiCli";
import { cacheFolder, cliInCache, cliOnPath, isAtLeast, TESTED_CLI_VERSION } from "../../support/pulumiCliSources";
import { executableName, IS_WINDOWS } from "../../support/platform";
import { failureOf } from "../../support/testEnvironment";
import { PROGRAM_ENVIRONMENT, writeProgram } from "../../support/testProgram";

let folder: string;
beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cli-test-"));
});
afterEach(() => {
    rmSync(folder, { recursive: true, maxRetries: 10 });
});

function program(name: string, script = ""): void {
    mkdirSync(join(folder, "bin"), { recursive: true });
    writeProgram(join(folder, "bin"), name, script);
}
const printing = (text: string): string => `console.log(${JSON.stringify(text)});`;

describe("the version of a CLI", () => {
    for (const [version, minimum, expected] of [
        ["v3.216.0", "3.216.0", true],
        ["v3.1000.0", "3.216.0", true],
        ["4.0.0", "3.216.0", true],
        ["v3.215.9", "3.216.0", false],
        ["2.999.999", "3.216.0", false],
        ["v3.260.0-dev.0", "3.216.0", true],
        ["go1.26", "1.25.11", true],
        ["go1.25.2", "1.25.11", false],
    ] as const) {
        it(`${version} is ${expected ? "" : "not "}new enough where ${minimum} is needed`, () => {
            expect(isAtLeast(version, minimum)).to.equal(expected);
        });
    }

    it("is refused where it is no version", () => {
        expect(() => isAtLeast("unknown", "3.216.0")).to.throw('expected a version, got "unknown"');
    });
});

describe("the search for a CLI", () => {
    const cli: PulumiCli = { command: "/bin/pulumi", version: TESTED_CLI_VERSION, binFolder: "/bin", source: "cache" };
    const { NODE_OPTIONS } = process.env;
    before(() => Object.assign(process.env, PROGRAM_ENVIRONMENT));
    after(() => {
        delete process.env["NODE_OPTIONS"];
        Object.assign(process.env, NODE_OPTIONS === undefined ? {} : { NODE_OPTIONS });
    });
    const asked: string[] = [];
    const source = (description: string, result?: PulumiCli): CliSource => ({
        description,
        find: () => {
            asked.push(description);
            return result === undefined ? Promise.reject(new Error("none")) : Promise.resolve(result);
        },
    });
    beforeEach(() => {
        asked.length = 0;
    });

    it("takes the first there is, and asks no further: nobody downloads or builds what is there", async () => {
        expect(await firstOf([source("on PATH"), source("cache", cli), source("download", cli)])).to.equal(cli);
        expect(asked).to.deep.equal(["on PATH", "cache"]);
    });

    it("says what to install, and why each source had none", async () => {
        const reasons = await firstOf([source("on PATH"), source("download")]);
        expect(reasons).to.deep.equal(["on PATH: none", "download: none"]);
        const message = whatToInstall(["on PATH: none"]);
        expect(message).to.contain(`install Pulumi ${TESTED_CLI_VERSION}`).and.to.contain("on PATH: none");
    });

    it("refuses a CLI on PATH that is too old", async () => {
        program("pulumi", printing("v3.100.0"));
        const error = await failureOf(cliOnPath({ PATH: join(folder, "bin") }));
        expect(error.message).to.equal("expected 3.216.0 or newer, got 3.100.0");
    });

    it("refuses a CLI on PATH that cannot run Node.js programs", async () => {
        program("pulumi", printing("v3.300.0"));
        const error = await failureOf(cliOnPath({ PATH: join(folder, "bin") }));
        expect(error.message).to.match(/^3\.300\.0 without pulumi-language-nodejs(\.exe)?$/);
        program("pulumi-language-nodejs");
        expect(await cliOnPath({ PATH: join(folder, "bin") })).to.deep.equal({
            command: join(folder, "bin", executableName("pulumi")),
            version: "3.300.0",
            binFolder: join(folder, "bin"),
            source: "PATH",
        });
    });

    it("does not trust a cache that holds half a CLI, a broken one, or another version", async () => {
        expect((await failureOf(cliInCache(folder))).message).to.equal("none");
        program("pulumi", `console.error("cannot run"); process.exitCode = 1;`);
        expect((await failureOf(cliInCache(folder))).message).to.contain("without pulumi-language-nodejs");
        program("pulumi-language-nodejs");
        writeFileSync(join(folder, "bin", `pulumi-resource-pulumi-nodejs${IS_WINDOWS ? ".cmd" : ""}`), "", {
            mode: 0o755,
        });
        expect((await failureOf(cliInCache(folder))).message).to.equal("`pulumi version` failed: cannot run");
        program("pulumi", printing("v3.1.0"));
        expect((await failureOf(cliInCache(folder))).message).to.equal(`expected ${TESTED_CLI_VERSION}, got 3.1.0`);
        program("pulumi", printing(`v${TESTED_CLI_VERSION}`));
        expect((await cliInCache(folder)).source).to.equal("cache");
    });

    it("keeps the cache outside the checkout, where the user wants it", () => {
        const name = `pulumi-${TESTED_CLI_VERSION}`;
        expect(cacheFolder({})).to.equal(join(homedir(), ".cache/pulumi-vercel-client-cert", name));
        const caches = { XDG_CACHE_HOME: "/caches" };
        expect(cacheFolder(caches)).to.equal(join("/caches/pulumi-vercel-client-cert", name));
        const both = { ...caches, PULUMI_VERCEL_CLIENT_CERT_CACHE: "/mine" };
        expect(cacheFolder(both)).to.equal(join("/mine", name));
    });
});

describe("the lock on the cache", () => {
    it("lets one process at a time get the CLI", async () => {
        const lock = join(folder, "lock");
        const events: string[] = [];
        const waited: number[] = [];
        let finish: () => void = () => undefined;
        const first = withFileLock(lock, async () => {
            events.push("first");
            await new Promise<void>((done) => (finish = done));
            events.push("first ends");
        });
        const second = withFileLock(
            lock,
            () => {
                events.push("second");
                return Promise.resolve();
            },
            {
                onWait: (holder) => waited.push(holder),
                sleep: async () => {
                    finish();
                    await first;
                },
            },
        );
        await second;
        expect(events).to.deep.equal(["first", "first ends", "second"]);
        expect(waited).to.deep.equal([process.pid]);
        expect(readdirSync(folder)).to.deep.equal([]);
    });

    it("does not wait for a process that is gone", async () => {
        const lock = join(folder, "lock");
        writeFileSync(lock, "4194999");
        const isRunning = (pid: number): boolean => pid !== 4194999;
        expect(await withFileLock(lock, () => Promise.resolve("done"), { isRunning })).to.equal("done");
        expect(existsSync(lock)).to.equal(false);
    });

    it("is given back where getting the CLI failed", async () => {
        const lock = join(folder, "lock");
        await failureOf(withFileLock(lock, () => Promise.reject(new Error("no network"))));
        expect(readdirSync(folder)).to.deep.equal([]);
    });
});
