import { expect } from "chai";
import { describe, it } from "mocha";
import type { LanguageHost } from "../../support/languageHosts";
import { ExampleEnvironment } from "../../support/exampleEnvironment";
import type { ResourceState } from "../../support/stack";

const BILLING = "https://billing.example.com";
const LEDGER = "https://ledger.example.com:8443";

const FILES = { certFile: "client.pem", keyFile: "client.key", caFile: "ca.pem" };
const ONE_CERTIFICATE = { project: "my-site", origin: BILLING, ...FILES };
const ORIGINS = JSON.stringify({ billing: BILLING, ledger: LEDGER });

interface Ran {
    readonly outputs: Record<string, unknown>;
    readonly resources: readonly ResourceState[];
    readonly env: ExampleEnvironment;
}

interface Program {
    readonly example: string;
    readonly gives: string;
    readonly projects?: readonly string[];
    readonly language?: LanguageHost;
    readonly config: Readonly<Record<string, string>>;
    /** The folders with certificates of their own. */
    readonly folders?: readonly string[];
    readonly check: (ran: Ran) => void;
}

function checkOne({ outputs, env }: Ran): void {
    expect(env.fakeVercel.certificates("prj_1")).to.have.length(1);
    expect(env.fakeVercel.certificates("prj_1")[0]).to.include({ certId: outputs["certId"], origin: BILLING });
    expect(outputs["fingerprint"]).to.match(/^v1:[0-9a-f]{64}$/);
    expect(Date.parse(String(outputs["notAfter"]))).to.be.greaterThan(Date.now());
}

/** By origin. */
function certIdsAt(env: ExampleEnvironment): Record<string, string> {
    const entries = env.fakeVercel.certificates("prj_1");
    return Object.fromEntries(entries.map(({ origin, certId }) => [String(origin), certId]));
}

const PROGRAMS: readonly Program[] = [
    { example: "quickstart", gives: "the certificate of an origin", config: ONE_CERTIFICATE, check: checkOne },
    { example: "javascript", gives: "the certificate, without TypeScript", config: ONE_CERTIFICATE, check: checkOne },
    { example: "esm", gives: "the certificate, as an ES module", config: ONE_CERTIFICATE, check: checkOne },
    {
        example: "yaml",
        gives: "the certificate, by the plugin",
        language: "yaml",
        config: { project: "my-site", origin: BILLING, "vercel-client-cert:team": "my-team" },
        check: checkOne,
    },
    {
        example: "many-projects",
        gives: "every project its certificate",
        projects: ["my-shop", "my-docs"],
        config: { projects: JSON.stringify(["my-shop", "my-docs"]), origin: BILLING, ...FILES },
        check: ({ outputs, env }) => {
            const [shop, docs] = [env.certIds("prj_1"), env.certIds("prj_2")];
            expect([shop.length, docs.length]).to.deep.equal([1, 1]);
            expect(outputs["certIds"]).to.deep.equal({ "my-shop": shop[0], "my-docs": docs[0] });
        },
    },
    {
        example: "per-origin",
        gives: "every origin a certificate of its own",
        config: { project: "my-site", origins: ORIGINS },
        folders: ["billing", "ledger"],
        check: ({ outputs, resources, env }) => {
            const certificates = outputs["certificates"] as Record<string, { certId: string }>;
            const at = certIdsAt(env);
            expect(Object.keys(at)).to.have.members([BILLING, LEDGER]);
            expect(certificates["billing"]?.certId).to.equal(at[BILLING]);
            expect(certificates["ledger"]?.certId).to.equal(at[LEDGER]);
            const leaves = resources.flatMap(({ outputs: { certFingerprint } }) => certFingerprint ?? []);
            expect(new Set(leaves).size).to.equal(2);
        },
    },
    {
        example: "component",
        gives: "a component whose outputs and children are its own",
        config: { project: "my-site", origins: ORIGINS, folder: "partners" },
        folders: ["partners"],
        check: ({ outputs, resources, env }) => {
            const component = resources.find(({ type }) => type === "example:index:MutualTls");
            const children = resources.filter(({ parent }) => parent === component?.urn);
            expect(children.map(({ id }) => id)).to.have.members([BILLING, LEDGER].map((o) => `my-team/my-site/${o}`));
            const at = certIdsAt(env);
            expect(outputs["certIds"]).to.deep.equal({ billing: at[BILLING], ledger: at[LEDGER] });
            expect(component?.outputs).to.deep.equal(outputs);
        },
    },
];

describe("examples, on the real CLI", function () {
    // The first run may have to download or build the CLI.
    this.timeout(25 * 60_000);

    for (const { example, gives, projects, language, config, folders = ["."], check } of PROGRAMS) {
        it(`${example} gives ${gives}, leaves it alone, and takes it away`, async () => {
            const env = await ExampleEnvironment.start({
                example,
                ...(projects === undefined ? {} : { projects }),
                ...(language === undefined ? {} : { language }),
            });
            try {
                const { project } = env;
                for (const [index, folder] of folders.entries()) {
                    env.writeMaterial(folder, index === 0 ? env.bundle : await env.renew());
                }
                await env.addStack("dev", config);
                await project.up();
                const { deployment } = await project.state();
                check({ outputs: await project.outputs(), resources: deployment.resources, env });
                await project.run(["preview", "--expect-no-changes"]);
                await project.destroy();
                expect(env.allCertIds()).to.deep.equal([]);
                env.verify();
            } finally {
                await env.stop();
            }
        });
    }
});
