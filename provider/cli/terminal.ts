/** What a part of a line means; a colour on a terminal that shows colours, and never the only sign of it. */
export type Tone = "good" | "warning" | "bad";

export type Cell = string | { readonly text: string; readonly tone: Tone };
export type Line = readonly Cell[];

/** Control characters, marks that turn the direction of text, line breaks of Unicode, halves of characters. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/**
 * A text as a terminal may see it: whatever could move its cursor, change its colours or reorder a line is escaped as
 * JSON does it, so that JSON stays JSON. Everything that the command line prints goes through here.
 */
export function printable(text: string): string {
    return text.replace(UNPRINTABLE, (character) => (character === "\n" ? character : escaped(character)));
}

/** The same for what is one line or a part of one, such as the name of a file. */
export function printableLine(text: string): string {
    return text.replace(UNPRINTABLE, escaped);
}

function escaped(character: string): string {
    const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, "0")}`).join("");
}

/** Select Graphic Rendition of ECMA-48. */
const COLOURS: Readonly<Record<Tone, string>> = { good: "32", warning: "33", bad: "31" };

/** What is written to a terminal or a file: text as it is, or lines of cells. */
export function rendered(content: string | readonly Line[], hasColours: boolean): string {
    if (typeof content === "string") {
        return printable(content);
    }
    return content.map((line) => `${line.map((cell) => renderedCell(cell, hasColours)).join("")}\n`).join("");
}

/** A result for programs. */
export function jsonText(result: unknown): string {
    return `${JSON.stringify(result, null, 4)}\n`;
}

function renderedCell(cell: Cell, hasColours: boolean): string {
    const text = printableLine(textOf(cell));
    return typeof cell === "string" || !hasColours ? text : `\u001b[${COLOURS[cell.tone]}m${text}\u001b[0m`;
}

export function textOf(cell: Cell): string {
    return typeof cell === "string" ? cell : cell.text;
}

/**
 * By the conventions of no-color.org and force-color.org, and as Node does it itself: FORCE_COLOR decides, then NO_COLOR,
 * then whether it is a terminal.
 */
export function wantsColours(environment: Readonly<Record<string, string | undefined>>, isTerminal: boolean): boolean {
    const { FORCE_COLOR, NO_COLOR = "", TERM } = environment;
    if (FORCE_COLOR !== undefined) {
        return !["0", "false"].includes(FORCE_COLOR);
    }
    return NO_COLOR === "" && isTerminal && TERM !== "dumb";
}

/** Rows of a table, aligned; the last column is as wide as it is. */
export function table(rows: readonly (readonly Cell[])[]): readonly Line[] {
    // As it is shown: escapes are longer than what they stand for.
    const widthOf = (cell: Cell): number => printableLine(textOf(cell)).length;
    const widths = rows.reduce<readonly number[]>(
        (widest, row) => row.map((cell, index) => Math.max(widest[index] ?? 0, widthOf(cell))),
        [],
    );
    return rows.map((row) =>
        row.flatMap((cell, index) =>
            index === row.length - 1 ? [cell] : [cell, " ".repeat((widths[index] ?? 0) - widthOf(cell) + 2)],
        ),
    );
}

/** Blocks of lines with an empty one between them. */
export function paragraphs(...blocks: readonly (readonly Line[])[]): readonly Line[] {
    return blocks.filter((block) => block.length > 0).flatMap((block, index) => (index === 0 ? block : [[], ...block]));
}

/** A text that means something, or only what it says. */
export function toned(text: string, tone: Tone | undefined): Cell {
    return tone === undefined ? text : { text, tone };
}
