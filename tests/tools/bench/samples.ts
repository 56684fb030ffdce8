import type { ColumnName } from "./columns";
import type { TreeUse } from "./processTree";
import type { CallCounts } from "./fakeVercelProcess";

/** What is done with a stack, in this order. */
export const ROWS = ["create", "no-op", "preview", "reformatted", "refresh", "rotate", "destroy"] as const;
export type Row = (typeof ROWS)[number];

/** The others leave the state as it is, or none. */
export const STATE_ROWS: readonly Row[] = ["create", "reformatted", "rotate"];

export const ROW_TITLES: Readonly<Record<Row, string>> = {
    create: "`up` that creates all",
    "no-op": "`up` that changes nothing",
    preview: "`preview` of no changes",
    reformatted: "`up` with the same certificates in another layout",
    refresh: "`refresh`",
    rotate: "`up` that rotates all",
    destroy: "`destroy`",
};

/** One run of the CLI. */
export interface Sample {
    readonly n: number;
    readonly column: ColumnName;
    readonly row: Row;
    readonly wallMs: number;
    readonly use: TreeUse;
    readonly calls: Omit<CallCounts, "violations">;
    /** Of the state after this run, as compact JSON; only of `STATE_ROWS`. */
    readonly stateBytes?: number;
}

export interface Spread {
    readonly median: number;
    readonly least: number;
    readonly most: number;
    readonly count: number;
}

export function spreadOf(values: readonly number[]): Spread {
    const sorted = [...values].sort((a, b) => a - b);
    const [least] = sorted;
    const most = sorted.at(-1);
    if (least === undefined || most === undefined) {
        throw new Error("expected at least one value, got none");
    }
    const middle = Math.floor(sorted.length / 2);
    const upper = sorted[middle] ?? most;
    const median = sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? upper) + upper) / 2;
    return { median, least, most, count: sorted.length };
}
