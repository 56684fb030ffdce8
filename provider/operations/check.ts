import { quote } from "../text/quoting";
import { PREVIEW_PROPERTY } from "../registration";
import { argumentProblem } from "./argumentTable";
import { isBare, NO_VALUE, parseArguments, UNKNOWN, UNKNOWN_VALUE, type Properties } from "./arguments";
import { assess, isPreview } from "./assess";
import { isImport } from "./computedInputs";
import type { OperationContext } from "./context";
import { expectedFingerprintProblem } from "./expectedFingerprint";
import { labelOf } from "./identity";
import { storedKey } from "./keyArgument";

export interface CheckFailure {
    /** Always empty: the engine prints the value of a property that is named here, be it a whole PEM or a secret. */
    readonly property: "";
    readonly reason: string;
}

export interface CheckResult {
    readonly inputs: Record<string, unknown>;
    readonly failures: readonly CheckFailure[];
}

/**
 * Every problem of the inputs at once, without a call. What it returns is what the engine shows and stores: of the texts
 * nothing but certificates, the key as a secret, and what a preview is to show.
 */
export async function check(olds: Properties, news: Properties, context: OperationContext): Promise<CheckResult> {
    if (isBare(news)) {
        return { inputs: { ...news }, failures: [] };
    }
    const given = isImport(olds, news) ? { ...news, key: UNKNOWN_VALUE } : news;
    const { args, problems, isKeyMalformed } = parseArguments(given);
    const isTeamWithoutValue = news["team"] === NO_VALUE;
    if (typeof args.tokenEnv === "string") {
        context.commands.withhold(args.tokenEnv);
    }
    const { texts, computed, errors, said } = await assess(args, olds, news, context);
    const unexpected = expectedFingerprintProblem(args.expectedFingerprint, computed);
    const failures = [...problems, ...errors, ...(unexpected === undefined ? [] : [unexpected])];
    const isLast = failures.length > 0;
    const lines = [
        ...(isTeamWithoutValue ? [teamWithoutValue(olds, context)] : []),
        ...said.here,
        // Neither the program nor create and update speak of a resource that failed here.
        ...(isLast ? said.byProgram : []),
        ...(isLast || isPreview(news) ? said.withUpload : []),
    ];
    const { project, team, origin, tokenEnv } = args;
    if (project !== UNKNOWN && team !== UNKNOWN && origin !== UNKNOWN) {
        const label = labelOf({ project, team, origin });
        lines.forEach((line) => context.notify(`${label}: ${line}`));
        if (!isLast && tokenEnv !== UNKNOWN) {
            context.memory.declare({ project, team: context.teamFor(team), origin });
        }
    }
    const { key, ...others } = asDeclared(news, isTeamWithoutValue);
    const inputs = { ...others, ...(key === undefined || isKeyMalformed ? {} : { key }), ...texts };
    return isLast
        ? { inputs, failures: failures.map((reason) => ({ property: "", reason })) }
        : { inputs: { ...inputs, ...computed }, failures: [] };
}

/** Without the texts of certificates, which are made anew, and without what only this process is to know. */
function asDeclared(news: Properties, isTeamWithoutValue: boolean): Record<string, unknown> {
    const left = new Set(["cert", "ca", PREVIEW_PROPERTY, ...(isTeamWithoutValue ? ["team"] : [])]);
    const kept = Object.fromEntries(Object.entries(news).filter(([name]) => !left.has(name)));
    return "key" in kept ? { ...kept, key: storedKey(kept["key"]) } : kept;
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
    return argumentProblem("team-without-value", `team: has no value, so the certificate goes into ${scope}`);
}
