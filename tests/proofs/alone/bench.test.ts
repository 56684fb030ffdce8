import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findPulumiCli } from "../../support/pulumiCli";
import { bench } from "../../tools/bench/bench";
import { Mint } from "../../tools/bench/material";
import { parseOptions } from "../../tools/bench/options";
import type { ReportData } from "../../tools/bench/reportData";
import { Stack } from "../../tools/bench/round";
import { ROWS, spreadOf, type Sample } from "../../tools/bench/samples";

describe("npm run bench", () => {
    it("takes sizes, repetitions and columns, and says what it does not understand", () => {
        const options = parseOptions(["--n", "1,50", "--repeat", "3", "--columns", "a,b"]);
        expect(options.sizes).to.deep.equal([
            { n: 1, repeat: 3 },
            { n: 50, repeat: 3 },
        ]);
        expect(options.columns).to.deep.equal(["a", "b"]);
        expect(parseOptions(["--full"]).sizes.map(({ n }) => n)).to.deep.equal([1, 50, 200, 500]);
        expect(() => parseOptions(["--n", "many"])).to.throw('--n: expected whole numbers from 1 on, got "many"');
        expect(() => parseOptions(["--columns", "z"])).to.throw('--columns: expected some of a, b, c, d, got "z"');
    });

    it("gives the middle of several runs, and how far they are apart", () => {
        expect(spreadOf([3, 1, 10])).to.deep.equal({ median: 3, least: 1, most: 10, count: 3 });
        expect(spreadOf([4, 1, 2, 3]).median).to.equal(2.5);
    });
});

describe("npm run bench, on the real CLI", function () {
    this.timeout(25 * 60_000);

    const folder = mkdtempSync(join(tmpdir(), "bench-"));
    const options = {
        sizes: [{ n: 1, repeat: 1 }],
        columns: ["a", "b"],
        profile: false,
        resume: false,
        brief: true,
        out: folder,
    } as const;
    let data: ReportData;
    before(async function () {
        if (process.platform !== "linux") {
            this.skip();
        }
        data = await bench(options);
    });
    after(() => {
        rmSync(folder, { recursive: true, force: true });
    });

    const samplesOf = (column: string): readonly Sample[] => data.samples.filter((one) => one.column === column);

    it("measures every row for every column", () => {
        for (const column of options.columns) {
            expect([...new Set(samplesOf(column).map(({ row }) => row))]).to.deep.equal(ROWS);
        }
        for (const { row, wallMs, use, stateBytes = 1 } of data.samples) {
            expect(wallMs).to.be.above(0);
            expect(use.cli.cpuMs).to.be.above(0);
            expect(use.cli.peakBytes).to.be.above(10 * 2 ** 20);
            expect(use.provider.peakBytes, row).to.be.above(10 * 2 ** 20);
            expect(stateBytes).to.be.above(0);
        }
    });

    it("counts the calls: none where nothing changes, and none at all from the empty resource", () => {
        const total = ({ calls }: Sample): number => calls.uploads + calls.listings + calls.deletions;
        const unchanged = samplesOf("a").filter(({ row }) => ["no-op", "preview", "reformatted"].includes(row));
        expect(unchanged.map(total)).to.satisfy((counts: number[]) => counts.every((count) => count === 0));
        expect(samplesOf("b").map(total)).to.satisfy((counts: number[]) => counts.every((count) => count === 0));
        expect(samplesOf("a").find(({ row }) => row === "create")?.calls).to.deep.include({ uploads: 1, listings: 2 });
        expect(samplesOf("a").find(({ row }) => row === "destroy")?.calls).to.deep.include({ deletions: 1 });
    });

    it("creates with the provider of the documentation, and with the empty one that has loaded what uploads need", async () => {
        const [cli, mint] = await Promise.all([findPulumiCli(), Mint.start()]);
        const declared = await mint.declare(1);
        for (const [column, uploads] of [["c", 1] as const, ["d", 0] as const]) {
            const stack = await Stack.open(column, { cli, n: 1 }, declared);
            try {
                expect((await stack.measure("create")).calls).to.include({ uploads });
            } finally {
                await stack.close();
            }
        }
    });

    it("keeps its report as text and as data, without names of this machine, and resumes without measuring again", async () => {
        const report = readFileSync(join(folder, "REPORT.md"), "utf8");
        const kept = readFileSync(join(folder, "report.json"), "utf8");
        expect(report).to.contain("## N = 1").and.to.contain("| what | measured | at most | |");
        expect(JSON.parse(kept)).to.deep.equal(JSON.parse(JSON.stringify(data)));
        expect(report + kept)
            .to.not.contain(folder)
            .and.to.not.contain(process.cwd());
        expect((await bench({ ...options, resume: true })).samples).to.deep.equal(data.samples);
    });

    it("does not mix results of other versions with its own", async () => {
        const file = join(folder, "report.json");
        const other = { ...data, versions: { ...data.versions, cli: "3.0.0" } };
        writeFileSync(file, JSON.stringify(other));
        expect((await bench({ ...options, sizes: [] })).samples).to.deep.equal([]);
    });
});
