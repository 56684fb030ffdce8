import { expect } from "chai";
import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { describe, it } from "mocha";
import { mintBundle } from "../support/mint";
import { newToken } from "../support/testEnvironment";

const DIST = resolve(__dirname, "../../provider");

/** `import()` finds nothing, and `require` everything, as after `node --require .pnp.cjs`. */
const HOOK = `data:text/javascript,${encodeURIComponent(`
export async function resolve(name, context, next) {
    if (context.parentURL?.startsWith(${JSON.stringify(`file://${DIST}`)})) throw new Error("import() finds no " + name);
    return next(name, context);
}`)}`;

const SET_UP = `
require("node:module").register(${JSON.stringify(HOOK)});
process.on("unhandledRejection", (error) => { console.log(error.message); process.exit(1); });
const args = JSON.parse(process.env.ARGS);
`;

const PROVIDER = `${SET_UP}
const provider = require(${JSON.stringify(`${DIST}/v1.js`)});
provider.check({}, args).then(({ inputs }) => provider.create(inputs)).catch((error) => console.log(error.message));
`;

const PROGRAM = `${SET_UP}
const pulumi = require("@pulumi/pulumi");
const past = "2020-01-01T00:00:00.000Z";
const outputs = { subject: "CN=client", notBefore: past, notAfter: past };
pulumi.runtime.setMocks({ newResource: ({ inputs }) => ({ id: "id", state: { ...inputs, ...outputs } }), call: () => ({}) });
pulumi.log.warn = async (text) => console.log(text);
const { ProjectClientCert } = require(${JSON.stringify(`${DIST}/index.js`)});
new ProjectClientCert("mtls", args);
`;

async function shownBy(script: string): Promise<string> {
    const { cert, key, ca } = await mintBundle();
    const args = JSON.stringify({ project: "site", origin: "https://billing.example.com", cert, key, ca });
    // Nothing listens on port 1, so a call that is made at all is refused.
    const variables = { VERCEL_API_URL: "http://127.0.0.1:1", VERCEL_API_TOKEN: newToken(), ARGS: args };
    const run = promisify(execFile)(process.execPath, ["-e", script], { env: { ...process.env, ...variables } });
    const { stdout } = await run.catch((error: unknown) => error as { stdout: string });
    return stdout.trim();
}

describe("under Yarn Plug'n'Play", function () {
    this.timeout(120_000);

    it("the provider gets as far as the network", async () => {
        expect(await shownBy(PROVIDER)).to.contain("ECONNREFUSED");
    });

    it("the program judges its certificates", async () => {
        expect(await shownBy(PROGRAM)).to.contain("[expired]");
    });
});
