import { asNotices, sortFindings } from "../certificates/findings";
import {
    readCertificateSet,
    withoutEcho,
    type CertificateSetReading,
    type CertificateTexts,
} from "../certificates/certificates";
import { PREVIEW_PROPERTY } from "../registration";
import { isBare, UNKNOWN, UNKNOWN_VALUE, type Arguments, type Properties, type Unknown } from "./arguments";
import { judgeBundle } from "./certificateBundle";
import {
    computedBefore,
    computedOf,
    hasSameDays,
    isImport,
    isStored,
    OF_NO_TEXT,
    UNKNOWN_INPUTS,
    type ComputedInputs,
} from "./computedInputs";
import type { OperationContext } from "./context";
import { UNCHECKED } from "./warnings";

export interface Assessed {
    /** What may be stored. A text that cannot be read is not among it: the engine may store inputs that failed. */
    readonly texts: Properties;
    readonly computed: ComputedInputs;
    readonly errors: readonly string[];
    readonly said: Said;
}

/** Warnings and notes, by who can give them. */
interface Said {
    /** Only this process. */
    readonly here: readonly string[];
    /** The program as well, with the resource's name. */
    readonly byProgram: readonly string[];
    /** Create and update as well, which a preview does not call. */
    readonly withUpload: readonly string[];
}

const NOTHING_SAID: Said = { here: [], byProgram: [], withUpload: [] };

/**
 * Only what is new can be refused. So a preview without the key works while nothing rotates, and neither a certificate
 * that expired in place nor one that an older version of this package let pass blocks an unrelated deployment.
 */
export async function assess(
    args: Arguments,
    olds: Properties,
    news: Properties,
    context: OperationContext,
): Promise<Assessed> {
    const inPlace = computedBefore(olds);
    const given = { cert: news["cert"], ca: news["ca"] };
    if (inPlace?.expiries !== undefined && args.expectedFingerprint === undefined && isStored(news, olds)) {
        // The same certificates have the same fingerprints. Only a gate does not take a state's word for it.
        return { texts: given, computed: { ...OF_NO_TEXT, ...inPlace }, errors: [], said: NOTHING_SAID };
    }
    const reading = readCertificateSet({ cert: known(args.cert), ca: known(args.ca) });
    const texts = { ...storable("cert", news, reading.canonical), ...storable("ca", news, reading.canonical) };
    const { errors, warnings } = sortFindings(reading.findings, false);
    if (args.cert === UNKNOWN || args.ca === UNKNOWN) {
        return { texts, computed: UNKNOWN_INPUTS, errors, said: NOTHING_SAID };
    }
    const fresh = reading.value === undefined ? undefined : computedOf(reading.value, news, args);
    const isSame =
        inPlace !== undefined &&
        (fresh === undefined
            ? given.cert === olds["cert"] && given.ca === olds["ca"]
            : fresh.fingerprint === inPlace.fingerprint);
    if (isSame || (fresh !== undefined && isImport(olds, news))) {
        const kept = isSame && (fresh === undefined || hasSameDays(news, olds)) ? inPlace : {};
        return {
            texts: { ...given, ...texts },
            computed: { ...OF_NO_TEXT, ...fresh, ...kept },
            errors: [],
            said: { ...NOTHING_SAID, here: fresh === undefined ? [...errors, ...warnings] : errors },
        };
    }
    const { findings, ...others } = await assessNew(reading, args, { olds, news }, context);
    return { ...others, texts, computed: { ...UNKNOWN_INPUTS, ...fresh, findings } };
}

async function assessNew(
    { value: certificates, findings, canonical }: CertificateSetReading,
    args: Arguments,
    { olds, news }: { readonly olds: Properties; readonly news: Properties },
    context: OperationContext,
): Promise<Pick<Assessed, "errors" | "said"> & Pick<ComputedInputs, "findings">> {
    const key = args.key === UNKNOWN ? undefined : args.key;
    const judged = await judgeBundle(certificates, { ...args, key }, context);
    const isLenient = args.skipValidation || isImported(olds);
    const ofTexts = withoutEcho(findings, canonical, judged.others);
    const lasting = [...ofTexts, ...judged.lasting];
    const byProgram = sortFindings([...lasting, ...judged.dates], isLenient);
    const withUpload = sortFindings(judged.others, isLenient);
    const { problem: reason, isUnavailable } = judged.keyProblem ?? {};
    return {
        errors: [...byProgram.errors, ...withUpload.errors, ...(reason && !isUnavailable ? [reason] : [])],
        said: {
            // What that means stands on the resource in a preview.
            here: reason && isUnavailable ? [isPreview(news) ? reason : `${reason}, ${UNCHECKED}`] : [],
            byProgram: byProgram.warnings,
            withUpload: [...withUpload.warnings, ...withUpload.notes],
        },
        findings: {
            certificates: asNotices(lasting, isLenient).filter(({ severity }) => severity !== "error"),
            // Outside of a preview the engine takes no unknown value; create and update then fail for the key.
            key: key === undefined || (isUnavailable && isPreview(news)) ? UNKNOWN_VALUE : [],
        },
    };
}

export function isPreview(news: Properties): boolean {
    return news[PREVIEW_PROPERTY] === true;
}

function known(text: string | Unknown): string | undefined {
    return text === UNKNOWN ? undefined : text;
}

function storable(name: "cert" | "ca", news: Properties, canonical: CertificateTexts): Properties {
    const text = news[name] === UNKNOWN_VALUE ? UNKNOWN_VALUE : canonical[name];
    return text === undefined ? {} : { [name]: text };
}

/**
 * An import leaves inputs without a fingerprint, and here only inputs are known: what is declared may be in place
 * already. `diff` compares it with the outputs, and `update` refuses what turns out to be new and bad.
 */
function isImported(olds: Properties): boolean {
    return Object.keys(olds).length > 0 && isBare(olds);
}
