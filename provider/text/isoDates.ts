export const DAY_MS = 86_400_000;

/** ISO 8601 in UTC; empty where it is no date. */
export function isoDate(ms: number): string {
    return Number.isNaN(ms) ? "" : new Date(ms).toISOString();
}

/** The same for people: to the second, which is what certificates have. */
export function shownDate(ms: number): string {
    return Number.isNaN(ms) ? "an unreadable date" : isoDate(ms).replace(/\.\d+Z$/, "Z");
}
