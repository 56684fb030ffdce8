import { expect } from "chai";
import { describe, it } from "mocha";
import { layOut } from "../../../../../provider/cli/commands/status/html/timeline";

const NOW_MS = Date.parse("2030-03-16T12:00:00Z");
const DAY_MS = 86_400_000;

const lasting = (from: number | undefined, to: number, warning = 30): Parameters<typeof layOut>[0][number] => ({
    fromMs: from === undefined ? undefined : NOW_MS + from * DAY_MS,
    toMs: NOW_MS + to * DAY_MS,
    warnsFromMs: NOW_MS + (to - warning) * DAY_MS,
});

describe("the timeline of the page", () => {
    it("has whole months around all lifetimes, and every date at its place", () => {
        const { months, today, bars } = layOut([lasting(-31, 92), lasting(-10, 20)], NOW_MS);
        expect(months.map(({ label }) => label)).to.deep.equal(["Feb", "Mar", "Apr", "May", "Jun"]);
        const [start, days] = [Date.parse("2030-02-01T00:00:00Z"), 28 + 31 + 30 + 31 + 30];
        const at = (ms: number): number => (ms - start) / (days * DAY_MS);
        expect(today).to.be.closeTo(at(NOW_MS), 1e-9);
        expect(bars[0]?.from).to.be.closeTo(at(NOW_MS - 31 * DAY_MS), 1e-9);
        expect(bars[0]?.to).to.be.closeTo(at(NOW_MS + 92 * DAY_MS), 1e-9);
        expect(bars[1]?.warnsFrom).to.be.closeTo(at(NOW_MS - 10 * DAY_MS), 1e-9);
        expect(bars.map((bar) => [bar?.isCutAtStart, bar?.isCutAtEnd])).to.deep.equal([
            [false, false],
            [false, false],
        ]);
    });

    it("cuts what lasts for decades, so that it does not squeeze what ends next month", () => {
        const { months, bars } = layOut([lasting(-5000, 9000), lasting(-20, 10)], NOW_MS);
        expect(months.length).to.be.below(7);
        expect(bars[0]).to.include({ from: 0, to: 1, isCutAtStart: true, isCutAtEnd: true });
        const [, soon] = bars;
        expect((soon?.to ?? 0) - (soon?.from ?? 0)).to.be.above(0.15);
    });

    it("keeps what ended long ago, what begins later, and absurd dates within its borders", () => {
        const absurd = [lasting(-4000, -3000), lasting(2000, 3000), lasting(50, -50), lasting(undefined, 40, 1e9)];
        for (const bar of layOut(absurd, NOW_MS).bars) {
            const { from = -1, warnsFrom = -1, to = -1 } = bar ?? {};
            expect([0 <= from, from <= warnsFrom, warnsFrom <= to, to <= 1]).to.deep.equal([true, true, true, true]);
        }
    });

    it("draws no bar where no end is known, and a line all the same", () => {
        const { months, today, bars } = layOut([{ fromMs: NOW_MS, toMs: undefined, warnsFromMs: undefined }], NOW_MS);
        expect(bars).to.deep.equal([undefined]);
        expect(months.length).to.be.above(2);
        expect(today).to.be.within(0, 1);
    });

    it("labels no more months than there is room for, and January by its year", () => {
        const { months } = layOut([lasting(-360, 500)], NOW_MS);
        const labelled = (width: "narrow" | "medium" | "wide"): number =>
            months.filter(({ fits }) => fits.includes(width)).length;
        expect([labelled("narrow") <= 6, labelled("medium") <= 10, labelled("wide") <= 18]).to.deep.equal([
            true,
            true,
            true,
        ]);
        expect(months.filter(({ isJanuary }) => isJanuary).map(({ label }) => label)).to.deep.equal(["2030", "2031"]);
    });
});
