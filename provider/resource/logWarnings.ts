import * as pulumi from "@pulumi/pulumi";
import { dueWarnings, newWarnings } from "../operations/warnings";
import { warningMsOf, type CertificateExpiry } from "../certificates/checks/expiries";
import { shownDate } from "../text/isoDates";

/**
 * Says on the resource, in preview and `up`, what the provider found out about its certificates, and what of it is due by
 * the clock. Only the program can: the provider process does not know the resource's name. What is said comes with the
 * outputs, so it is the same whatever a transformation made of the arguments. Nothing here can fail the program.
 */
export function logWarnings(resource: pulumi.Resource, expiryWarningDays: unknown): Promise<void> {
    // Without outputs there is no resource, and its registration says why.
    return advise(resource, expiryWarningDays, Date.now()).catch(() => undefined);
}

async function advise(resource: pulumi.Resource, days: unknown, declaredMs: number): Promise<void> {
    const [expiries, findings] = await Promise.all([outputOf(resource, "expiries"), outputOf(resource, "findings")]);
    const known = expiries === undefined ? await expiriesOfPast(resource, days) : expiries;
    await Promise.all(
        [...newWarnings(findings, declaredMs), ...dueWarnings(known, Date.now())].map(({ severity, message }) =>
            severity === "note" ? pulumi.log.info(message, resource) : pulumi.log.warn(message, resource),
        ),
    );
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
    return [{ argument: "cert", subject, notBefore, notAfter, warnFrom: shownDate(warnMs) }];
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
