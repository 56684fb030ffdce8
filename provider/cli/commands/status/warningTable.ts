/** How a certificate looks at first sight: by the gravest that there is to say. */
export type Standing = "fine" | "soon" | "expired" | "attention" | "pending" | "looked-up";

/** Why a certificate needs attention, the gravest first; in a few words, for the page. Scripts go by the codes. */
export const WARNINGS = {
    expired: { words: "Expired", standing: "expired" },
    "not-yet-valid": { words: "Not valid yet", standing: "attention" },
    "expires-soon": { words: "Expires soon", standing: "soon" },
    "shared-id": { words: "Shared id", standing: "attention" },
    drifted: { words: "Drifted", standing: "attention" },
    unconfirmed: { words: "Not confirmed", standing: "attention" },
    "other-certificate": { words: "Not alone", standing: "attention" },
    duplicate: { words: "Declared twice", standing: "attention" },
    "stale-ids": { words: "Stale ids", standing: "attention" },
    "pending-deletion": { words: "To be deleted", standing: "pending" },
    "dates-unknown": { words: "No dates", standing: "attention" },
    encrypted: { words: "Encrypted", standing: "attention" },
} as const satisfies Readonly<Record<string, { words: string; standing: Standing }>>;

export type WarningCode = keyof typeof WARNINGS;

export const WARNING_CODES = Object.keys(WARNINGS) as readonly WarningCode[];

export interface Remark<Code extends string> {
    readonly code: Code;
    /** One line: the fact, and what to do. */
    readonly message: string;
}

export type Warning = Remark<WarningCode>;
/** Worth knowing, and in order. */
export type Note = Remark<"same-certificate">;
