import { expect } from "chai";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import type { ImportedResource, ImportFile } from "../../../../provider/cli/commands/import";
import { expiriesOf } from "../../../../provider/certificates/checks/dates";
import { readCertificateSet } from "../../../../provider/certificates/certificates";
import { mintAuthority, mintBundle, type CertificateBundle } from "../../../support/mint";
import { PROVIDER_TEXT } from "../../../support/providerHost";
import { assertNoSecrets } from "../../../support/secretSweep";
import { newToken, ORIGIN } from "../../../support/testEnvironment";
import { FakeVercel } from "../../../vercel/fakeVercel";
import { Terminal, type Run } from "../terminal";

describe("pulumi-vercel-client-cert import", () => {
    const token = newToken();
    let fakeVercel: FakeVercel;
    let terminal: Terminal;
    let bundle: CertificateBundle;
    let certId: string;

    beforeEach(async () => {
        fakeVercel = await FakeVercel.start({ uploadPolicy: "new-id" });
        fakeVercel.addTeam({ id: "team_1", slug: "my-team" });
        fakeVercel.addToken(token, { teams: ["team_1"] });
        fakeVercel.addProject({ id: "prj_1", name: "site", team: "team_1" });
        bundle = await mintBundle();
        certId = fakeVercel.placeCertificate("prj_1", { origin: ORIGIN, ...bundle });
        terminal = new Terminal({
            environment: { VERCEL_API_URL: fakeVercel.url, VERCEL_API_TOKEN: token },
            secrets: { keys: [bundle.key], tokens: [token] },
        });
        terminal.write({ "client.pem": bundle.cert, "client.key": bundle.key, "ca.pem": bundle.ca });
    });
    afterEach(async () => {
        terminal.dispose();
        await fakeVercel.stop();
        expect(fakeVercel.specViolations).to.deep.equal([]);
        expect(fakeVercel.requests.map(({ operation }) => operation)).to.not.include.members(["upload"]);
    });

    const run = (...more: readonly string[]): Promise<Run> =>
        terminal.run("import", "site", "--team", "my-team", "--cert", "client.pem", "--ca", "ca.pem", ...more);
    const written = (name = "import.json"): ImportFile => {
        const text = readFileSync(join(terminal.folder, name), "utf8");
        assertNoSecrets(text, { keys: [bundle.key], tokens: [token] });
        return JSON.parse(text) as ImportFile;
    };

    const resourceIn = ({ resources }: ImportFile): ImportedResource => {
        const [resource, ...others] = resources.flatMap((one) => ("id" in one ? [one] : []));
        if (resource === undefined || others.length > 0) {
            throw new Error("expected one certificate in the file");
        }
        return resource;
    };

    it("writes exactly what adopts the certificate, without a key, and says what to do next", async () => {
        const { exitCode, stdout } = await run("--origin", `${ORIGIN}/`, "--name", "mtls");
        expect(exitCode).to.equal(0);
        expect(stdout).to.contain("pulumi import --file import.json --generate-code=false --protect=false\n");
        const { value: material, canonical } = readCertificateSet(bundle);
        expect(written()).to.deep.equal({
            resources: [
                {
                    type: "pulumi-nodejs:dynamic/vercel:ProjectClientCert",
                    name: "mtls",
                    id: `my-team/site/${ORIGIN}`,
                    inputs: {
                        __provider: PROVIDER_TEXT,
                        project: "site",
                        team: "my-team",
                        origin: ORIGIN,
                        cert: canonical.cert,
                        ca: canonical.ca,
                        fingerprint: material?.fingerprint,
                    },
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
        expect(resourceIn(written()).name).to.equal("billing-example-com");
        const wide = fakeVercel.placeCertificate("prj_1", { ...bundle });
        const { stdout } = await run("--output", "-");
        const resource = resourceIn(JSON.parse(stdout) as ImportFile);
        expect(resource).to.include({ name: "site", id: "my-team/site/*" });
        expect(resource.outputs["certId"]).to.equal(wide);
    });

    it("writes the name of the token's variable down, for refresh and destroy, and never the token", async () => {
        const other = new Terminal({
            environment: { VERCEL_API_URL: fakeVercel.url, TOKEN_PROD: token },
            secrets: { keys: [bundle.key], tokens: [token] },
        });
        try {
            other.write({ "client.pem": bundle.cert, "ca.pem": bundle.ca });
            const files = ["--cert", "client.pem", "--ca", "ca.pem", "--output", "-"];
            const owner = ["site", "--team", "my-team", "--token-env", "TOKEN_PROD", "--origin", ORIGIN];
            const { stdout } = await other.run("import", ...owner, ...files);
            const resource = resourceIn(JSON.parse(stdout) as ImportFile);
            expect(resource.outputs).to.include({ certId, tokenEnv: "TOKEN_PROD" });
        } finally {
            other.dispose();
        }
    });

    it("does not write over a file", async () => {
        await run("--origin", ORIGIN, "--name", "first");
        const { exitCode, stderr } = await run("--origin", ORIGIN, "--name", "second");
        expect([exitCode, resourceIn(written()).name]).to.deep.equal([3, "first"]);
        expect(stderr).to.match(/there is a file "import\.json" already, and it stays as it is; remove it/);
    });

    it("says what is in place where there is nothing at the origin", async () => {
        const { exitCode, stderr } = await run("--origin", "https://other.example.com");
        expect(exitCode).to.equal(3);
        expect(stderr).to.equal(
            `pulumi-vercel-client-cert: there is no certificate for https://other.example.com in "site"; there are certificates for ${ORIGIN}\n`,
        );
        const unknown = await run("--origin", ORIGIN, "--cert-id", "cert_x");
        expect(unknown.stderr).to.contain(`no certificate for ${ORIGIN} with the id "cert_x" in "site"; there are`);
        const wide = await run();
        expect([wide.exitCode, wide.stderr]).to.deep.equal([
            3,
            `pulumi-vercel-client-cert: there is no project-wide certificate in "site"; did you forget --origin? ` +
                `There are certificates for ${ORIGIN}\n`,
        ]);
        expect(existsSync(join(terminal.folder, "import.json"))).to.equal(false);
    });

    it("does not guess which of two certificates is meant", async () => {
        const second = fakeVercel.placeCertificate("prj_1", { origin: ORIGIN, ...bundle });
        const { exitCode, stderr } = await run("--origin", ORIGIN);
        expect(exitCode).to.equal(3);
        expect(stderr).to.contain(
            `there are 2 certificates for site/${ORIGIN}: ${certId}, ${second}; choose with --cert-id`,
        );
        expect((await run("--origin", ORIGIN, "--cert-id", second, "--json")).exitCode).to.equal(0);
        expect(resourceIn(written()).outputs["certId"]).to.equal(second);
    });

    it("says of a project without certificates that it has none", async () => {
        fakeVercel.addProject({ id: "prj_2", name: "empty", team: "team_1" });
        const files = ["--cert", "client.pem", "--ca", "ca.pem"];
        const { exitCode, stderr } = await terminal.run("import", "empty", "--team", "my-team", ...files);
        expect([exitCode, stderr]).to.deep.equal([
            3,
            'pulumi-vercel-client-cert: there is no project-wide certificate in "empty"; the project has no client ' +
                "certificates: check its name and --team\n",
        ]);
    });

    it("warns of what inspect would say, and adopts it all the same, since it is in place", async () => {
        const other = await mintAuthority({ commonName: "Unrelated" });
        const days = (count: number): Date => new Date(Date.now() + count * 86_400_000);
        const old = await other.issue({ commonName: "old", notBefore: days(-60), notAfter: days(-2) });
        terminal.write({ "old.pem": old.certPem, "root.pem": other.certPem });
        const importing = async (cert: string, ca: string): Promise<Run> => {
            const files = ["--cert", cert, "--ca", ca, "--output", `${cert}-${ca}.json`];
            return await terminal.run("import", "site", "--team", "my-team", "--origin", ORIGIN, ...files, "--json");
        };
        for (const [cert, ca, codes] of [
            ["old.pem", "root.pem", ["expired"]],
            ["client.pem", "root.pem", []],
            ["root.pem", "root.pem", ["leaf-is-ca"]],
        ] as const) {
            const { exitCode, stdout, stderr } = await importing(cert, ca);
            const inspected = await terminal.run("inspect", "--json", ...new Set([cert, ca]));
            const { findings } = JSON.parse(inspected.stdout) as { findings: readonly { code: string }[] };
            const imported = JSON.parse(stdout) as { findings: readonly { code: string }[] };
            expect(exitCode).to.equal(0);
            expect(imported.findings.map(({ code }) => code)).to.include.members([...codes]);
            expect(findings.map(({ code }) => code)).to.include.members([...codes]);
            expect(imported.findings).not.to.deep.equal([]);
            expect(stderr.trimEnd().split("\n")).to.have.lengthOf(imported.findings.length);
            expect(stderr)
                .to.match(/^warning: /m)
                .and.to.not.match(/^error/m);
        }
        expect((await importing("client.pem", "ca.pem")).stderr).to.equal("");
    });

    it("puts the certificate into a component, or into components inside each other", async () => {
        await run("--origin", ORIGIN, "--parent", "my:mtls:Gateway=main=1", "--parent", "my:mtls:Client=main");
        const [outer, inner, resource] = written().resources;
        expect([outer, inner]).to.deep.equal([
            { type: "my:mtls:Gateway", name: ":parent:0", logicalName: "main=1", component: true },
            { type: "my:mtls:Client", name: ":parent:1", logicalName: "main", component: true, parent: ":parent:0" },
        ]);
        expect(resource).to.include({ parent: ":parent:1", name: "billing-example-com" });
        for (const wrong of ["Gateway", "=x", "a b=c", "a:b:C=", "a:b:C$d:e:F=x"]) {
            const { exitCode, stderr } = await run("--origin", ORIGIN, "--parent", wrong);
            expect([
                exitCode,
                stderr.includes("--parent: expected the type and the name of a component"),
            ]).to.deep.equal([2, true]);
        }
    });

    it("quotes the name of its file in the commands that it shows", async () => {
        const { stdout } = await run("--origin", ORIGIN, "--output", "a $(touch y).json");
        expect(stdout).to.contain("  pulumi import --file 'a $(touch y).json' --generate-code=false --protect=false\n");
    });

    it("refuses files that hold a private key, before any call", async () => {
        const { exitCode, stderr } = await terminal.run("import", "site", "--cert", "client.key", "--ca", "ca.pem");
        expect(exitCode).to.equal(1);
        expect(stderr).to.match(/^cert: holds a private key, and is not secret/m);
        expect(fakeVercel.requests).to.deep.equal([]);
    });
});
