import { judgeChain } from "../material/chainVerdict";
import { judgeDates, judgeUnneeded } from "../material/dates";
import { sortFindings, type Assessment, type Finding } from "../material/findings";
import { judgeKeyMatch } from "../material/keyMatch";
import {
    judgeLasting,
    readPrivateKey,
    readPublicMaterial,
    type PrivateKey,
    type PublicMaterial,
} from "../material/material";
import type { KnownArguments } from "./arguments";
import type { OperationContext } from "./context";
import { expectationProblem } from "./expectation";
import { OperationError } from "./failures";
import type { KeySource } from "./keyArgument";
import { readKeyText } from "./keySource";

/** What is to be said about a triple that would be uploaded. */
export interface TripleJudgement {
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

type TripleContext = Pick<OperationContext, "environment" | "folder" | "clock" | "commands">;
type Declared = Pick<KnownArguments, "expiryWarningDays"> & { readonly key: KeySource | undefined };

/**
 * Everything that is to be said about material that would be uploaded. The key is read even where the certificates
 * could not be, so that all mistakes come up at once. The chain is judged by a handshake, which needs a key that
 * matches; where there is none, that is the error to mend first.
 */
export async function judgeTriple(
    material: PublicMaterial | undefined,
    { key: source, expiryWarningDays }: Declared,
    context: TripleContext,
): Promise<TripleJudgement> {
    const nowMs = context.clock.now();
    const lasting = material === undefined ? [] : judgeLasting(material);
    const dates = material === undefined ? [] : judgeDates(material, { nowMs, expiryWarningDays });
    const unneeded = material === undefined ? [] : judgeUnneeded(material, nowMs);
    const withoutKey = {
        ...{ lasting, dates, others: unneeded },
        ...{ keyProblem: undefined, isKeyUnavailable: false, key: undefined },
    };
    if (source === undefined) {
        return withoutKey;
    }
    const text = await readKeyText(source, context);
    if ("problem" in text) {
        return { ...withoutKey, keyProblem: `key: ${text.problem}`, isKeyUnavailable: text.isUnavailable };
    }
    const { value: key, findings } = readPrivateKey(text.text, text.passphrase);
    const ofPair = material === undefined || key === undefined ? [] : judgeKeyMatch(material, key);
    if (ofPair.some(({ code }) => code === "cert-ca-swapped")) {
        // What else there is to say is about the wrong leaf.
        return { ...withoutKey, lasting: [], dates: [], others: ofPair, key };
    }
    const ofChain =
        material === undefined || key === undefined
            ? []
            : await judgeChain(material, key, [...lasting, ...dates, ...ofPair], nowMs);
    const ofKey = [...findings, ...ofPair, ...ofChain].map((found) => nameFile(found, source));
    return { ...withoutKey, others: [...unneeded, ...ofKey], key };
}

/** A command to copy instead of one to fill in, where the path needs no quoting in any shell. */
function nameFile(found: Finding, source: KeySource): Finding {
    return found.argument === "key" && source.kind === "file" && /^[\w./-]+$/.test(source.file)
        ? { ...found, message: found.message.replace(/ FILE\b/g, ` ${source.file}`) }
        : found;
}

export function assessOthers(
    { others, keyProblem, isKeyUnavailable }: TripleJudgement,
    skipValidation: boolean,
): Assessment {
    const { errors, ...rest } = sortFindings(others, skipValidation);
    const isWrong = keyProblem !== undefined && !isKeyUnavailable;
    return { ...rest, errors: isWrong ? [...errors, keyProblem] : errors };
}

/**
 * The triple as it is uploaded. What `check` refuses is refused here in the same words: files change in between. So is a
 * key that cannot be had, of which `check` only warns. What the key was needed for is said with the upload.
 */
export async function loadTriple(
    args: KnownArguments,
    context: TripleContext & Pick<OperationContext, "notify">,
): Promise<{ readonly material: PublicMaterial; readonly key: PrivateKey }> {
    const material = loadPublicMaterial(args);
    const judgement = await judgeTriple(material, args, context);
    const others = assessOthers(judgement, args.skipValidation);
    const errors = [
        ...sortFindings([...judgement.lasting, ...judgement.dates], args.skipValidation).errors,
        ...others.errors,
        ...(judgement.isKeyUnavailable ? [String(judgement.keyProblem)] : []),
    ];
    if (judgement.key === undefined || errors.length > 0) {
        throw new OperationError(errors.join("\n"));
    }
    others.warnings.forEach((line) => {
        context.notify(line);
    });
    return { material, key: judgement.key };
}

export function loadPublicMaterial(args: KnownArguments): PublicMaterial {
    const { value, findings } = readPublicMaterial({ cert: args.cert, ca: args.ca });
    const { errors } = sortFindings(findings, args.skipValidation);
    if (value === undefined || errors.length > 0) {
        throw new OperationError(errors.join("\n"));
    }
    const unexpected = expectationProblem(args.expectedFingerprint, value);
    if (unexpected !== undefined) {
        throw new OperationError(unexpected);
    }
    return value;
}
