import { expect } from "chai";
import { readFileSync } from "node:fs";
import { describe, it } from "mocha";
import { FINDING_KINDS } from "../../../provider/certificates/findingTable";
import { ARGUMENT_KINDS } from "../../../provider/operations/argumentTable";
import { FINDINGS_PAGE, renderFindings } from "../../tools/generate/findings";

describe("docs/reference/findings.md", () => {
    it("is what npm run generate:findings writes today, so that a code in a message is found there", () => {
        const page = readFileSync(FINDINGS_PAGE, "utf8");
        expect(page).to.equal(renderFindings(page));
    });

    it("has a row for every code, which says when it comes up", () => {
        const page = readFileSync(FINDINGS_PAGE, "utf8");
        Object.keys({ ...FINDING_KINDS, ...ARGUMENT_KINDS }).forEach((code) => {
            expect(page).to.match(new RegExp(`^\\| \`${code}\` \\| [^|]+ \\| .{12,} \\| .+ \\|$`, "m"));
        });
    });
});
