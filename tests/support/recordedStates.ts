import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { COMPUTED_INPUTS, PROVIDER_PROPERTY } from "../../provider/operations/arguments";
import { readState } from "../../provider/operations/state";
import type { ResourceState } from "./stack";

export const STATES_FOLDER = resolve(__dirname, "../../../tests/engine/states");
export const RESOURCE_TYPE = "pulumi-nodejs:dynamic/vercel:ProjectClientCert";

/** A file that `pulumi stack export` wrote when a version of this package was current. */
export interface RecordedState {
    readonly version: string;
    readonly text: string;
    readonly resources: readonly ResourceState[];
}

export function recordedStates(): readonly RecordedState[] {
    return readdirSync(STATES_FOLDER)
        .filter((name) => name.endsWith(".json"))
        .sort()
        .map((name) => {
            const text = readFileSync(join(STATES_FOLDER, name), "utf8");
            return { version: name.replace(/\.json$/, ""), text, resources: resourcesOf(text) };
        });
}

/** The client certificates in an export. */
export function resourcesOf(text: string): readonly ResourceState[] {
    const { deployment } = JSON.parse(text) as { deployment: { resources?: readonly ResourceState[] } };
    return (deployment.resources ?? []).filter(({ type }) => type === RESOURCE_TYPE);
}

/** The URNs of a state name both, and it can be imported only where they are the same. */
export function namesOf({ resources }: RecordedState): { readonly stack: string; readonly project: string } {
    const [, stack, project] = /^urn:pulumi:([^:]+)::([^:]+)::/.exec(resources[0]?.urn ?? "") ?? [];
    if (stack === undefined || project === undefined) {
        throw new Error("expected a recorded state with a client certificate, got none");
    }
    return { stack, project };
}

/** Every condition that a resource can be in while nothing runs. */
export const CONDITIONS = [
    "settled",
    "with stale certificates",
    "emptied by a refresh",
    "partially created",
    "waiting for deletion",
    "imported",
    "looked up",
] as const;
export type Condition = (typeof CONDITIONS)[number];

export function conditionOf({ external, delete: isWaiting, inputs, initErrors, outputs }: ResourceState): Condition {
    if (external === true) {
        return "looked up";
    }
    if (isWaiting === true) {
        return "waiting for deletion";
    }
    if (Object.keys(inputs).every((name) => name === PROVIDER_PROPERTY)) {
        return "imported";
    }
    if ((initErrors ?? []).length > 0) {
        return "partially created";
    }
    const { fingerprint, staleCertIds } = readState(outputs);
    if (fingerprint === "") {
        return "emptied by a refresh";
    }
    return staleCertIds.length > 0 ? "with stale certificates" : "settled";
}

export function nameOf({ urn }: ResourceState): string {
    return urn.slice(urn.lastIndexOf("::") + 2);
}

/** The arguments that the program gave, from the inputs of an export with `--show-secrets`. */
export function argumentsOf({ inputs }: ResourceState): {
    readonly args: Readonly<Record<string, unknown>>;
    readonly secretNames: readonly string[];
} {
    const computed = new Set<string>([PROVIDER_PROPERTY, ...COMPUTED_INPUTS]);
    const given = Object.entries(inputs).filter(([name]) => !computed.has(name));
    return {
        args: Object.fromEntries(given.map(([name, value]) => [name, isSecret(value) ? revealed(value) : value])),
        secretNames: given.filter(([, value]) => isSecret(value)).map(([name]) => name),
    };
}

interface ShownSecret {
    /** JSON. */
    readonly plaintext: string;
}

function isSecret(value: unknown): value is ShownSecret {
    return typeof value === "object" && value !== null && "plaintext" in value;
}

function revealed({ plaintext }: ShownSecret): unknown {
    return JSON.parse(plaintext);
}
