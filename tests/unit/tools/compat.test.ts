import { expect } from "chai";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, it } from "mocha";
import { allCells, KNOWN, keyOf } from "../../tools/compat/cells";
import { expectedRecord, isExpected } from "../../tools/compat/matrix";
import { writeReport } from "../../tools/compat/report";

const RESULTS = resolve(__dirname, "../../../../tests/tools/compat/RESULTS.md");

describe("the table of where the package runs", () => {
    it("is the one that `npm run generate:compat` wrote, for the cells and versions that are in the tests now", () => {
        expect(readFileSync(RESULTS, "utf8")).to.equal(writeReport(allCells().map(expectedRecord)));
    });

    it("gives reasons only for cells that there are", () => {
        const names = allCells().map(keyOf);
        expect(Object.keys(KNOWN).filter((name) => !names.includes(name))).to.deep.equal([]);
    });

    it("takes neither a failure nor a cell that was not run for a success", () => {
        const [cell] = allCells().filter((one) => KNOWN[keyOf(one)] === undefined);
        if (cell === undefined) {
            throw new Error("expected cells, got none");
        }
        expect(isExpected({ cell, outcome: "works" })).to.equal(true);
        expect(isExpected({ cell, outcome: "fails", reason: "up" })).to.equal(false);
        expect(isExpected({ cell, outcome: "not run", reason: "no registry" })).to.equal(false);
    });

    it("takes a known failure for what it is, and for nothing else", () => {
        for (const cell of allCells().filter((one) => KNOWN[keyOf(one)] !== undefined)) {
            const { shows } = KNOWN[keyOf(cell)] ?? { shows: "" };
            expect(isExpected({ cell, outcome: "fails", reason: `up: ${shows} /program` })).to.equal(true);
            expect(isExpected({ cell, outcome: "fails", reason: "another" })).to.equal(false);
            expect(isExpected({ cell, outcome: "works" })).to.equal(false);
        }
    });
});
