import { expect } from "chai";
import { join } from "node:path";
import { describe, it } from "mocha";
import ts from "typescript";
import { markdownFiles, readText, REPOSITORY } from "../../support/markdown";

/** As strict as a user's program may be; the package is found by its name, as it is built. */
const OPTIONS: ts.CompilerOptions = {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    types: ["node"],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: true,
    noEmit: true,
};

/** What the compiler says of a program that is one text in the root of the repository. */
function problemsOf(text: string): readonly string[] {
    // The compiler has slashes in its paths.
    const path = join(REPOSITORY, "snippet.ts").replaceAll("\\", "/");
    const host = ts.createCompilerHost(OPTIONS);
    const { fileExists, getSourceFile } = host;
    host.fileExists = (name) => name === path || fileExists(name);
    host.getSourceFile = (name, languageVersion, ...rest) =>
        name === path
            ? ts.createSourceFile(name, text, languageVersion)
            : getSourceFile(name, languageVersion, ...rest);
    const program = ts.createProgram([path], OPTIONS, host);
    return ts
        .getPreEmitDiagnostics(program)
        .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " "));
}

describe("the TypeScript in the documents", function () {
    this.timeout(5 * 60_000);

    const snippets = markdownFiles().flatMap(({ blocks }) => blocks.filter(({ language }) => language === "ts"));

    it("is there", () => {
        expect(snippets).not.to.deep.equal([]);
    });

    for (const { place, text } of snippets) {
        it(`compiles against the package: ${place}`, () => {
            expect(problemsOf(text)).to.deep.equal([]);
        });
    }

    it("compiles in the example that an editor shows with the class", () => {
        const text = readText("provider/resource/projectClientCert.ts").replace(/^ \* ?/gm, "");
        const examples = [...text.matchAll(/^@example\n```ts\n(.*?)^```\n\/?/gms)].map(([, example = ""]) => example);
        expect(examples).to.have.length(1);
        expect(examples.flatMap(problemsOf)).to.deep.equal([]);
    });

    it("would not compile with an argument that the package does not have", () => {
        const [snippet] = snippets;
        const wrong = snippet?.text.replace("project:", "projekt:") ?? "";
        expect(problemsOf(wrong).join("\n")).to.contain("projekt");
    });
});
