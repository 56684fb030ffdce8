import { expect } from "chai";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { MarkdownFile, REPOSITORY } from "../../support/markdown";

/** The paths of the tree below "Where things are": a name that ends in a slash holds what is indented below it. */
function describedPaths(): readonly string[] {
    const folders: { readonly indent: number; readonly path: string }[] = [];
    const lines = new MarkdownFile("CONTRIBUTING.md").section("Where things are");
    return lines.flatMap((line) => {
        const [, blanks, names] = /^( {4,})(\S.*?)(?: {2,}.*)?$/.exec(line) ?? [];
        if (blanks === undefined || names === undefined) {
            return [];
        }
        while ((folders.at(-1)?.indent ?? -1) >= blanks.length) {
            folders.pop();
        }
        const above = folders.at(-1)?.path ?? "";
        const paths = names.split(", ").map((name) => `${above}${name}`);
        folders.push(...paths.filter((path) => path.endsWith("/")).map((path) => ({ indent: blanks.length, path })));
        return paths;
    });
}

describe("the tree in CONTRIBUTING.md", () => {
    const described = describedPaths();

    const foldersBelow = (folder: string): readonly string[] =>
        readdirSync(join(REPOSITORY, folder), { withFileTypes: true })
            .filter((entry) => entry.isDirectory())
            .map(({ name }) => `${folder}/${name}/`);

    for (const top of ["provider", "tests"]) {
        it(`names each folder of ${top}/ once, and none that is not there`, () => {
            const folders = described.filter(
                (path) => path.startsWith(`${top}/`) && path.endsWith("/") && path !== `${top}/`,
            );
            expect([...new Set(folders)].sort()).to.deep.equal([...foldersBelow(top)].sort());
        });
    }
});
