import { expect } from "chai";
import { describe, it } from "mocha";
import { releaseProblems, type Release } from "../../tools/release";

const READY: Release = {
    tag: "v1.2.3",
    version: "1.2.3",
    changelog: "# Changelog\n\n## [Unreleased]\n\n## [1.2.3]\n\n- It does more.\n\n## [1.2.2]\n\n- It did less.\n",
    hasState: (file) => file === "v1.2.3.json",
};

describe("a release", () => {
    it("is published where tag, version, changelog and recorded state say the same", () => {
        expect(releaseProblems(READY)).to.deep.equal([]);
    });

    it("is not published as a version that package.json does not have", () => {
        for (const tag of ["v1.2.4", "1.2.3", "v1.2.3-rc.1", ""]) {
            expect(releaseProblems({ ...READY, tag })).to.deep.equal([
                `expected the tag v1.2.3, as in package.json, got ${tag}`,
            ]);
        }
    });

    it("is not published without what users notice, and without the state that later versions are held against", () => {
        const changelog = READY.changelog.replace("- It does more.", "");
        const problems = releaseProblems({ ...READY, changelog, hasState: () => false });
        expect(problems).to.have.length(2);
        expect(problems[0]).to.contain('"## [1.2.3]"');
        expect(problems[1]).to.contain("npm run generate:state");
    });
});
