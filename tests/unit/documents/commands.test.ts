import { expect } from "chai";
import { describe, it } from "mocha";
import { COMMANDS } from "../../../provider/cli/commandLine";
import { helpOf, parseCommandLine } from "../../../provider/cli/options";
import { Declarations } from "../../support/declarations";
import { filesBelow, markdownFiles, MarkdownFile, readText } from "../../support/markdown";

const documents = markdownFiles();
const COMMAND_LINE = "docs/reference/command-line.md";

/** A heading of the command line, and what `--json` prints there: interfaces, and what functions return. */
const PRINTED: readonly (readonly [heading: string, file: string, names: readonly string[]])[] = [
    ["inspect", "cli/commands/inspect/inspection.ts", ["inspect", "describeFile", "factsOf"]],
    ["probe", "probe/originProbe.ts", ["report"]],
    ["JSON", "cli/commands/status/stackReport.ts", ["statusJson", "certificateJson", "StackProblem"]],
    ["doctor", "cli/commands/doctor/doctorText.ts", ["DoctorReport"]],
    ["doctor", "cli/commands/doctor/examination.ts", ["Step"]],
    ["doctor", "cli/commands/doctor/answers.ts", ["Answer"]],
    ["doctor", "cli/commands/doctor/traffic.ts", ["SeenLimit"]],
];

interface Shown {
    readonly line: string;
    readonly place: string;
}

/** The command lines in the code blocks of all documents, with continued lines joined and comments gone. */
const shown: readonly Shown[] = documents.flatMap(({ blocks }) =>
    blocks.flatMap(({ text, place }) =>
        text
            .replace(/\\\n\s*/g, "")
            .split("\n")
            .map((line) => ({ line: line.replace(/^\$ /, "").replace(/\s+#.*$/, ""), place })),
    ),
);

describe("the commands in the documents", () => {
    it("that call pulumi-vercel-client-cert are ones that it takes", () => {
        const invocations = shown.filter(({ line }) => line.startsWith("npx pulumi-vercel-client-cert "));
        expect(invocations.length).to.be.greaterThan(2);
        for (const { line, place } of invocations) {
            const [name, ...args] = line.split(/\s+/).slice(2);
            const command = COMMANDS.find((one) => one.name === name);
            if (command === undefined) {
                expect.fail(`${place}: expected a command in "${line}", got ${name ?? "nothing"}`);
            }
            expect(() => parseCommandLine(command, args), `${place}: ${line}`).not.to.throw();
        }
    });

    it("include every command, as its help has it", () => {
        const rows = new MarkdownFile(COMMAND_LINE).table("Commands").map(([cell = ""]) => cell.replaceAll("`", ""));
        const usages = COMMANDS.map(({ name, operands, options }) => {
            const required = Object.entries(options).filter(([, { required }]) => required === true);
            return [name, operands, ...required.map(([option, { value = "" }]) => `--${option} ${value}`)].join(" ");
        });
        expect(rows).to.deep.equal(usages);
    });

    it("include every option of every command, and none that no command has", () => {
        const known = new Set(
            COMMANDS.flatMap((command) => helpOf(command).match(/(?<=^ {2}(?:-[a-z], )?--)[a-z-]+/gm) ?? []),
        );
        const named = new Set(
            [...readText(COMMAND_LINE).matchAll(/(?<![\w-])--([a-z][a-z-]*)/g)].map(([, name = ""]) => name),
        );
        expect([...named].sort()).to.deep.equal([...known].sort());
    });

    for (const [section, file, names] of PRINTED) {
        it(`say all that --json prints, under "${section}": ${names.join(", ")}`, () => {
            const declarations = new Declarations(`provider/${file}`);
            const text = new MarkdownFile(COMMAND_LINE).section(section).join("\n");
            for (const name of names) {
                const properties = [
                    ...declarations.ofInterface(name).map((property) => property.name),
                    ...declarations.ofReturned(name),
                ];
                expect(properties, name).not.to.deep.equal([]);
                expect(properties.filter((property) => !text.includes(`\`${property}\``))).to.deep.equal([]);
            }
        });
    }

    for (const { path } of documents.filter((file) => file.path.startsWith("examples/"))) {
        it(`that configure an example set what its program reads: ${path}`, () => {
            const files = filesBelow(path.replace("/README.md", ""));
            const textOf = (name: RegExp): string =>
                files
                    .filter((file) => name.test(file))
                    .map(readText)
                    .join("\n");
            const ofProgram = [
                ...textOf(/\.(?:[jt]s|py)$/).matchAll(/\bconfig\.(?:get|require)\w*(?:<.+>)?\("(\w+)"\)/g),
                // A program in YAML declares what it reads.
                ...textOf(/Pulumi\.yaml$/).matchAll(/^ {4}(\w+):\n {8}type: string$/gm),
            ];
            // By a command, also one in the running text, or by the configuration of a stack that comes along.
            const set = [
                ...readText(path).matchAll(/\bpulumi config set (?:--secret )?([\w:-]+)/g),
                ...textOf(/Pulumi\.\w+\.yaml$/).matchAll(/^ +(?!vercel:)[\w-]+:(\w+):/gm),
            ].map(([, key = ""]) => key);
            // What belongs to `vercel`, or to the plugin, is read by the provider.
            const keys = new Set(set.filter((key) => !/^vercel(-client-cert)?:/.test(key)));
            const read = new Set(ofProgram.map(([, key = ""]) => key));
            expect([...keys].sort()).to.deep.equal([...read].sort());
        });
    }

    it("that call npm are scripts of the package", () => {
        const { scripts } = JSON.parse(readText("package.json")) as { scripts: Record<string, string> };
        const called = documents.flatMap(({ path }) =>
            [...readText(path).matchAll(/\bnpm run ([\w:]+)/g)].map(([, script = ""]) => ({ path, script })),
        );
        expect(called).not.to.deep.equal([]);
        expect(called.filter(({ script }) => scripts[script] === undefined)).to.deep.equal([]);
    });

    it("include every script of the package in CONTRIBUTING.md, but those that npm calls itself", () => {
        const { scripts } = JSON.parse(readText("package.json")) as { scripts: Record<string, string> };
        const contributing = readText("CONTRIBUTING.md");
        // As a whole, or with what is given to it behind it.
        const isNamed = (script: string): boolean =>
            ["`", " -- "].some((end) =>
                contributing.includes(`\`npm ${script === "test" ? "" : "run "}${script}${end}`),
            );
        const missing = Object.keys(scripts).filter((script) => script !== "prepack" && !isNamed(script));
        expect(missing).to.deep.equal([]);
    });
});

/**
 * The variables of this package and its tests, and Vercel's; those of other programs are theirs to document, and those
 * that `tokenEnv` names have names of the user's own, as `VERCEL_TOKEN_PROD`.
 */
const VARIABLE = /\b(?:VERCEL(?!_TOKEN_)|FUZZ|PULUMI_VERCEL)_[A-Z_]+\b/g;

function variablesIn(paths: readonly string[]): readonly string[] {
    return [...new Set(paths.flatMap((path) => readText(path).match(VARIABLE) ?? []))].sort();
}

describe("the environment variables in the documents", () => {
    it("of the package are among the documents for users", () => {
        expect(variablesIn(["README.md", ...filesBelow("docs")])).to.include.members([
            ...variablesIn(filesBelow("provider")),
        ]);
    });

    it("are all read by the package or its tests, and the other way round", () => {
        const sources = [...filesBelow("provider"), ...filesBelow("tests")].filter((path) =>
            /\.(?:ts|mjs)$/.test(path),
        );
        expect(variablesIn(documents.map(({ path }) => path))).to.deep.equal(variablesIn(sources));
    });
});
