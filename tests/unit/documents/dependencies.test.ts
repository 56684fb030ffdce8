import { expect } from "chai";
import { describe, it } from "mocha";
import { MarkdownFile, readText } from "../../support/markdown";

interface Manifest {
    readonly name: string;
    readonly dependencies: Readonly<Record<string, string>>;
    readonly peerDependencies: Readonly<Record<string, string>>;
    readonly devDependencies: Readonly<Record<string, string>>;
}

describe("the dependencies in DESIGN.md", () => {
    const manifest = JSON.parse(readText("package.json")) as Manifest;
    const rows = new MarkdownFile("DESIGN.md").table("Dependencies").map(([cell = "", kind = "", why = ""]) => {
        // Beside a name there may stand the version that is wanted.
        const names = cell.split(", ").flatMap((name) => /^[@\w][\w/*.-]*/.exec(name) ?? []);
        return { names: names.filter((name) => name !== "exactly"), kind, why };
    });
    const kindsOf = (name: string): readonly string[] => [
        ...(name in manifest.dependencies ? ["runtime"] : []),
        ...(name in manifest.peerDependencies ? ["peer"] : []),
        ...(name in manifest.devDependencies ? ["dev"] : []),
    ];

    it("are those of the package, each with its kind and a reason", () => {
        const { dependencies, peerDependencies, devDependencies } = manifest;
        const all = Object.keys({ ...dependencies, ...peerDependencies, ...devDependencies });
        const named = (name: string): boolean =>
            rows.some(({ names, kind, why }) => {
                const isThis = names.includes(name) || (name.startsWith("@types/") && names.includes("@types/*"));
                return isThis && why !== "" && kind === kindsOf(name).join(", ");
            });
        expect(all.filter((name) => !named(name))).to.deep.equal([]);
    });

    it("include none that the package does not have", () => {
        const names = rows.flatMap(({ names }) => names).filter((name) => name !== "@types/*");
        expect(names.filter((name) => kindsOf(name).length === 0)).to.deep.equal([]);
    });
});
