import { normaliseOrigin } from "../../../provider/operations/identity";
import {
    FOREIGN_ORIGINS,
    NAMES,
    ORIGINS,
    PLAIN_UP,
    type Command,
    type Declaration,
    type Edit,
    type Event,
    type History,
    type Import,
    type Step,
} from "./history";
import { judgeForgotten, judgeRemoval, judgeTakeovers, judgeTwins, keysOf, Violation } from "./invariants";
import { EngineRun, type Declared, type Entry, type RunOptions, type StepFailure } from "./modelEngine";
import {
    idOf,
    idsIn,
    isCertificate,
    TestEnvironment,
    type Stack,
    type BundlePool,
    type Watched,
} from "./historyEnvironment";
import type { StoredCertificate } from "../../vercel/store";
import type { TraceStep } from "./trace";

/** What one history was made of, to be counted. */
export interface Outcome {
    readonly commands: number;
    readonly calls: number;
    readonly kills: number;
    /** Commands, options, faults and policies that have really occurred. */
    readonly features: ReadonlySet<string>;
}

const MINUTE_MS = 60_000;
/** More advice than any way back takes. */
const MOST_ADVICE = 12;

/** Runs a history, and throws where something happens that must not, or where no way leads back. */
export async function runHistory(history: History, bundlePool: BundlePool, startMs: number): Promise<Outcome> {
    const env = new TestEnvironment(history.policy, bundlePool, startMs);
    const runner = new Runner(env);
    try {
        return await runner.run(history);
    } catch (error) {
        if (error instanceof Error) {
            error.message = `${error.message}\n${env.log.join("\n")}`;
        }
        throw error;
    }
}

/** The steps of a history, as the model takes them. */
export async function traceHistory(history: History, bundlePool: BundlePool): Promise<readonly TraceStep[]> {
    const env = new TestEnvironment(history.policy, bundlePool, Date.now());
    env.trace = [];
    const runner = new Runner(env);
    await runner.takeAll(history.steps);
    return env.trace;
}

interface Ran {
    readonly failures: readonly StepFailure[];
    readonly lines: readonly string[];
    readonly isKilled: boolean;
}

class Runner {
    readonly #env: TestEnvironment;
    readonly #features = new Set<string>();
    #commands = 0;
    #calls = 0;
    #kills = 0;
    #violation: unknown;
    /** One id for several origins, as ids made of the content may be: only another certificate helps there. */
    #isHelpless = false;

    constructor(env: TestEnvironment) {
        this.#env = env;
        env.onRemoval = (removal) => {
            try {
                judgeRemoval(removal);
            } catch (error) {
                // Thrown here, it would be taken for an error of the network.
                this.#violation ??= error;
            }
        };
    }

    async run({ policy, steps }: History): Promise<Outcome> {
        Object.entries(policy).forEach(([name, value]) => this.#features.add(`${name}: ${String(value)}`));
        await this.takeAll(steps);
        for (const number of this.#env.stacks.keys()) {
            await this.#settle(number);
        }
        return { commands: this.#commands, calls: this.#calls, kills: this.#kills, features: this.#features };
    }

    async takeAll(steps: readonly Step[]): Promise<void> {
        for (const step of steps) {
            this.#env.log.push(JSON.stringify(step));
            await this.#take(step);
        }
    }

    async #take(step: Step): Promise<void> {
        if (step.does === "command") {
            await this.#command(step);
        } else if (step.does === "import") {
            this.#import(step);
        } else if ("stack" in step) {
            this.#edit(step);
        } else {
            this.#happen(step);
        }
    }

    #stack(number: number): Stack {
        const stack = this.#env.stacks[number];
        if (stack === undefined) {
            throw new Error(`there is no stack ${String(number)}`);
        }
        return stack;
    }

    #edit(edit: Edit): void {
        const { program } = this.#stack(edit.stack);
        const name = nameOf(edit.name);
        const known = program.get(name);
        if (edit.does === "declare") {
            program.set(name, edit.declaration);
            return;
        }
        if (known === undefined) {
            return;
        }
        this.#features.add(edit.does === "change" ? `change ${edit.what}` : edit.does);
        if (edit.does === "undeclare") {
            program.delete(name);
        } else if (edit.does === "rename") {
            program.delete(name);
            program.set(nameOf(edit.to), known);
        } else {
            program.set(name, changed(known, edit.what));
        }
    }

    #happen(event: Event): void {
        const env = this.#env;
        this.#features.add(`somebody: ${event.does}`);
        if (event.does === "wait") {
            env.time.pass(MINUTE_MS);
        } else if (event.does === "rename project") {
            env.renameProject(event.project);
        } else if (event.does === "upload") {
            env.place(event.project, FOREIGN_ORIGINS[event.origin], event.leaf);
        } else {
            const there = env
                .certificates(event.project)
                .find(({ origin }) => normaliseOrigin(origin) === ORIGINS[event.origin]);
            if (there !== undefined) {
                env.remove(event.project, there.certId);
            }
        }
    }

    async #command(command: Command): Promise<Ran> {
        const env = this.#env;
        const { state, program } = this.#stack(command.stack);
        const before = state.entries;
        const linesBefore = env.lines.length;
        const { caller, killed } = env.newProcess(command.stack, command.faults, command.killAt);
        const engine = new EngineRun(state, optionsOf(command), caller);
        const declared = [...program].map(([name, declaration]) => env.declared(name, declaration));
        await env.time.run(Promise.race([engine[command.command](declared), killed]));
        env.time.forgetSleepers();
        this.#trace(command, before, declared, engine.failures.length > 0);
        this.#count(command);
        if (this.#violation !== undefined) {
            throw this.#violation as Error;
        }
        judgeForgotten(
            env,
            this.#stack(command.stack),
            before,
            declared.filter((one) => "getId" in one),
        );
        judgeTwins(env);
        judgeTakeovers(env, before, env.lines.slice(linesBefore).join("\n"));
        this.#judgeMessages(engine.failures, before);
        return { failures: engine.failures, lines: env.lines.slice(linesBefore), isKilled: env.isDead };
    }

    #trace(command: Command, before: readonly Entry[], declared: readonly Declared[], isFailed: boolean): void {
        const { trace, operations, isDead, hits } = this.#env;
        const isOne = (all: readonly Watched[]): boolean => new Set(all.map(({ name }) => name)).size <= 1;
        const steps = operations.filter(({ kind }) => kind !== "check" && kind !== "diff");
        const callers = operations.filter(({ calls }) => calls > 0);
        // Which of several a fault hits, and what is under way when one of them fails, is a matter of time.
        const isOrdered = (hits.length === 0 || isOne(callers)) && (!isFailed || isOne(steps));
        // The CLI refuses to name what a stack does not have; only `--target` may be about what is new.
        const isAbout = ({ name }: { readonly name: string }): boolean => name === nameOf(command.name);
        const isUp = command.command === "up";
        const isReplaced = isUp && command.replace;
        const isNamed = command.scope !== "all" || isReplaced;
        const isNew = isUp && command.scope === "target" && !isReplaced && declared.some(isAbout);
        const isKnown = !isNamed || isNew || before.some(isAbout);
        const after = this.#env.snapshot(this.#stack(command.stack));
        trace?.push({ does: "command", command, declared, isFailed, isSteady: isOrdered && isKnown && !isDead, after });
    }

    #count({ command, scope, replace, continueOnError, refresh, runProgram }: Command): void {
        const env = this.#env;
        this.#commands += 1;
        this.#calls += env.calls;
        this.#kills += env.isDead ? 1 : 0;
        const options = { replace, continueOnError, refresh, runProgram };
        [
            command,
            ...(scope === "all" ? [] : [`--${scope}`]),
            ...Object.entries(options).flatMap(([name, is]) => (is ? [`${command} --${name}`] : [])),
            ...(env.isDead ? ["kill"] : []),
            ...env.hits.map((hit) => `fault: ${hit}`),
        ].forEach((feature) => this.#features.add(feature));
        env.hits.length = 0;
    }

    /** What a message says has to be true. */
    #judgeMessages(failures: readonly StepFailure[], before: readonly Entry[]): void {
        const { policy, isIndistinct } = this.#env;
        for (const { message } of failures) {
            const [, certId] = /this is a second resource [^:]*: (\S+) is in place/.exec(message) ?? [];
            if (certId === undefined || policy.lagMs > 0 || isIndistinct) {
                continue;
            }
            const isUploaded = this.#env.operations.some(
                ({ uploaded, isAmbiguous }) => isAmbiguous || uploaded.some((entry) => entry.certId === certId),
            );
            if (!isUploaded && before.every(({ outputs }) => !idsIn(outputs).includes(certId))) {
                throw new Violation("untrue", message);
            }
        }
    }

    #import({ stack, name: number, declaration }: Import): void {
        const { state, program } = this.#stack(stack);
        const name = nameOf(number);
        const origin = ORIGINS[declaration.origin];
        const inPlace = (): StoredCertificate | undefined =>
            this.#env.certificates(declaration.project).find((entry) => normaliseOrigin(entry.origin) === origin);
        const entries = this.#env.stacks.flatMap((other) => other.state.entries);
        const isOwned = (certId = ""): boolean => entries.some(({ outputs }) => idsIn(outputs).includes(certId));
        // What a resource has already is nothing that anybody would import.
        if (state.find(name) !== undefined || isOwned(inPlace()?.certId)) {
            return;
        }
        if (inPlace() === undefined) {
            this.#env.place(declaration.project, origin, declaration.leaf);
        }
        const there = inPlace();
        if (there === undefined || isOwned(there.certId)) {
            // An id made of the content may be one that another origin has as well.
            return;
        }
        program.set(name, declaration);
        this.#features.add("import");
        const project = idOf(declaration.project);
        const outputs = { project, team: "team_1", certId: there.certId, origin: there.origin };
        const entry: Entry = {
            name,
            id: `team_1/${project}/${origin ?? "*"}`,
            inputs: { __provider: "text" },
            outputs: { ...outputs, fingerprint: "", uploadedAt: "", staleCertIds: [], certFingerprint: "x" },
            ...{ initErrors: [], external: false, condemned: false, pendingReplacement: false },
        };
        state.put(entry);
        this.#env.trace?.push({ does: "import", stack, entry, label: this.#env.labels.of(there.certId) });
    }

    /** From wherever a history has led, plain runs and what messages advise lead back. */
    async #settle(number: number): Promise<void> {
        const { state, program } = this.#stack(number);
        this.#env.log.push(`--- settles stack ${String(number)}`);
        // An effect that comes late, after the next listing, has come about by the second.
        await this.#follow({ ...PLAIN_UP, stack: number, command: "refresh" });
        await this.#follow({ ...PLAIN_UP, stack: number, command: "refresh" });
        if (await this.#follow({ ...PLAIN_UP, stack: number })) {
            this.#judgeSettled(state, program);
        }
        this.#env.log.push(`--- destroys stack ${String(number)}`);
        if ((await this.#follow({ ...PLAIN_UP, stack: number, command: "destroy" })) && state.entries.length > 0) {
            throw new Violation("stuck", `destroy leaves ${state.entries.map(({ name }) => name).join(", ")}`);
        }
    }

    /** Runs a command until it has nothing to writeError about; false where only people at Vercel can help. */
    async #follow(command: Command): Promise<boolean> {
        for (let tries = 0; tries < MOST_ADVICE; tries += 1) {
            this.#env.time.pass(MINUTE_MS);
            const { failures, lines } = await this.#command(command);
            const said = [...failures.map(({ message }) => message), ...lines].join("\n");
            const isUp = command.command === "up";
            if (failures.length === 0 && !(isUp && hasStale(this.#stack(command.stack)))) {
                return true;
            }
            this.#isHelpless ||= said.includes("which would be left without");
            if (this.#isHelpless) {
                return false;
            }
            await this.#advise(command, failures, said);
        }
        throw new Violation("stuck", `${command.command} does not come to an end`);
    }

    async #advise({ stack, command }: Command, failures: readonly StepFailure[], said: string): Promise<void> {
        const { program, state } = this.#stack(stack);
        let isAdvised = false;
        for (const { name, message } of failures) {
            const declaration = program.get(name);
            if (message.includes("a second") && twinsOf(program, name) < 2) {
                // Two projects by name and id, its own deletion is not listed yet, or its own id is there for another one.
                isAdvised = true;
                const entry = state.find(name);
                if (entry !== undefined && [...program.values()].every(({ byId }) => byId)) {
                    state.drop(entry);
                    program.set(name, { ...(declaration as Declaration), allowOverwrite: true });
                }
                program.forEach((of, other) => program.set(other, { ...of, byId: true }));
            } else if (
                message.includes("a second") ||
                message.includes("the project has no certificate for") ||
                message.includes("the project has no project-wide")
            ) {
                isAdvised ||= program.delete(name);
            } else if (message.includes("Name the project there as it is named here")) {
                const byId = /named here, prj_/.test(message);
                for (const [other, of] of program) {
                    isAdvised ||= of.byId !== byId;
                    program.set(other, { ...of, byId });
                }
            } else if (message.includes("allowOverwrite") && declaration !== undefined) {
                program.set(name, { ...declaration, allowOverwrite: true });
                isAdvised ||= !declaration.allowOverwrite;
            }
        }
        if (said.includes("pulumi refresh") && command !== "refresh") {
            await this.#follow({ ...PLAIN_UP, stack, command: "refresh" });
            isAdvised = true;
        }
        if (said.includes("run pulumi up without a refresh") && command !== "up") {
            await this.#follow({ ...PLAIN_UP, stack });
            isAdvised = true;
        }
        if (said.includes("its old name back for one run") && command !== "refresh" && this.#env.isRenamed) {
            this.#env.swapNames();
            // Another one may know the project by its new name only.
            await this.#command({ ...PLAIN_UP, stack, command: "refresh", continueOnError: true });
            isAdvised = true;
        }
        if (!isAdvised && !/run (this|pulumi up|it) again|next run|next pulumi up/i.test(said)) {
            throw new Violation("no way", said);
        }
    }

    /** What is declared is in place and known, and nothing is left to do. */
    #judgeSettled(state: Stack["state"], program: Stack["program"]): void {
        // What was looked up may have changed since, by the same run; two for one place take it from each other until one
        // of them is refused.
        for (const [name, declaration] of [...program].filter(([one, { get }]) => !get && twinsOf(program, one) < 2)) {
            const entry = state.find(name);
            if (entry === undefined) {
                throw new Violation("stuck", `${name} is not in the state`);
            }
            const [certId] = idsIn(entry.outputs);
            const live = this.#env
                .certificates(declaration.project)
                .find(
                    (other) => other.certId === certId && normaliseOrigin(other.origin) === ORIGINS[declaration.origin],
                );
            if (live === undefined) {
                throw new Violation("not true", `${name} has ${String(certId)}, which is not in place`);
            }
            const isAlone =
                this.#env.stacks
                    .flatMap(({ state: { entries } }) => entries)
                    .filter(({ outputs }) => idsIn(outputs).includes(certId ?? "")).length === 1;
            if (
                isAlone &&
                !this.#env.isForeign(certId ?? "", { ...declaration, origin: ORIGINS[declaration.origin] }) &&
                !isCertificate(live, this.#env.leaf(declaration.leaf))
            ) {
                throw new Violation("not true", `${name} has another certificate in place than is declared`);
            }
        }
        if (
            keysOf(
                this.#env,
                state.entries.filter(({ condemned }) => condemned),
            ).size > 0
        ) {
            throw new Violation("stuck", "something waits for its deletion");
        }
    }
}

/** How many resources a program has for the project and origin of one. */
function twinsOf(program: Stack["program"], name: string): number {
    const own = program.get(name);
    return [...program.values()].filter(
        (other) => !other.get && other.project === own?.project && other.origin === own.origin,
    ).length;
}

function hasStale({ state }: Stack): boolean {
    return state.entries.some(({ outputs, external }) => !external && idsIn(outputs).length > 1);
}

function nameOf(number: number): string {
    return NAMES[number] ?? NAMES[0];
}

function changed(declaration: Declaration, what: Extract<Edit, { readonly does: "change" }>["what"]): Declaration {
    switch (what) {
        case "origin":
            return { ...declaration, origin: (declaration.origin + 1) % ORIGINS.length };
        case "project":
            return { ...declaration, project: 1 - declaration.project };
        case "leaf":
            return { ...declaration, leaf: (declaration.leaf + 1) % 3 };
        case "byId":
        case "allowOverwrite":
        case "deleteBeforeReplace":
        case "get":
            return { ...declaration, [what]: !declaration[what] };
    }
}

/** Of a command, as the engine has them. */
export function optionsOf({ name, scope, replace, continueOnError, refresh, runProgram }: Command): RunOptions {
    const one = new Set([nameOf(name)]);
    return {
        ...(scope === "target" ? { targets: one } : {}),
        ...(scope === "exclude" ? { excludes: one } : {}),
        ...(replace ? { replace: one } : {}),
        continueOnError,
        refresh,
        runProgram,
    };
}
