import { expect } from "chai";
import { existsSync } from "node:fs";
import { after, before, describe, it } from "mocha";
import { findPulumiCli } from "../support/pulumiCli";
import { PulumiProject } from "../support/stack";
import { failureOf } from "../support/testEnvironment";

const PROGRAM = `
const fs = require("node:fs");
const pulumi = require("@pulumi/pulumi");

class Trivial extends pulumi.dynamic.Resource {
    constructor(name, props) {
        super({ create: async (inputs) => ({ id: "trivial-1", outs: inputs }) }, name, { text: undefined, ...props });
    }
}
const config = new pulumi.Config();
const trivial = new Trivial("only", { text: fs.readFileSync("text.txt", "utf8") });
exports.text = trivial.text;
exports.greeting = config.require("greeting");
exports.secretLength = config.requireSecret("password").apply((password) => password.length);
exports.token = process.env.VERCEL_TOKEN ?? "none";
exports.given = process.env.GIVEN;
`;

const BROKEN = `
const pulumi = require("@pulumi/pulumi");
const check = async () => ({ failures: [{ property: "", reason: "broken on purpose" }] });
new pulumi.dynamic.Resource({ check, create: async () => ({ id: "never" }) }, "broken", {});
`;

describe("the harness around the real CLI", function () {
    // The first run may have to download or build the CLI.
    this.timeout(25 * 60_000);

    const password = "correct horse battery staple";
    let project: PulumiProject;
    before(async () => {
        const own = process.env["VERCEL_TOKEN"];
        process.env["VERCEL_TOKEN"] = "of-the-owner";
        project = await PulumiProject.create({
            cli: await findPulumiCli({ log: (line) => process.stderr.write(`${line}\n`) }),
            program: PROGRAM,
            environment: { GIVEN: "given" },
            config: { greeting: "hello -- there", password: { secret: password } },
            files: { "text.txt": "first" },
        });
        if (own === undefined) {
            delete process.env["VERCEL_TOKEN"];
        } else {
            process.env["VERCEL_TOKEN"] = own;
        }
    });
    after(async () => {
        await project.dispose();
        expect(existsSync(project.folder), "the folder after dispose").to.equal(false);
    });

    it("runs a dynamic resource through up and destroy, apart from the machine's own settings", async () => {
        await project.up();
        expect(await project.outputs()).to.deep.include({
            text: "first",
            greeting: "hello -- there",
            token: "none",
            given: "given",
        });
        const trivial = await project.resource("pulumi-nodejs:dynamic");
        expect(trivial).to.deep.include({ id: "trivial-1", custom: true });
        expect(trivial?.outputs["text"]).to.equal("first");
        expect(project.allText()).to.contain("trivial-1").and.to.not.contain(password);

        await project.destroy();
        expect(await project.resource("pulumi-nodejs:dynamic")).to.equal(undefined);
    });

    it("reports a failure with all that was printed, and a success where a failure was expected", async () => {
        // A program that throws would do, but the SDK takes half a minute to end then.
        project.setProgram(BROKEN);
        const failure = await failureOf(project.preview());
        expect(failure.message).to.contain("expected success, got exit code").and.to.contain("broken on purpose");
        const error = await failureOf(project.run(["stack", "ls"], { expectFailure: true }));
        expect(error.message).to.contain("expected a failure");
    });
});
