import { expect } from "chai";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { after, before, describe, it } from "mocha";
import type { StatusJson } from "../../provider/cli/commands/status/stackReport";
import { runProcess, type Finished } from "../support/childProcess";
import { EngineEnvironment } from "../support/engineEnvironment";
import { assertNoSecrets } from "../support/secretSweep";

const EXECUTABLE = resolve(__dirname, "../../provider/cli/main.js");
const DAY_MS = 86_400_000;

/** The variable would outrank the stack that the folder has selected. */
const BY_FOLDER = { environment: { PULUMI_STACK: undefined } };

describe("pulumi-vercel-client-cert status, with the real CLI", function () {
    // The first run may have to build or download the CLI.
    this.timeout(25 * 60_000);

    let env: EngineEnvironment;
    let elsewhere: string;
    const outputs: string[] = [];

    /** Without passphrase and token: neither is needed to know how long a certificate lasts. The folder says which stack. */
    const status = async (
        args: readonly string[],
        { cwd = env.project.folder, variables = {} }: { cwd?: string; variables?: NodeJS.ProcessEnv } = {},
    ): Promise<Finished> => {
        const without = { PULUMI_CONFIG_PASSPHRASE: undefined, VERCEL_API_TOKEN: undefined, PULUMI_STACK: undefined };
        const finished = await runProcess(process.execPath, [EXECUTABLE, "status", ...args], {
            cwd,
            environment: { ...env.project.environment, ...without, ...variables },
        });
        outputs.push(finished.output);
        return finished;
    };
    const origin = (name: string): string => `https://${name}.example.com`;
    const issue = async (name: string, from: number, to: number): Promise<Record<string, unknown>> => {
        const [notBefore, notAfter] = [new Date(Date.now() + from * DAY_MS), new Date(Date.now() + to * DAY_MS)];
        const { certPem, keyPem } = await env.bundle.authority.issue({ commonName: name, notBefore, notAfter });
        env.addKeys([keyPem]);
        return env.args({ origin: origin(name), cert: certPem, key: keyPem, skipValidation: true });
    };

    before(async () => {
        env = await EngineEnvironment.start();
        elsewhere = mkdtempSync(join(tmpdir(), "no-project-"));
        const { project, fakeVercel } = env;
        // Five uploads in all: a sixth would wait for a minute.
        const [fine, soon, over, renewed] = await Promise.all([
            issue("fine", -10, 80),
            issue("soon", -81, 9),
            issue("over", -80, -1),
            issue("soon", -80, 10),
        ]);
        env.declare({ resources: { fine, soon, over } });
        await project.up();
        fakeVercel.addFault({ operation: "delete", kind: "status", status: 409 });
        env.declare({ resources: { fine, soon: renewed, over } });
        await project.up();
        await project.addStack("other");
        env.declare({ resources: { twin: { ...fine, allowOverwrite: true } }, get: `team_1/site/${origin("soon")}` });
        await project.up();
        await project.addStack("empty");
    });
    after(async () => {
        rmSync(elsewhere, { recursive: true, force: true });
        await env.end();
    });

    it("says of the certificates of several stacks what is not in order, and shows nothing that is encrypted", async () => {
        const args = ["--stack", "dev", "--stack", "organization/client-cert-test/other", "--html", "status.html"];
        const { exitCode, stdout } = await status([...args, "--json"]);
        expect(exitCode).to.equal(1);
        const { certificates, stacks } = JSON.parse(stdout) as StatusJson;
        expect(stacks.map(({ name, certificates: count, problem }) => [name, count, problem])).to.deep.equal([
            ["dev", 3, null],
            ["organization/client-cert-test/other", 2, null],
        ]);
        const found = Object.fromEntries(
            certificates.map(({ name, warnings, daysLeft }) => [name, [daysLeft, ...warnings.map(({ code }) => code)]]),
        );
        expect(found).to.deep.equal({
            fine: [79, "duplicate"],
            soon: [9, "expires-soon", "stale-ids"],
            over: [-2, "expired"],
            twin: [79, "duplicate"],
            "looked-up": [null],
        });
        const stored = await env.project.run(["stack", "export", "--stack", "dev"]);
        const soon = certificates.find(({ name }) => name === "soon");
        expect(stored.stdout).to.contain(`"${soon?.staleCertIds[0] ?? "no stale id"}"`);
        const ciphertexts = [...stored.stdout.matchAll(/"ciphertext": "([^"]+)"/g)].map(([, text = ""]) => text);
        expect(ciphertexts.length).to.be.at.least(3);
        const table = await status(args);
        const page = readFileSync(join(env.project.folder, "status.html"), "utf8");
        expect(page).to.contain("<b>soon.example.com</b>");
        expect(table.output).to.match(
            /^pulumi-vercel-client-cert: 4 of 5 certificates need attention \(1 expired, 1 expires-soon, 2 duplicate, 1 stale-ids\)$/m,
        );
        const shown = [stdout, table.output, page].join("\n");
        assertNoSecrets(shown, { keys: [env.bundle.key], tokens: [env.token, ...ciphertexts] });
    });

    it("takes the stack that is selected in the folder where none is named, and a full name in any folder", async () => {
        await env.project.run(["stack", "select", "dev"], BY_FOLDER);
        const selected = await status(["--days", "0"]);
        expect(selected.stdout).to.match(/^dev +team_1\/site +https:\/\/fine\.example\.com /m);
        const full = ["--stack", "organization/client-cert-test/dev", "--days", "0"];
        expect((await status(full, { cwd: elsewhere })).stdout).to.contain("3 certificates in 1 stack, 1 in order.");
        const byFolder = await status(["--stack", "dev", "--cwd", env.project.folder, "--days", "85"], {
            cwd: elsewhere,
        });
        expect(byFolder.stdout).to.contain("3 certificates in 1 stack, 0 in order.");
    });

    it("finds every stack of the project, and of the backend, by itself, and writes metrics of them", async () => {
        const project = await status(["--all", "--json"]);
        const { certificates, stacks } = JSON.parse(project.stdout) as StatusJson;
        expect([project.exitCode, project.stderr.split("\n").length]).to.deep.equal([1, 2]);
        expect(stacks.map(({ name, problem }) => [name, problem])).to.deep.equal([
            ["dev", null],
            ["empty", null],
            ["other", null],
        ]);
        expect(certificates).to.have.lengthOf(5);
        const file = join(elsewhere, "certs.prom");
        const args = ["--all-projects", "--format", "openmetrics", "--output", file];
        expect((await status(args, { cwd: elsewhere })).exitCode).to.equal(1);
        const metrics = readFileSync(file, "utf8");
        const readable = metrics.split("\n").filter((line) => line.includes("stack_readable{"));
        expect(readable).to.deep.equal(
            ["dev", "empty", "other"].map(
                (name) => `vercel_client_cert_stack_readable{stack="organization/client-cert-test/${name}"} 1`,
            ),
        );
        expect(metrics).to.match(
            /in_order\{stack="organization\/client-cert-test\/dev",project="site",.*name="soon"\} 0\n/,
        );
        const none = await status(["--all"], { cwd: elsewhere });
        expect([none.exitCode, none.stdout]).to.deep.equal([3, ""]);
        expect(none.stderr).to.match(/^pulumi-vercel-client-cert: no Pulumi\.yaml in the folder; [^\n]+\n$/);
    });

    it("finds another certificate at the origin that a refresh has seen", async () => {
        const { project, fakeVercel, bundle } = env;
        project.select("dev");
        const foreign = fakeVercel.placeCertificate("prj_1", { ...bundle, origin: origin("over") });
        await project.refresh(["--target", (await env.stored("over"))?.urn ?? ""]);
        const { exitCode, stdout } = await status(["--stack", "dev", "--json"]);
        const { certificates } = JSON.parse(stdout) as StatusJson;
        const over = certificates.find(({ name }) => name === "over");
        expect([exitCode, over?.otherCertIds]).to.deep.equal([1, [foreign]]);
        expect(over?.warnings.map(({ code }) => code)).to.deep.equal(["expired", "other-certificate"]);
        expect(over?.warnings[1]?.message).to.contain(`${foreign} is at the origin as well`);
    });

    it("names in one line each what keeps a state from being read, and what to do", async () => {
        const noBackend = { PULUMI_BACKEND_URL: undefined, PULUMI_HOME: elsewhere, HOME: elsewhere };
        for (const [what, args, options, exitCode, expected] of [
            [
                "a missing stack",
                ["--stack", "nope"],
                {},
                3,
                /nope: no stack "nope" in this project; .*\(pulumi says: no stack named 'nope'/,
            ],
            [
                "a folder without a project",
                ["--stack", "dev"],
                { cwd: elsewhere },
                3,
                /dev: no Pulumi\.yaml in the folder; give --cwd DIR, or the stack as organization\/project\/stack/,
            ],
            [
                "no login",
                ["--stack", "dev"],
                { variables: noBackend },
                3,
                /dev: not logged in to the backend that keeps the state/,
            ],
            [
                "a backend that is gone",
                ["--stack", "dev"],
                { variables: { PULUMI_BACKEND_URL: "file:///nonexistent" } },
                3,
                /dev: pulumi stack export failed with exit code \d+; .*no such file/,
            ],
            [
                "no CLI",
                ["--stack", "dev"],
                { variables: { PATH: elsewhere } },
                3,
                /dev: there is no Pulumi CLI on PATH/,
            ],
            ["an empty stack", ["--stack", "empty"], {}, 1, /empty: the state holds no certificate of this package/],
        ] as const) {
            const finished = await status(args, options);
            expect([what, finished.exitCode], finished.output).to.deep.equal([what, exitCode]);
            expect(finished.stderr).to.match(expected);
            expect(finished.stderr.trimEnd().split("\n").length).to.equal(exitCode === 3 ? 1 : 2);
        }
        await env.project.run(["stack", "unselect"], BY_FOLDER);
        const unselected = await status([]);
        expect(unselected.stderr).to.contain("(selected): no stack is selected in the folder; name one by --stack");
        assertNoSecrets(outputs.join("\n"), { keys: [env.bundle.key], tokens: [env.token] });
    });
});
