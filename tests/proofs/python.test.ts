import { expect } from "chai";
import { symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, it } from "mocha";
import { ExampleWorld } from "../support/exampleWorld";
import { pythonEnvironment } from "../support/languageHosts";

const ORIGIN = "https://billing.example.com";

describe("the plugin, in a Python program on the real CLI", function () {
    // The first run may have to build the CLI and the host of Python programs.
    this.timeout(25 * 60_000);

    it("creates, leaves alone, rotates and destroys a certificate, and shows no key", async () => {
        const environment = await pythonEnvironment((line) => void process.stderr.write(`${line}\n`));
        const world = await ExampleWorld.start({ example: "python", language: "python" });
        try {
            const { project, standIn } = world;
            symlinkSync(environment, join(project.folder, "venv"));
            // A host that is older than the option `virtualenv` takes the Python that is on PATH.
            const path = [join(environment, "bin"), project.environment["PATH"]].join(delimiter);
            project.setEnvironment({ PATH: path, VIRTUAL_ENV: environment });
            world.writeMaterial(".");
            await world.addStack("dev", { project: "my-site", origin: ORIGIN, "vercel-client-cert:team": "my-team" });
            await project.up();
            const { certId, fingerprint } = await project.outputs();
            expect(standIn.certificates("prj_1")).to.have.lengthOf(1);
            expect(standIn.certificates("prj_1")[0]).to.include({ certId, origin: ORIGIN });
            standIn.clearRequests();
            await project.run(["preview", "--expect-no-changes"]);
            expect(standIn.requests).to.deep.equal([]);
            world.writeMaterial(".", await world.renew());
            await project.up();
            expect((await project.outputs())["fingerprint"]).to.not.equal(fingerprint);
            expect(standIn.certificates("prj_1")).to.have.lengthOf(1);
            await project.destroy();
            expect(world.allCertIds()).to.deep.equal([]);
            world.verify();
        } finally {
            await world.stop();
        }
    });
});
