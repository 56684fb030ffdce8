import { expect } from "chai";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "mocha";
import { runExampleProgram } from "../../support/exampleProgram";
import { ORIGIN, TestEnvironment } from "../../support/testEnvironment";

const PROJECT = "vercel:index/project:Project";
const CERTIFICATE = "pulumi-nodejs:dynamic/vercel:ProjectClientCert";

describe("examples/with-vercel-provider, with mocks for the other provider", () => {
    it("gives the certificate to the project and team that the same program declares", async () => {
        const folder = mkdtempSync(join(tmpdir(), "with-vercel-"));
        const env = await TestEnvironment.start({ folder });
        try {
            const { cert, key, ca } = env.bundle;
            writeFileSync(join(folder, "client.pem"), cert);
            writeFileSync(join(folder, "client.key"), key);
            writeFileSync(join(folder, "ca.pem"), ca);
            const { registered, outputs } = await runExampleProgram({
                example: "with-vercel-provider",
                config: {
                    ...{ project: "site", team: "team_1", origin: ORIGIN },
                    ...{ certFile: join(folder, "client.pem"), keyFile: "client.key", caFile: join(folder, "ca.pem") },
                },
                answer: async ({ type, inputs }) => {
                    if (type === PROJECT) {
                        return { id: "prj_1", state: { name: inputs["name"], teamId: inputs["teamId"] } };
                    }
                    const checked = await env.provider.check({}, inputs);
                    expect(checked.failures).to.deep.equal([]);
                    const { id, outs } = await env.provider.create(checked.inputs);
                    return { id, state: outs };
                },
            });
            expect(registered.map(({ type }) => type)).to.deep.equal([PROJECT, CERTIFICATE]);
            const certificate = registered.find(({ type }) => type === CERTIFICATE);
            expect(certificate?.inputs).to.include({ project: "prj_1", team: "team_1" });
            expect(certificate?.deletedWith).to.match(/::vercel:index\/project:Project::site$/);
            const [entry] = env.fakeVercel.certificates("prj_1");
            expect(outputs).to.deep.equal({ projectId: "prj_1", certId: entry?.certId });
            env.verify(certificate, outputs);
        } finally {
            await env.stop();
            rmSync(folder, { recursive: true });
        }
    });
});
