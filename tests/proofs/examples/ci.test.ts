import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { ExampleEnvironment } from "../../support/exampleEnvironment";
import { mintBundle } from "../../support/mint";
import { REPOSITORY, type RunResult } from "../../support/stack";
import { commandsOf, parseWorkflow, type Repository } from "../../support/workflow";

const WORKFLOW_FILE = join(REPOSITORY, "examples", "ci", ".github", "workflows", "client-cert.yml");
const DAY_MS = 86_400_000;

/** GitHub runs a `run:` by this. */
const SHELL = ["bash", "-e", "-c"] as const;
/** Of `pulumi`, for changes where none were expected; older versions have one for errors of any kind. */
const DRIFT_EXIT_CODES = [7, 255];
/** There is no lock file in a copy of the folder, and the packages are there. */
const INSTALL = "npm ci";

describe("examples/ci, by the commands of its workflow", function () {
    // The first run may have to download or build the CLI.
    this.timeout(25 * 60_000);

    const workflow = parseWorkflow(readFileSync(WORKFLOW_FILE, "utf8"));
    let env: ExampleEnvironment;
    let repository: Repository;
    const setKey = (key: string): void => {
        repository = { ...repository, secrets: { ...repository.secrets, CLIENT_KEY: key } };
    };

    before(async () => {
        env = await ExampleEnvironment.start({ example: "ci" });
        const { PULUMI_BACKEND_URL = "", PULUMI_CONFIG_PASSPHRASE = "" } = env.project.environment;
        repository = {
            vars: { PULUMI_BACKEND_URL },
            secrets: { PULUMI_CONFIG_PASSPHRASE, VERCEL_API_TOKEN: env.token },
        };
        await env.addStack("prod", { project: "my-site", origin: "https://billing.example.com" });
        // From here on, only the workflow says what a job is given.
        env.project.setEnvironment({
            PULUMI_STACK: undefined,
            PULUMI_BACKEND_URL: undefined,
            PULUMI_CONFIG_PASSPHRASE: undefined,
            VERCEL_API_TOKEN: undefined,
        });
    });
    after(() => env.stop());

    const passphrase = (): Record<string, string> => ({
        PULUMI_BACKEND_URL: repository.vars["PULUMI_BACKEND_URL"] ?? "",
        PULUMI_CONFIG_PASSPHRASE: repository.secrets["PULUMI_CONFIG_PASSPHRASE"] ?? "",
    });
    /** A job up to its first step that fails, as on GitHub: the last run is the job's. */
    const job = async (name: string): Promise<RunResult> => {
        const commands = commandsOf(workflow, name, repository).filter(({ script }) => script !== INSTALL);
        const runs: RunResult[] = [];
        for (const { script, environment } of commands) {
            const [shell, ...options] = SHELL;
            runs.push(await env.project.runCommand(shell, [...options, script], environment));
            if (runs.at(-1)?.exitCode !== 0) {
                break;
            }
        }
        const last = runs.at(-1);
        if (last === undefined) {
            throw new Error(`the job ${name} has no command`);
        }
        return { ...last, output: runs.map(({ output }) => output).join("") };
    };
    const passes = async (name: string): Promise<RunResult> => {
        const run = await job(name);
        expect(run.exitCode, run.output).to.equal(0);
        return run;
    };

    it("gives each job no more than it needs, and secrets only to the step that uses them", () => {
        expect(workflow.permissions).to.deep.equal({ contents: "read" });
        for (const [name, { permissions, env, steps }] of Object.entries(workflow.jobs)) {
            expect([permissions, env], name).to.deep.equal([undefined, undefined]);
            const given = steps.flatMap((step) => Object.keys(step.env ?? {}));
            const deployment = ["CLIENT_KEY", "CLIENT_KEY", "PULUMI_CONFIG_PASSPHRASE", "VERCEL_API_TOKEN"];
            const secrets = {
                inspect: [],
                preview: ["PULUMI_CONFIG_PASSPHRASE"],
                up: deployment,
                watch: [],
                drift: ["PULUMI_CONFIG_PASSPHRASE", "VERCEL_API_TOKEN"],
            }[name];
            expect(given, name).to.deep.equal(secrets);
            for (const { uses } of steps.filter((step) => step.uses !== undefined)) {
                expect(uses).to.match(/^(actions\/(checkout|setup-node)|pulumi\/actions)@v\d+$/);
            }
        }
    });

    it("never has two deployments at once, and never cuts one off", () => {
        const { up } = workflow.jobs;
        expect(up?.concurrency).to.deep.equal({ group: "client-cert-up", "cancel-in-progress": false });
        expect(
            Object.values(workflow.jobs).filter(({ steps }) => /pulumi up/.test(steps.map(({ run }) => run).join())),
        ).to.deep.equal([up]);
        expect(Object.keys(workflow.on)).to.have.members(["pull_request", "push", "schedule"]);
        expect(up?.if).to.equal("github.event_name == 'push'");
        expect(workflow.on["push"]).to.deep.equal({ branches: ["main"] });
    });

    it("deploys, warns in time, previews without the key, refuses another key, rotates, and is content again", async () => {
        const { project, bundle } = env;
        const endsSoon = await bundle.authority.issue({
            notBefore: new Date(Date.now() - 85 * DAY_MS),
            notAfter: new Date(Date.now() + 5 * DAY_MS),
        });
        env.writeMaterial(".", { cert: endsSoon.certPem, key: endsSoon.keyPem, ca: bundle.ca });
        setKey(endsSoon.keyPem);
        await passes("up");
        const [firstId = ""] = env.certIds();

        const alarm = await job("watch");
        expect(alarm.exitCode, alarm.output).to.equal(1);
        expect(alarm.stderr).to.match(/^pulumi-vercel-client-cert: 1 of 1 certificate needs attention \(1 .*\)$/m);

        // A pull request that does not touch the certificates.
        const program = readFileSync(join(project.folder, "index.ts"), "utf8");
        project.writeFile("index.ts", `${program}export const harmless = "harmless";\n`);
        const harmless = await passes("preview");
        expect(harmless.stdout)
            .to.match(/\+ harmless *: "harmless"/)
            .and.match(/Resources:\n +2 unchanged/);

        // A pull request with the next certificate: whoever reviews it sees what a merge does.
        const renewed = await mintBundle();
        env.writeMaterial(".", renewed);
        expect((await passes("inspect")).stdout).to.contain("Nothing is wrong with what was looked at.");
        const rotation = await passes("preview");
        expect(rotation.stdout)
            .to.match(/fingerprint *: "v1:\w+" => "v1:\w+"/)
            .and.match(/Resources:\n +~ 1 to update/);
        expect(rotation.output).to.contain("not checked yet").and.contain('"CLIENT_KEY"');

        // The same from a fork, which is given no secret.
        const ownSecrets = repository.secrets;
        repository = { ...repository, secrets: { ...ownSecrets, PULUMI_CONFIG_PASSPHRASE: "" } };
        expect((await passes("inspect")).stdout).to.contain("Nothing is wrong with what was looked at.");
        expect((await passes("preview")).output).to.contain("there is no preview");
        repository = { ...repository, secrets: ownSecrets };

        // It is merged, but the secret is still the old key: nothing is deployed, also nothing else.
        const early = await job("up");
        expect(early.exitCode, early.output).to.equal(1);
        expect(early.output).to.contain("key-mismatch").and.not.contain("Updating (prod)");
        expect(env.countOf("upload")).to.equal(1);

        setKey(renewed.key);
        await passes("up");
        expect(env.certIds()).to.have.length(1).and.not.include(firstId);
        await passes("watch");
        env.verify();
    });

    it("finds in the morning what is missing or replaced at Vercel, and changes nothing", async () => {
        const { project, fakeVercel, bundle } = env;
        await passes("drift");
        const stored = async (): Promise<string> =>
            (await project.runCommand("pulumi", ["stack", "export", "--stack", "prod"], passphrase())).stdout;
        const before = await stored();
        const [certId = ""] = env.certIds();

        fakeVercel.removeCertificate("prj_1", certId);
        const missing = await job("drift");
        expect(missing.exitCode, missing.output).to.be.oneOf(DRIFT_EXIT_CODES);
        expect(missing.output).to.match(/no changes were expected.* but changes were proposed/);

        const { cert, ca } = bundle;
        fakeVercel.placeCertificate("prj_1", { cert, ca, origin: "https://billing.example.com" });
        const replaced = await job("drift");
        expect(replaced.exitCode, replaced.output).to.be.oneOf(DRIFT_EXIT_CODES);
        expect(env.certIds()).to.have.length(1);
        expect(await stored()).to.equal(before);
        env.verify();
    });
});
