import { counted } from "../../../text/quoting";
import type { JudgedCertificate } from "./statusWarnings";
import { WARNING_CODES, type WarningCode } from "./warningTable";
import { shownDate } from "../../../text/isoDates";

/** One stack that was asked for. */
export interface ReportedStack {
    readonly name: string;
    /** Of this package. */
    readonly certificates: number;
    /** Why there is nothing to say about it. */
    readonly problem: StackProblem | undefined;
}

export interface StackProblem {
    /** Whether its state could not be had, or holds nothing to watch. */
    readonly code: "unreadable" | "no-certificates";
    readonly message: string;
}

/** What `status` found out, for all its forms. */
export interface StatusReport {
    readonly nowMs: number;
    readonly stacks: readonly ReportedStack[];
    readonly certificates: readonly JudgedCertificate[];
}

/** The verdict on what needs attention; `undefined` if all is in order. */
export function attentionOf({ stacks, certificates }: StatusReport): string | undefined {
    const share = shareNeedingAttention(certificates);
    const counts = WARNING_CODES.map((code) => [code, certificates.filter((one) => has(one, code)).length] as const);
    const kinds = counts.filter(([, count]) => count > 0).map(([code, count]) => `${String(count)} ${code}`);
    const empty = stacks.filter(({ problem }) => problem?.code === "no-certificates").length;
    const isComplete = stacks.every(({ problem }) => problem === undefined);
    const verdicts = [
        ...(share === undefined ? [] : [`${share} (${kinds.join(", ")})`]),
        ...(empty === 0 ? [] : [`${counted(empty, "stack")} without certificates`]),
        // A job that watches nothing must not stay green.
        ...(certificates.length === 0 && isComplete ? ["no stack has a certificate of this package"] : []),
    ];
    return verdicts.length === 0 ? undefined : verdicts.join("; ");
}

/** As "1 of 4 certificates needs attention"; `undefined` where none does. */
export function shareNeedingAttention(certificates: readonly JudgedCertificate[]): string | undefined {
    const bad = certificates.filter(({ warnings }) => warnings.length > 0).length;
    const verb = bad === 1 ? "needs" : "need";
    return bad === 0 ? undefined : `${String(bad)} of ${counted(certificates.length, "certificate")} ${verb} attention`;
}

function has({ warnings }: JudgedCertificate, code: WarningCode): boolean {
    return warnings.some((warning) => warning.code === code);
}

export type StatusJson = ReturnType<typeof statusJson>;

/** With `--json`, exactly this; documented in docs/reference/command-line.md. What is not known is `null`. */
export function statusJson(report: StatusReport) {
    return {
        at: shownDate(report.nowMs),
        inOrder: report.stacks.every(({ problem }) => problem === undefined) && attentionOf(report) === undefined,
        stacks: report.stacks.map(({ name, certificates, problem = null }) => ({ name, certificates, problem })),
        certificates: report.certificates.map(certificateJson),
    };
}

function certificateJson(one: JudgedCertificate) {
    return {
        ...{ stack: one.stack, name: one.name, urn: one.urn, id: one.id },
        // An origin is `*` for the whole project.
        ...{ team: one.team ?? null, project: one.project, origin: one.origin || null, certId: one.certId || null },
        ...{ fingerprint: one.fingerprint || null, certFingerprint: one.certFingerprint || null },
        ...{ subject: one.subject || null, issuer: one.issuer || null, serialNumber: one.serialNumber || null },
        ...{ notBefore: time(one.fromMs), notAfter: time(one.toMs), uploadedAt: time(one.uploadedMs) },
        ...{ warnsFrom: time(one.warnsFromMs), daysLeft: one.daysLeft ?? null },
        ...{ staleCertIds: one.staleCertIds, otherCertIds: one.otherCertIds },
        ...{ lookedUp: one.isLookedUp, pendingDeletion: one.isPendingDeletion },
        ...{ warnings: one.warnings, notes: one.notes },
    };
}

function time(ms: number | undefined): string | null {
    return ms === undefined ? null : shownDate(ms);
}
