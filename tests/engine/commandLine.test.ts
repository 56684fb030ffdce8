import { expect } from "chai";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { cleanEnvironment, runProcess, type Finished } from "../support/childProcess";
import { EngineWorld } from "../support/engineWorld";
import { assertNoSecrets } from "../support/secretSweep";
import { ORIGIN } from "../support/world";

const EXECUTABLE = resolve(__dirname, "../../provider/bin/main.js");

const GATEWAY = ["my:mtls:Gateway", "main"] as const;
const CLIENT = ["my:mtls:Client", "main"] as const;

describe("pulumi-vercel-client-cert import, with the real CLI", function () {
    // The first run may have to build or download the CLI.
    this.timeout(25 * 60_000);

    let world: EngineWorld;
    beforeEach(async () => {
        world = await EngineWorld.start();
    });
    afterEach(async () => {
        try {
            world.verify();
        } finally {
            await world.stop();
        }
    });

    const command = async (...args: readonly string[]): Promise<Finished> => {
        const environment = {
            ...cleanEnvironment(),
            VERCEL_API_URL: world.standIn.url,
            VERCEL_API_TOKEN: world.token,
        };
        const finished = await runProcess(process.execPath, [EXECUTABLE, ...args], {
            cwd: world.project.folder,
            environment,
        });
        assertNoSecrets(finished.output, { keys: [world.triple.key], tokens: [world.token] });
        expect(finished.exitCode, finished.output).to.equal(0);
        return finished;
    };

    const importing = ["import", "--file", "import.json", "--generate-code=false", "--protect=false", "--yes"];
    /** A certificate that somebody else uploaded, and its files. */
    const place = (origin: string | undefined): string => {
        const { project, standIn, triple } = world;
        project.writeFile("client.pem", triple.cert);
        project.writeFile("ca.pem", triple.ca);
        return standIn.placeCertificate("prj_1", { ...(origin === undefined ? {} : { origin }), ...triple });
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
            const { project, triple } = world;
            const certId = place(origin);
            if (isThere) {
                world.declare({ components });
                await project.up();
            }
            const parents = components.flatMap(([type, name]) => ["--parent", `${type}=${name}`]);
            const { stdout } = await writeImport(origin, ...parents);
            expect(stdout).to.contain("pulumi import --file import.json --generate-code=false --protect=false\n");
            assertNoSecrets(readFileSync(join(project.folder, "import.json"), "utf8"), {
                keys: [triple.key],
                tokens: [world.token],
            });

            await project.run(importing);
            world.declare({ components, resources: { mtls: world.args({ origin }) } });
            await project.run(["preview", "--expect-no-changes"]);
            await project.up();
            expect(await world.stored()).to.include({ id: `team_1/site/${suffix}` });
            const imported = (await world.stored())?.outputs;
            expect(imported).to.include({ certId, project: "site", team: "team_1", uploadedAt: "" });
            expect(world.operations()).to.not.include("upload");
            expect((await command("list", "site", "--team", "team_1")).stdout).to.contain(certId);

            world.declare({ components, resources: { mtls: world.args({ origin, ...(await world.renew()) }) } });
            await project.up();
            const rotated = (await world.stored())?.outputs;
            expect(rotated?.["certId"]).to.equal(world.certIds()[0]);
            // A program may use any output, so an import leaves none out; what a write had to say is none.
            const { findings, ...outputs } = rotated ?? {};
            expect(findings).to.be.an("object");
            expect(Object.keys(imported ?? {}).sort()).to.deep.equal(Object.keys(outputs).sort());
            await project.destroy();
            expect(world.certIds()).to.deep.equal([]);
        });
    }

    it("adopts a certificate so that ignoreChanges keeps it, whatever the program declares", async () => {
        const certId = place(ORIGIN);
        await writeImport(ORIGIN);
        await world.project.run(importing);
        const { cert } = await world.renew();
        world.declare({
            resources: { mtls: world.args({ cert, ca: cert }) },
            options: { mtls: { ignoreChanges: ["cert", "ca"] } },
        });
        await world.project.run(["preview", "--expect-no-changes"]);
        await world.project.up();
        expect((await world.stored())?.outputs).to.include({ certId });
        expect(world.operations()).to.not.include("upload");
    });
});
