import { PartialFailure } from "../../../provider/operations/failures";
import type { Properties } from "../../../provider/operations/arguments";
import type { ClientCertificateProvider } from "../../../provider/provider";
import { heardIn } from "../../support/heard";

/** A resource as the engine keeps it. */
export interface Stored {
    readonly id: string;
    readonly inputs: Properties;
    readonly outputs: Properties;
    readonly initErrors: readonly string[];
}

export interface UpOptions {
    /** As `--replace`: the engine does not ask for a diff then. */
    readonly replace?: boolean;
}

/**
 * Pulumi's engine as far as it concerns one resource, so that thousands of runs take seconds. What it does is what the
 * real engine was seen to do; a test on the real engine repeats a part of the matrix and must come to the same outcomes.
 */
export class ModelEngine {
    #current: Stored | undefined;
    #pendingDeletes: readonly Stored[] = [];

    /** @param hear Gets what a write has to say, once the engine has it. */
    constructor(private readonly hear: (line: string) => void) {}

    get current(): Stored | undefined {
        return this.#current;
    }

    get pendingDeletes(): readonly Stored[] {
        return this.#pendingDeletes;
    }

    /** One `pulumi up`. Throws what the provider throws, after what happened has been kept. */
    async up(provider: ClientCertificateProvider, declared: Properties, options: UpOptions = {}): Promise<void> {
        const old = this.#current;
        const inputs = await checked(provider, old?.inputs ?? {}, declared);
        if (old === undefined) {
            await this.#create(provider, inputs);
        } else if (options.replace === true) {
            await this.#replace(provider, old, declared);
        } else {
            await this.#change(provider, old, inputs, declared);
        }
        await this.#deletePending(provider);
    }

    async refresh(provider: ClientCertificateProvider): Promise<void> {
        const old = this.#current;
        if (old === undefined) {
            return;
        }
        const { id, props } = await provider.read(old.id, old.outputs);
        if (id === undefined || id === "") {
            this.#current = undefined;
            return;
        }
        this.#current = { ...old, outputs: props ?? {} };
        await provider.diff(id, this.#current.outputs, old.inputs);
    }

    async destroy(provider: ClientCertificateProvider): Promise<void> {
        await this.#deletePending(provider);
        if (this.#current !== undefined) {
            await provider.delete(this.#current.id, this.#current.outputs);
            this.#current = undefined;
        }
    }

    async #change(
        provider: ClientCertificateProvider,
        old: Stored,
        inputs: Properties,
        declared: Properties,
    ): Promise<void> {
        const { changes, replaces = [] } = await provider.diff(old.id, old.outputs, inputs);
        if (changes && replaces.length > 0) {
            await this.#replace(provider, old, declared);
        } else if (changes || old.initErrors.length > 0) {
            const { id } = old;
            await this.#record(id, inputs, async () => ({
                id,
                outs: (await provider.update(id, old.outputs, inputs)).outs,
            }));
        } else {
            this.#current = { ...old, inputs };
        }
    }

    async #replace(provider: ClientCertificateProvider, old: Stored, declared: Properties): Promise<void> {
        // For a replacement the engine withholds the old inputs, as it does for a new resource.
        await this.#create(provider, await checked(provider, {}, declared));
        this.#pendingDeletes = [...this.#pendingDeletes, old];
    }

    async #create(provider: ClientCertificateProvider, inputs: Properties): Promise<void> {
        await this.#record(undefined, inputs, () => provider.create(inputs));
    }

    /** A partial failure keeps the resource, with what it has become. */
    async #record(
        oldId: string | undefined,
        inputs: Properties,
        operation: () => Promise<{ readonly id: string; readonly outs: Properties }>,
    ): Promise<void> {
        try {
            const { id, outs } = await operation();
            const outputs = overWire({ ...outs, __provider: inputs["__provider"] });
            heardIn(outputs).forEach(this.hear);
            this.#current = { id, inputs, outputs, initErrors: [] };
        } catch (error) {
            if (error instanceof PartialFailure) {
                const { id, properties, reasons } = error;
                this.#current = { id: oldId ?? id, inputs, outputs: overWire(properties), initErrors: reasons };
            }
            throw error;
        }
    }

    async #deletePending(provider: ClientCertificateProvider): Promise<void> {
        for (const pending of this.#pendingDeletes) {
            await provider.delete(pending.id, pending.outputs);
            this.#pendingDeletes = this.#pendingDeletes.filter((other) => other !== pending);
        }
    }
}

async function checked(provider: ClientCertificateProvider, olds: Properties, news: Properties): Promise<Properties> {
    const { inputs, failures } = await provider.check(olds, news);
    if (failures.length > 0) {
        throw new Error(failures.map(({ reason }) => reason).join("; "));
    }
    return overWire(inputs);
}

/** Nothing but what JSON has survives the way through the engine. */
function overWire(properties: Properties): Properties {
    return JSON.parse(JSON.stringify(properties)) as Properties;
}
