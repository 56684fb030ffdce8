import { expect } from "chai";
import { readFileSync } from "node:fs";
import { describe, it } from "mocha";
import { FINDING_KINDS } from "../../../provider/certificates/findingTable";
import { ARGUMENT_KINDS } from "../../../provider/operations/argumentTable";
import { FINDINGS_PAGE, renderFindings } from "../../tools/generate/findings";

describe("docs/reference/findings.md", () => {
    it("is what npm run generate:findings writes today, so that a code in a message is found there", () => {
        expect(readFileSync(FINDINGS_PAGE, "utf8")).to.equal(renderFindings());
    });

    it("has a row for every code", () => {
        const page = renderFindings();
        Object.keys({ ...FINDING_KINDS, ...ARGUMENT_KINDS }).forEach((code) => {
            expect(page).to.contain(`| \`${code}\` |`);
        });
    });
});
