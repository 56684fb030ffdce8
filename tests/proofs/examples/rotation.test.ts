import { expect } from "chai";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { DemandingOrigin } from "../../support/demandingOrigin";
import { ExampleWorld } from "../../support/exampleWorld";
import { mintTriple, type Triple } from "../../support/mint";
import { readExampleReadme, shellBlocks, type ShellBlocks } from "../../support/readme";

/** The steps are run as the README has them; only the names at its beginning get the values of this test. */
describe("examples/rotation, as its README has it", function () {
    // The first run may have to download or build the CLI.
    this.timeout(25 * 60_000);

    const blocks: ShellBlocks = shellBlocks(readExampleReadme("rotation"));
    const done: string[] = [];
    let world: ExampleWorld;
    let origin: DemandingOrigin;
    let next: Triple;
    let names: Record<string, string>;

    before(async () => {
        world = await ExampleWorld.start({ example: "rotation" });
        next = await mintTriple();
        origin = await DemandingOrigin.start([world.triple.ca]);
        world.writeMaterial("2026-03");
        world.writeMaterial("2026-09", next);
        world.project.writeFile("servers.pem", origin.serverCa);
        names = { VERCEL_API_TOKEN: world.token, PROJECT: "my-site", TEAM: "my-team", ORIGIN: origin.url };
        world.project.setEnvironment({ NODE_EXTRA_CA_CERTS: join(world.project.folder, "servers.pem") });
    });
    after(async () => {
        await origin.stop();
        await world.stop();
    });

    /** Runs the blocks under a heading, and returns what they print; the last one ends with this exit code. */
    const step = async (heading: string, exitCodes: readonly number[] = [0]): Promise<string> => {
        const scripts = blocks.get(heading) ?? [];
        expect(scripts.length, `blocks under ${heading}`).to.equal(exitCodes.length);
        done.push(heading);
        let printed = "";
        for (const [index, script] of scripts.entries()) {
            const { exitCode, output } = await world.project.runCommand("bash", ["-e", "-c", script], names);
            expect(exitCode, output).to.equal(exitCodes[index]);
            printed += output;
        }
        return printed;
    };
    const leafInPlace = async (): Promise<unknown> => (await world.project.outputs())["certFingerprint"];

    it("asks for the names that the steps use, and for no others", () => {
        const [given = ""] = blocks.get("Names") ?? [];
        const asked = given.split("\n").map((line) => /^export ([A-Z_]+)=/.exec(line)?.[1]);
        expect(asked).to.have.members(Object.keys(names));
        done.push("Names");
    });

    it("rotates, goes back, rotates again and retires, by its own commands", async () => {
        await step("The first certificate");
        const [first = ""] = world.certIds();
        const oldLeaf = await leafInPlace();

        expect(await step("2. Look at the files")).to.contain("Nothing is wrong with it.");
        // Without the overlap of step 1, the next step says so.
        expect(await step("3. Ask the origin", [1])).to.match(/verdict +rejected/);
        origin.trust([world.triple.ca, next.ca]);
        expect(await step("3. Ask the origin")).to.match(/verdict +accepted/);
        const preview = await step("4. Preview");
        expect(preview).to.match(/~ certFingerprint: "[0-9a-f]{64}" => "[0-9a-f]{64}"/);
        expect(world.certIds()).to.deep.equal([first]);
        await step("5. Rotate");
        const [second = ""] = world.certIds();
        const newLeaf = await leafInPlace();
        expect(second).to.not.equal(first);
        expect(newLeaf).to.not.equal(oldLeaf);
        const check = await step("6. Check");
        expect(check).to.contain(`${origin.url}  ${second}`).and.contain(`\n${second}\n`).and.contain("[]");

        await step("Go back");
        expect(await leafInPlace()).to.equal(oldLeaf);
        await step("4. Preview");
        await step("5. Rotate");
        expect(await leafInPlace()).to.equal(newLeaf);

        origin.trust([next.ca]);
        expect(await step("7. Retire", [1, 0])).to.match(/verdict +rejected/);
        expect(existsSync(join(world.project.folder, "2026-03", "client.key"))).to.equal(false);
        expect(world.certIds()).to.have.length(1);
        await world.project.destroy();
        expect(world.allCertIds()).to.deep.equal([]);
        world.verify();
    });

    it("has no step that was not run", () => {
        expect([...blocks.keys()].filter((heading) => !done.includes(heading))).to.deep.equal([]);
    });
});
