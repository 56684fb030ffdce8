import { expect } from "chai";
import { BILLING, describePrograms, FILES, type Ran } from "./programs";

const ONE_CERTIFICATE = { project: "my-site", origin: BILLING, ...FILES };

function checkOne({ outputs, env }: Ran): void {
    expect(env.fakeVercel.certificates("prj_1")).to.have.length(1);
    expect(env.fakeVercel.certificates("prj_1")[0]).to.include({ certId: outputs["certId"], origin: BILLING });
    expect(outputs["fingerprint"]).to.match(/^v1:[0-9a-f]{64}$/);
    expect(Date.parse(String(outputs["notAfter"]))).to.be.greaterThan(Date.now());
}

describePrograms([
    { example: "quickstart", gives: "the certificate of an origin", config: ONE_CERTIFICATE, check: checkOne },
    { example: "javascript", gives: "the certificate, without TypeScript", config: ONE_CERTIFICATE, check: checkOne },
    { example: "esm", gives: "the certificate, as an ES module", config: ONE_CERTIFICATE, check: checkOne },
    {
        example: "yaml",
        gives: "the certificate, by the plugin",
        language: "yaml",
        config: { project: "my-site", origin: BILLING, "vercel-client-cert:team": "my-team" },
        check: checkOne,
    },
]);
