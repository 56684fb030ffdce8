import { readPublicMaterial, type PublicMaterial } from "../material/material";
import {
    COMPUTED_INPUTS,
    isBare,
    parseArguments,
    UNKNOWN,
    UNKNOWN_VALUE,
    type Arguments,
    type Properties,
} from "./arguments";
import type { OperationContext } from "./context";
import { labelOf } from "./identity";
import { assessNewMaterial, sortFindings, type Assessment } from "./triple";

export interface CheckFailure {
    /** Always empty: the engine prints the value of a property that is named here, be it a whole PEM or a secret. */
    readonly property: "";
    readonly reason: string;
}

export interface CheckResult {
    readonly inputs: Record<string, unknown>;
    readonly failures: readonly CheckFailure[];
}

/** Every problem of the inputs at once, without a call; adds what a preview is to show of the PEMs. */
export async function check(olds: Properties, news: Properties, context: OperationContext): Promise<CheckResult> {
    if (isBare(news)) {
        return { inputs: { ...news }, failures: [] };
    }
    const { args, problems } = parseArguments(news);
    const { material, errors, warnings } = await assess(args, olds, context);
    const failures = [...problems, ...errors];
    if (failures.length > 0) {
        return { inputs: { ...news }, failures: failures.map((reason) => ({ property: "", reason })) };
    }
    const { project, team, origin } = args;
    if (project !== UNKNOWN && team !== UNKNOWN && origin !== UNKNOWN) {
        const label = labelOf({ project, team, origin });
        context.memory.declare({ project, team: context.teamFor(team), origin });
        warnings.forEach((warning) => context.notify(`${label}: ${warning}`));
    }
    return { inputs: { ...news, ...computedInputs(material) }, failures: [] };
}

interface Assessed extends Assessment {
    readonly material: PublicMaterial | undefined;
}

/**
 * The key is looked at only where something new would be uploaded: a preview without the key works while nothing
 * rotates, and a certificate that expired in place does not block an unrelated deployment.
 */
async function assess(args: Arguments, olds: Properties, context: OperationContext): Promise<Assessed> {
    if (args.cert === UNKNOWN || args.ca === UNKNOWN) {
        return { material: undefined, errors: [], warnings: [] };
    }
    const { value: material, findings } = readPublicMaterial({ cert: args.cert, ca: args.ca });
    const read = sortFindings(findings, args.skipValidation);
    if (material === undefined || material.fingerprint === olds["fingerprint"]) {
        return { material, errors: read.errors, warnings: material === undefined ? read.warnings : [] };
    }
    const source = args.key === UNKNOWN ? undefined : args.key;
    const judged = await assessNewMaterial(material, source, args.skipValidation, context);
    return {
        material,
        errors: [...read.errors, ...judged.errors],
        warnings: [...read.warnings, ...judged.warnings],
    };
}

/** Never left out: a plan that was made without them is refused at `up`. */
function computedInputs(material: PublicMaterial | undefined): Record<(typeof COMPUTED_INPUTS)[number], string> {
    return {
        fingerprint: material?.fingerprint ?? UNKNOWN_VALUE,
        certFingerprint: material?.certFingerprint ?? UNKNOWN_VALUE,
        notAfter: material?.notAfter ?? UNKNOWN_VALUE,
    };
}
