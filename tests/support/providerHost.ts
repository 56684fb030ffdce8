import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { EngineDouble } from "./engineDouble";

/** The text by which every state names the provider; frozen, and so written out once more here. */
export const PROVIDER_TEXT =
    'exports.handler=()=>{const n="pulumi-vercel-client-cert";let f;try{f=require.resolve(n+"/provider/v1",{paths:[".",require.main.path]})}catch{throw new Error(`npm package ${n} not found from ${process.cwd()}: install it there; refresh and destroy need it too`)}return require(f)}';

type Properties = Readonly<Record<string, unknown>>;

/** Just as much of the SDK's generated stubs as is used here; they are not part of its typed surface. */
interface Message {
    toJavaScript(): Record<string, unknown>;
}
interface Request {
    [setter: `set${string}`]: (value: unknown) => void;
}
interface Answer {
    getInputs(): Message;
    getProperties(): Message | undefined;
    getId(): string;
    getFailuresList(): { getProperty(): string; getReason(): string }[];
    getChanges(): number;
    getReplacesList(): string[];
}
type Callback = (error: Error | null, answer: Answer) => void;
type Stub = Record<string, (request: unknown, callback: Callback) => void> & { close(): void };

const fromSdk = createRequire(require.resolve("@pulumi/pulumi/package.json"));
const messages = fromSdk("@pulumi/pulumi/proto/provider_pb") as Record<string, new () => Request>;
const services = fromSdk("@pulumi/pulumi/proto/provider_grpc_pb") as {
    ResourceProviderClient: new (address: string, credentials: unknown) => Stub;
};
const { Struct } = fromSdk("google-protobuf/google/protobuf/struct_pb") as {
    Struct: { fromJavaScript(value: Properties): unknown };
};

const CHANGES = ["unknown", "none", "some"] as const;

/** The two forms of the provider: what the engine starts for a dynamic resource, and the plugin as it is bundled. */
export type ProviderForm = "dynamic" | "plugin";
export const PROVIDER_FORMS: readonly ProviderForm[] = ["dynamic", "plugin"];

const SCRIPTS: Readonly<Record<ProviderForm, () => string>> = {
    dynamic: () => require.resolve("@pulumi/pulumi/cmd/dynamic-provider"),
    plugin: () => resolve(__dirname, "../../../plugin/plugin.js"),
};
/** Under which names the engine hands the configuration over. */
const NAMESPACES: Readonly<Record<ProviderForm, RegExp>> = { dynamic: /^$/, plugin: /^vercel:/ };

/** The real process of the provider, driven as the engine drives it. */
export class ProviderHost {
    static async start(options: {
        readonly cwd: string;
        readonly environment: Readonly<Record<string, string>>;
        readonly configuration: Readonly<Record<string, string>>;
        readonly form?: ProviderForm;
    }): Promise<ProviderHost> {
        const { form = "dynamic", cwd, environment, configuration } = options;
        const engine = await EngineDouble.start();
        const child = spawn(process.execPath, [SCRIPTS[form](), engine.address], {
            cwd,
            env: { PATH: process.env["PATH"], ...environment },
        });
        const host = new ProviderHost(child, engine);
        await host.#connect();
        if (form === "plugin") {
            await host.#call("handshake", "ProviderHandshakeRequest", {
                setEngineAddress: engine.address,
                setProgramDirectory: cwd,
            });
        }
        const settings = Object.entries(configuration).map(([key, value]) => [
            key.replace(NAMESPACES[form], ""),
            value,
        ]);
        await host.#call("configure", "ConfigureRequest", {
            setArgs: Struct.fromJavaScript(Object.fromEntries(settings) as Properties),
        });
        return host;
    }

    #child: ChildProcessWithoutNullStreams;
    #client: Stub | undefined;
    #stdout = "";
    #stderr = "";

    private constructor(
        child: ChildProcessWithoutNullStreams,
        readonly engine: EngineDouble,
    ) {
        this.#child = child;
        child.stdout.on("data", (chunk: Buffer) => (this.#stdout += chunk.toString()));
        child.stderr.on("data", (chunk: Buffer) => (this.#stderr += chunk.toString()));
    }

    get stdout(): string {
        return this.#stdout;
    }

    get stderr(): string {
        return this.#stderr;
    }

    async check(
        olds: Properties,
        news: Properties,
    ): Promise<{ inputs: Properties; failures: { property: string; reason: string }[] }> {
        const answer = await this.#call("check", "CheckRequest", {
            setOlds: Struct.fromJavaScript(olds),
            setNews: Struct.fromJavaScript(news),
        });
        const failures = answer
            .getFailuresList()
            .map((failure) => ({ property: failure.getProperty(), reason: failure.getReason() }));
        return { inputs: answer.getInputs().toJavaScript(), failures };
    }

    async diff(
        id: string,
        olds: Properties,
        news: Properties,
    ): Promise<{ changes: (typeof CHANGES)[number]; replaces: string[] }> {
        const answer = await this.#call("diff", "DiffRequest", {
            setId: id,
            setOlds: Struct.fromJavaScript(olds),
            setNews: Struct.fromJavaScript(news),
        });
        return { changes: CHANGES[answer.getChanges()] ?? "unknown", replaces: answer.getReplacesList() };
    }

    async create(inputs: Properties): Promise<{ id: string; properties: Properties }> {
        const answer = await this.#call("create", "CreateRequest", { setProperties: Struct.fromJavaScript(inputs) });
        return { id: answer.getId(), properties: answer.getProperties()?.toJavaScript() ?? {} };
    }

    async read(id: string, properties: Properties): Promise<{ id: string; properties: Properties }> {
        const answer = await this.#call("read", "ReadRequest", {
            setId: id,
            setProperties: Struct.fromJavaScript(properties),
        });
        return { id: answer.getId(), properties: answer.getProperties()?.toJavaScript() ?? {} };
    }

    async update(id: string, olds: Properties, news: Properties): Promise<{ properties: Properties }> {
        const answer = await this.#call("update", "UpdateRequest", {
            setId: id,
            setOlds: Struct.fromJavaScript(olds),
            setNews: Struct.fromJavaScript(news),
        });
        return { properties: answer.getProperties()?.toJavaScript() ?? {} };
    }

    async delete(id: string, properties: Properties): Promise<void> {
        await this.#call("delete", "DeleteRequest", { setId: id, setProperties: Struct.fromJavaScript(properties) });
    }

    async stop(): Promise<void> {
        this.#client?.close();
        this.engine.stop();
        const closed = new Promise((resolve) => this.#child.once("close", resolve));
        this.#child.kill();
        await closed;
    }

    /** The first line of the process is the port that it listens on. */
    async #connect(): Promise<void> {
        const port = await new Promise<string>((resolve, reject) => {
            const look = (): void => {
                const line = /^(\d+)\n/.exec(this.#stdout)?.[1];
                if (line !== undefined) {
                    resolve(line);
                }
            };
            this.#child.stdout.on("data", look);
            this.#child.once("close", () =>
                reject(new Error(`the provider's host ended before it listened: ${this.#stderr}`)),
            );
        });
        this.#client = new services.ResourceProviderClient(`127.0.0.1:${port}`, sdkCredentials());
    }

    #call(method: string, message: string, fields: Readonly<Record<`set${string}`, unknown>>): Promise<Answer> {
        const Message = messages[message];
        const client = this.#client;
        if (Message === undefined || client === undefined) {
            throw new Error(`the SDK has no message ${message}, or the host is not connected`);
        }
        const request = new Message();
        for (const [setter, value] of Object.entries(fields)) {
            request[setter as `set${string}`]?.(value);
        }
        return new Promise((resolve, reject) => {
            client[method]?.(request, (error, answer) => {
                if (error === null) {
                    resolve(answer);
                } else {
                    reject(error);
                }
            });
        });
    }
}

/** The SDK's own copy of grpc: credentials of another copy are refused. */
function sdkCredentials(): unknown {
    return (fromSdk("@grpc/grpc-js") as { credentials: { createInsecure(): unknown } }).credentials.createInsecure();
}
