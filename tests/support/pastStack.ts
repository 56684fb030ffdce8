import { readCertificateSet } from "../../provider/certificates/certificates";
import { parseId } from "../../provider/operations/identity";
import { readState } from "../../provider/operations/state";
import {
    argumentsOf,
    conditionOf,
    nameOf,
    namesOf,
    resourcesOf,
    type Condition,
    type RecordedState,
} from "./recordedStates";
import type { ResourceState } from "./stack";
import { StateEnvironment, type Material } from "./stateEnvironment";

type Args = Readonly<Record<string, unknown>>;

export interface PastResource {
    readonly name: string;
    readonly urn: string;
    readonly id: string;
    readonly condition: Condition;
    /** As the program gave them; none where the state does not tell. */
    readonly args: Args;
    readonly secretNames: readonly string[];
    readonly recorded: ResourceState;
}

/** A recorded state in a fresh stack, with the certificates in place that were there when it was recorded. */
export class PastStack {
    static async open(state: RecordedState): Promise<PastStack> {
        const env = await StateEnvironment.start(namesOf(state));
        try {
            env.project.writeFile("state.json", state.text);
            await env.project.run(["stack", "import", "--file", "state.json"]);
            const { stdout } = await env.project.run(["stack", "export", "--show-secrets"]);
            const past = new PastStack(env, stdout);
            past.#place();
            return past;
        } catch (error) {
            await env.stop();
            throw error;
        }
    }

    readonly resources: readonly PastResource[];
    readonly #foreign: string[] = [];

    private constructor(
        readonly env: StateEnvironment,
        /** The whole export, with everything that was encrypted in clear. */
        readonly decrypted: string,
    ) {
        this.resources = resourcesOf(decrypted).map((recorded) => ({
            name: nameOf(recorded),
            urn: recorded.urn,
            id: recorded.id ?? "",
            condition: conditionOf(recorded),
            ...argumentsOf(recorded),
            recorded,
        }));
    }

    /** Certificates of others, as `project/certId`: no run may touch them. */
    get foreign(): readonly string[] {
        return this.#foreign;
    }

    in(...conditions: readonly Condition[]): readonly PastResource[] {
        return this.resources.filter(({ condition }) => conditions.includes(condition));
    }

    /** What the program of the recording declared and manages. */
    get managed(): readonly PastResource[] {
        return this.resources.filter(
            ({ condition }) => condition !== "looked up" && condition !== "waiting for deletion",
        );
    }

    /** Declares the program of the recording, with other material where some is given. */
    declare(materialOf: (resource: PastResource) => Material | undefined = () => undefined): void {
        // An import does not tell the certificates: it is declared once there are some for it.
        const declared = this.managed.filter(
            (resource) => resource.condition !== "imported" || materialOf(resource) !== undefined,
        );
        this.env.declare({
            resources: Object.fromEntries(declared.map((one) => [one.name, argsWith(one, materialOf(one))])),
            secretNames: Object.fromEntries(declared.map(({ name, secretNames }) => [name, secretNames])),
            lookups: Object.fromEntries(this.in("looked up").map(({ name, id }) => [name, id])),
        });
    }

    /** The resources in the state by now. */
    async stored(): Promise<readonly ResourceState[]> {
        return resourcesOf((await this.env.project.run(["stack", "export"])).stdout);
    }

    /** Where the certificate of one resource was, others have theirs since; the recording does not know its id. */
    #place(): void {
        for (const { id, condition, recorded } of this.resources) {
            const { project, certId, staleCertIds } = readState(recorded.outputs);
            const place = (given?: string): string => `${project}/${this.#placeOne(id, project, given)}`;
            if (condition === "emptied by a refresh") {
                this.#foreign.push(place());
                continue;
            }
            staleCertIds.forEach(place);
            const placed = place(certId);
            if (condition === "looked up") {
                this.#foreign.push(placed);
            }
        }
    }

    /** The fake Vercel API tells nobody what it holds, so that any text does for the certificate. */
    #placeOne(id: string, project: string, certId: string | undefined): string {
        const { origin } = parseId(id);
        return this.env.fakeVercel.placeCertificate(project, {
            cert: "placed",
            ca: "placed",
            ...(origin === undefined ? {} : { origin }),
            ...(certId === undefined ? {} : { certId }),
        });
    }
}

/** An import kept only the names of project and team; the rest of its arguments is that of a plain program. */
function argsWith({ condition, args, id, recorded }: PastResource, material: Material | undefined): Args {
    if (material === undefined) {
        return args;
    }
    const { cert, ca } = material;
    if (condition !== "imported") {
        const { value } = readCertificateSet(material);
        const gate = "expectedFingerprint" in args ? { expectedFingerprint: value?.fingerprint } : {};
        return { ...args, cert, ca, ...gate };
    }
    const { project, team } = readState(recorded.outputs);
    return { project, team, origin: parseId(id).origin, key: material.key, cert, ca };
}
