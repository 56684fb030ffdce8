import type { Finding } from "../material/findings";
import {
    judgeChain,
    judgeKeyMatch,
    judgeValidity,
    readPrivateKey,
    readPublicMaterial,
    type PrivateKey,
    type PublicMaterial,
} from "../material/material";
import type { KeySource, KnownArguments } from "./arguments";
import type { OperationContext } from "./context";
import { OperationError } from "./failures";
import { readKeyText } from "./keySource";

/** What was found out about a triple, in the words of a message. */
export interface Assessment {
    readonly errors: readonly string[];
    readonly warnings: readonly string[];
}

type TripleContext = Pick<OperationContext, "environment" | "folder" | "clock">;

/**
 * Everything that is to be said about material that would be uploaded. The chain is judged by a handshake, which needs
 * a readable key that matches; where there is none, that is the error to mend first.
 */
export async function assessNewMaterial(
    material: PublicMaterial,
    source: KeySource | undefined,
    skipValidation: boolean,
    context: TripleContext,
): Promise<Assessment & { readonly key: PrivateKey | undefined }> {
    const validity = judgeValidity(material, context.clock.now());
    if (source === undefined) {
        return { ...sortFindings(validity, skipValidation), key: undefined };
    }
    const text = await readKeyText(source, context);
    if ("problem" in text) {
        const { errors, warnings } = sortFindings(validity, skipValidation);
        return { errors: [...errors, `key: ${text.problem}`], warnings, key: undefined };
    }
    const { value: key, findings } = readPrivateKey(text.text);
    const judged = key === undefined ? [] : await judgeWithKey(material, key);
    return { ...sortFindings([...validity, ...findings, ...judged], skipValidation), key };
}

async function judgeWithKey(material: PublicMaterial, key: PrivateKey): Promise<readonly Finding[]> {
    const match = judgeKeyMatch(material, key);
    return match.some(({ severity }) => severity === "error")
        ? match
        : [...match, ...(await judgeChain(material, key))];
}

/** Findings as messages; `skipValidation` turns those that only an origin could overrule into warnings. */
export function sortFindings(findings: readonly Finding[], skipValidation: boolean): Assessment {
    const isError = ({ severity, waivable }: Finding): boolean => severity === "error" && !(waivable && skipValidation);
    const say = ({ argument, message }: Finding): string => `${argument}: ${message}`;
    return {
        errors: findings.filter(isError).map(say),
        warnings: findings.filter((finding) => finding.severity !== "note" && !isError(finding)).map(say),
    };
}

/** The triple as it is uploaded. What `check` refuses is refused here in the same words: files change in between. */
export async function loadTriple(
    args: KnownArguments,
    context: TripleContext,
): Promise<{ readonly material: PublicMaterial; readonly key: PrivateKey }> {
    const material = loadPublicMaterial(args);
    const { key, errors } = await assessNewMaterial(material, args.key, args.skipValidation, context);
    if (key === undefined || errors.length > 0) {
        throw new OperationError(errors.join("\n"));
    }
    return { material, key };
}

export function loadPublicMaterial(args: KnownArguments): PublicMaterial {
    const { value, findings } = readPublicMaterial({ cert: args.cert, ca: args.ca });
    const { errors } = sortFindings(findings, args.skipValidation);
    if (value === undefined || errors.length > 0) {
        throw new OperationError(errors.join("\n"));
    }
    return value;
}
