import { Status } from "@pulumi/pulumi/proto/status_pb";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import type { Properties } from "../../../provider/operations/arguments";
import type { CheckResult } from "../../../provider/operations/check";
import { REPOSITORY } from "../markdown";
import { ProviderHost } from "../providerHost";
import type { FakeVercel } from "../../vercel/fakeVercel";
import { STACKS, type Command } from "./history";
import { TOKEN } from "./historyEnvironment";
import { EngineRun, StackState, type Declared, type Entry, type Operations } from "./modelEngine";
import type { Engine } from "./replay";
import { optionsOf } from "./run";
import type { StateEntry } from "./trace";

/** The model of the engine, with the plugin as a process of its own for each command. */
export class PluginEngine implements Engine {
    /** Everything that the plugin has printed or told the engine. */
    readonly shown: string[] = [];
    #stacks: readonly StackState[] = [];
    #url = "";

    begin(fakeVercel: FakeVercel): Promise<void> {
        this.#url = fakeVercel.url;
        this.#stacks = Array.from({ length: STACKS }, () => new StackState());
        return Promise.resolve();
    }

    async run(command: Command, declared: readonly Declared[]): Promise<boolean> {
        const host = await ProviderHost.start({
            form: "plugin",
            cwd: REPOSITORY,
            environment: { VERCEL_API_URL: this.#url },
            configuration: { "vercel:apiToken": TOKEN },
        });
        try {
            const operations = operationsOf(host);
            const engine = new EngineRun(this.#stack(command.stack), optionsOf(command), (_call, operation) =>
                operation(operations),
            );
            await engine[command.command](declared);
            this.shown.push(...engine.failures.map(({ message }) => message));
            return engine.failures.length > 0;
        } finally {
            this.shown.push(host.stdout, host.stderr, ...host.engine.logs.map(({ message }) => message));
            await host.stop();
        }
    }

    import(stack: number, entry: Entry): Promise<void> {
        this.#stack(stack).put(entry);
        return Promise.resolve();
    }

    entries(stack: number): Promise<readonly StateEntry[]> {
        const { entries } = this.#stack(stack);
        return Promise.resolve(entries.map((entry) => ({ ...entry, isUninitialised: entry.initErrors.length > 0 })));
    }

    #stack(number: number): StackState {
        const stack = this.#stacks[number];
        if (stack === undefined) {
            throw new Error(`there is no stack ${String(number)}`);
        }
        return stack;
    }
}

/** The operations of a process, as the model calls them. */
function operationsOf(host: ProviderHost): Operations {
    return {
        check: async (olds, news) => (await host.check(olds, news)) as CheckResult,
        diff: async (id, olds, news) => {
            const { changes, replaces } = await host.diff(id, olds, news);
            return { changes: changes === "some", replaces };
        },
        create: async (inputs) => {
            const { id, properties } = await orPartialFailure(host.create(inputs));
            return { id, outs: { ...properties } };
        },
        read: async (id, props) => {
            const read = await host.read(id, props);
            return read.id === "" ? {} : { id: read.id, props: { ...read.properties } };
        },
        update: async (id, olds, news) => {
            const { properties } = await orPartialFailure(host.update(id, olds, news));
            return { outs: { ...properties } };
        },
        delete: async (id, props) => {
            await host.delete(id, props);
        },
    };
}

/** A partial failure is in the details of the error, as the engine reads it there. */
async function orPartialFailure<T>(work: Promise<T>): Promise<T> {
    try {
        return await work;
    } catch (error) {
        const { metadata } = error as { readonly metadata?: { get(name: string): readonly (string | Buffer)[] } };
        const [details] = metadata?.get("grpc-status-details-bin") ?? [];
        if (!(details instanceof Buffer)) {
            throw error;
        }
        const [detail] = Status.deserializeBinary(details).getDetailsList();
        const failure = ErrorResourceInitFailed.deserializeBinary(detail?.getValue_asU8() ?? new Uint8Array());
        const properties = failure.getProperties()?.toJavaScript() as Properties;
        throw Object.assign(new Error((error as Error).message), {
            ...{ id: failure.getId(), properties, reasons: failure.getReasonsList() },
        });
    }
}
