import { expect } from "chai";
import { createPrivateKey } from "node:crypto";
import { afterEach, beforeEach, describe, it } from "mocha";
import { EngineEnvironment } from "../support/engineEnvironment";
import { newToken } from "../support/testEnvironment";

/** A neighbour in the provider's process changes the working directory before the certificates are looked at. */
const PROGRAM = `
const fs = require("node:fs");
const pulumi = require("@pulumi/pulumi");
const { ProjectClientCert } = require("pulumi-vercel-client-cert");

const restless = { create: async () => { process.chdir(require("node:os").tmpdir()); return { id: "restless", outs: {} }; } };
class Restless extends pulumi.dynamic.Resource {
    constructor(name) { super(restless, name, {}); }
}
const neighbour = new Restless("neighbour");

const { args, keys, absent = [] } = JSON.parse(fs.readFileSync("args.json", "utf8"));
// What an output of another stack is that does not have it.
for (const name of absent) {
    args[name] = pulumi.output(undefined);
}
keys.forEach((key, number) => {
    const origin = absent.includes("origin") ? args.origin : args.origin.replace("//", "//" + number + ".");
    new ProjectClientCert("mtls-" + number, { ...args, origin, key }, { dependsOn: neighbour });
});
`;

const PASSPHRASE = "correct horse battery staple";
const PROPERTY_OF_SECRETS = "4dabf18193072939515e22adb298388d";

describe("arguments, on the real engine", function () {
    this.timeout(10 * 60_000);

    let env: EngineEnvironment;
    beforeEach(async () => {
        env = await EngineEnvironment.start();
        env.project.setProgram(PROGRAM);
    });
    afterEach(async () => {
        await env.end();
    });

    function declare(keys: readonly unknown[], absent: readonly string[] = [], project = "site"): void {
        const args = env.args({ project, key: undefined });
        env.project.writeFile("args.json", JSON.stringify({ args, keys, absent }));
    }

    it("reads keys by a passphrase and from a command, in the folder of the start, and keeps both passphrase and key out of the state", async () => {
        const cipher = { cipher: "aes-256-cbc", passphrase: PASSPHRASE, type: "pkcs8", format: "pem" } as const;
        env.project.writeFile("encrypted.key", String(createPrivateKey(env.bundle.key).export(cipher)));
        env.project.writeFile("client.key", env.bundle.key);
        const program = 'process.stdout.write(require("node:fs").readFileSync("client.key"))';
        declare([
            { file: "encrypted.key", passphrase: PASSPHRASE },
            { file: "client.key" },
            { command: [process.execPath, "-e", program] },
        ]);
        await env.project.up(["--skip-preview"]);
        expect(env.certIds()).to.have.lengthOf(3);
        const [encrypted, , command] = await Promise.all(
            [0, 1, 2].map((number) => env.stored(`mtls-${String(number)}`)),
        );
        expect(encrypted?.inputs["key"]).to.have.property("file", "encrypted.key");
        expect(encrypted?.inputs["key"]).to.have.nested.property(`passphrase.${PROPERTY_OF_SECRETS}`);
        expect(command?.inputs["key"]).to.deep.equal({ command: [process.execPath, "-e", program] });
        expect(env.project.allText()).not.to.contain(PASSPHRASE);
    });

    it("refuses an output without a value in a preview, before any call, and says how to leave the argument out", async () => {
        declare(["unused"], ["origin", "tokenEnv", "expectedFingerprint"]);
        const { output } = await env.project.run(["preview"], { expectFailure: true });
        for (const name of ["origin", "tokenEnv", "expectedFingerprint"]) {
            expect(output).to.match(
                new RegExp(
                    `${name}: expected .*, got an output that has no value; leave ${name} out, .*\\[no-value\\]`,
                ),
            );
        }
        expect(env.operations()).to.deep.equal([]);
    });

    it("counts a team without a value as left out, and names the scope", async () => {
        // A personal account: its token is of no team.
        const token = newToken();
        env.fakeVercel.addToken(token);
        env.fakeVercel.addProject({ id: "prj_own", name: "own" });
        env.project.setEnvironment({ VERCEL_API_TOKEN: token });
        declare([env.bundle.key], ["team"], "own");
        const { output } = await env.project.up(["--skip-preview"]);
        expect(output).to.contain("team: has no value, so the certificate goes into the scope of the token");
        expect((await env.stored("mtls-0"))?.inputs).not.to.have.property("team");
        expect(env.fakeVercel.certificates("prj_own")).to.have.lengthOf(1);
    });
});
