import { FakeVercel } from "../../vercel/fakeVercel";
import { FAULTS, PROJECTS, type Command, type PlacedFault, type Policy } from "./history";
import { addOwners, FAULT_TABLE, idOf, optionsFor, placeBy, type BundlePool } from "./historyEnvironment";
import type { Declared, Entry } from "./modelEngine";
import { IdLabels, snapshotOf, type Snapshot, type StateEntry, type Trace, type TraceStep } from "./trace";

/** An engine with its stacks: the real one, or the model with another provider. */
export interface Engine {
    /** Another history begins, at this stand-in. */
    begin(fakeVercel: FakeVercel): Promise<void>;
    /** Whether the command has failed. */
    run(command: Command, declared: readonly Declared[]): Promise<boolean>;
    import(stack: number, entry: Entry): Promise<void>;
    entries(stack: number): Promise<readonly StateEntry[]>;
}

/** Faults that take no half a minute of real time, and leave the stand-in's door open. */
export const QUICK_FAULTS = FAULTS.filter(
    (fault) => !/^(timeout|429|connection refused|an entry that cannot be read)/.test(fault),
);

/** Where an engine has come to something else than the model, a text for each command. */
export async function replay(trace: Trace, bundlePool: BundlePool, engine: Engine): Promise<readonly string[]> {
    const fakeVercel = await FakeVercel.start(optionsFor(trace.policy));
    try {
        addOwners(fakeVercel);
        await engine.begin(fakeVercel);
        const differences = await new Replay(fakeVercel, bundlePool, engine).steps(trace.steps);
        return [...differences, ...fakeVercel.specViolations];
    } finally {
        await fakeVercel.stop();
    }
}

class Replay {
    readonly #fakeVercel: FakeVercel;
    readonly #bundlePool: BundlePool;
    readonly #engine: Engine;
    readonly #labels = new IdLabels();

    constructor(fakeVercel: FakeVercel, bundlePool: BundlePool, engine: Engine) {
        this.#fakeVercel = fakeVercel;
        this.#bundlePool = bundlePool;
        this.#engine = engine;
        fakeVercel.onEvent = () => {
            this.#look();
        };
    }

    async steps(steps: readonly TraceStep[]): Promise<readonly string[]> {
        for (const [index, step] of steps.entries()) {
            const differences = await this.#take(step);
            if (differences.length > 0) {
                return [`step ${String(index + 1)}, ${describeStep(step)}`, ...differences];
            }
        }
        return [];
    }

    async #take(step: TraceStep): Promise<readonly string[]> {
        switch (step.does) {
            case "command":
                return await this.#command(step);
            case "import":
                await this.#engine.import(step.stack, this.#own(step));
                return [];
            case "place":
                placeBy(this.#fakeVercel, this.#bundlePool, step);
                break;
            case "remove":
                this.#fakeVercel.removeCertificate(idOf(step.project), this.#labels.idOf(step.label) ?? step.label);
                break;
            case "name":
                this.#fakeVercel.renameProject(idOf(step.project), step.name);
                break;
        }
        this.#look();
        return [];
    }

    /** The ids of the model are not those of this stand-in. */
    #own({ entry, label }: Extract<TraceStep, { readonly does: "import" }>): Entry {
        const certId = this.#labels.idOf(label) ?? label;
        return { ...entry, outputs: { ...entry.outputs, certId } };
    }

    async #command(step: Extract<TraceStep, { readonly does: "command" }>): Promise<readonly string[]> {
        addFaults(this.#fakeVercel, step.command.faults);
        const isFailed = await this.#engine.run(step.command, step.declared);
        this.#fakeVercel.clearFaults();
        const entries = await this.#engine.entries(step.command.stack);
        const now = snapshotOf(entries, this.#held(), this.#labels);
        return [
            ...(isFailed === step.isFailed ? [] : [`expected it to ${step.isFailed ? "fail" : "succeed"}`]),
            ...differencesOf(step.after, now),
        ];
    }

    #held(): readonly ReturnType<FakeVercel["certificates"]>[] {
        return Array.from({ length: PROJECTS }, (_, project) => this.#fakeVercel.certificates(idOf(project)));
    }

    #look(): void {
        this.#held().forEach((certificates, project) => {
            this.#labels.note(project, certificates);
        });
    }
}

function differencesOf(expected: Snapshot, got: Snapshot): readonly string[] {
    return (["state", "held"] as const).flatMap((name) => [
        ...expected[name].filter((line) => !got[name].includes(line)).map((line) => `${name}: expected ${line}`),
        ...got[name].filter((line) => !expected[name].includes(line)).map((line) => `${name}: got ${line}`),
    ]);
}

/** By their place among the calls of the command; only the first that is left counts calls. */
function addFaults(fakeVercel: FakeVercel, faults: readonly PlacedFault[]): void {
    const placed = faults.filter(({ at }, index) => faults.findIndex((other) => other.at === at) === index);
    let next = 0;
    for (const { at, fault } of placed.toSorted((one, other) => one.at - other.at)) {
        if (fault === "connection refused" || fault === "an entry that cannot be read") {
            throw new Error(`${fault} is no fault of a stand-in that listens`);
        }
        fakeVercel.addFault({ ...FAULT_TABLE[fault], skip: at - next });
        next = at + 1;
    }
}

function describeStep(step: TraceStep): string {
    return step.does === "command" ? JSON.stringify(step.command) : step.does;
}

/** Of the policy, what takes no waiting. */
export function isQuick({ lagMs }: Policy): boolean {
    return lagMs === 0;
}
