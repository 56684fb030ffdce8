import { expect } from "chai";
import { describe, it } from "mocha";
import { Declarations } from "../../support/declarations";
import { MarkdownFile } from "../../support/markdown";

const readme = new MarkdownFile("README.md");
const declarations = new Declarations("provider/resource/projectClientCert.ts");
const args = declarations.ofInterface("ProjectClientCertArgs");
const outputs = declarations.ofClass("ProjectClientCert");

/** One line for each name of a row; what stands in a cell beside the type, such as a default, is left aside. */
function rowsOf(heading: string): readonly string[] {
    return readme.table(heading).flatMap(([names = "", type = ""]) => {
        const types = type.match(/\{ [^}]* \}|\b(?:string|number|boolean|CertificateExpiry)\b(?:\[\])?/g) ?? [];
        return names.split(", ").map((name) => `${name.replaceAll("`", "")}: ${types.join(" | ")}`);
    });
}

describe("the reference in README.md", () => {
    it("has the arguments of the interface: each name, in the same order, with its type and whether it may be left out", () => {
        const declared = args.map(
            ({ name, isOptional, types }) => `${name}${isOptional ? "?" : ""}: ${types.join(" | ")}`,
        );
        expect(rowsOf("Arguments")).to.deep.equal(declared);
    });

    it("has the outputs of the class: each name, in the same order, with its type", () => {
        expect(rowsOf("Outputs")).to.deep.equal(outputs.map(({ name, types }) => `${name}: ${types.join(" | ")}`));
    });

    it("gives the flags the default that their doc comments give", () => {
        const flags = args.filter(({ types }) => types.includes("boolean"));
        expect(flags).to.not.deep.equal([]);
        for (const { name, comment } of flags) {
            const [, documented] = /Default `(\w+)`/.exec(comment) ?? [];
            const row = readme.table("Arguments").find(([cell]) => cell === `\`${name}?\``);
            expect(documented, name).to.be.a("string");
            expect(row?.[1], name).to.equal(`boolean, \`${documented ?? ""}\``);
        }
    });

    it("goes with doc comments that say of each argument whether it is secret", () => {
        const silent = args.filter(({ comment }) => !/\b(?:not )?secret\b/i.test(comment)).map(({ name }) => name);
        expect(silent).to.deep.equal([]);
    });
});
