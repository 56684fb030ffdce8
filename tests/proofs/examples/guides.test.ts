import { expect } from "chai";
import { readFileSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import { join } from "node:path";
import { describe, it } from "mocha";
import ts from "typescript";
import { ExampleEnvironment } from "../../support/exampleEnvironment";
import { MarkdownFile } from "../../support/markdown";
import { REPOSITORY, type RunResult } from "../../support/stack";

const ORIGIN = "https://billing.example.com";
const ENTRY = join(REPOSITORY, "dist/provider/index.js");

/** The first block of a guide in this language. */
function blockOf(guide: string, language: string): string {
    const block = new MarkdownFile(`docs/guides/${guide}.md`).blocks.find((one) => one.language === language);
    if (block === undefined) {
        throw new Error(`the guide ${guide} has no block of ${language}`);
    }
    return block.text;
}

function javascript(typescript: string): string {
    const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
    return ts.transpileModule(typescript, { compilerOptions }).outputText;
}

/** As a bundler does: the modules of the package in one text, and packages of others left out. */
function bundleOfPackage(): string {
    const modules = new Map<string, string>();
    const add = (file: string): void => {
        if (modules.has(file)) {
            return;
        }
        const text = readFileSync(file, "utf8").replace(/^\/\/# sourceMappingURL.*$/gm, "");
        modules.set(file, text);
        for (const [, name = ""] of text.matchAll(/\brequire\("(\.[^"]*)"\)/g)) {
            if (!isBuiltin(name)) {
                add(createRequire(file).resolve(name));
            }
        }
    };
    add(ENTRY);
    const table = [...modules].map(([file, text]) => {
        const inner = text.replace(
            /\brequire\("(\.[^"]*)"\)/g,
            (_, name: string) => `load(${JSON.stringify(createRequire(file).resolve(name))})`,
        );
        return `${JSON.stringify(file)}(module, exports) {\n${inner}\n}`;
    });
    return `
const loaded = {};
function load(id) {
    if (loaded[id] === undefined) {
        loaded[id] = { exports: {} };
        modules[id](loaded[id], loaded[id].exports);
    }
    return loaded[id].exports;
}
const modules = {${table.join(",\n")}};
`;
}

const program = (head: string, source: string): string => `
"use strict";
${head}
const fs = require("node:fs");
const { ProjectClientCert } = ${source};
const cert = new ProjectClientCert("billing-mtls", {
    project: "my-site",
    origin: "${ORIGIN}",
    cert: fs.readFileSync("client.pem", "utf8"),
    key: { file: "client.key" },
    ca: fs.readFileSync("ca.pem", "utf8"),
});
exports.team = cert.team;
`;

describe("the guides, on the real CLI", function () {
    // The first run may have to download or build the CLI.
    this.timeout(25 * 60_000);

    it("the program of the Automation API deploys from the folder that has the package", async () => {
        const env = await ExampleEnvironment.start({ example: "javascript" });
        try {
            env.writeMaterial("automation");
            env.project.writeFile("automation/run.js", javascript(blockOf("automation-api", "ts")));
            const run = await env.project.runCommand("bash", ["-e", "-c", "cd automation && node run.js"], {
                PULUMI_STACK: undefined,
            });
            expect(run.exitCode, run.output).to.equal(0);
            const [certId = ""] = env.certIds();
            expect(run.stdout.trim().split("\n").at(-1)).to.equal(certId);
            env.verify();
        } finally {
            await env.stop();
        }
    });

    it("a transformation sets the team, a bundle changes nothing, and --target rotates the one certificate", async () => {
        const env = await ExampleEnvironment.start({ example: "javascript" });
        const { project } = env;
        const declare = (source: string, head = ""): void =>
            project.writeFile("index.js", program(`${javascript(blockOf("transformations", "ts"))}\n${head}`, source));
        try {
            env.writeMaterial(".");
            declare(`require("pulumi-vercel-client-cert")`);
            await project.addStack("dev");
            await project.up(["--skip-preview"]);
            expect((await project.outputs())["team"]).to.equal("my-team");
            const [first = ""] = env.certIds();

            declare(`load(${JSON.stringify(ENTRY)})`, bundleOfPackage());
            const bundled: RunResult = await project.up(["--expect-no-changes"]);
            expect(bundled.output).to.not.match(/warning|error/i);

            env.writeMaterial(".", await env.renew());
            const run = await project.runCommand("bash", ["-e", "-c", blockOf("target", "sh")], {
                PULUMI_SKIP_CONFIRMATIONS: "true",
            });
            expect(run.exitCode, run.output).to.equal(0);
            expect(env.certIds()).to.have.length(1).and.not.include(first);
            env.verify();
        } finally {
            await env.stop();
        }
    });
});
