import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";
import { readCertificateSet } from "../../provider/certificates/certificates";
import { EngineEnvironment } from "../support/engineEnvironment";
import type { IssueOptions } from "../support/mint";
import { keyPem, KeyPool, mintCertificate, type Minted } from "../support/pki";
import { PROVIDER_TEXT } from "../support/providerHost";
import { assertNoSecrets } from "../support/secretSweep";
import { ORIGIN } from "../support/testEnvironment";

const DAY_MS = 86_400_000;
const daysFromNow = (days: number): Date => new Date(Date.now() + days * DAY_MS);
const EXPIRED: IssueOptions = { notBefore: daysFromNow(-90), notAfter: daysFromNow(-1) };
const OTHER = "https://other.example.com";

describe("findings on the real CLI", function () {
    // The first run may have to build or download the CLI.
    this.timeout(25 * 60_000);

    let env: EngineEnvironment;
    const keys: string[] = [];
    beforeEach(async () => {
        env = await EngineEnvironment.start();
    });
    afterEach(async () => {
        try {
            env.verify();
            assertNoSecrets(env.project.allText(), { keys: keys.splice(0), tokens: [] });
        } finally {
            await env.stop();
        }
    });

    const issue = async (options: IssueOptions): Promise<{ cert: string; key: string }> => {
        const { certPem, keyPem } = await env.bundle.authority.issue(options);
        keys.push(keyPem);
        return { cert: certPem, key: keyPem };
    };

    it("warn of an end to come on the resource in every preview and up, without an upload", async () => {
        const { project, fakeVercel } = env;
        const soon = await issue({ notBefore: daysFromNow(-80), notAfter: daysFromNow(10) });
        env.declareOne(soon);
        expect(messages((await project.run(["preview"])).output, "mtls")).to.deep.equal(["warning [expires-soon]"]);
        await project.up();
        fakeVercel.clearRequests();
        const plan = await project.run(["preview", "--expect-no-changes"]);
        expect(messages(plan.output, "mtls")).to.deep.equal(["warning [expires-soon]"]);
        const { output } = await project.up();
        expect(output).to.match(/cert: "CN=[^"]*" expires in 9 days \(\S+\); renew it/);
        env.declareOne({ ...soon, expiryWarningDays: 5 });
        expect((await project.run(["preview"])).output).to.contain("1 to update");
        expect(messages((await project.up()).output, "mtls")).to.deep.equal([]);
        expect(env.operations()).to.deep.equal([]);
    });

    it("refuse new material that has expired, with the resource's name and before any call", async () => {
        env.declareOne(await issue(EXPIRED));
        const { output } = await env.project.run(["preview"], { expectFailure: true });
        expect(output).to.match(/'mtls' has a problem: cert: ".*" expired .*\[expired\]/);
        expect(output).to.not.contain("warning:");
        expect(env.operations()).to.deep.equal([]);
    });

    it("warn loudly of what expired in place, and do not block another resource", async () => {
        const { project } = env;
        const expired = await issue(EXPIRED);
        env.declareOne({ ...expired, skipValidation: true });
        expect(messages((await project.up()).output, "mtls")).to.deep.equal(["warning [expired]"]);
        env.declare({ resources: { mtls: env.args(expired), another: env.args({ origin: OTHER }) } });
        expect(messages((await project.up()).output, "mtls")).to.deep.equal(["warning [expired]"]);
        expect(env.certIds()).to.have.lengthOf(2);
    });

    it("let expired material be imported that is in place, without an upload", async () => {
        const { project, fakeVercel, bundle } = env;
        const expired = await issue(EXPIRED);
        const certId = fakeVercel.placeCertificate("prj_1", { origin: ORIGIN, cert: expired.cert, ca: bundle.ca });
        const { value: material } = readCertificateSet({ cert: expired.cert, ca: bundle.ca });
        const { fingerprint, subject, notBefore, notAfter } = material ?? {};
        const __provider = PROVIDER_TEXT;
        const imported = {
            type: "pulumi-nodejs:dynamic/vercel:ProjectClientCert",
            name: "mtls",
            id: `team_1/site/${ORIGIN}`,
            inputs: { __provider },
            outputs: { __provider, certId, project: "site", team: "team_1", fingerprint, subject, notBefore, notAfter },
        };
        env.declareOne(expired);
        project.writeFile("import.json", JSON.stringify({ resources: [imported] }));
        await project.run(["import", "--file", "import.json", "--generate-code=false", "--protect=false", "--yes"]);
        expect(messages((await project.run(["preview", "--expect-no-changes"])).output, "mtls")).to.deep.equal([
            "warning [expired]",
        ]);
        expect(messages((await project.up()).output, "mtls")).to.deep.equal(["warning [expired]"]);
        expect(messages((await project.up()).output, "mtls")).to.deep.equal(["warning [expired]"]);
        expect(env.operations()).to.not.include("upload");

        env.declareOne(await issue(EXPIRED));
        const refused = await project.up([], { expectFailure: true });
        expect(refused.output).to.contain("[expired]");
        expect(env.certIds()).to.deep.equal([certId]);
    });

    it("name the authority whose leaving out uploads, where another order of ca alone does not", async () => {
        const { project, fakeVercel } = env;
        const pool = new KeyPool();
        const noIds = { authorityKeyId: "none", subjectKeyId: false } as const;
        const [right, wrong] = ["right", "wrong"].map((label) =>
            mintCertificate({ name: "Same", key: pool.get(label), isAuthority: true, ...noIds }),
        );
        const leaf = mintCertificate({ name: "client", key: pool.get("leaf"), issuer: right, ...noIds });
        const key = keyPem(pool.get("leaf"));
        keys.push(key);
        const declare = (...ca: readonly (Minted | undefined)[]): void => {
            const text = ca.map((authority) => authority?.pem).join("");
            env.declareOne({ cert: leaf.pem, key, ca: text, skipValidation: true });
        };
        declare(wrong, right);
        expect(messages((await project.up()).output, "mtls")).to.deep.equal(["warning [certificate-in-the-way]"]);
        fakeVercel.clearRequests();
        declare(right, wrong);
        await project.up();
        expect(env.operations()).to.not.include("upload");
        declare(right);
        expect(messages((await project.up()).output, "mtls")).to.deep.equal([]);
        expect(env.operations()).to.include("upload");
    });

    it("say once, with the upload, what never changes about a certificate, and no line twice", async () => {
        const { project, bundle } = env;
        const ed25519 = await issue({ keyType: "ed25519" });
        project.writeFile("client.key", ed25519.key.replace(/\n/g, "\r\n"));
        const windows = ed25519.cert.replace(/\n/g, "\r\n");
        env.declareOne({ cert: windows, key: { file: "client.key" }, ca: bundle.ca });
        const expected = ["info [text-repaired]", "warning [key-type-uncommon]"];
        const plan = await project.run(["preview"]);
        expect(messages(plan.output, "mtls")).to.deep.equal(expected);
        // The key is the provider's; it knows project and origin, not the name in the program.
        expect(diagnostics(plan.output)).to.match(new RegExp(`site/${ORIGIN}: key: was repaired: CR`));
        expect(messages((await project.up()).output, "mtls")).to.deep.equal(expected);
        const again = await project.up();
        expect(messages(again.output, "mtls")).to.deep.equal([]);
        expect(again.output).to.not.contain("text-repaired");
    });

    it("refuse an expiryWarningDays that is no number of days", async () => {
        env.declareOne({ expiryWarningDays: "30" });
        const { output } = await env.project.run(["preview"], { expectFailure: true });
        expect(output).to.contain("'mtls' has a problem: expiryWarningDays: expected a number of days");
    });
});

/** What the CLI repeats at the end of a run, by resource. */
function diagnostics(output: string): string {
    return output.slice(output.lastIndexOf("Diagnostics:"));
}

/** Severity and code of each line under the name of a resource, sorted. */
function messages(output: string, name: string): string[] {
    const [, section = ""] = diagnostics(output).split(`(${name}):\n`);
    const [own = ""] = section.split(/\n\s*\n(?! {4})/);
    return [...own.matchAll(/^\s*(?:(warning|error|info): )?\S+: .*(\[[a-z0-9-]+\])$/gm)]
        .map(([, severity = "info", code]) => `${severity} ${String(code)}`)
        .sort();
}
