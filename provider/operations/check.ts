import { looksLikeCertificates } from "../material/certificate";
import { sortFindings } from "../material/findings";
import { readPublicMaterial } from "../material/material";
import { argumentProblem } from "./argumentTable";
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
import { expectationProblem } from "./expectation";
import { labelOf, quote } from "./identity";
import { assessKey, judgeTriple } from "./triple";

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
    const { args, problems, isTeamWithoutValue } = parseArguments(news);
    if (typeof args.tokenEnv === "string") {
        context.commands.withhold(args.tokenEnv);
    }
    const { computed, errors, lines, linesOfProgram } = await assess(args, olds, context);
    const unexpected = expectationProblem(args.expectedFingerprint, computed);
    const failures = [...problems, ...errors, ...(unexpected === undefined ? [] : [unexpected])];
    const { project, team, origin, tokenEnv } = args;
    if (project !== UNKNOWN && team !== UNKNOWN && origin !== UNKNOWN) {
        const label = labelOf({ project, team, origin });
        // The program speaks only about a resource that is registered, and after a failure it is not.
        const scope = isTeamWithoutValue ? [teamWithoutValue(olds, context)] : [];
        const said = [...scope, ...(failures.length > 0 ? linesOfProgram : []), ...lines];
        said.forEach((line) => context.notify(`${label}: ${line}`));
        if (failures.length === 0 && tokenEnv !== UNKNOWN) {
            context.memory.declare({ project, team: context.teamFor(team), origin, tokenEnv });
        }
    }
    if (failures.length > 0) {
        return { inputs: { ...news }, failures: failures.map((reason) => ({ property: "", reason })) };
    }
    const given = Object.entries(news).filter(([name]) => name !== "team" || !isTeamWithoutValue);
    return { inputs: { ...Object.fromEntries(given), ...computed }, failures: [] };
}

function teamWithoutValue(olds: Properties, context: OperationContext): string {
    const [configured, stored] = [context.teamFor(undefined), olds["team"]];
    const ofToken = "the scope of the token itself, unless the state holds a team, which stays in use";
    const scope =
        configured !== undefined
            ? `the team ${quote(configured)} of the configuration`
            : typeof stored === "string" && stored !== UNKNOWN_VALUE
              ? `the team ${quote(stored)}, which is in use`
              : ofToken;
    return argumentProblem("team-without-value", `team: expected a value, got none, so the certificate is in ${scope}`);
}

type ComputedInputs = Readonly<Record<(typeof COMPUTED_INPUTS)[number], string>>;

interface Assessed {
    readonly computed: ComputedInputs;
    readonly errors: readonly string[];
    /** Warnings and notes that only this process can give, since they need the key. */
    readonly lines: readonly string[];
    /** Warnings that the program gives, too, with the resource's name. */
    readonly linesOfProgram: readonly string[];
}

/** Never left out: a plan that was made without them is refused at `up`. */
const UNKNOWN_INPUTS: ComputedInputs = {
    fingerprint: UNKNOWN_VALUE,
    certFingerprint: UNKNOWN_VALUE,
    notAfter: UNKNOWN_VALUE,
};

/**
 * Only what is new can be refused. So a preview without the key works while nothing rotates, and neither a certificate
 * that expired in place nor one that an older version of this package let pass blocks an unrelated deployment.
 */
async function assess(args: Arguments, olds: Properties, context: OperationContext): Promise<Assessed> {
    if (args.cert === UNKNOWN || args.ca === UNKNOWN) {
        return { computed: UNKNOWN_INPUTS, errors: [], lines: [], linesOfProgram: [] };
    }
    const inPlace = computedBefore(olds);
    const isSameText = inPlace !== undefined && args.cert === olds["cert"] && args.ca === olds["ca"];
    if (isSameText && args.expectedFingerprint === undefined && seemsReadable(args.cert, args.ca)) {
        // The same certificates have the same fingerprints. Only a gate does not take a state's word for it.
        return { computed: inPlace, errors: [], lines: [], linesOfProgram: [] };
    }
    const { value: material, findings } = readPublicMaterial({ cert: args.cert, ca: args.ca });
    if (material === undefined && isSameText) {
        const { errors, warnings } = sortFindings(findings, args.skipValidation);
        return { computed: inPlace, errors: [], lines: [...errors, ...warnings], linesOfProgram: [] };
    }
    const { fingerprint, certFingerprint, notAfter } = material ?? UNKNOWN_INPUTS;
    const computed = { fingerprint, certFingerprint, notAfter };
    if (material !== undefined && fingerprint === inPlace?.fingerprint) {
        return { computed, errors: [], lines: [], linesOfProgram: [] };
    }
    const key = args.key === UNKNOWN ? undefined : args.key;
    const judged = await judgeTriple(material, { ...args, key }, context);
    const isLenient = args.skipValidation || isImported(olds);
    const ofPublic = sortFindings([...findings, ...judged.publicFindings], isLenient);
    const ofKey = assessKey(judged, isLenient);
    return {
        computed,
        errors: [...ofPublic.errors, ...ofKey.errors],
        lines: [...ofKey.warnings, ...ofKey.notes],
        linesOfProgram: ofPublic.warnings,
    };
}

function seemsReadable(cert: string, ca: string): boolean {
    return looksLikeCertificates(cert, "cert") && looksLikeCertificates(ca, "ca");
}

function computedBefore(olds: Properties): ComputedInputs | undefined {
    const { fingerprint, certFingerprint, notAfter } = olds;
    const isKnown = typeof fingerprint === "string" && fingerprint !== UNKNOWN_VALUE;
    return isKnown && typeof certFingerprint === "string" && typeof notAfter === "string"
        ? { fingerprint, certFingerprint, notAfter }
        : undefined;
}

/**
 * An import leaves inputs without a fingerprint, and here only inputs are known: what is declared may be in place
 * already. `diff` compares it with the outputs, and `update` refuses what turns out to be new and bad.
 */
function isImported(olds: Properties): boolean {
    return Object.keys(olds).length > 0 && isBare(olds);
}
