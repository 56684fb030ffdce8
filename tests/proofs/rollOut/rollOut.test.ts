import { expect } from "chai";
import { describe, it } from "mocha";
import type { Figures } from "./rollOut";
import { ALONE, BY_POLICY, formatRow, LARGER, listingsOf, SHARED, withRollOut, type Row } from "./table";

/** In virtual time, so these bounds hold on every machine. */
const MOST_OVER_IDEAL = 1.03;
const ESTIMATE_WITHIN = 0.1;

async function createAndRotate({ name, scenario }: Row, judge: (figures: Figures) => void): Promise<void> {
    await withRollOut(scenario, async (rollOut) => {
        for (const [what, work] of [
            ["creation", () => rollOut.create()],
            ["rotation", () => rollOut.rotate()],
        ] as const) {
            const figures = await work();
            process.stdout.write(`      ${formatRow(`${name}, ${what}`, figures)}\n`);
            judge(figures);
        }
    });
}

function expectNearIdeal({ ratio, refused, estimates }: Figures): void {
    expect(refused, "refused requests").to.equal(0);
    expect(ratio, "time, over the ideal").to.be.within(1, MOST_OVER_IDEAL);
    expect(estimates, "lines about waiting").not.to.deep.equal([]);
    for (const { announcedMs, cameToMs } of estimates.slice(0, 1)) {
        expect(announcedMs / cameToMs, "announced wait").to.be.within(1 - ESTIMATE_WITHIN, 1 + ESTIMATE_WITHIN);
    }
}

describe("a roll-out of sixty certificates at the limit", function () {
    this.timeout(25 * 60_000);

    for (const row of [...ALONE.filter(({ name }) => name.endsWith("down")), ...BY_POLICY]) {
        it(`takes no longer than the limit makes it, is never refused, and says how long it takes: ${row.name}`, async () => {
            await createAndRotate(row, expectNearIdeal);
        });
    }

    for (const row of LARGER) {
        it(`is faster where answers announce a larger limit: ${row.name}`, async () => {
            await createAndRotate(row, ({ tookMs, refused }) => {
                expect(refused).to.equal(0);
                expect(tookMs).to.be.below(140_000);
            });
        });
    }

    for (const row of SHARED) {
        it(`comes through where somebody else uses the limit, and hardly wastes a request: ${row.name}`, async () => {
            // A bucket announces its next token, a fifth of a minute away: that is its window.
            const windowMs = row.scenario.limits?.window === "bucket" ? 12_000 : 60_000;
            await createAndRotate(row, ({ tookMs, refused }) => {
                expect(refused, "refused requests").to.be.at.most(tookMs / windowMs);
            });
        });
    }

    it("refreshes a thousand no faster than listings are allowed, without a refusal", async () => {
        const { name, scenario } = listingsOf(1_000);
        await withRollOut(scenario, async (rollOut) => {
            const figures = await rollOut.refresh();
            process.stdout.write(`      ${formatRow(name, figures)}\n`);
            expect(figures.refused).to.equal(0);
            expect(figures.calls).to.equal(1_000);
            expect(figures.ratio).to.be.within(1, MOST_OVER_IDEAL);
        });
    });
});
