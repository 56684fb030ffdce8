import { expect } from "chai";
import { symlinkSync } from "node:fs";
import { delimiter, join } from "node:path";
import { describe, it } from "mocha";
import { ExampleEnvironment } from "../support/exampleEnvironment";
import { pythonEnvironment } from "../support/languageHosts";

const ORIGIN = "https://billing.example.com";

describe("the plugin, in a Python program on the real CLI", function () {
    // The first run may have to build the CLI and the host of Python programs.
    this.timeout(25 * 60_000);

    it("creates, leaves alone, rotates and destroys a certificate, and shows no key", async () => {
        const environment = await pythonEnvironment((line) => void process.stderr.write(`${line}\n`));
        const env = await ExampleEnvironment.start({ example: "python", language: "python" });
        try {
            const { project, fakeVercel } = env;
            symlinkSync(environment, join(project.folder, "venv"));
            // A host that is older than the option `virtualenv` takes the Python that is on PATH.
            const path = [join(environment, "bin"), project.environment["PATH"]].join(delimiter);
            project.setEnvironment({ PATH: path, VIRTUAL_ENV: environment });
            env.writeMaterial(".");
            await env.addStack("dev", { project: "my-site", origin: ORIGIN, "vercel-client-cert:team": "my-team" });
            await project.up();
            const { certId, fingerprint } = await project.outputs();
            expect(fakeVercel.certificates("prj_1")).to.have.lengthOf(1);
            expect(fakeVercel.certificates("prj_1")[0]).to.include({ certId, origin: ORIGIN });
            fakeVercel.clearRequests();
            await project.run(["preview", "--expect-no-changes"]);
            expect(fakeVercel.requests).to.deep.equal([]);
            env.writeMaterial(".", await env.renew());
            await project.up();
            expect((await project.outputs())["fingerprint"]).to.not.equal(fingerprint);
            expect(fakeVercel.certificates("prj_1")).to.have.lengthOf(1);
            await project.destroy();
            expect(env.allCertIds()).to.deep.equal([]);
            env.verify();
        } finally {
            await env.stop();
        }
    });
});
