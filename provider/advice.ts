import * as pulumi from "@pulumi/pulumi";
import { iso, judgeExpiries, warningMsOf, type CertificateExpiry } from "./material/expiries";
import { asNotices, type Notice } from "./material/findings";

type Advice = Pick<Notice, "severity" | "message">;

const NOT_CHECKED: Advice = {
    severity: "warning",
    message:
        "key: the key is not known or cannot be read here, so key and chain are not checked yet; " +
        "where pulumi up cannot read it either, it stops at this resource, perhaps after others have changed",
};

/**
 * Says on the resource, in preview and `up`, what the provider found out about its certificates, and what of it is due by
 * the clock. Only the program can: the provider process does not know the resource's name. What is said comes with the
 * outputs, so it is the same whatever a transformation made of the arguments. Nothing here can fail the program.
 */
export function adviseOn(resource: pulumi.Resource, expiryWarningDays: unknown): Promise<void> {
    // Without outputs there is no resource, and its registration says why.
    return advise(resource, expiryWarningDays, Date.now()).catch(() => undefined);
}

async function advise(resource: pulumi.Resource, days: unknown, declaredMs: number): Promise<void> {
    const [expiries, findings] = await Promise.all([outputOf(resource, "expiries"), outputOf(resource, "findings")]);
    const known = Array.isArray(expiries) ? (expiries as CertificateExpiry[]) : [];
    const due = judgeExpiries(expiries === undefined ? await expiriesOfPast(resource, days) : known, Date.now());
    await Promise.all(
        [...adviceOf(findings, declaredMs), ...asNotices(due, true)].map(({ severity, message }) =>
            severity === "note" ? pulumi.log.info(message, resource) : pulumi.log.warn(message, resource),
        ),
    );
}

/** What never changes about a certificate is said once: by the preview, for which there is no time yet, and by the `up`. */
function adviceOf(findings: unknown, declaredMs: number): readonly Advice[] {
    if (!isObject(findings) || !Array.isArray(findings["certificates"])) {
        return [];
    }
    const { at, certificates, key, upload = [] } = findings;
    if (typeof at === "string" && Date.parse(at) < declaredMs) {
        return [];
    }
    const unchecked = Array.isArray(key) ? [] : [NOT_CHECKED];
    return [...(certificates as Advice[]), ...unchecked, ...(upload as Advice[])];
}

/** States of 0.1.0 have the dates of the leaf only, and the earliest end of its chain. */
async function expiriesOfPast(resource: pulumi.Resource, days: unknown): Promise<readonly CertificateExpiry[]> {
    const dates = await Promise.all(["subject", "notBefore", "notAfter"].map((name) => outputOf(resource, name)));
    const [subject, notBefore, notAfter] = dates.map((date) => (typeof date === "string" ? date : ""));
    if (!subject || !notBefore || !notAfter) {
        return [];
    }
    const toMs = Date.parse(notAfter);
    const warningMs = warningMsOf(typeof days === "number" ? days : undefined, toMs - Date.parse(notBefore));
    const warnMs = Math.max(Date.parse(notBefore), toMs - warningMs);
    return [{ argument: "cert", subject, notBefore, notAfter, warnFrom: iso(warnMs) }];
}

type Output = Readonly<Record<"promise", (withUnknowns: boolean) => Promise<unknown>>>;

/**
 * Also in a preview, where parts of it may be unknown; the SDK has this on every output and leaves it out of the types.
 * Under mocks an output may be anything.
 */
async function outputOf(resource: pulumi.Resource, name: string): Promise<unknown> {
    const outputs = resource as unknown as Readonly<Record<string, Output | undefined>>;
    return await outputs[name]?.promise(true);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
    return typeof value === "object" && value !== null;
}
