import { expect } from "chai";
import { describe, it } from "mocha";
import { pairwise } from "../../support/pairwise";

describe("rows of pairs", () => {
    for (const lengths of [
        [3, 7, 14, 10],
        [2, 2],
        [1, 5, 1],
        [10, 10, 10],
    ]) {
        it(`let every two values meet, in few rows: ${lengths.join(" × ")}`, () => {
            const rows = pairwise(lengths);
            lengths.forEach((length, column) => {
                lengths.slice(column + 1).forEach((otherLength, offset) => {
                    const other = column + 1 + offset;
                    const met = new Set(rows.map((row) => `${String(row[column])} ${String(row[other])}`));
                    expect(met.size, `columns ${String(column)} and ${String(other)}`).to.equal(length * otherLength);
                });
            });
            const [longest = 1, second = 1] = [...lengths].sort((a, b) => b - a);
            expect(rows.every((row) => row.every((value, column) => value < (lengths[column] ?? 0)))).to.equal(true);
            expect(rows.length).to.be.within(longest * second, 2 * longest * second);
        });
    }
});
