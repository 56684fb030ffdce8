/** No name is longer; what is, was pasted. */
const LONGEST_NAME = 40;

/** The name that was probably meant by another one: a slip or two away, and not by changing half of it. */
export function nearest(given: string, names: readonly string[]): string | undefined {
    const most = Math.min(2, Math.floor(given.length / 3));
    const distances = names.map((name) => ({ name, distance: given.length > LONGEST_NAME ? NaN : slips(given, name) }));
    return distances.filter(({ distance }) => distance <= most).sort((a, b) => a.distance - b.distance)[0]?.name;
}

/** Levenshtein's distance, blind for upper and lower case: how many letters are missing, too many, or others. */
function slips(given: string, name: string): number {
    const [from, to] = [given.toLowerCase(), name.toLowerCase()];
    let row = Array.from({ length: to.length + 1 }, (_, at) => at);
    for (const [index, letter] of [...from].entries()) {
        const next = [index + 1];
        for (let at = 0; at < to.length; at += 1) {
            const changed = (row[at] ?? 0) + (letter === to[at] ? 0 : 1);
            next.push(Math.min(changed, (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
        }
        row = next;
    }
    return row.at(-1) ?? NaN;
}
