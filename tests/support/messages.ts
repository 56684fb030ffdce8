/** Stands in a message for what only a run knows. */
export const HOLE = "…";

/** Whether a text with `…` for what varies is a part of a message. */
export function isPartOf(text: string, message: string): boolean {
    const parts = text.split(HOLE).map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
    return new RegExp(parts.join("[^]*")).test(message);
}
