import { judgeChain } from "../material/chainVerdict";
import { sortFindings, type Assessment, type Finding } from "../material/findings";
import { judgeKeyMatch } from "../material/keyMatch";
import {
    judgePublicMaterial,
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
    /** Found without the key; the program finds the same and says it on the resource. */
    readonly publicFindings: readonly Finding[];
    readonly keyFindings: readonly Finding[];
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
    const publicFindings = material === undefined ? [] : judgePublicMaterial(material, { nowMs, expiryWarningDays });
    const nothing = { publicFindings, keyFindings: [], keyProblem: undefined, isKeyUnavailable: false, key: undefined };
    if (source === undefined) {
        return nothing;
    }
    const text = await readKeyText(source, context);
    if ("problem" in text) {
        return { ...nothing, keyProblem: `key: ${text.problem}`, isKeyUnavailable: text.isUnavailable };
    }
    const { value: key, findings } = readPrivateKey(text.text, text.passphrase);
    const ofPair = material === undefined || key === undefined ? [] : judgeKeyMatch(material, key);
    const ofChain =
        material === undefined || key === undefined
            ? []
            : await judgeChain(material, key, [...publicFindings, ...ofPair], nowMs);
    const keyFindings = [...findings, ...ofPair, ...ofChain].map((found) => nameFile(found, source));
    return { ...nothing, keyFindings, key };
}

/** A command to copy instead of one to fill in, where the path needs no quoting in any shell. */
function nameFile(found: Finding, source: KeySource): Finding {
    return found.argument === "key" && source.kind === "file" && /^[\w./-]+$/.test(source.file)
        ? { ...found, message: found.message.replace(/ FILE\b/g, ` ${source.file}`) }
        : found;
}

/** What the key adds, in the words of a message. */
export function assessKey(
    { keyFindings, keyProblem }: Pick<TripleJudgement, "keyFindings" | "keyProblem">,
    skipValidation: boolean,
): Assessment {
    const { errors, ...others } = sortFindings(keyFindings, skipValidation);
    return { ...others, errors: [...errors, ...(keyProblem === undefined ? [] : [keyProblem])] };
}

/** The triple as it is uploaded. What `check` refuses is refused here in the same words: files change in between. */
export async function loadTriple(
    args: KnownArguments,
    context: TripleContext,
): Promise<{ readonly material: PublicMaterial; readonly key: PrivateKey }> {
    const material = loadPublicMaterial(args);
    const judgement = await judgeTriple(material, args, context);
    const errors = [
        ...sortFindings(judgement.publicFindings, args.skipValidation).errors,
        ...assessKey(judgement, args.skipValidation).errors,
    ];
    if (judgement.key === undefined || errors.length > 0) {
        throw new OperationError(errors.join("\n"));
    }
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
