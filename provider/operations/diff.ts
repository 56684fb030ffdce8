import { isDeepStrictEqual } from "node:util";
import { parseArguments, UNKNOWN, type Arguments, type Properties } from "./arguments";
import type { OperationContext } from "./context";
import { isPlacedAt, labelOf, parseId } from "./identity";
import { isSameProject } from "./listing";
import { refuseTakenPlace } from "./ownership";
import { readState, teamInUse, type CertificateState } from "./state";
import { enumerated } from "../text/quoting";

export interface DiffResult {
    readonly changes: boolean;
    readonly replaces?: string[];
}

/** Compares what is in place with what is declared; `olds` are outputs, `news` are inputs that `check` let pass. */
export async function diff(
    id: string,
    olds: Properties,
    news: Properties,
    context: OperationContext,
): Promise<DiffResult> {
    const state = readState(olds);
    const { args } = parseArguments(news);
    const { tokenEnv } = args;
    const names = declaredNames(state, args, context);
    const unknown = NAMES.filter((name) => names[name] === UNKNOWN);
    const { project, team, origin } = names;
    if (project === UNKNOWN || team === UNKNOWN || origin === UNKNOWN) {
        return { changes: true, replaces: unknown };
    }
    if (origin !== parseId(id).origin) {
        return { changes: true, replaces: ["origin"] };
    }
    const renamed = [...(project === state.project ? [] : ["project"]), ...(team === state.team ? [] : ["team"])];
    const place = { project, team, origin };
    // A refresh asks for what is no longer declared, too; `check` has not seen that, nor does it know the team in the state.
    const declarations = context.memory.declarationsOf({ ...place, team: context.teamFor(declaredTeam(args)) });
    const rememberInPlace = (): void => {
        if (state.certId !== "" && declarations > 0) {
            context.memory.keepInPlace({ certId: state.certId, identity: place, by: "state", urn: context.urn });
        }
    };
    if (renamed.length === 0) {
        await refuseTakenPlace(place, declarations, state, context);
        rememberInPlace();
    } else {
        const placed = { certId: state.certId, isHere: (listed: string) => isPlacedAt(listed, origin, state.origin) };
        // Without a token that is known, a new name can no more be looked up than an unknown one.
        const isSame =
            tokenEnv !== UNKNOWN &&
            // Not while what it looks up is being deleted, nor is it deleted before this is known to have it in place.
            (await context.memory.exclusively(place, async () => {
                const isIt = await isSameProject(placed, [{ project, team }, state], tokenEnv, context);
                if (isIt) {
                    rememberInPlace();
                }
                return isIt;
            }));
        if (!isSame) {
            return { changes: true, replaces: renamed };
        }
    }
    explain(id, state, context);
    const changes =
        news["fingerprint"] !== state.fingerprint ||
        state.staleCertIds.length > 0 ||
        renamed.length > 0 ||
        tokenEnv !== state.tokenEnv ||
        warnsOtherwise(olds["expiries"], news["expiries"]);
    return { changes };
}

const NAMES = ["project", "team", "origin"] as const;

function declaredTeam({ team }: Arguments): string | undefined {
    return team === UNKNOWN ? undefined : team;
}

/** An unknown name counts as changed: it cannot be looked up. */
function declaredNames(
    state: CertificateState,
    { project, team, origin }: Arguments,
    context: OperationContext,
): Pick<Arguments, (typeof NAMES)[number]> {
    return { project, origin, team: team === UNKNOWN ? team : teamInUse(state, team, context) };
}

/** States of 0.1.0 have no expiries; they get some with the next upload. */
function warnsOtherwise(before: unknown, declared: unknown): boolean {
    return Array.isArray(before) && declared !== undefined && !isDeepStrictEqual(before, declared);
}

/** The plan compares inputs with inputs and so cannot show these reasons for an update. */
function explain(id: string, state: CertificateState, { notify }: OperationContext): void {
    const label = labelOf(parseId(id));
    if (state.fingerprint === "" && state.project !== "") {
        const which = state.certId === "" ? "of this stack" : state.certId;
        notify(`${label}: the certificate ${which} may no longer be in place; this update uploads the declared one`);
    }
    if (state.staleCertIds.length > 0) {
        notify(`${label}: this update removes what earlier rotations left behind: ${enumerated(state.staleCertIds)}`);
    }
}
