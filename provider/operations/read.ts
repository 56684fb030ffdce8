import type { Properties } from "./arguments";
import type { Listing } from "../vercel/client";
import type { OperationContext } from "./context";
import { OperationError } from "./failures";
import { isPlacedAt, labelOf, parseId } from "./identity";
import { atOrigin, isListed, isUnlisted, othersAt } from "./listing";
import { explainNotFound } from "./notFound";
import { idsOf, NOTHING_KNOWN, readState, writeState, type CertificateState } from "./state";
import { describeUnmanaged } from "./unmanaged";
import { enumerated } from "../text/quoting";

export interface ReadResult {
    /** Absent where the certificate is gone: the resource leaves the state. */
    readonly id?: string;
    readonly props?: Record<string, unknown>;
}

/** A refresh, with the stored outputs, or `ProjectClientCert.get`, with nothing but the id. */
export async function read(id: string, props: Properties, context: OperationContext): Promise<ReadResult> {
    // A transformation may add anything to a look-up, but hardly both of these; what 0.1.0 imported has no more.
    const isGet = ["certId", "fingerprint"].some((name) => props[name] === undefined);
    try {
        return isGet ? await get(id, context) : await refresh(id, props, context);
    } catch (error) {
        throw explainNotFound(error);
    }
}

async function refresh(id: string, props: Properties, context: OperationContext): Promise<ReadResult> {
    const state = readState(props);
    const { origin } = parseId(id);
    const label = labelOf({ project: state.project, team: state.team, origin });
    const isHere = (listed: string): boolean => isPlacedAt(listed, origin, state.origin);
    const { entries, gone } = await look(state, isHere, context);
    const others = othersAt(entries, origin, idsOf(state));
    if (!gone.includes(state.certId)) {
        if (others.length > 0) {
            context.notify(`${label}: ${describeUnmanaged(others, entries, state.origin)}`);
        }
        return { id, props: refreshed(props, state, { entries, gone, others }) };
    }
    const there = othersAt(entries, origin, [state.certId]);
    const kept = state.staleCertIds.filter((certId) => !gone.includes(certId));
    if (there.length === 0 && kept.length === 0) {
        context.notify(`${label}: the certificate ${state.certId} is gone; the next pulumi up creates it again`);
        return {};
    }
    // A foreign id is never adopted: a later delete would remove somebody else's certificate. The own one is forgotten, or
    // no deletion could ever end where Vercel says in its own words that it is not there.
    context.notify(
        `${label}: the certificate ${state.certId} of this stack is gone, and ${enumerated([...kept, ...there])} is in its place; ` +
            `the next pulumi up uploads the declared one`,
    );
    return { id, props: { ...refreshed(props, state, { entries, gone, others }), certId: "", fingerprint: "" } };
}

interface Looked {
    readonly entries: Listing;
    /** Of the ids in the state. */
    readonly gone: readonly string[];
}

/** Which of the ids are gone for certain: listings may lag behind, so two must agree, and show all that there is. */
async function look(
    state: CertificateState,
    isHere: (listedOrigin: string) => boolean,
    { store, addressOf }: OperationContext,
): Promise<Looked> {
    const first = await store.recentCertificates(addressOf(state));
    // Gone is also what is listed for other origins only.
    const missing = idsOf(state).filter((certId) => isUnlisted(first, certId, isHere));
    if (missing.length === 0) {
        return { entries: first, gone: [] };
    }
    const entries = await store.certificatesAgain(addressOf(state));
    return { entries, gone: missing.filter((certId) => isUnlisted(entries, certId, isHere)) };
}

/** The outputs with what was found out; as they are where that is nothing new, or every refresh would show a change. */
function refreshed(
    props: Properties,
    state: CertificateState,
    { entries, gone, others: otherCertIds }: Looked & { readonly others: readonly string[] },
): Record<string, unknown> {
    const staleCertIds = state.staleCertIds.filter((certId) => !gone.includes(certId));
    const { unconfirmed, ...others } = props;
    return {
        ...others,
        ...(unconfirmed === undefined || isListed(entries, state.certId) ? {} : { unconfirmed }),
        ...(staleCertIds.length === state.staleCertIds.length ? {} : { staleCertIds }),
        ...(otherCertIds.join() === state.otherCertIds.join() ? {} : { otherCertIds }),
    };
}

async function get(id: string, context: OperationContext): Promise<ReadResult> {
    const { origin, project, team } = parseId(id);
    const owner = { project, team: context.teamFor(team), tokenEnv: undefined };
    const entries = await context.store.recentCertificates(context.addressOf(owner));
    const entry = atOrigin(entries, origin).find(({ certId }) => certId !== "");
    if (entry === undefined) {
        const what = origin === undefined ? "project-wide certificate" : `certificate for ${origin}`;
        const others = enumerated(entries.map((listed) => listed.origin));
        throw new OperationError(
            `${labelOf({ ...owner, origin })}: the project has no ${what}, ` +
                `${others === "" ? "nor any other" : `only certificates for ${others}`}; ` +
                `check the id, or create the certificate first`,
        );
    }
    const state = { ...NOTHING_KNOWN, ...owner, ...entry };
    return { id, props: writeState(state, undefined) };
}
