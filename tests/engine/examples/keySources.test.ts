import { expect } from "chai";
import { describe, it } from "mocha";
import { ExampleEnvironment } from "../../support/exampleEnvironment";
import type { ResourceState } from "../../support/stack";

const ORIGIN = "https://billing.example.com";

describe("examples/key-sources, on the real CLI", function () {
    // The first run may have to download or build the CLI.
    this.timeout(25 * 60_000);

    it("takes the key from each place, and uploads nothing when only the place changes", async () => {
        const env = await ExampleEnvironment.start({ example: "key-sources" });
        try {
            const { project, bundle } = env;
            const storedKey = async (): Promise<unknown> =>
                ((await project.resource("ProjectClientCert")) as ResourceState).inputs["key"];

            env.writeMaterial(".");
            const files = { certFile: "client.pem", keyFile: "client.key", caFile: "ca.pem" };
            await env.addStack("dev", { project: "my-site", origin: ORIGIN, keySource: "file", ...files });
            await project.up();
            expect(await storedKey()).to.deep.equal({ file: "client.key" });

            await project.setConfig("keySource", "environment");
            await project.up(["--expect-no-changes"]);
            expect(await storedKey()).to.deep.equal({ env: "CLIENT_KEY" });
            expect(env.countOf("upload")).to.equal(1);

            // The next certificate, and its key only in the environment.
            const next = await env.renew();
            project.writeFile("client.pem", next.cert);
            project.setEnvironment({ CLIENT_KEY: next.key });
            await project.up();
            expect(env.countOf("upload")).to.equal(2);

            await project.setConfig("keySource", "config");
            await project.setConfig("clientKey", { secret: bundle.key });
            project.writeFile("client.pem", bundle.cert);
            await project.up();
            expect(await storedKey())
                .to.have.property("ciphertext")
                .that.is.a("string");
            expect(env.countOf("upload")).to.equal(3);
            expect(env.certIds()).to.deep.equal([(await project.outputs())["certId"]]);

            await project.destroy();
            expect(env.allCertIds()).to.deep.equal([]);
            env.verify();
        } finally {
            await env.stop();
        }
    });
});
