import { expect } from "chai";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { markdownFiles, readText, REPOSITORY, resolveLink } from "../../support/markdown";

/** Of other servers only the form is looked at: the tests reach no network. */
const ELSEWHERE = /^https:\/\//;

describe("the links of the documents", () => {
    const files = new Map(markdownFiles().map((file) => [file.path, file]));

    for (const file of files.values()) {
        it(`${file.path}: lead to a file that is there, and to a heading that it has`, () => {
            const broken = file.links.flatMap(({ target, place }) => {
                if (ELSEWHERE.test(target)) {
                    return [];
                }
                const { path, anchor } = resolveLink(file.path, target);
                if (path.startsWith("..") || !existsSync(join(REPOSITORY, path))) {
                    return [`${place}: ${target} leads to no file of the repository`];
                }
                const anchors = files.get(path)?.headings.map((heading) => heading.anchor) ?? [];
                return anchor === "" || anchors.includes(anchor) ? [] : [`${place}: ${target} leads to no heading`];
            });
            expect(broken).to.deep.equal([]);
        });
    }

    it("are looked for in every document, and found", () => {
        expect([...files.keys()]).to.include.members(["README.md", "DESIGN.md", "examples/quickstart/README.md"]);
        expect(files.get("README.md")?.links.length).to.be.greaterThan(10);
    });

    const leadsTo = (from: string): readonly string[] =>
        files.get(from)?.links.map(({ target }) => resolveLink(from, target).path) ?? [];

    it("lead from the README to every page below docs/", () => {
        const pages = [...files.keys()].filter((path) => path.startsWith("docs/"));
        expect(pages.filter((path) => !leadsTo("README.md").includes(path))).to.deep.equal([]);
    });

    it("lead from every example to a page below docs/", () => {
        const examples = [...files.keys()].filter((path) => path.startsWith("examples/"));
        const alone = examples.filter((path) => !leadsTo(path).some((target) => target.startsWith("docs/")));
        expect(alone).to.deep.equal([]);
    });

    it("keep the README to what a newcomer reads at one go", () => {
        expect(readText("README.md").split("\n").length).to.be.at.most(201);
    });
});
