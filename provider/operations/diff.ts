import { isDeepStrictEqual } from "node:util";
import { parseArguments, UNKNOWN, type Properties } from "./arguments";
import type { OperationContext } from "./context";
import { isPlacedAt, labelOf, parseId } from "./identity";
import { isSameProject } from "./listing";
import { refuseTakenPlace } from "./ownership";
import { readState, type CertificateState } from "./state";
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
    const { project, team: given, origin, tokenEnv } = parseArguments(news).args;
    if (project === UNKNOWN || given === UNKNOWN || origin === UNKNOWN) {
        // An unknown name counts as changed: it cannot be looked up.
        const names = Object.entries({ project, team: given, origin });
        return { changes: true, replaces: names.filter(([, value]) => value === UNKNOWN).map(([name]) => name) };
    }
    if (origin !== parseId(id).origin) {
        return { changes: true, replaces: ["origin"] };
    }
    const declaredTeam = context.teamFor(given);
    // Where no team is given anywhere, the stored one stays in use.
    const place = { project, team: declaredTeam ?? state.team, origin };
    const renamed = (["project", "team"] as const).filter((name) => place[name] !== state[name]);
    // A refresh asks for what is no longer declared, too; `check` has not seen that, nor does it know the team in the state.
    const declarations = context.memory.declarationsOf({ ...place, team: declaredTeam });
    const rememberInPlace = (): void => {
        if (state.certId !== "" && declarations > 0) {
            context.memory.keepInPlace({ certId: state.certId, identity: place, by: "state", urn: context.urn });
        }
    };
    if (renamed.length === 0) {
        await refuseTakenPlace(place, declarations, state, context);
        rememberInPlace();
    } else {
        const isHere = (listed: string): boolean => isPlacedAt(listed, origin, state.origin);
        // Not while what is looked up is being deleted, nor is it deleted before this is known to have it in place.
        const isSame = await context.memory.exclusively(place, async () => {
            const isIt =
                // Without a token that is known, a new name can no more be looked up than an unknown one.
                tokenEnv !== UNKNOWN &&
                (await isSameProject({ certId: state.certId, isHere }, [place, state], tokenEnv, context));
            if (isIt) {
                rememberInPlace();
            }
            return isIt;
        });
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
