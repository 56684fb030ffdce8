import { judgeChain } from "../certificates/chain/chainVerdict";
import { judgeNewDates, judgeUnneeded } from "../certificates/checks/dates";
import { sortFindings, type Assessment, type Finding } from "../certificates/findings";
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
import { readKeyText } from "./keySource";

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
    readonly keyProblem: string | undefined;
    /** Whether there was no byte of it, so that it may be there on another machine or later. */
    readonly isKeyUnavailable: boolean;
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
    const nowMs = context.clock.now();
    const lasting = certificates === undefined ? [] : judgeLasting(certificates);
    const dates = certificates === undefined ? [] : judgeNewDates(certificates, { nowMs, expiryWarningDays });
    const unneeded = certificates === undefined ? [] : judgeUnneeded(certificates, nowMs);
    const text = source === undefined ? undefined : await readKeyText(source, context);
    const problem = text !== undefined && "problem" in text ? text : undefined;
    const { value: key, findings } =
        text === undefined || "problem" in text ? NO_KEY : readPrivateKey(text.text, text.passphrase);
    const ofPair = certificates === undefined || key === undefined ? [] : judgeKeyMatch(certificates, key);
    if (ofPair.some(({ code }) => code === "cert-ca-swapped")) {
        // What else there is to say is about the wrong leaf.
        return { lasting: [], dates: [], others: ofPair, key, keyProblem: undefined, isKeyUnavailable: false };
    }
    const known = [...lasting, ...dates, ...ofPair];
    const ofChain = certificates === undefined ? [] : await judgeChain(certificates, key, known, nowMs);
    const ofKey = [...findings, ...ofPair, ...ofChain].map((found) => nameFile(found, source));
    return {
        ...{ lasting, dates, others: [...unneeded, ...ofKey], key },
        keyProblem: problem && `key: ${problem.problem}`,
        isKeyUnavailable: problem?.isUnavailable ?? false,
    };
}

const NO_KEY: Reading<PrivateKey> = { value: undefined, findings: [] };

/** A command to copy instead of one to fill in, where the path needs no quoting in any shell. */
function nameFile(found: Finding, source: KeySource | undefined): Finding {
    return found.argument === "key" && source?.kind === "file" && /^[\w./-]+$/.test(source.file)
        ? { ...found, message: found.message.replace(/ FILE\b/g, ` ${source.file}`) }
        : found;
}

export function assessOthers(
    { others, keyProblem, isKeyUnavailable }: BundleJudgement,
    skipValidation: boolean,
): Assessment {
    const { errors, ...rest } = sortFindings(others, skipValidation);
    const isWrong = keyProblem !== undefined && !isKeyUnavailable;
    return { ...rest, errors: isWrong ? [...errors, keyProblem] : errors };
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
    const judgement = await judgeBundle(certificates, args, context);
    const others = assessOthers(judgement, args.skipValidation);
    const errors = [
        ...sortFindings([...judgement.lasting, ...judgement.dates], args.skipValidation).errors,
        ...others.errors,
        ...(judgement.isKeyUnavailable ? [String(judgement.keyProblem)] : []),
    ];
    if (judgement.key === undefined || errors.length > 0) {
        throw new OperationError(...errors.flatMap((error) => error.split("\n")));
    }
    others.warnings.forEach((line) => {
        context.notify(line);
    });
    return { certificates, key: judgement.key };
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
