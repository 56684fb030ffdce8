import type { Clock } from "./vercel/clock";
import { VercelClient } from "./vercel/client";
import { resolveBaseUrl, resolveTeam, resolveToken, type Configuration, type Environment } from "./vercel/settings";
import { redact } from "./text/redact";
import type { Properties } from "./operations/arguments";
import { check, type CheckResult } from "./operations/check";
import { ProcessMemory, type OperationContext } from "./operations/context";
import { create, type CreateResult } from "./operations/create";
import { deleteCertificate } from "./operations/delete";
import { diff, type DiffResult } from "./operations/diff";
import { asOperationError, PartialFailure } from "./operations/failures";
import { KeyCommands } from "./operations/keyCommands";
import { read, type ReadResult } from "./operations/read";
import { recordWarnings } from "./operations/recordWarnings";
import { update, type UpdateResult } from "./operations/update";

/** What the provider takes from the process that it runs in. */
export interface ProviderHost {
    readonly clock: Clock;
    readonly environment: Environment;
    /** The folder of the Pulumi program. */
    readonly folder: string;
    /** Of this provider's configuration; the dynamic resource shares that of `@pulumiverse/vercel`. */
    readonly namespace?: string;
    writeLine(line: string): void;
    /** Of the resource at hand, where the engine says it. */
    urn?(): string | undefined;
    /** From 0 to 1, for the jitter of retries; `Math.random` by default. */
    readonly random?: () => number;
}

/** What the dynamic provider's host hands to `configure`: the stack's configuration, secrets decrypted. */
export interface ConfigureRequest {
    readonly config: { get(key: string): string | undefined };
}

/** The six operations as the dynamic provider's host calls them, joined to settings, client and clock. */
export class ClientCertificateProvider {
    readonly #host: ProviderHost;
    readonly #memory = new ProcessMemory();
    readonly #commands: KeyCommands;
    readonly #tokensInUse = new Set<string>();
    #configuration: Configuration;
    #client: VercelClient | undefined;

    constructor(host: ProviderHost) {
        this.#host = host;
        this.#commands = new KeyCommands(host);
        this.#configuration = { namespace: host.namespace ?? "vercel", get: () => undefined };
    }

    /** Assigns before anything else can run: the host lets first calls start while this is being awaited. */
    configure({ config }: ConfigureRequest): Promise<void> {
        const { namespace } = this.#configuration;
        this.#configuration = { namespace, get: (name) => config.get(`${namespace}:${name}`) };
        return Promise.resolve();
    }

    check(olds: Properties, news: Properties): Promise<CheckResult> {
        return this.#guard(() => check(olds, news, this.#context()));
    }

    diff(id: string, olds: Properties, news: Properties): Promise<DiffResult> {
        return this.#guard(() => diff(id, olds, news, this.#context()));
    }

    create(inputs: Properties): Promise<CreateResult> {
        return this.#write(inputs, (context) => create(inputs, context));
    }

    read(id: string, props: Properties): Promise<ReadResult> {
        return this.#guard(() => read(id, props, this.#context()));
    }

    update(id: string, olds: Properties, news: Properties): Promise<UpdateResult> {
        return this.#write(news, (context) => update(id, olds, news, context));
    }

    delete(id: string, props: Properties): Promise<void> {
        return this.#guard(() => deleteCertificate(id, props, this.#context()));
    }

    /** What a write has to say goes to the resource with its outputs; after a failure there are none. */
    async #write<T extends UpdateResult>(
        inputs: Properties,
        operation: (context: OperationContext) => Promise<T>,
    ): Promise<T> {
        const lines: string[] = [];
        const notify = (line: string): void => void lines.push(redact(line, this.#tokens()));
        try {
            const result = await this.#guard(() => operation({ ...this.#context(), notify }));
            return { ...result, outs: recordWarnings(result.outs, inputs, lines, this.#host.clock.now()) };
        } catch (error) {
            lines.forEach((line) => this.#notify(line));
            throw error instanceof PartialFailure ? error.with(inputs) : error;
        }
    }

    async #guard<T>(operation: () => Promise<T>): Promise<T> {
        try {
            return await operation();
        } catch (error) {
            throw asOperationError(error, this.#tokens());
        }
    }

    #context(): OperationContext {
        const { clock, environment, folder } = this.#host;
        const connect = (): VercelClient => this.#connect();
        return {
            clock,
            environment,
            folder,
            commands: this.#commands,
            memory: this.#memory,
            urn: this.#host.urn?.(),
            get store() {
                return connect();
            },
            notify: (line) => this.#notify(line),
            teamFor: (argument) => resolveTeam(argument, this.#configuration),
            addressOf: ({ project, team, tokenEnv }) => ({ project, team, token: this.#token(tokenEnv) }),
        };
    }

    /** One client for the process: its queues and shared listings span all resources. */
    #connect(): VercelClient {
        const { environment, clock, random } = this.#host;
        this.#client ??= new VercelClient({
            baseUrl: resolveBaseUrl(environment),
            clock,
            random,
            notify: (line) => this.#notify(line),
        });
        return this.#client;
    }

    #token(tokenEnv?: string): string {
        const { environment } = this.#host;
        const token = resolveToken({ tokenEnv, environment, configuration: this.#configuration });
        this.#tokensInUse.add(token);
        return token;
    }

    /** What no message may hold: the token of every call so far, and the default one. */
    #tokens(): readonly string[] {
        try {
            this.#token();
        } catch {
            // No usable default token, so none that a message could hold.
        }
        return [...this.#tokensInUse];
    }

    #notify(line: string): void {
        this.#host.writeLine(redact(line, this.#tokens()));
    }
}
