import type { Properties } from "../../../provider/operations/arguments";
import type { ClientCertificateProvider } from "../../../provider/provider";

/** A resource as the engine keeps it. */
export interface Entry {
    readonly name: string;
    readonly id: string;
    readonly inputs: Properties;
    readonly outputs: Properties;
    readonly initErrors: readonly string[];
    /** Looked up by `.get`. */
    readonly external: boolean;
    /** Replaced, and to be deleted. */
    readonly condemned: boolean;
    /** Deleted before its replacement was created, which has not happened so far. */
    readonly pendingReplacement: boolean;
}

/** What a program says of one resource. */
export type Declared =
    | { readonly name: string; readonly inputs: Properties; readonly deleteBeforeReplace: boolean }
    | { readonly name: string; readonly getId: string };

export interface RunOptions {
    readonly targets?: ReadonlySet<string>;
    readonly excludes?: ReadonlySet<string>;
    readonly replace?: ReadonlySet<string>;
    readonly continueOnError?: boolean;
    /** `up --refresh`. */
    readonly refresh?: boolean;
    /** `destroy` and `refresh` with the program. */
    readonly runProgram?: boolean;
}

/** One operation of the provider: for whom the model calls it. */
export interface Call {
    readonly name: string;
    readonly kind: "check" | "diff" | "create" | "read" | "update" | "delete";
    readonly inputs?: Properties;
    readonly outputs?: Properties;
}

/** What the engine calls of a provider, in this process or another. */
export type Operations = Pick<ClientCertificateProvider, Call["kind"]>;

/** Calls an operation of the provider, so that whoever watches knows for whom it is called. */
export type Caller = <T>(call: Call, operation: (provider: Operations) => Promise<T>) => Promise<T>;

/** A failed step, and whose. */
export interface StepFailure {
    readonly name: string;
    readonly kind: Call["kind"];
    readonly message: string;
}

/** What a stack keeps from one command to the next. */
export class StackState {
    entries: readonly Entry[] = [];

    find(name: string): Entry | undefined {
        return this.entries.find((entry) => entry.name === name && !entry.condemned);
    }

    put(entry: Entry, instead?: Entry): void {
        const at = instead === undefined ? -1 : this.entries.indexOf(instead);
        this.entries = at === -1 ? [...this.entries, entry] : this.entries.with(at, entry);
    }

    drop(entry: Entry): void {
        this.entries = this.entries.filter((other) => other !== entry);
    }
}

const NOTHING = (): Promise<void> => Promise.resolve();

/**
 * One command of Pulumi's engine, as far as it concerns resources without dependencies among them. What it does is read
 * in the engine's source (pkg/resource/deploy: step_generator.go, deployment_executor.go) and held against the real one
 * by a proof. Programs register everything at once; steps of different resources overlap.
 */
export class EngineRun {
    readonly failures: StepFailure[] = [];
    readonly #state: StackState;
    readonly #options: RunOptions;
    readonly #call: Caller;
    readonly #seen = new Set<string>();
    #cancelled = false;

    constructor(state: StackState, options: RunOptions, call: Caller) {
        this.#state = state;
        this.#options = options;
        this.#call = call;
    }

    async up(program: readonly Declared[]): Promise<void> {
        if (this.#options.refresh === true) {
            await this.#refreshEntries();
        }
        const chains: Promise<void>[] = [];
        for (const declared of program) {
            if (this.#cancelled) {
                break;
            }
            this.#seen.add(declared.name);
            const steps = await this.#register(declared);
            chains.push(steps());
        }
        await Promise.all(chains);
        if (!this.#cancelled) {
            await this.#deleteAll((entry) => entry.condemned || !this.#seen.has(entry.name));
        }
    }

    async refresh(program: readonly Declared[]): Promise<void> {
        const looks = this.#options.runProgram === true ? program.filter((declared) => "getId" in declared) : [];
        looks.forEach(({ name }) => this.#seen.add(name));
        await Promise.all([...looks.map((declared) => this.#look(declared)), this.#refreshEntries()]);
    }

    async destroy(program: readonly Declared[]): Promise<void> {
        if (this.#options.runProgram === true) {
            await Promise.all(
                program.filter((declared) => "getId" in declared).map((declared) => this.#look(declared)),
            );
        }
        if (!this.#cancelled) {
            await this.#deleteAll(() => true);
        }
    }

    #isIncluded(name: string): boolean {
        const { targets, excludes } = this.#options;
        return targets !== undefined ? targets.has(name) : !(excludes?.has(name) ?? false);
    }

    /** The step generator works on one resource after the other; the steps that it makes run beside the next. */
    async #register(declared: Declared): Promise<() => Promise<void>> {
        if ("getId" in declared) {
            return () => this.#look(declared);
        }
        try {
            return await this.#plan(declared, declared.inputs);
        } catch (error) {
            // Not even `--continue-on-error` goes on after the step generator has failed.
            this.#cancelled = true;
            this.failures.push({ name: declared.name, kind: "check", message: messageOf(error) });
            return NOTHING;
        }
    }

    async #plan(
        declared: Extract<Declared, { readonly inputs: Properties }>,
        news: Properties,
    ): Promise<() => Promise<void>> {
        const { name, deleteBeforeReplace } = declared;
        const old = this.#state.find(name);
        const isReplaced = old !== undefined && (this.#options.replace?.has(name) ?? false);
        const isIncluded = this.#isIncluded(name);
        const olds = old === undefined || old.external || isReplaced ? {} : old.inputs;
        const inputs = isIncluded ? await this.#check(name, olds, news) : (old?.inputs ?? {});
        if (old === undefined) {
            return isIncluded ? () => this.#create(name, inputs) : NOTHING;
        }
        if (old.external) {
            return () => this.#create(name, inputs, old);
        }
        if (!isIncluded) {
            return NOTHING;
        }
        const { changes, replaces } = isReplaced
            ? { changes: true, replaces: true }
            : await this.#diff(name, old, inputs);
        if (replaces || old.pendingReplacement) {
            const ofNew = isReplaced ? inputs : await this.#check(name, {}, news);
            return () => (deleteBeforeReplace ? this.#replace(old, ofNew) : this.#create(name, ofNew, old));
        }
        if (changes || old.initErrors.length > 0) {
            return () => this.#update(old, inputs);
        }
        this.#state.put({ ...old, inputs }, old);
        return NOTHING;
    }

    async #check(name: string, olds: Properties, news: Properties): Promise<Properties> {
        const { inputs, failures } = await this.#call({ name, kind: "check" }, (provider) =>
            provider.check(olds, news),
        );
        if (failures.length > 0) {
            throw new Error(failures.map(({ reason }) => reason).join("; "));
        }
        return overWire(inputs);
    }

    async #diff(name: string, old: Entry, inputs: Properties): Promise<{ changes: boolean; replaces: boolean }> {
        const { changes, replaces = [] } = await this.#call({ name, kind: "diff" }, (provider) =>
            provider.diff(old.id, old.outputs, inputs),
        );
        return { changes, replaces: changes && replaces.length > 0 };
    }

    /** A step that fails ends the run, unless told otherwise; what is under way comes to its end. */
    async #step(call: Call, step: () => Promise<void>): Promise<boolean> {
        if (this.#cancelled) {
            return false;
        }
        try {
            await step();
            return true;
        } catch (error) {
            this.failures.push({ name: call.name, kind: call.kind, message: messageOf(error) });
            this.#cancelled ||= this.#options.continueOnError !== true;
            return false;
        }
    }

    /** @param replaced What is to be deleted in the end, once this is in place; one that was looked up just goes. */
    async #create(name: string, inputs: Properties, replaced?: Entry): Promise<void> {
        const call = { name, kind: "create", inputs } as const;
        const record = (entry: Entry): void => {
            if (replaced?.external === true || replaced?.pendingReplacement === true) {
                this.#state.put(entry, replaced);
            } else {
                if (replaced !== undefined) {
                    this.#state.put({ ...replaced, condemned: true }, replaced);
                }
                this.#state.put(entry);
            }
        };
        await this.#step(call, () =>
            this.#record(name, undefined, inputs, record, () =>
                this.#call(call, (provider) => provider.create(inputs)),
            ),
        );
    }

    async #replace(old: Entry, inputs: Properties): Promise<void> {
        const pending = { ...old, pendingReplacement: true };
        const isGone =
            old.pendingReplacement ||
            (await this.#step({ name: old.name, kind: "delete" }, async () => {
                await this.#delete(old);
                this.#state.put(pending, old);
            }));
        if (isGone) {
            await this.#create(old.name, inputs, old.pendingReplacement ? old : pending);
        }
    }

    async #update(old: Entry, inputs: Properties): Promise<void> {
        const { name, id, outputs } = old;
        const call = { name, kind: "update", inputs, outputs } as const;
        const record = (entry: Entry): void => {
            this.#state.put(entry, old);
        };
        await this.#step(call, () =>
            this.#record(name, id, inputs, record, async () => {
                const { outs } = await this.#call(call, (provider) => provider.update(id, outputs, inputs));
                return { id, outs };
            }),
        );
    }

    /** A partial failure keeps the resource, with what it has become. */
    async #record(
        name: string,
        oldId: string | undefined,
        inputs: Properties,
        record: (entry: Entry) => void,
        operation: () => Promise<{ readonly id: string; readonly outs: Properties }>,
    ): Promise<void> {
        const fixed = { name, inputs, external: false, condemned: false, pendingReplacement: false };
        try {
            const { id, outs } = await operation();
            const outputs = overWire({ ...outs, __provider: inputs["__provider"] });
            record({ ...fixed, id, outputs, initErrors: [] });
        } catch (error) {
            if (isPartialFailure(error)) {
                const { id, properties, reasons } = error;
                record({ ...fixed, id: oldId ?? id, outputs: overWire(properties), initErrors: reasons });
            }
            throw error;
        }
    }

    async #delete({ name, id, outputs, external }: Entry): Promise<void> {
        if (!external) {
            await this.#call({ name, kind: "delete", outputs }, (provider) => provider.delete(id, outputs));
        }
    }

    async #deleteAll(isDue: (entry: Entry) => boolean): Promise<void> {
        const due = this.#state.entries.filter((entry) => isDue(entry) && this.#isIncluded(entry.name));
        await Promise.all(
            due.map((entry) =>
                this.#step({ name: entry.name, kind: "delete" }, async () => {
                    // What waits for its replacement was deleted already.
                    if (!entry.pendingReplacement) {
                        await this.#delete(entry);
                    }
                    this.#state.drop(entry);
                }),
            ),
        );
    }

    /** `.get`. A resource of that name and id is handed over to whoever it belongs to; with another id it is deleted. */
    async #look(declared: Declared): Promise<void> {
        if (!("getId" in declared)) {
            return;
        }
        const { name, getId } = declared;
        const call = { name, kind: "read" } as const;
        await this.#step(call, async () => {
            const inputs = { __provider: "text" };
            const { id, props } = await this.#call(call, (provider) => provider.read(getId, inputs));
            if (id === undefined || props === undefined) {
                throw new Error(`resource '${getId}' does not exist`);
            }
            const old = this.#state.find(name);
            const fixed = { initErrors: [], external: true, condemned: false, pendingReplacement: false };
            const entry = { ...fixed, name, id, inputs, outputs: overWire(props) };
            if (old === undefined || old.external || old.id === getId) {
                this.#state.put(entry, old);
            } else {
                this.#state.put({ ...old, condemned: true }, old);
                this.#state.put(entry);
            }
        });
    }

    async #refreshEntries(): Promise<void> {
        const due = this.#state.entries.filter(
            (entry) => this.#isIncluded(entry.name) && !entry.pendingReplacement && !this.#seen.has(entry.name),
        );
        await Promise.all(due.map((entry) => this.#refreshEntry(entry)));
    }

    async #refreshEntry(entry: Entry): Promise<void> {
        const { name, id, inputs, outputs, external } = entry;
        const call = { name, kind: "read", outputs } as const;
        await this.#step(call, async () => {
            const read = await this.#call(call, (provider) => provider.read(id, outputs));
            if (read.id === undefined || read.id === "") {
                this.#state.drop(entry);
                return;
            }
            const refreshed = { ...entry, outputs: overWire(read.props ?? {}) };
            if (!external) {
                await this.#call({ name, kind: "diff" }, (provider) => provider.diff(id, refreshed.outputs, inputs));
            }
            this.#state.put(refreshed, entry);
        });
    }
}

interface Partial {
    readonly id: string;
    readonly properties: Properties;
    readonly reasons: readonly string[];
}

/** As the dynamic provider's host tells it: by its fields. */
function isPartialFailure(error: unknown): error is Partial {
    return error instanceof Error && "id" in error && "properties" in error && "reasons" in error;
}

function messageOf(error: unknown): string {
    return error instanceof Error ? error.message : String(error);
}

/** Nothing but what JSON has survives the way through the engine. */
function overWire(properties: Properties): Properties {
    return JSON.parse(JSON.stringify(properties)) as Properties;
}
