import { expect } from "chai";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { DemandingOrigin } from "../../support/demandingOrigin";
import { ExampleEnvironment } from "../../support/exampleEnvironment";
import { mintBundle, type CertificateBundle } from "../../support/mint";
import { readExampleReadme, shellBlocks, type ShellBlocks } from "../../support/readme";

/** The steps are run as the README has them; only the names at its beginning get the values of this test. */
describe("examples/rotation, as its README has it", function () {
    // The first run may have to download or build the CLI.
    this.timeout(25 * 60_000);

    const blocks: ShellBlocks = shellBlocks(readExampleReadme("rotation"));
    const done: string[] = [];
    let env: ExampleEnvironment;
    let origin: DemandingOrigin;
    let next: CertificateBundle;
    let names: Record<string, string>;

    before(async () => {
        env = await ExampleEnvironment.start({ example: "rotation" });
        next = await mintBundle();
        origin = await DemandingOrigin.start([env.bundle.ca]);
        env.writeMaterial("2026-03");
        env.writeMaterial("2026-09", next);
        env.project.writeFile("servers.pem", origin.serverCa);
        names = { VERCEL_API_TOKEN: env.token, PROJECT: "my-site", TEAM: "my-team", ORIGIN: origin.url };
        env.project.setEnvironment({ NODE_EXTRA_CA_CERTS: join(env.project.folder, "servers.pem") });
    });
    after(async () => {
        await origin.stop();
        await env.stop();
    });

    /** Runs the blocks under a heading, and returns what they print; the last one ends with this exit code. */
    const step = async (heading: string, exitCodes: readonly number[] = [0]): Promise<string> => {
        const scripts = blocks.get(heading) ?? [];
        expect(scripts.length, `blocks under ${heading}`).to.equal(exitCodes.length);
        done.push(heading);
        let printed = "";
        for (const [index, script] of scripts.entries()) {
            const { exitCode, output } = await env.project.runCommand("bash", ["-e", "-c", script], names);
            expect(exitCode, output).to.equal(exitCodes[index]);
            printed += output;
        }
        return printed;
    };
    const leafInPlace = async (): Promise<unknown> => (await env.project.outputs())["certFingerprint"];

    it("asks for the names that the steps use, and for no others", () => {
        const [given = ""] = blocks.get("Names") ?? [];
        const asked = given.split("\n").map((line) => /^export ([A-Z_]+)=/.exec(line)?.[1]);
        expect(asked).to.have.members(Object.keys(names));
        done.push("Names");
    });

    it("rotates, goes back, rotates again and retires, by its own commands", async () => {
        await step("The first certificate");
        const [first = ""] = env.certIds();
        const oldLeaf = await leafInPlace();

        expect(await step("2. Look at the files")).to.contain("Nothing is wrong with it.");
        // Without the overlap of step 1, the next step says so.
        expect(await step("3. Ask the origin", [1])).to.match(/verdict +rejected/);
        origin.trust([env.bundle.ca, next.ca]);
        expect(await step("3. Ask the origin")).to.match(/verdict +accepted/);
        const preview = await step("4. Preview");
        expect(preview).to.match(/~ certFingerprint: "[0-9a-f]{64}" => "[0-9a-f]{64}"/);
        expect(env.certIds()).to.deep.equal([first]);
        await step("5. Rotate");
        const [second = ""] = env.certIds();
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
        expect(existsSync(join(env.project.folder, "2026-03", "client.key"))).to.equal(false);
        expect(env.certIds()).to.have.length(1);
        await env.project.destroy();
        expect(env.allCertIds()).to.deep.equal([]);
        env.verify();
    });

    it("has no step that was not run", () => {
        expect([...blocks.keys()].filter((heading) => !done.includes(heading))).to.deep.equal([]);
    });
});
