import type { Properties } from "./arguments";
import type { CertificateEntry } from "../vercel/client";
import type { OperationContext } from "./context";
import { OperationError } from "./failures";
import { holdsOrigin, labelOf, parseId, type Owner } from "./identity";
import { NOTHING_KNOWN, readState, writeState } from "./state";
import { explainMissingProject } from "./missingProject";
import { describeStrangers } from "./strangers";

export interface ReadResult {
    /** Absent where the certificate is gone: the resource leaves the state. */
    readonly id?: string;
    readonly props?: Record<string, unknown>;
}

/** A refresh, with the stored outputs, or `ProjectClientCert.get`, with nothing but the id. */
export async function read(id: string, props: Properties, context: OperationContext): Promise<ReadResult> {
    // Whatever a transformation adds to a look-up, only outputs have this.
    const isGet = props["certId"] === undefined;
    return isGet ? await get(id, context) : await refresh(id, props, context);
}

async function refresh(id: string, props: Properties, context: OperationContext): Promise<ReadResult> {
    const state = readState(props);
    const { origin } = parseId(id);
    const label = labelOf({ project: state.project, team: state.team, origin });
    const entries = await list(state, context);
    if (entries.some(({ certId }) => certId === state.certId)) {
        const strangers = describeStrangers(entries, origin, [state.certId, ...state.staleCertIds]);
        if (strangers !== undefined) {
            context.notify(`${label}: ${strangers}`);
        }
        return { id, props: { ...props } };
    }
    const others = atOrigin(entries, origin);
    if (others.length === 0) {
        context.notify(`${label}: the certificate ${state.certId} is gone; the next pulumi up creates it again`);
        return {};
    }
    // A foreign id is never adopted: a later delete would remove somebody else's certificate.
    context.notify(
        `${label}: the certificate ${state.certId} of this stack is gone, and ${others.join(", ")} is in its place; ` +
            `the next pulumi up puts the declared one there`,
    );
    return { id, props: { ...props, fingerprint: "" } };
}

async function get(id: string, context: OperationContext): Promise<ReadResult> {
    const { origin, project, team } = parseId(id);
    const owner = { project, team: context.teamFor(team), tokenEnv: undefined };
    const entries = await list(owner, context);
    const entry = entries.find((listed) => holdsOrigin(listed.origin, origin));
    if (entry === undefined) {
        const what = origin === undefined ? "a project-wide certificate" : `a certificate for ${origin}`;
        const others = entries.map((listed) => listed.origin).join(", ");
        throw new OperationError(
            `${labelOf({ ...owner, origin })}: expected ${what} in the project, got ` +
                `${others === "" ? "a project without certificates" : `certificates for ${others} only`}; ` +
                `check the id, or create the certificate first`,
        );
    }
    const state = { ...owner, certId: entry.certId, origin: entry.origin, ...NOTHING_KNOWN };
    return { id, props: writeState(state, undefined) };
}

async function list(owner: Owner, context: OperationContext): Promise<readonly CertificateEntry[]> {
    try {
        return await context.store.recentCertificates(context.addressOf(owner));
    } catch (error) {
        throw explainMissingProject(error);
    }
}

function atOrigin(entries: readonly CertificateEntry[], origin: string | undefined): readonly string[] {
    return entries.filter((entry) => holdsOrigin(entry.origin, origin)).map(({ certId }) => certId);
}
