import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { packPackage } from "../../support/installedPackage";
import { runCell } from "./cellRun";
import { KNOWN, keyOf, NODES, nodeTool, type Cell } from "./cells";
import { PACKAGE_MANAGERS } from "./packageManagers";
import { PROGRAMS, type ProgramKind } from "./programs";
import { executableOf } from "./tools";

export interface CellRecord {
    readonly cell: Cell;
    readonly outcome: "works" | "fails" | "not run";
    /** Why it failed or was not run. */
    readonly reason?: string;
}

/** Cells that run at a time: more would wait for each other on two cores. */
const LANES = 2;

/** Runs the cells, and tells each as it ends. Their order is kept. */
export async function runCells(
    cells: readonly Cell[],
    onRecord: (record: CellRecord, seconds: number) => void,
): Promise<readonly CellRecord[]> {
    const folder = await mkdtemp(join(tmpdir(), "pack-"));
    try {
        const tarball = await packPackage(folder);
        const records: CellRecord[] = [];
        const waiting = cells.map((cell, index) => ({ cell, index }));
        const lane = async (): Promise<void> => {
            for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
                const startedMs = Date.now();
                const record = await recordOf(next.cell, tarball);
                records[next.index] = record;
                onRecord(record, (Date.now() - startedMs) / 1000);
            }
        };
        await Promise.all(Array.from({ length: LANES }, lane));
        return records;
    } finally {
        await rm(folder, { recursive: true, force: true });
    }
}

async function recordOf(cell: Cell, tarball: string): Promise<CellRecord> {
    const packageManager = PACKAGE_MANAGERS[cell.packageManager];
    let node: string;
    let executable: string;
    let bun: string | undefined;
    const program: ProgramKind = PROGRAMS[cell.program];
    try {
        node = await executableOf(nodeTool(cell.node));
        executable = await executableOf(packageManager.tool);
        bun = program.runsOnBun === true ? await executableOf(PACKAGE_MANAGERS.bun.tool) : undefined;
    } catch (error) {
        return { cell, outcome: "not run", reason: messageOf(error) };
    }
    try {
        await runCell({
            nodeFolder: dirname(node),
            nodeVersion: `v${NODES[cell.node]}`,
            packageManager,
            executable,
            program,
            bun,
            tarball,
        });
        return { cell, outcome: "works" };
    } catch (error) {
        return { cell, outcome: "fails", reason: messageOf(error) };
    }
}

/** What the table of cells says: a cell works, or is known not to. */
export function expectedRecord(cell: Cell): CellRecord {
    const known = KNOWN[keyOf(cell)];
    return known === undefined ? { cell, outcome: "works" } : { cell, outcome: "fails", reason: known.shows };
}

/** As unexpected as a failure is one for another reason, a cell that was not run, and one that works against the table. */
export function isExpected({ cell, outcome, reason = "" }: CellRecord): boolean {
    const expected = expectedRecord(cell);
    return outcome === expected.outcome && reason.includes(expected.reason ?? "");
}

function messageOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}
