import { expiriesOf } from "../certificates/checks/dates";
import type { CertificateExpiry } from "../certificates/checks/expiries";
import type { Notice } from "../certificates/findings";
import { isCanonical, readCertificateSet, type CertificateSet } from "../certificates/certificates";
import { type Arguments, type Properties } from "./arguments";
import { UNKNOWN_VALUE } from "./unknown";

/**
 * What a preview shows of long or secret texts. It follows from the declared texts and days alone, whatever the clock and
 * the machine, or is taken from the earlier inputs: a plan that was made with other values, or without them, is refused
 * at `up`.
 */
export interface ComputedInputs {
    readonly fingerprint: string;
    readonly certFingerprint: string;
    readonly notAfter: string;
    readonly expiries: readonly CertificateExpiry[] | typeof UNKNOWN_VALUE;
    readonly findings: NewFindings | typeof UNKNOWN_VALUE;
}

/** What is to be said, once, of certificates that are new. */
export interface NewFindings {
    readonly certificates: readonly Notice[];
    /** Unknown in a preview that could not have the key: then neither it nor the chain is checked yet. */
    readonly key: readonly [] | typeof UNKNOWN_VALUE;
}

const NOTHING_NEW: NewFindings = { certificates: [], key: [] };

const inputsOf = (
    text: string,
    { expiries, findings }: Pick<ComputedInputs, "expiries" | "findings">,
): ComputedInputs => ({ fingerprint: text, certFingerprint: text, notAfter: text, expiries, findings });

export const UNKNOWN_INPUTS = inputsOf(UNKNOWN_VALUE, { expiries: UNKNOWN_VALUE, findings: UNKNOWN_VALUE });

/** Where a text in place cannot be read any more: outside of a preview the engine takes no unknown value. */
export const OF_NO_TEXT = inputsOf("", { expiries: [], findings: NOTHING_NEW });

export function computedOf(
    certificates: CertificateSet,
    news: Properties,
    { expiryWarningDays }: Pick<Arguments, "expiryWarningDays">,
): ComputedInputs {
    const { fingerprint, certFingerprint, notAfter } = certificates;
    const isKnown = news["expiryWarningDays"] !== UNKNOWN_VALUE;
    const expiries = isKnown ? expiriesOf(certificates, expiryWarningDays) : UNKNOWN_VALUE;
    return { fingerprint, certFingerprint, notAfter, expiries, findings: NOTHING_NEW };
}

/**
 * What an earlier `check` computed. States of 0.1.0 have no expiries, and an import may leave no more than the texts: the
 * engine stores what its file says.
 */
export function computedBefore(
    olds: Properties,
): (Partial<ComputedInputs> & Pick<ComputedInputs, "fingerprint">) | undefined {
    const { cert, ca, fingerprint, certFingerprint, notAfter, expiries } = olds;
    const isUnread = typeof fingerprint !== "string" && typeof cert === "string" && typeof ca === "string";
    const known = isUnread ? readCertificateSet({ cert, ca }).value?.fingerprint : fingerprint;
    return typeof known !== "string"
        ? undefined
        : {
              fingerprint: known,
              ...(typeof certFingerprint === "string" ? { certFingerprint } : {}),
              ...(typeof notAfter === "string" ? { notAfter } : {}),
              ...(Array.isArray(expiries) ? { expiries: expiries as readonly CertificateExpiry[] } : {}),
              findings: NOTHING_NEW,
          };
}

/**
 * The file of an import may hold the public inputs, which the engine hands to `check` as they stand there: what they
 * describe is in place, and no key is needed.
 */
export function isImport(olds: Properties, news: Properties): boolean {
    return !("key" in news) && !("key" in olds) && typeof olds["cert"] === "string";
}

/** Whether what an earlier `check` computed of these texts is as good as computing it anew. */
export function isStored(news: Properties, olds: Properties): boolean {
    const isSame = (name: string): boolean => {
        const text = news[name];
        return typeof text === "string" && text === olds[name] && isCanonical(text);
    };
    return isSame("cert") && isSame("ca") && hasSameDays(news, olds);
}

export function hasSameDays(news: Properties, olds: Properties): boolean {
    return (news["expiryWarningDays"] ?? null) === (olds["expiryWarningDays"] ?? null);
}
