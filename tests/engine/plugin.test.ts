import { expect } from "chai";
import { afterEach, describe, it } from "mocha";
import { join, resolve } from "node:path";
import { manifest } from "../../provider/manifest";
import { PLUGIN_TYPE } from "../../provider/registration";
import type { FakeVercelOptions } from "../vercel/fakeVercel";
import { cleanEnvironment, runProcess, type Finished } from "../support/childProcess";
import { newToken, ORIGIN } from "../support/testEnvironment";
import { YamlEnvironment } from "../support/yamlEnvironment";
import { releasePlugin } from "../tools/plugin/release";

const EXECUTABLE = resolve(__dirname, "../../provider/cli/main.js");

/** The same resource in its other form. */
const DYNAMIC_PROGRAM = `
const { ProjectClientCert } = require("pulumi-vercel-client-cert");
new ProjectClientCert("mtls", require("./args.json"));
`;
const TYPE = "vercel-client-cert:ProjectClientCert";

describe("the plugin, in a YAML program on the real CLI", function () {
    // The first run may have to build the CLI and the host of YAML programs.
    this.timeout(25 * 60_000);

    let env: YamlEnvironment;
    const start = async (options: FakeVercelOptions = {}): Promise<YamlEnvironment> => {
        env = await YamlEnvironment.start(options);
        return env;
    };
    afterEach(async () => {
        await env.end();
    });

    it("creates a certificate, leaves it alone, rotates it in place with a plan that says so, and destroys it", async () => {
        const { project, bundle, fakeVercel } = await start({ uploadPolicy: "new-id" });
        env.declareOne();
        await project.up();
        const created = await env.stored();
        expect(created?.id).to.equal(`team_1/site/${ORIGIN}`);
        expect(created?.inputs["key"]).to.have.property("ciphertext");
        expect(JSON.stringify(created?.outputs)).to.not.contain("ciphertext");

        fakeVercel.clearRequests();
        const reformatted = `# once more\n${bundle.cert}\n`.replace(/\n/g, "\r\n");
        env.declareOne({ cert: reformatted });
        await project.run(["preview", "--expect-no-changes"]);
        await project.up();
        expect(env.operations()).to.deep.equal([]);

        env.declareOne(await env.renew());
        expect((await project.preview()).output).to.match(/~ fingerprint\s*: "v1:[0-9a-f]{64}" => "v1:[0-9a-f]{64}"/);
        await project.up();
        const rotated = await env.stored();
        expect(rotated?.id).to.equal(created?.id);
        expect(env.certIds()).to.deep.equal([rotated?.outputs["certId"]]);

        await project.destroy();
        expect(env.certIds()).to.deep.equal([]);
        expect(await env.stored()).to.equal(undefined);
    });

    it("takes the key from a file or variable, and replaces on another origin", async () => {
        const { project, bundle } = await start();
        project.writeFile("client.key", bundle.key);
        env.declareOne({ key: { file: "client.key" } });
        await project.up();
        env.declareOne({ key: { env: "CLIENT_KEY" }, origin: "https://other.example.com" });
        const environment = { CLIENT_KEY: bundle.key };
        expect((await project.run(["up", "--yes", "--diff"], { environment })).output).to.match(/replaced/);
        expect(env.fakeVercel.certificates("prj_1").map(({ origin }) => origin)).to.deep.equal([
            "https://other.example.com",
        ]);
    });

    it("reports every wrong argument at once on the resource, without a call", async () => {
        const { project, bundle } = await start();
        env.declareOne({ project: "a/b", origin: "http://x.example.com", ca: bundle.key });
        const { output } = await project.run(["up", "--yes"], { expectFailure: true });
        expect(output).to.contain("project:").and.to.contain("origin:");
        expect(output).to.match(/ca: .*private key/i);
        expect(env.operations()).to.deep.equal([]);
    });

    it("warns on the resource before a certificate expires", async () => {
        const { project } = await start();
        env.declareOne({ expiryWarningDays: 400 });
        for (const { output } of [await project.preview(), await project.up(), await project.up()]) {
            expect(output)
                .to.match(/warning: cert: .*\[expires-soon\]/)
                .and.to.contain("ProjectClientCert");
        }
    });

    it("sees in a refresh that somebody replaced or removed the certificate, and puts it back", async () => {
        const { project, fakeVercel, bundle } = await start({ uploadPolicy: "new-id", keepsReplaced: false });
        env.declareOne();
        await project.up();
        const { cert } = await env.renew();
        const foreign = fakeVercel.placeCertificate("prj_1", { origin: ORIGIN, cert, ca: bundle.ca });
        expect((await project.refresh()).output).to.contain(foreign);
        expect((await env.stored())?.outputs["fingerprint"]).to.equal("");
        expect((await project.preview()).output).to.match(/\+ fingerprint/);
        await project.up();
        expect((await env.stored())?.outputs["fingerprint"]).to.match(/^v1:/);
    });

    it("adopts a certificate by the option import and by the command, and is quiet then", async () => {
        const { project, fakeVercel, bundle } = await start();
        fakeVercel.placeCertificate("prj_1", { origin: ORIGIN, ...bundle });
        const id = `team_1/site/${ORIGIN}`;
        env.declare({ mtls: { type: TYPE, properties: env.args(), options: { import: id } } });
        await project.up();
        await project.up();
        env.declareOne();
        await project.run(["preview", "--expect-no-changes"]);
        expect(env.certIds()).to.have.lengthOf(1);

        await project.run(["state", "delete", (await env.stored())?.urn ?? "", "--yes"]);
        env.declare({});
        await project.run(["import", PLUGIN_TYPE, "mtls", id, "--yes", "--generate-code=false", "--protect=false"]);
        expect((await env.stored())?.outputs["certId"]).to.equal(env.certIds()[0]);
        env.declareOne();
        await project.up();
        await project.run(["preview", "--expect-no-changes"]);
        expect(env.certIds()).to.have.lengthOf(1);
    });

    it("adopts a certificate by the file that the command line writes, which sees it in status then", async () => {
        const { project, fakeVercel, bundle } = await start();
        const certId = fakeVercel.placeCertificate("prj_1", { origin: ORIGIN, ...bundle });
        project.writeFile("client.pem", bundle.cert);
        project.writeFile("ca.pem", bundle.ca);
        const command = async (...args: readonly string[]): Promise<Finished> =>
            await runProcess(process.execPath, [EXECUTABLE, ...args], {
                cwd: project.folder,
                environment: { ...cleanEnvironment(), ...project.environment },
            });
        const which = ["site", "--team", "team_1", "--origin", ORIGIN, "--name", "mtls", "--plugin"];
        const written = await command("import", ...which, "--cert", "client.pem", "--ca", "ca.pem");
        expect(written.exitCode, written.output).to.equal(0);
        env.declare({});
        await project.run(["import", "--file", "import.json", "--generate-code=false", "--protect=false", "--yes"]);
        env.declareOne();
        await project.run(["preview", "--expect-no-changes"]);
        await project.up();
        expect((await env.stored())?.outputs).to.include({ certId });
        expect(env.operations()).to.not.include("upload");
        expect((await command("status")).stdout).to.contain(ORIGIN);
    });

    it("uses the token and team of an explicit provider for its resources", async () => {
        const { project, fakeVercel } = await start();
        const other = newToken();
        env.addTokens([other]);
        fakeVercel.addTeam({ id: "team_2", slug: "other-team" });
        fakeVercel.addToken(other, { teams: ["team_2"] });
        fakeVercel.addProject({ id: "prj_2", name: "shop", team: "team_2" });
        project.setEnvironment({ VERCEL_API_TOKEN: undefined });
        const provider = (apiToken: string, team: string): Readonly<Record<string, unknown>> => ({
            type: "pulumi:providers:vercel-client-cert",
            properties: { apiToken: { "fn::secret": apiToken }, team },
        });
        const properties = Object.fromEntries(Object.entries(env.args()).filter(([name]) => name !== "team"));
        env.declare({
            one: provider(env.token, "team_1"),
            two: provider(other, "team_2"),
            "mtls-one": { type: TYPE, properties, options: { provider: "${one}" } },
            "mtls-two": { type: TYPE, properties: { ...properties, project: "shop" }, options: { provider: "${two}" } },
        });
        await project.up();
        expect(fakeVercel.certificates("prj_1")).to.have.lengthOf(1);
        expect(fakeVercel.certificates("prj_2")).to.have.lengthOf(1);
        await project.destroy();
        expect(fakeVercel.certificates("prj_2")).to.have.lengthOf(0);
    });

    it("keeps in the state what Vercel took but does not list, and mends it by the next up", async () => {
        const { project, fakeVercel } = await start();
        // A listing that lags is waited for, half a minute or as long as there is time.
        env.declareOne({}, { customTimeouts: { create: "3s" } });
        fakeVercel.addFault({ operation: "list", kind: "body", body: `{"clientCerts":[]}`, skip: 1, times: 100 });
        expect((await project.run(["up", "--yes"], { expectFailure: true })).output).to.contain("does not list it");
        fakeVercel.clearFaults();
        expect((await env.stored())?.outputs["certId"]).to.equal(env.certIds()[0]);
        await project.up();
        expect((await env.stored())?.outputs["fingerprint"]).to.match(/^v1:/);
        expect(env.certIds()).to.have.lengthOf(1);
    });

    it("sends nothing new after customTimeouts, and keeps what a request in flight had done", async () => {
        const { project, fakeVercel } = await start();
        env.declareOne({}, { customTimeouts: { create: "2s" } });
        fakeVercel.addFault({ operation: "upload", kind: "delay", delayMs: 3000 });
        await project.run(["up", "--yes"]);
        expect(env.operations()).to.deep.equal(["list", "upload"]);
        expect((await env.stored())?.outputs["certId"]).to.equal(env.certIds()[0]);
        await project.destroy();
        expect(env.certIds()).to.deep.equal([]);
    });

    it("is replaced where replaceOnChanges wants it, also after its deletion", async () => {
        const { project } = await start();
        for (const deleteBeforeReplace of [true, false]) {
            const options = { replaceOnChanges: ["*"], deleteBeforeReplace };
            env.declareOne({ ...(await env.renew()), allowOverwrite: true }, options);
            await project.up();
            env.declareOne({ ...(await env.renew()), allowOverwrite: true }, options);
            const { output } = await project.up();
            expect(output).to.contain("replaced");
            expect(env.certIds()).to.deep.equal([(await env.stored())?.outputs["certId"]]);
        }
    });

    it("looks up a certificate by its id, and never deletes it", async () => {
        const { project, fakeVercel, bundle } = await start();
        const certId = fakeVercel.placeCertificate("prj_1", { origin: ORIGIN, ...bundle });
        env.declare(
            { looked: { type: TYPE, get: { id: `team_1/site/${ORIGIN}` } } },
            { certId: "${looked.certId}", fingerprint: "${looked.fingerprint}" },
        );
        await project.up();
        expect(await project.outputs()).to.deep.equal({ certId, fingerprint: "" });
        await project.destroy();
        expect(env.certIds()).to.deep.equal([certId]);
    });

    it("runs from the archive of a release, has a schema that is valid, and destroys what is left when the program is gone", async () => {
        const { project } = await start();
        const [archive = ""] = (await releasePlugin(join(project.folder, "release"))).filter((name) =>
            name.includes(`${process.platform}-${process.arch === "arm64" ? "arm64" : "amd64"}`),
        );
        const plugin = ["plugin", "install", "resource", "vercel-client-cert", manifest.version];
        await project.run([...plugin, "--file", join("release", archive)]);
        const schema = await project.run(["package", "get-schema", "vercel-client-cert"]);
        project.writeFile("schema.json", schema.stdout);
        await project.run(["schema", "check", "schema.json"]);
        env.declareOne({}, {}, { installed: true });
        await project.up();
        expect(env.certIds()).to.have.lengthOf(1);
        env.declare({}, {}, { installed: true });
        await project.destroy();
        expect(env.certIds()).to.deep.equal([]);
    });

    it("takes over a certificate of the dynamic resource without a call, then rotates and destroys it", async () => {
        const { project, fakeVercel } = await start();
        env.declareOne();
        project.writeFile("args.json", JSON.stringify(env.args()));
        project.writeFile("Pulumi.yaml", JSON.stringify({ name: "client-cert-test", runtime: "nodejs" }));
        project.setProgram(DYNAMIC_PROGRAM);
        await project.up();
        const [certId] = env.certIds();
        fakeVercel.clearRequests();
        env.declareOne();
        await project.run(["preview", "--expect-no-changes"]);
        await project.up();
        expect(env.operations()).to.deep.equal([]);
        expect((await env.stored())?.outputs["certId"]).to.equal(certId);
        env.declareOne(await env.renew());
        await project.up();
        expect(env.certIds()).to.have.lengthOf(1);
        await project.destroy();
        expect(env.certIds()).to.deep.equal([]);
    });
});
