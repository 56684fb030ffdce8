import { expect } from "chai";
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, readdir, rm, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { after, before, describe, it } from "mocha";
import { EngineWorld } from "../support/engineWorld";
import { ORIGIN } from "../support/world";

const REPOSITORY = resolve(__dirname, "../../..");
const run = promisify(execFile);

const JAVASCRIPT = `
const { readFileSync } = require("node:fs");
const { ProjectClientCert } = require("pulumi-vercel-client-cert");
const cert = new ProjectClientCert("mtls", {
    project: "site", team: "team_1", origin: "${ORIGIN}",
    cert: readFileSync("client.pem", "utf8"), key: { file: "client.key" }, ca: readFileSync("ca.pem", "utf8"),
});
exports.certId = cert.certId;
`;

const TYPESCRIPT = `
import * as fs from "node:fs";
import * as pulumi from "@pulumi/pulumi";
import { ProjectClientCert, type ProjectClientCertArgs } from "pulumi-vercel-client-cert";

const args: ProjectClientCertArgs = {
    project: pulumi.output("site"), team: "team_1", origin: "${ORIGIN}",
    cert: fs.readFileSync("client.pem", "utf8"), key: { file: "client.key" }, ca: fs.readFileSync("ca.pem", "utf8"),
};
export const certId: pulumi.Output<string> = new ProjectClientCert("mtls", args).certId;
`;

const TSCONFIG = {
    compilerOptions: {
        target: "es2022",
        module: "commonjs",
        moduleResolution: "node",
        strict: true,
        types: ["node"],
        ignoreDeprecations: "6.0",
    },
};

describe("the package, as users install it", function () {
    this.timeout(25 * 60_000);

    let folder: string;
    let tarball: string;
    before(async () => {
        folder = await mkdtemp(join(tmpdir(), "pack-"));
        await run("npm", ["pack", "--pack-destination", folder], { cwd: REPOSITORY });
        const [name] = (await readdir(folder)).filter((file) => file.endsWith(".tgz"));
        if (name === undefined) {
            throw new Error("npm pack made no tarball");
        }
        tarball = join(folder, name);
    });
    after(() => rm(folder, { recursive: true, force: true }));

    it("holds only what runs, and the documents", async () => {
        const { stdout } = await run("tar", ["-tzf", tarball]);
        const unexpected = stdout
            .trim()
            .split("\n")
            .filter(
                (file) =>
                    !/^package\/(dist\/provider\/[\w/]+\.(js|d\.ts)|package\.json|README\.md|LICENSE|CHANGELOG\.md|FINDINGS\.md)$/.test(
                        file,
                    ),
            );
        expect(unexpected).to.deep.equal([]);
        expect(stdout).to.contain("package/dist/provider/v1.js");
    });

    for (const [language, main, source] of [
        ["JavaScript", "index.js", JAVASCRIPT],
        ["TypeScript", "index.ts", TYPESCRIPT],
    ] as const) {
        it(`runs a ${language} program from an empty folder, up and destroy`, async () => {
            const world = await EngineWorld.start();
            try {
                const { project, triple } = world;
                await unlink(join(project.folder, "node_modules"));
                project.writeFile("package.json", JSON.stringify({ name: "empty", private: true, main }));
                project.writeFile(main, source);
                if (language === "TypeScript") {
                    project.writeFile("tsconfig.json", JSON.stringify(TSCONFIG));
                }
                project.writeFile("client.pem", triple.cert);
                project.writeFile("client.key", triple.key);
                project.writeFile("ca.pem", triple.ca);
                const tools = [
                    "@pulumi/pulumi",
                    ...(language === "TypeScript" ? ["typescript", "ts-node", "@types/node"] : []),
                ];
                await run("npm", ["install", "--no-audit", "--no-fund", tarball, ...tools.map(installedVersion)], {
                    cwd: project.folder,
                });
                project.setEnvironment({ PULUMI_NODEJS_TYPESCRIPT: language === "TypeScript" ? "true" : "false" });
                await project.up();
                expect(world.certIds()).to.deep.equal([(await project.outputs())["certId"]]);
                await project.destroy();
                expect(world.certIds()).to.deep.equal([]);
                world.verify();
            } finally {
                await world.stop();
            }
        });
    }
});

/** The version that this repository is tested with; a tool that it does not have comes as it is. */
function installedVersion(name: string): string {
    const manifest = join(REPOSITORY, "node_modules", name, "package.json");
    if (!existsSync(manifest)) {
        return name;
    }
    const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { version: string };
    return `${name}@${version}`;
}
