import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { ExampleWorld } from "../../support/exampleWorld";
import { mintTriple } from "../../support/mint";
import { REPOSITORY, type RunResult } from "../../support/stack";
import { commandsOf, parseWorkflow, type Repository } from "../../support/workflow";

const WORKFLOW_FILE = join(REPOSITORY, "examples", "ci", ".github", "workflows", "client-cert.yml");
const DAY_MS = 86_400_000;

/** GitHub runs a `run:` by this. */
const SHELL = ["bash", "-e", "-c"] as const;
/** There is no lock file in a copy of the folder, and the packages are there. */
const INSTALL = "npm ci";

describe("examples/ci, by the commands of its workflow", function () {
    // The first run may have to download or build the CLI.
    this.timeout(25 * 60_000);

    const workflow = parseWorkflow(readFileSync(WORKFLOW_FILE, "utf8"));
    let world: ExampleWorld;
    let repository: Repository;
    const setKey = (key: string): void => {
        repository = { ...repository, secrets: { ...repository.secrets, CLIENT_KEY: key } };
    };

    before(async () => {
        world = await ExampleWorld.start({ example: "ci" });
        const { PULUMI_BACKEND_URL = "", PULUMI_CONFIG_PASSPHRASE = "" } = world.project.environment;
        repository = {
            vars: { PULUMI_BACKEND_URL },
            secrets: { PULUMI_CONFIG_PASSPHRASE, VERCEL_API_TOKEN: world.token },
        };
        await world.addStack("prod", { project: "my-site", origin: "https://billing.example.com" });
        // From here on, only the workflow says what a job is given.
        world.project.setEnvironment({
            PULUMI_STACK: undefined,
            PULUMI_BACKEND_URL: undefined,
            PULUMI_CONFIG_PASSPHRASE: undefined,
            VERCEL_API_TOKEN: undefined,
        });
    });
    after(() => world.stop());

    const git = async (...args: readonly string[]): Promise<void> => {
        const identity = ["-c", "user.name=test", "-c", "user.email=test@example.com"];
        const { exitCode, output } = await world.project.runCommand("git", [...identity, ...args]);
        expect(exitCode, output).to.equal(0);
    };
    /** Everything in the folder, but what the example's users would not commit. */
    const commit = async (): Promise<void> => {
        await git("add", "--", "index.ts", "client.pem", "ca.pem");
        await git("commit", "--quiet", "--allow-empty", "--message", "a change");
    };
    /** A job up to its first step that fails, as on GitHub: the last run is the job's. */
    const job = async (name: string): Promise<RunResult> => {
        const commands = commandsOf(workflow, name, repository).filter(({ script }) => script !== INSTALL);
        const runs: RunResult[] = [];
        for (const { script, environment } of commands) {
            const [shell, ...options] = SHELL;
            runs.push(await world.project.runCommand(shell, [...options, script], environment));
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

    it("gives each job no more than it needs", () => {
        expect(workflow.permissions).to.deep.equal({ contents: "read" });
        for (const [name, { permissions, env = {}, steps }] of Object.entries(workflow.jobs)) {
            expect(permissions, name).to.equal(undefined);
            const given = [env, ...steps.map((step) => step.env ?? {})].flatMap((variables) => Object.keys(variables));
            const secrets = {
                preview: ["PULUMI_CONFIG_PASSPHRASE"],
                up: ["PULUMI_CONFIG_PASSPHRASE", "VERCEL_API_TOKEN", "CLIENT_KEY"],
                watch: [],
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
            Object.values(workflow.jobs).filter(({ steps }) => /pulumi up/.test(JSON.stringify(steps))),
        ).to.deep.equal([up]);
        expect(Object.keys(workflow.on)).to.have.members(["pull_request", "push", "schedule"]);
        expect(up?.if).to.equal("github.event_name == 'push'");
        expect(workflow.on["push"]).to.deep.equal({ branches: ["main"] });
    });

    it("deploys, warns in time, previews without the key, rotates with it, and is content again", async () => {
        const { project, triple } = world;
        await git("init", "--quiet");
        const endsSoon = await triple.authority.issue({
            notBefore: new Date(Date.now() - 85 * DAY_MS),
            notAfter: new Date(Date.now() + 5 * DAY_MS),
        });
        world.writeMaterial(".", { cert: endsSoon.certPem, key: endsSoon.keyPem, ca: triple.ca });
        await commit();

        setKey(endsSoon.keyPem);
        const first = await job("up");
        expect(first.exitCode, first.output).to.equal(0);
        const [firstId = ""] = world.certIds();

        const alarm = await job("watch");
        expect(alarm.exitCode, alarm.output).to.equal(1);
        expect(alarm.stderr).to.match(/^pulumi-vercel-client-cert: 1 of 1 certificate needs attention \(1 .*\)$/m);

        // A pull request that does not touch the certificates.
        const program = readFileSync(join(project.folder, "index.ts"), "utf8");
        project.writeFile("index.ts", `${program}export const harmless = "harmless";\n`);
        await commit();
        const harmless = await job("preview");
        expect(harmless.exitCode, harmless.output).to.equal(0);
        expect(harmless.stdout)
            .to.match(/\+ harmless *: "harmless"/)
            .and.match(/Resources:\n +2 unchanged/);

        // A pull request with the next certificate.
        const renewed = await mintTriple();
        world.writeMaterial(".", renewed);
        await commit();
        const rotation = await job("preview");
        expect(rotation.exitCode, rotation.output).to.equal(0);
        expect(rotation.stdout).to.match(/^The certificates change\. /m);
        const { environment } = commandsOf(workflow, "preview", repository).at(-1) ?? {};
        const blind = await project.runCommand(
            "pulumi",
            ["preview", "--stack", "prod", "--non-interactive"],
            environment,
        );
        expect(blind.exitCode, blind.output).to.not.equal(0);
        expect(blind.output).to.contain('expected the private key in the environment variable "CLIENT_KEY"');
        expect(world.countOf("upload")).to.equal(1);

        // It is merged, and the secret is the new key.
        setKey(renewed.key);
        const second = await job("up");
        expect(second.exitCode, second.output).to.equal(0);
        expect(world.certIds()).to.have.length(1).and.not.include(firstId);

        const content = await job("watch");
        expect(content.exitCode, content.output).to.equal(0);
        world.verify();
    });
});
