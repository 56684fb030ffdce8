import { expect } from "chai";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import type { ImportFile } from "../../../provider/bin/import";
import { expiriesOf } from "../../../provider/material/dates";
import { readPublicMaterial } from "../../../provider/material/material";
import { mintTriple, type Triple } from "../../support/mint";
import { PROVIDER_TEXT } from "../../support/providerHost";
import { assertNoSecrets } from "../../support/secretSweep";
import { newToken, ORIGIN } from "../../support/world";
import { StandIn } from "../../vercel/standIn";
import { Terminal, type Run } from "./terminal";

describe("pulumi-vercel-client-cert import", () => {
    const token = newToken();
    let standIn: StandIn;
    let terminal: Terminal;
    let triple: Triple;
    let certId: string;

    beforeEach(async () => {
        standIn = await StandIn.start({ uploadPolicy: "new-id" });
        standIn.addTeam({ id: "team_1", slug: "my-team" });
        standIn.addToken(token, { teams: ["team_1"] });
        standIn.addProject({ id: "prj_1", name: "site", team: "team_1" });
        triple = await mintTriple();
        certId = standIn.placeCertificate("prj_1", { origin: ORIGIN, ...triple });
        terminal = new Terminal({
            environment: { VERCEL_API_URL: standIn.url, VERCEL_API_TOKEN: token },
            secrets: { keys: [triple.key], tokens: [token] },
        });
        terminal.write({ "client.pem": triple.cert, "client.key": triple.key, "ca.pem": triple.ca });
    });
    afterEach(async () => {
        terminal.dispose();
        await standIn.stop();
        expect(standIn.specViolations).to.deep.equal([]);
        expect(standIn.requests.map(({ operation }) => operation)).to.not.include.members(["upload"]);
    });

    const run = (...more: readonly string[]): Promise<Run> =>
        terminal.run("import", "site", "--team", "my-team", "--cert", "client.pem", "--ca", "ca.pem", ...more);
    const written = (name = "import.json"): ImportFile => {
        const text = readFileSync(join(terminal.folder, name), "utf8");
        assertNoSecrets(text, { keys: [triple.key], tokens: [token] });
        return JSON.parse(text) as ImportFile;
    };

    it("writes exactly what adopts the certificate, without a key, and says what to do next", async () => {
        const { exitCode, stdout } = await run("--origin", `${ORIGIN}/`, "--name", "mtls");
        expect(exitCode).to.equal(0);
        expect(stdout).to.contain("pulumi import --file import.json --generate-code=false --protect=false\n");
        const { value: material } = readPublicMaterial(triple);
        expect(written()).to.deep.equal({
            resources: [
                {
                    type: "pulumi-nodejs:dynamic/vercel:ProjectClientCert",
                    name: "mtls",
                    id: `my-team/site/${ORIGIN}`,
                    inputs: { __provider: PROVIDER_TEXT },
                    outputs: {
                        __provider: PROVIDER_TEXT,
                        certId,
                        origin: ORIGIN,
                        project: "site",
                        team: "my-team",
                        fingerprint: material?.fingerprint,
                        certFingerprint: material?.certFingerprint,
                        publicKeyFingerprint: material?.publicKeyFingerprint,
                        subject: material?.subject,
                        issuer: material?.issuer,
                        serialNumber: material?.serialNumber,
                        notBefore: material?.notBefore,
                        notAfter: material?.notAfter,
                        uploadedAt: "",
                        staleCertIds: [],
                        otherCertIds: [],
                        expiries: material && expiriesOf(material, undefined),
                    },
                },
            ],
        });
    });

    it("names the resource after the origin, or after the project for a project-wide certificate", async () => {
        await run("--origin", ORIGIN);
        expect(written().resources[0]?.name).to.equal("billing-example-com");
        const wide = standIn.placeCertificate("prj_1", { ...triple });
        const { stdout } = await run("--output", "-");
        const [resource] = (JSON.parse(stdout) as ImportFile).resources;
        expect(resource).to.include({ name: "site", id: "my-team/site/*" });
        expect(resource?.outputs["certId"]).to.equal(wide);
    });

    it("writes the name of the token's variable down, for refresh and destroy, and never the token", async () => {
        const other = new Terminal({
            environment: { VERCEL_API_URL: standIn.url, TOKEN_PROD: token },
            secrets: { keys: [triple.key], tokens: [token] },
        });
        try {
            other.write({ "client.pem": triple.cert, "ca.pem": triple.ca });
            const files = ["--cert", "client.pem", "--ca", "ca.pem", "--output", "-"];
            const owner = ["site", "--team", "my-team", "--token-env", "TOKEN_PROD", "--origin", ORIGIN];
            const { stdout } = await other.run("import", ...owner, ...files);
            const [resource] = (JSON.parse(stdout) as ImportFile).resources;
            expect(resource?.outputs).to.include({ certId, tokenEnv: "TOKEN_PROD" });
        } finally {
            other.dispose();
        }
    });

    it("does not write over a file", async () => {
        await run("--origin", ORIGIN, "--name", "first");
        const { exitCode, stderr } = await run("--origin", ORIGIN, "--name", "second");
        expect([exitCode, written().resources[0]?.name]).to.deep.equal([3, "first"]);
        expect(stderr).to.match(
            /expected to write a new file at "import\.json", but it exists: remove it, or give another --output/,
        );
    });

    it("says what is in place where there is nothing at the origin", async () => {
        const { exitCode, stderr } = await run("--origin", "https://other.example.com");
        expect(exitCode).to.equal(3);
        expect(stderr).to.contain(
            `expected a certificate in place for site/https://other.example.com, got none; there are certificates for: ${ORIGIN}`,
        );
        expect(existsSync(join(terminal.folder, "import.json"))).to.equal(false);
    });

    it("does not guess which of two certificates is meant", async () => {
        const second = standIn.placeCertificate("prj_1", { origin: ORIGIN, ...triple });
        const { exitCode, stderr } = await run("--origin", ORIGIN);
        expect(exitCode).to.equal(3);
        expect(stderr).to.contain(`got ${certId}, ${second}; choose with --cert-id`);
        expect((await run("--origin", ORIGIN, "--cert-id", second, "--json")).exitCode).to.equal(0);
        expect(written().resources[0]?.outputs["certId"]).to.equal(second);
    });

    it("refuses files that hold a private key, before any call", async () => {
        const { exitCode, stderr } = await terminal.run("import", "site", "--cert", "client.key", "--ca", "ca.pem");
        expect(exitCode).to.equal(1);
        expect(stderr).to.match(/^cert: expected certificates only, got a private key as well/m);
        expect(standIn.requests).to.deep.equal([]);
    });
});
