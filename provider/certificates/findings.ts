import { FINDING_KINDS, type FindingCode, type Severity } from "./findingTable";

export type { FindingCode, Severity } from "./findingTable";
export type BundleArgument = "cert" | "key" | "ca";

/** Something that is to be said about a certificate, a key or the issuers. The message never holds PEM text. */
export interface Finding {
    /** Stable: documents and tests name it. */
    readonly code: FindingCode;
    readonly severity: Severity;
    readonly argument: BundleArgument;
    /** What is the case. Where no certificate is named, its subject is the argument. */
    readonly fact: string;
    /** The fact, what to do, and the code, on one line. */
    readonly message: string;
    /** Whether `skipValidation` turns it into a warning: only what an origin could see differently. */
    readonly waivable: boolean;
}

/** What was read of a text, if it could be, and what is to be said about it. */
export interface Reading<T> {
    readonly value: T | undefined;
    readonly findings: readonly Finding[];
}

/** @param step What mends it, where more is known than the table says. */
export function finding(code: FindingCode, argument: BundleArgument, fact: string, step?: string): Finding {
    const { severity, waivable, fix, fixKey } = FINDING_KINDS[code];
    const usual = argument === "key" ? fixKey : fix;
    return { code, severity, argument, fact, waivable, message: `${fact}; ${step ?? usual} [${code}]` };
}

/** A finding as users are told it. */
export type Notice = Readonly<ReturnType<typeof asNotices>[number]>;

/** `skipValidation` turns the errors that only an origin could overrule into warnings. */
export function asNotices(findings: readonly Finding[], skipValidation: boolean) {
    return findings.map(({ code, severity, argument, message, waivable }) => ({
        code,
        severity: severity === "error" && waivable && skipValidation ? ("warning" as const) : severity,
        /** Begins with the argument's name. */
        message: `${argument}: ${message}`,
    }));
}

export type Assessment = Readonly<ReturnType<typeof sortFindings>>;

/** What was found out, in the words of a message. */
export function sortFindings(findings: readonly Finding[], skipValidation: boolean) {
    const notices = asNotices(findings, skipValidation);
    const said = (wanted: Severity): readonly string[] =>
        notices.filter(({ severity }) => severity === wanted).map(({ message }) => message);
    return { errors: said("error"), warnings: said("warning"), notes: said("note") };
}
