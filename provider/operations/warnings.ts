import { judgeExpiries, type CertificateExpiry } from "../certificates/checks/expiries";
import { asNotices, type Notice } from "../certificates/findings";

export type ResourceWarning = Pick<Notice, "severity" | "message">;

/** The chain is searched without the key, and tried with OpenSSL where the key is. */
export const UNCHECKED =
    "so the key and OpenSSL's verdict on the chain, and nothing else, are not checked yet; without the key, " +
    "pulumi up stops at this resource, perhaps after it has changed others";
const NOT_CHECKED: ResourceWarning = { severity: "warning", message: `key: cannot be read here, ${UNCHECKED}` };

/**
 * What there is to say of new certificates, by what `check` computed or a write recorded. It never changes, so it is said
 * once: by the preview, for which there is no time yet, and by the `up`.
 *
 * @param sinceMs What a write recorded before this was said by an earlier run.
 */
export function newWarnings(findings: unknown, sinceMs: number): readonly ResourceWarning[] {
    if (!isObject(findings) || !Array.isArray(findings["certificates"])) {
        return [];
    }
    const { at, certificates, key, upload = [] } = findings;
    if (typeof at === "string" && Date.parse(at) < sinceMs) {
        return [];
    }
    const unchecked = Array.isArray(key) ? [] : [NOT_CHECKED];
    return [...(certificates as ResourceWarning[]), ...unchecked, ...(upload as ResourceWarning[])];
}

/** What is due by the clock: in every run, whether anything changes or not. */
export function dueWarnings(expiries: unknown, nowMs: number): readonly ResourceWarning[] {
    return Array.isArray(expiries) ? asNotices(judgeExpiries(expiries as CertificateExpiry[], nowMs), true) : [];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
    return typeof value === "object" && value !== null;
}
