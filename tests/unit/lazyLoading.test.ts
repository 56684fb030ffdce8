import { expect } from "chai";
import { execFile } from "node:child_process";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { describe, it } from "mocha";
import { mintBundle } from "../support/mint";

const PROVIDER = resolve(__dirname, "../../provider/v1.js");

/** Checks and compares one resource, then prints which packages were loaded for it. */
const SCRIPT = `
const provider = require(${JSON.stringify(PROVIDER)});
const inputs = JSON.parse(process.env.INPUTS);
provider.check({}, inputs).then(async (checked) => {
    if (checked.failures.length > 0) throw new Error(JSON.stringify(checked.failures));
    const olds = { project: "site", certId: "cert_1", fingerprint: checked.inputs.fingerprint, staleCertIds: [] };
    const { changes } = await provider.diff("site/*", olds, checked.inputs);
    const loaded = Object.keys(require.cache).flatMap((file) => /node_modules[\\\\/]((?:@[^\\\\/]+[\\\\/])?[^\\\\/]+)/.exec(file)?.[1] ?? []);
    console.log(JSON.stringify({ changes, loaded: [...new Set(loaded)] }));
});
`;

describe("an up that changes nothing", () => {
    it("loads neither the HTTP client nor the SDK in the provider's process", async () => {
        const { cert, key, ca } = await mintBundle();
        const env = { ...process.env, INPUTS: JSON.stringify({ project: "site", cert, key, ca }) };
        const { stdout } = await promisify(execFile)(process.execPath, ["-e", SCRIPT], { env });
        const { changes, loaded } = JSON.parse(stdout) as { changes: boolean; loaded: string[] };
        expect(changes).to.equal(false);
        expect(loaded).to.not.include.members(["axios"]);
        expect(loaded.filter((name) => name !== "node-forge")).to.deep.equal([]);
    });
});
