import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { cleanEnvironment, runProcess, type Finished } from "../support/childProcess";
import { EngineEnvironment } from "../support/engineEnvironment";
import { assertNoSecrets } from "../support/secretSweep";
import { ORIGIN } from "../support/testEnvironment";

const EXECUTABLE = resolve(__dirname, "../../provider/cli/main.js");

const GATEWAY = ["my:mtls:Gateway", "main"] as const;
const CLIENT = ["my:mtls:Client", "main"] as const;

describe("pulumi-vercel-client-cert import, with the real CLI", function () {
    // The first run may have to build or download the CLI.
    this.timeout(25 * 60_000);

    let env: EngineEnvironment;
    beforeEach(async () => {
        env = await EngineEnvironment.start();
    });
    afterEach(async () => {
        await env.end();
    });

    const command = async (...args: readonly string[]): Promise<Finished> => {
        const environment = {
            ...cleanEnvironment(),
            VERCEL_API_URL: env.fakeVercel.url,
            VERCEL_API_TOKEN: env.token,
        };
        const finished = await runProcess(process.execPath, [EXECUTABLE, ...args], {
            cwd: env.project.folder,
            environment,
        });
        assertNoSecrets(finished.output, { keys: [env.bundle.key], tokens: [env.token] });
        expect(finished.exitCode, finished.output).to.equal(0);
        return finished;
    };

    const importing = ["import", "--file", "import.json", "--generate-code=false", "--protect=false", "--yes"];
    /** A certificate that somebody else uploaded, and its files. */
    const place = (origin: string | undefined): string => {
        const { project, fakeVercel, bundle } = env;
        project.writeFile("client.pem", bundle.cert);
        project.writeFile("ca.pem", bundle.ca);
        return fakeVercel.placeCertificate("prj_1", { ...(origin === undefined ? {} : { origin }), ...bundle });
    };
    const writeImport = async (origin: string | undefined, ...more: readonly string[]): Promise<Finished> => {
        const about = origin === undefined ? [] : ["--origin", origin];
        const files = ["--cert", "client.pem", "--ca", "ca.pem", "--name", "mtls"];
        return await command("import", "site", "--team", "team_1", ...about, ...files, ...more);
    };

    for (const [what, origin, suffix, components, isThere] of [
        ["for an origin", ORIGIN, ORIGIN, [], false],
        ["for the whole project, in nested components", undefined, "*", [GATEWAY, CLIENT], false],
        ["in a component that is there already", ORIGIN, ORIGIN, [GATEWAY], true],
    ] as const) {
        it(`adopts a certificate ${what} that somebody else uploaded, to a preview without changes and no upload`, async () => {
            const { project, bundle } = env;
            const certId = place(origin);
            if (isThere) {
                env.declare({ components });
                await project.up();
            }
            const parents = components.flatMap(([type, name]) => ["--parent", `${type}=${name}`]);
            const { stdout } = await writeImport(origin, ...parents);
            expect(stdout).to.contain("pulumi import --file import.json --generate-code=false --protect=false\n");
            assertNoSecrets(readFileSync(join(project.folder, "import.json"), "utf8"), {
                keys: [bundle.key],
                tokens: [env.token],
            });

            await project.run(importing);
            env.declare({ components, resources: { mtls: env.args({ origin }) } });
            await project.run(["preview", "--expect-no-changes"]);
            await project.up();
            expect(await env.stored()).to.include({ id: `team_1/site/${suffix}` });
            const imported = (await env.stored())?.outputs;
            expect(imported).to.include({ certId, project: "site", team: "team_1", uploadedAt: "" });
            expect(env.operations()).to.not.include("upload");
            expect((await command("list", "site", "--team", "team_1")).stdout).to.contain(certId);

            env.declare({ components, resources: { mtls: env.args({ origin, ...(await env.renew()) }) } });
            await project.up();
            const rotated = (await env.stored())?.outputs;
            expect(rotated?.["certId"]).to.equal(env.certIds()[0]);
            // A program may use any output, so an import leaves none out; what a write had to say is none.
            const { findings, ...outputs } = rotated ?? {};
            expect(findings).to.be.an("object");
            expect(Object.keys(imported ?? {}).sort()).to.deep.equal(Object.keys(outputs).sort());
            await project.destroy();
            expect(env.certIds()).to.deep.equal([]);
        });
    }

    it("adopts a certificate so that ignoreChanges keeps it, whatever the program declares", async () => {
        const certId = place(ORIGIN);
        await writeImport(ORIGIN);
        await env.project.run(importing);
        const { cert } = await env.renew();
        env.declare({
            resources: { mtls: env.args({ cert, ca: cert }) },
            options: { mtls: { ignoreChanges: ["cert", "ca"] } },
        });
        await env.project.run(["preview", "--expect-no-changes"]);
        await env.project.up();
        expect((await env.stored())?.outputs).to.include({ certId });
        expect(env.operations()).to.not.include("upload");
    });
});
