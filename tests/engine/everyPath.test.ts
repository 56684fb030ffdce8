import { buildSync, type BuildOptions } from "esbuild";
import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readCertificateSet } from "../../provider/certificates/certificates";
import { EngineEnvironment } from "../support/engineEnvironment";
import { PROVIDER_TEXT } from "../support/providerHost";
import { ORIGIN } from "../support/testEnvironment";

/** What stands in args.json besides the resource: what goes around the constructor of `ProjectClientCert`. */
const PROGRAM = `
const fs = require("node:fs");
const pulumi = require("@pulumi/pulumi");
const { args, added = {}, options, get, neighbour, isExported } = JSON.parse(fs.readFileSync("args.json", "utf8"));
pulumi.runtime.registerStackTransformation(({ type, props, opts }) =>
    type.endsWith(":ProjectClientCert") ? { props: { ...props, ...added }, opts } : undefined);
const { ProjectClientCert } = require("pulumi-vercel-client-cert");
if (neighbour) {
    const provider = { create: async () => ({ id: "1" }), check: async (_, inputs) => {
        process.chdir(require("node:os").tmpdir());
        return { inputs };
    } };
    class Neighbour extends pulumi.dynamic.Resource {}
    new Neighbour(provider, "neighbour", {});
}
if (get) {
    exports.looked = ProjectClientCert.get("looked-up", get).certId;
} else {
    const certificate = new ProjectClientCert("mtls", args, options);
    if (isExported) exports.certificate = certificate;
}
`;

describe("whatever way a resource comes to the engine", function () {
    // The first run may have to build or download the CLI.
    this.timeout(25 * 60_000);

    let env: EngineEnvironment;
    beforeEach(async () => {
        env = await EngineEnvironment.start();
        env.project.setProgram(PROGRAM);
        env.project.setEnvironment({ PULUMI_EXPERIMENTAL: "true" });
    });
    afterEach(async () => {
        await env.end();
    });

    const declare = (declaration: Readonly<Record<string, unknown>>): void => {
        env.project.writeFile("args.json", JSON.stringify(declaration));
    };

    it("a key that a transformation gives is a secret, what it adds is heeded, and an export has no key", async () => {
        const { project, bundle } = env;
        const args = env.args();
        const comment = `# issued for billing\r\n${bundle.cert.replace(/\n/g, "\r\n")}\r\nnot a secret, but no certificate`;
        declare({
            args: { ...args, cert: comment, key: { env: "NONE" } },
            added: { key: bundle.key, expiryWarningDays: 365 },
        });
        const plan = await project.run(["preview", "--diff", "--save-plan", "plan.json"]);
        expect(plan.output).to.match(/\+?key +: \[secret\]/);
        expect(plan.output)
            .to.match(/\[expires-soon\]/)
            .and.to.match(/\[text-repaired\]/);
        const { output } = await project.up(["--plan", "plan.json"]);
        expect(messagesOf(output)).to.deep.equal(["expires-soon", "expires-soon", "text-repaired"]);
        const stored = await env.stored();
        expect(stored?.inputs["key"]).to.have.property("ciphertext");
        expect(project.allText()).to.not.contain("issued for billing");
        expect(stored?.inputs["cert"]).to.equal(readCertificateSet(bundle).canonical.cert);
        // An unchanged one is said nothing of but what is due, and nothing is uploaded for another number of days.
        env.fakeVercel.clearRequests();
        declare({
            args: { ...args, cert: comment, key: { env: "NONE" } },
            added: { key: bundle.key, expiryWarningDays: 5 },
            isExported: true,
        });
        expect((await project.preview()).output).to.contain("1 to update");
        expect(messagesOf((await project.up()).output)).to.deep.equal([]);
        const exported = JSON.parse((await project.run(["stack", "output", "--json"])).stdout) as Outputs;
        expect(Object.keys(exported.certificate)).to.include.members([
            "certId",
            "fingerprint",
            "urn",
            "id",
            "expiries",
        ]);
        expect(exported.certificate).to.not.have.any.keys("key", "cert", "ca", "expiryWarningDays", "findings");
        expect((await project.preview(["--expect-no-changes"])).output).to.contain("unchanged");
        expect(env.operations()).to.deep.equal([]);

        const [certId = "none"] = env.certIds();
        declare({ get: `team_1/site/${ORIGIN}`, added: { note: "by a transformation", expiryWarningDays: 365 } });
        expect((await project.up()).output).to.contain(certId);
    });

    it("a rotation is previewed without its key, and the plan of it holds where the key is", async () => {
        const { project, bundle } = env;
        const args = env.args({ key: { env: "CLIENT_KEY" } });
        declare({ args });
        const { output } = await project.run(["preview", "--save-plan", "plan.json"]);
        expect(output).to.match(/\(mtls\):\s+warning: key: .* not checked yet/);
        expect(output).to.contain(`"CLIENT_KEY": it is not set`);
        const refused = await project.run(["up", "--yes", "--skip-preview"], { expectFailure: true });
        expect(refused.output).to.contain(`no private key in the environment variable "CLIENT_KEY"`);
        expect(env.operations()).to.deep.equal([]);
        project.setEnvironment({ CLIENT_KEY: bundle.key });
        await project.up(["--plan", "plan.json"]);
        expect(env.certIds()).to.have.lengthOf(1);
        expect((await project.preview(["--expect-no-changes"])).output).to.not.contain("not checked yet");
    });

    it("after an import by its public inputs, what ignoreChanges holds back is what is in place", async () => {
        const { project, fakeVercel, bundle } = env;
        const { cert, ca } = bundle;
        const certId = fakeVercel.placeCertificate("prj_1", { origin: ORIGIN, cert, ca });
        const { fingerprint } = readCertificateSet(bundle).value ?? {};
        const owner = { __provider: PROVIDER_TEXT, project: "site", team: "team_1", origin: ORIGIN };
        const resource = {
            type: "pulumi-nodejs:dynamic/vercel:ProjectClientCert",
            name: "mtls",
            id: `team_1/site/${ORIGIN}`,
            inputs: { ...owner, cert, ca, fingerprint },
            outputs: { ...owner, certId, fingerprint },
        };
        project.writeFile("import.json", JSON.stringify({ resources: [resource] }));
        await project.run(["import", "--file", "import.json", "--generate-code=false", "--protect=false", "--yes"]);
        declare({ args: env.args(await env.renew()), options: { ignoreChanges: ["cert", "ca"] } });
        await project.preview(["--expect-no-changes"]);
        await project.up();
        expect(env.operations()).to.not.include("upload");
        await project.destroy();
        expect(env.certIds()).to.deep.equal([]);
    });

    it("a key file is looked for in the program's folder, wherever a neighbour in the process has gone", async () => {
        env.project.writeFile("client.key", env.bundle.key);
        declare({ args: env.args({ key: { file: "client.key" } }), neighbour: true });
        await env.project.up();
        expect(env.certIds()).to.have.lengthOf(1);
    });

    it("a bundled program says the same, and does not need the package's files beside it", async () => {
        const { project } = env;
        declare({ args: env.args(), added: { expiryWarningDays: 365 } });
        const bundle: BuildOptions = { bundle: true, platform: "node", external: ["@pulumi/*"] };
        const file = join(project.folder, "index.js");
        buildSync({ ...bundle, entryPoints: [file], outfile: join(project.folder, "bundle.js"), logLevel: "error" });
        project.setProgram(readFileSync(join(project.folder, "bundle.js"), "utf8"));
        expect(messagesOf((await project.up()).output)).to.deep.equal(["expires-soon", "expires-soon"]);
        expect((await project.preview(["--expect-no-changes"])).output).to.contain("[expires-soon]");
    });
});

interface Outputs {
    readonly certificate: Readonly<Record<string, unknown>>;
}

/** The codes under the name of the resource, as the CLI repeats them at the end of a run. */
function messagesOf(output: string): string[] {
    const [, section = ""] = output.slice(output.lastIndexOf("Diagnostics:")).split(/\(mtls\):\n/);
    const [own = ""] = section.split(/\n\s*\n(?! {4})/);
    return [...own.matchAll(/\[([a-z0-9-]+)\]$/gm)].map(([, code]) => String(code)).sort();
}
