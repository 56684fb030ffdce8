import { expect } from "chai";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "mocha";
import { parse } from "yaml";
import { parseArguments } from "../../../provider/operations/arguments";
import type { KeySource } from "../../../provider/operations/keyArgument";
import { readKeyText } from "../../../provider/operations/keySource";
import { cleanEnvironment } from "../../support/childProcess";
import { keyContext } from "../../support/keyContext";
import { MarkdownFile } from "../../support/markdown";
import { mintBundle } from "../../support/mint";
import { PROGRAM_ENVIRONMENT, writeProgram } from "../../support/testProgram";

const SECRET_MANAGERS = new MarkdownFile("docs/guides/keys.md");

describe("the guide to the private key", () => {
    let folder: string;
    beforeEach(() => {
        folder = mkdtempSync(join(tmpdir(), "manager-"));
    });
    afterEach(() => rmSync(folder, { recursive: true, maxRetries: 10 }));

    const rows = SECRET_MANAGERS.table("Secret managers");
    it("has the five that people ask for", () => {
        expect(rows.map(([, key = ""]) => /\["(\w+)"/.exec(key)?.[1])).to.deep.equal([
            "vault",
            "op",
            "aws",
            "gcloud",
            "sops",
        ]);
    });

    for (const [manager = "", cell = ""] of rows) {
        it(`takes the key from the command for ${manager}, which gets its arguments as they stand there`, async () => {
            const [, list = ""] = /^`\{ command: (.*) \}`$/.exec(cell) ?? [];
            const command = JSON.parse(list) as readonly [string, ...string[]];
            const { cert, key, ca } = await mintBundle();
            writeFileSync(join(folder, "key"), key);
            const tool = `const fs = require("node:fs"); process.chdir(require("node:path").dirname(process.argv[1]));
fs.writeFileSync("args", JSON.stringify(process.argv.slice(2))); process.stdout.write(fs.readFileSync("key"));`;
            writeProgram(folder, command[0], tool);

            const parsed = parseArguments({ project: "site", cert, ca, key: { command } });
            expect(parsed.problems).to.deep.equal([]);
            const environment = { ...cleanEnvironment([folder]), ...PROGRAM_ENVIRONMENT };
            const read = await readKeyText(parsed.args.key as KeySource, keyContext(folder, environment));
            expect("text" in read ? String(read.text) : read).to.equal(key);
            expect(JSON.parse(readFileSync(join(folder, "args"), "utf8"))).to.deep.equal(command.slice(1));
        });
    }

    it("gives the stack by Pulumi ESC the variable that the key names, out of what it opens", () => {
        const [yaml] = SECRET_MANAGERS.blocks.filter(({ language }) => language === "yaml");
        const { values } = parse(yaml?.text ?? "") as {
            values: { environmentVariables: Record<string, string>; vault: Record<string, { get: object }> };
        };
        const [, opened = ""] = /^\$\{vault\.(\w+)\}$/.exec(values.environmentVariables["CLIENT_KEY"] ?? "") ?? [];
        expect(values.vault["fn::open::aws-secrets"]?.get).to.have.property(opened);
    });
});
