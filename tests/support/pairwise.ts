type Lists = Readonly<Record<string, readonly unknown[]>>;

/** One value of each list in each combination, so that any two values of two lists meet in one. */
export function combinedInPairs<T extends Lists>(lists: T): readonly { readonly [K in keyof T]: T[K][number] }[] {
    const columns = Object.entries(lists);
    return pairwise(columns.map(([, values]) => values.length)).map((row) => {
        const chosen = columns.map(([name, values], column) => [name, values[row[column] ?? 0]] as const);
        return Object.fromEntries(chosen) as { readonly [K in keyof T]: T[K][number] };
    });
}

/**
 * Rows of indices into lists of these lengths, in which every two values of any two lists meet. Most faults show with
 * two values, and all combinations of four lists are twenty times as many.
 */
export function pairwise(lengths: readonly number[]): readonly (readonly number[])[] {
    const open = new Set(lengths.flatMap((_, column) => pairsOf(lengths, column)));
    const rows: number[][] = [];
    for (const pair of open) {
        const row = new Map(pair.split(" ").map((part) => part.split(":").map(Number) as [number, number]));
        lengths.forEach((length, column) => {
            if (!row.has(column)) {
                row.set(
                    column,
                    bestOf(length, (value) => pairsWith(row, column, value).filter((one) => open.has(one))),
                );
            }
        });
        row.forEach((value, column) => {
            pairsWith(row, column, value).forEach((one) => open.delete(one));
        });
        rows.push(lengths.map((_, column) => row.get(column) ?? 0));
    }
    return rows;
}

/** All pairs of the values of a column with those of later ones. */
function pairsOf(lengths: readonly number[], column: number): string[] {
    return indices(lengths[column]).flatMap((value) =>
        lengths.flatMap((length, other) =>
            other > column ? indices(length).map((otherValue) => nameOf([column, value], [other, otherValue])) : [],
        ),
    );
}

function pairsWith(row: ReadonlyMap<number, number>, column: number, value: number): string[] {
    return [...row].filter(([other]) => other !== column).map((place) => nameOf(place, [column, value]));
}

function nameOf(...places: readonly (readonly [number, number])[]): string {
    return [...places]
        .sort(([a], [b]) => a - b)
        .map((place) => place.join(":"))
        .join(" ");
}

function bestOf(length: number, gains: (value: number) => readonly string[]): number {
    return indices(length).reduce((best, value) => (gains(value).length > gains(best).length ? value : best), 0);
}

function indices(length = 0): number[] {
    return Array.from({ length }, (_, index) => index);
}
