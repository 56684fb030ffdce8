import { expect } from "chai";
import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, it } from "mocha";
import { parseDocument } from "yaml";
import { NODES } from "../../tools/compat/cells";

const REPOSITORY = resolve(__dirname, "../../../..");
const WORKFLOWS = ".github/workflows";

interface Step {
    readonly uses?: string;
    readonly run?: string;
    readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
    readonly "timeout-minutes"?: number;
    readonly permissions?: Readonly<Record<string, string>>;
    readonly strategy?: { readonly matrix?: { readonly node?: readonly string[] } };
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

describe("the workflows of the repository", () => {
    const files = readdirSync(join(REPOSITORY, WORKFLOWS)).map((name) => `${WORKFLOWS}/${name}`);

    it("are there: one for every change, one for releases", () => {
        expect(files.map((file) => file.slice(WORKFLOWS.length + 1))).to.have.members(["ci.yml", "publish.yml"]);
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
                    const own = name === "publish" ? { contents: "read", "id-token": "write" } : { contents: "read" };
                    expect(permissions, name).to.deep.equal(own);
                }
            });

            it("uses GitHub's own actions alone, in full versions, and leaves no credential in the checkout", () => {
                for (const { uses, with: inputs } of stepsOf(workflow).filter(
                    ({ uses: action }) => action !== undefined,
                )) {
                    expect(uses).to.match(/^actions\/(checkout|setup-node|cache|upload-artifact)@v\d+\.\d+\.\d+$/);
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

    it("run the lower floors on the oldest Node that package.json allows, and on every line of the matrix", () => {
        const { jobs } = parsed(`${WORKFLOWS}/ci.yml`) as Workflow;
        const { engines } = JSON.parse(textOf("package.json")) as { engines: { node: string } };
        expect(engines.node).to.equal(`>=${NODES["20"].replace(/\.0$/, "")}`);
        expect(jobs["floors"]?.strategy?.matrix?.node).to.have.members([NODES["20"], ...Object.keys(NODES)]);
    });
});
