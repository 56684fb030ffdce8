import { expect } from "chai";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { parseDocument } from "yaml";
import { cleanEnvironment, runProcess, type Finished } from "../../support/childProcess";
import { NODES } from "../../tools/compat/cells";
import { itOnLinux } from "../../support/platform";

const REPOSITORY = resolve(__dirname, "../../../..");
const WORKFLOWS = ".github/workflows";

interface Step {
    readonly id?: string;
    readonly uses?: string;
    readonly run?: string;
    readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
    readonly needs?: string;
    readonly "timeout-minutes"?: number;
    readonly permissions?: Readonly<Record<string, string>>;
    readonly strategy?: { readonly matrix?: Readonly<Partial<Record<"node" | "os", readonly string[]>>> };
    readonly steps: readonly Step[];
}

interface Workflow {
    readonly permissions?: Readonly<Record<string, string>>;
    readonly concurrency?: unknown;
    readonly jobs: Readonly<Record<string, Job>>;
}

const scripts = Object.keys(
    (JSON.parse(readFileSync(join(REPOSITORY, "package.json"), "utf8")) as { scripts: object }).scripts,
);

function textOf(file: string): string {
    return readFileSync(join(REPOSITORY, file), "utf8");
}

function parsed(file: string): unknown {
    const document = parseDocument(textOf(file), { strict: true });
    const problems = [...document.errors, ...document.warnings].map(({ message }) => message);
    expect(problems, file).to.deep.equal([]);
    return document.toJS();
}

function stepsOf({ jobs }: Workflow): readonly Step[] {
    return Object.values(jobs).flatMap(({ steps }) => steps);
}

/** What the commands of `npm run`, `npm test` and the like name. */
function scriptsOf(command: string): readonly string[] {
    const run = [...command.matchAll(/\bnpm run (?:-\S+ )*([\w:.-]+)/g)].map(([, name = ""]) => name);
    return /\bnpm (test|t)\b/.test(command) ? [...run, "test"] : run;
}

/** Of jobs that write something; all others only read. */
const RIGHTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    publish: { "id-token": "write" },
    release: { contents: "write" },
};

describe("the workflows of the repository", () => {
    const files = readdirSync(join(REPOSITORY, WORKFLOWS)).map((name) => `${WORKFLOWS}/${name}`);

    it("are there: one for every change, one for releases, one a week under wine", () => {
        const names = files.map((file) => file.slice(WORKFLOWS.length + 1));
        expect(names).to.have.members(["ci.yml", "publish.yml", "wine.yml"]);
        const { on, jobs } = parsed(`${WORKFLOWS}/wine.yml`) as Workflow & { readonly on: object };
        expect(on).to.have.property("schedule");
        expect(jobs["windows"]?.steps.at(-1)?.run).to.equal("npm run test:windows");
        parsed(".github/dependabot.yml");
    });

    for (const file of files) {
        describe(file, () => {
            const workflow = parsed(file) as Workflow;

            it("names only scripts that package.json has", () => {
                const named = stepsOf(workflow).flatMap(({ run = "" }) => scriptsOf(run));
                expect(named).to.not.have.length(0);
                expect(named.filter((name) => !scripts.includes(name))).to.deep.equal([]);
            });

            it("gives every job an end, and no more rights than it needs", () => {
                expect(workflow.permissions).to.deep.equal({ contents: "read" });
                expect(workflow.concurrency).to.not.equal(undefined);
                for (const [name, { permissions, "timeout-minutes": minutes }] of Object.entries(workflow.jobs)) {
                    expect(minutes, name).to.be.within(1, 120);
                    expect(permissions, name).to.deep.equal(RIGHTS[name] ?? { contents: "read" });
                }
            });

            it("uses GitHub's own actions alone, in full versions, and leaves no credential in the checkout", () => {
                for (const { uses, with: inputs } of stepsOf(workflow).filter(
                    ({ uses: action }) => action !== undefined,
                )) {
                    expect(uses).to.match(
                        /^actions\/(checkout|setup-node|cache|upload-artifact|download-artifact)@v\d+\.\d+\.\d+$/,
                    );
                    if (uses?.startsWith("actions/checkout@") === true) {
                        expect(inputs?.["persist-credentials"]).to.equal(false);
                    }
                }
            });

            it("holds no long-lived secret, and puts no foreign text into a shell", () => {
                expect(textOf(file)).to.not.match(/secrets\.|NODE_AUTH_TOKEN|NPM_TOKEN/);
                for (const { run = "" } of stepsOf(workflow)) {
                    expect(run).to.not.contain("${{");
                }
            });
        });
    }

    describe("publishing", () => {
        const { jobs } = parsed(`${WORKFLOWS}/publish.yml`) as Workflow;
        const commandsOf = (job: string): readonly string[] => jobs[job]?.steps.flatMap(({ run = [] }) => run) ?? [];
        let folder: string;
        beforeEach(() => {
            folder = mkdtempSync(join(tmpdir(), "publishing-"));
        });
        afterEach(() => rmSync(folder, { recursive: true }));
        /** As GitHub runs it, with an `npm` that writes down how it was called. */
        const shell = async (script: string, environment: Readonly<Record<string, string>>): Promise<Finished> => {
            writeFileSync(join(folder, "npm"), '#!/bin/sh\necho "$@" >> called\n', { mode: 0o755 });
            return await runProcess("bash", ["-e", "-c", script], {
                cwd: folder,
                environment: { ...cleanEnvironment([folder]), ...environment },
            });
        };

        it("is for a job that installs, builds and checks out nothing, after tests and packing", () => {
            const { publish, pack } = jobs;
            expect([publish?.needs, pack?.needs]).to.deep.equal(["pack", "test"]);
            const uses = publish?.steps.flatMap((step) => step.uses?.replace(/@.*/, "") ?? []);
            expect(uses).to.deep.equal(["actions/setup-node", "actions/download-artifact"]);
            const calls = commandsOf("publish")
                .join("\n")
                .match(/\bnpm .*|\bnpx .*|\bnode .*/g);
            expect(calls).to.deep.equal([
                "npm publish ./pulumi-vercel-client-cert-*.tgz --ignore-scripts --provenance --access public",
            ]);
        });

        it("puts the archives of the plugin beside the tag, made of the sources that name the repository", () => {
            const { release, pack } = jobs;
            expect(release?.needs).to.equal("publish");
            const scripts = commandsOf("pack");
            const at = (text: string): number => scripts.findIndex((script) => script.includes(text));
            expect(at("npm run release:plugin -- release")).to.be.greaterThan(at("npm pkg set"));
            expect(pack?.steps.some(({ with: inputs }) => inputs?.["path"] === "release/")).to.equal(true);
            expect(commandsOf("release").join("\n")).to.match(/^gh release create "\$GITHUB_REF_NAME" release\/\* /);
        });

        itOnLinux("publishes the tarball that was packed, and no other", async () => {
            const tarball = "pulumi-vercel-client-cert-1.2.3.tgz";
            writeFileSync(join(folder, tarball), "packed");
            const script = commandsOf("publish").join("\n");
            const SHA256 = createHash("sha256").update("packed").digest("hex");
            const called = join(folder, "called");
            expect((await shell(script, { SHA256: SHA256.replace(/./g, "0") })).exitCode).to.not.equal(0);
            expect((await shell(script, { SHA256: "" })).exitCode).to.not.equal(0);
            expect(existsSync(called)).to.equal(false);
            expect((await shell(script, { SHA256 })).exitCode).to.equal(0);
            expect(readFileSync(called, "utf8")).to.match(new RegExp(`^publish ./${tarball} --ignore-scripts`));
        });

        itOnLinux("hands over the SHA-256 of what it packs", async () => {
            const script = jobs["pack"]?.steps.find(({ id }) => id === "pack")?.run ?? "";
            writeFileSync(join(folder, "pulumi-vercel-client-cert-1.2.3.tgz"), "packed");
            const { exitCode, output } = await shell(script, { GITHUB_OUTPUT: join(folder, "output") });
            expect(exitCode, output).to.equal(0);
            const sha256 = createHash("sha256").update("packed").digest("hex");
            expect(readFileSync(join(folder, "output"), "utf8")).to.equal(`sha256=${sha256}\n`);
        });

        itOnLinux("names in the package the repository that it is built in", async () => {
            writeFileSync(join(folder, "package.json"), textOf("package.json"));
            const script = commandsOf("pack").find((command) => command.startsWith("npm pkg set")) ?? "";
            const { exitCode, output } = await runProcess("bash", ["-e", "-c", script], {
                cwd: folder,
                environment: {
                    ...cleanEnvironment(),
                    ...{ GITHUB_SERVER_URL: "https://github.com", GITHUB_REPOSITORY: "owner/name" },
                },
            });
            expect(exitCode, output).to.equal(0);
            expect(JSON.parse(readFileSync(join(folder, "package.json"), "utf8"))).to.deep.include({
                repository: { type: "git", url: "git+https://github.com/owner/name.git" },
                bugs: { url: "https://github.com/owner/name/issues" },
                homepage: "https://github.com/owner/name#readme",
            });
        });
    });

    it("run the lower floors on Windows and macOS", () => {
        const { systems } = (parsed(`${WORKFLOWS}/ci.yml`) as Workflow).jobs;
        expect(systems?.strategy?.matrix?.os).to.deep.equal(["windows-latest", "macos-latest"]);
        const commands = systems?.steps.flatMap(({ run = [] }) => run);
        expect(commands).to.deep.equal(["npm run test:unit", "npm run test:host"]);
    });

    it("keep the built CLI in a cache wherever it is used", () => {
        const { jobs } = parsed(`${WORKFLOWS}/ci.yml`) as Workflow;
        const usesCli = ({ steps }: Job): boolean =>
            steps.some(({ run = "" }) => /npm test|test:engine|test:proofs|generate:compat/.test(run));
        const using = Object.entries(jobs).filter(([, job]) => usesCli(job));
        expect(using.map(([name]) => name)).to.have.members(["engine", "whole", "compat"]);
        for (const [name, { steps }] of using) {
            const caches = steps.filter(({ uses = "" }) => uses.startsWith("actions/cache@"));
            expect(
                caches.map(({ with: inputs }) => inputs?.["path"]),
                name,
            ).to.deep.equal(["~/.cache/pulumi-vercel-client-cert/pulumi-*"]);
        }
    });

    it("run the lower floors on the oldest Node that package.json allows, and on every line of the matrix", () => {
        const { jobs } = parsed(`${WORKFLOWS}/ci.yml`) as Workflow;
        const { engines } = JSON.parse(textOf("package.json")) as { engines: { node: string } };
        expect(engines.node).to.equal(`>=${NODES["20"].replace(/\.0$/, "")}`);
        expect(jobs["floors"]?.strategy?.matrix?.node).to.have.members([NODES["20"], ...Object.keys(NODES)]);
    });
});
