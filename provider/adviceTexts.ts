import { judgeExpiries, type CertificateExpiry } from "./material/expiries";
import { asNotices, type Notice } from "./material/findings";

export type Advice = Pick<Notice, "severity" | "message">;

const NOT_CHECKED: Advice = {
    severity: "warning",
    message:
        "key: the key is not known or cannot be read here, so key and chain are not checked yet; " +
        "where pulumi up cannot read it either, it stops at this resource, perhaps after others have changed",
};

/**
 * What there is to say of new certificates, by what `check` computed or a write recorded. It never changes, so it is said
 * once: by the preview, for which there is no time yet, and by the `up`.
 *
 * @param sinceMs What a write recorded before this was said by an earlier run.
 */
export function newAdvice(findings: unknown, sinceMs: number): readonly Advice[] {
    if (!isObject(findings) || !Array.isArray(findings["certificates"])) {
        return [];
    }
    const { at, certificates, key, upload = [] } = findings;
    if (typeof at === "string" && Date.parse(at) < sinceMs) {
        return [];
    }
    const unchecked = Array.isArray(key) ? [] : [NOT_CHECKED];
    return [...(certificates as Advice[]), ...unchecked, ...(upload as Advice[])];
}

/** What is due by the clock: in every run, whether anything changes or not. */
export function dueAdvice(expiries: unknown, nowMs: number): readonly Advice[] {
    return Array.isArray(expiries) ? asNotices(judgeExpiries(expiries as CertificateExpiry[], nowMs), true) : [];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
    return typeof value === "object" && value !== null;
}
