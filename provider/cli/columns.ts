import { printableLine, textOf, type Cell, type Line } from "./terminal";

/** Rows of a table, aligned; the last column is as wide as it is. */
export function table(rows: readonly (readonly Cell[])[]): readonly Line[] {
    const shown = rows.map((row) => row.map(escapedCell));
    const widths = shown.reduce<readonly number[]>(
        (widest, row) => row.map((cell, index) => Math.max(widest[index] ?? 0, textOf(cell).length)),
        [],
    );
    return shown.map((row) =>
        row.flatMap((cell, index) =>
            index === row.length - 1 ? [cell] : [cell, " ".repeat((widths[index] ?? 0) - textOf(cell).length + 2)],
        ),
    );
}

/** The same as plain text. */
export function columns(rows: readonly (readonly string[])[]): readonly string[] {
    return table(rows).map((line) => line.map(textOf).join(""));
}

/** Before it is measured: escapes are longer than what they stand for. */
function escapedCell(cell: Cell): Cell {
    return typeof cell === "string" ? printableLine(cell) : { ...cell, text: printableLine(cell.text) };
}
