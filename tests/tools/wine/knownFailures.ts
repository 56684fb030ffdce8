/** Tests that fail under wine and not on Windows, by how their full titles begin, each with the cause. */
export interface KnownFailure {
    readonly test: string;
    /** What of wine is the cause, as a few lines without this project show it. */
    readonly cause: string;
}

export const KNOWN: readonly KnownFailure[] = [];
