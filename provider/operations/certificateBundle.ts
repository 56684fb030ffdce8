import { judgeChain } from "../certificates/chain/chainVerdict";
import { judgeNewDates, judgeUnneeded } from "../certificates/checks/dates";
import { sortFindings, type Finding } from "../certificates/findings";
import { judgeKeyMatch } from "../certificates/checks/keyMatch";
import {
    judgeLasting,
    readPrivateKey,
    readCertificateSet,
    type PrivateKey,
    type CertificateSet,
    type Reading,
} from "../certificates/certificates";
import type { KnownArguments } from "./arguments";
import type { OperationContext } from "./context";
import { expectedFingerprintProblem } from "./expectedFingerprint";
import { OperationError } from "./failures";
import type { KeySource } from "./keyArgument";
import { readKeyText, type Unreadable } from "./keySource";

/** A certificate with its issuers and its key, fit to be uploaded. */
export interface CertificateBundle {
    readonly certificates: CertificateSet;
    readonly key: PrivateKey;
}

/** What is to be said about a bundle that would be uploaded. */
export interface BundleJudgement {
    /** What never changes about the certificates. */
    readonly lasting: readonly Finding[];
    readonly dates: readonly Finding[];
    /** What only this process can say, having the key, OpenSSL and a clock. */
    readonly others: readonly Finding[];
    /** Why the key could not be read at all. */
    readonly keyProblem: Unreadable | undefined;
    readonly key: PrivateKey | undefined;
}

type BundleContext = Pick<OperationContext, "environment" | "folder" | "clock" | "commands">;
type Declared = Pick<KnownArguments, "expiryWarningDays"> & { readonly key: KeySource | undefined };

/**
 * Everything that is to be said about certificates that would be uploaded. The key is read even where the certificates
 * could not be, so that all mistakes come up at once. The chain is judged by a handshake, which needs a key that
 * matches; where there is none, by a search alone.
 */
export async function judgeBundle(
    certificates: CertificateSet | undefined,
    { key: source, expiryWarningDays }: Declared,
    context: BundleContext,
): Promise<BundleJudgement> {
    const text = source === undefined ? undefined : await readKeyText(source, context);
    const keyProblem =
        text !== undefined && "problem" in text ? { ...text, problem: `key: ${text.problem}` } : undefined;
    const { value: key, findings } =
        text !== undefined && "text" in text ? readPrivateKey(text.text, text.passphrase) : NO_KEY;
    const ofKey = findings.map((found) => nameFile(found, source));
    if (certificates === undefined) {
        return { lasting: [], dates: [], others: ofKey, key, keyProblem };
    }
    const ofPair = key === undefined ? [] : judgeKeyMatch(certificates, key);
    if (ofPair.some(({ code }) => code === "cert-ca-swapped")) {
        // What else there is to say is about the wrong leaf.
        return { lasting: [], dates: [], others: ofPair, key, keyProblem };
    }
    const nowMs = context.clock.now();
    const lasting = judgeLasting(certificates);
    const dates = judgeNewDates(certificates, { nowMs, expiryWarningDays });
    const ofChain = await judgeChain(certificates, key, [...lasting, ...dates, ...ofPair], nowMs);
    const ofMatch = [...ofPair, ...ofChain].map((found) => nameFile(found, source));
    const others = [...judgeUnneeded(certificates, nowMs), ...ofKey, ...ofMatch];
    return { lasting, dates, others, key, keyProblem };
}

const NO_KEY: Reading<PrivateKey> = { value: undefined, findings: [] };

/** A command to copy instead of one to fill in, where the path needs no quoting in any shell. */
function nameFile(found: Finding, source: KeySource | undefined): Finding {
    return found.argument === "key" && source?.kind === "file" && /^[\w./-]+$/.test(source.file)
        ? { ...found, message: found.message.replace(/ FILE\b/g, ` ${source.file}`) }
        : found;
}

/**
 * The bundle as it is uploaded. What `check` refuses is refused here in the same words: files change in between. So is a
 * key that cannot be had, of which `check` only warns. What the key was needed for is said with the upload.
 */
export async function loadBundle(
    certificates: CertificateSet,
    args: KnownArguments,
    context: BundleContext & Pick<OperationContext, "notify">,
): Promise<CertificateBundle> {
    const { lasting, dates, others, keyProblem, key } = await judgeBundle(certificates, args, context);
    const { errors } = sortFindings([...lasting, ...dates, ...others], args.skipValidation);
    if (key === undefined || errors.length > 0) {
        const reasons = [...errors, ...(keyProblem === undefined ? [] : [keyProblem.problem])];
        throw new OperationError(...reasons.flatMap((reason) => reason.split("\n")));
    }
    sortFindings(others, args.skipValidation).warnings.forEach((line) => {
        context.notify(line);
    });
    return { certificates, key };
}

export function loadCertificateSet(args: KnownArguments): CertificateSet {
    const { value, findings } = readCertificateSet({ cert: args.cert, ca: args.ca });
    const { errors } = sortFindings(findings, args.skipValidation);
    if (value === undefined || errors.length > 0) {
        throw new OperationError(...errors);
    }
    const unexpected = expectedFingerprintProblem(args.expectedFingerprint, value);
    if (unexpected !== undefined) {
        throw new OperationError(unexpected);
    }
    return value;
}
