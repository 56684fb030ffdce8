import { randomBytes } from "node:crypto";
import { ClientCertificateProvider } from "../../provider/provider";
import type { Properties } from "../../provider/operations/arguments";
import { systemClock, type Clock } from "../../provider/vercel/clock";
import { FakeVercel, type FakeVercelOptions } from "../vercel/fakeVercel";
import { assertNoSecrets } from "./secretSweep";
import { mintBundle, type CertificateBundle } from "./mint";
import { inspect } from "node:util";

export const ORIGIN = "https://billing.example.com";

export interface TestEnvironmentOptions extends FakeVercelOptions {
    readonly clock?: Clock;
    readonly configuration?: Readonly<Record<string, string>>;
    readonly environment?: Readonly<Record<string, string>>;
    readonly folder?: string;
    /** Hears of each line to the user, when it is said. */
    readonly onLine?: (line: string) => void;
}

/** A provider as the host would drive it, in this process, against a fake Vercel API with one team and project. */
export class TestEnvironment {
    static async start(options: TestEnvironmentOptions = {}): Promise<TestEnvironment> {
        const fakeVercel = await FakeVercel.start(options);
        const token = newToken();
        fakeVercel.addTeam({ id: "team_1", slug: "my-team" });
        fakeVercel.addToken(token, { teams: ["team_1"] });
        fakeVercel.addProject({ id: "prj_1", name: "site", team: "team_1" });
        const bundle = await mintBundle();
        return new TestEnvironment(fakeVercel, token, bundle, options);
    }

    readonly lines: string[] = [];
    readonly environment: Record<string, string | undefined>;
    readonly #options: TestEnvironmentOptions;
    #provider: ClientCertificateProvider;

    private constructor(
        readonly fakeVercel: FakeVercel,
        readonly token: string,
        readonly bundle: CertificateBundle,
        options: TestEnvironmentOptions,
    ) {
        this.#options = options;
        this.environment = { VERCEL_API_URL: fakeVercel.url, VERCEL_API_TOKEN: token, ...options.environment };
        this.#provider = this.#newProvider();
    }

    get provider(): ClientCertificateProvider {
        return this.#provider;
    }

    /** Another run of `pulumi up`: nothing that the process remembered is left. */
    nextRun(): void {
        this.#provider = this.#newProvider();
    }

    inputs(overrides: Properties = {}): Record<string, unknown> {
        const { cert, key, ca } = this.bundle;
        const given = {
            project: "site",
            team: "team_1",
            origin: ORIGIN,
            cert,
            key,
            ca,
            __provider: "text",
            ...overrides,
        };
        return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
    }

    /** What check makes of inputs that are expected to be fine. */
    async checked(overrides: Properties = {}, olds: Properties = {}): Promise<Record<string, unknown>> {
        const { inputs, failures } = await this.#provider.check(olds, this.inputs(overrides));
        if (failures.length > 0) {
            throw new Error(
                `expected inputs without problems, got: ${failures.map(({ reason }) => reason).join("; ")}`,
            );
        }
        return inputs;
    }

    async create(
        overrides: Properties = {},
    ): Promise<{ id: string; inputs: Properties; outs: Record<string, unknown> }> {
        const inputs = await this.checked(overrides);
        const { id, outs } = await this.#provider.create(inputs);
        return { id, inputs, outs };
    }

    /** Everything that a user sees of this env holds no secret, and the fake API kept to the official document. */
    verify(...shown: readonly unknown[]): void {
        const text = [this.lines.join("\n"), ...shown.map((value) => inspect(value, { depth: null }))].join("\n");
        assertNoSecrets(text, { keys: [this.bundle.key], tokens: [this.token] });
        if (this.fakeVercel.specViolations.length > 0) {
            throw new Error(`the official document was violated: ${this.fakeVercel.specViolations.join("; ")}`);
        }
    }

    async stop(): Promise<void> {
        await this.fakeVercel.stop();
    }

    #newProvider(): ClientCertificateProvider {
        const { clock = systemClock, configuration = {}, folder = process.cwd(), onLine } = this.#options;
        const provider = new ClientCertificateProvider({
            clock,
            environment: this.environment,
            folder,
            writeLine: (line) => {
                this.lines.push(line);
                onLine?.(line);
            },
        });
        void provider.configure({ config: { get: (key) => configuration[key] } });
        this.#speakLikeTheProgram(provider);
        return provider;
    }

    /** What a write has to say reaches the user by its outputs, from which the program takes it. */
    #speakLikeTheProgram(provider: ClientCertificateProvider): void {
        const create = provider.create.bind(provider);
        const update = provider.update.bind(provider);
        const speak = <T extends { readonly outs: Properties }>(result: T): T => {
            const { upload } = result.outs["findings"] as { readonly upload: readonly { readonly message: string }[] };
            this.lines.push(...upload.map(({ message }) => message));
            return result;
        };
        provider.create = async (...args) => speak(await create(...args));
        provider.update = async (...args) => speak(await update(...args));
    }
}

export function newToken(): string {
    return `vcp_${randomBytes(24).toString("hex")}`;
}

/** The error of an operation that is expected to fail. */
export async function failureOf(operation: Promise<unknown>): Promise<Error> {
    try {
        await operation;
    } catch (error) {
        if (error instanceof Error) {
            return error;
        }
    }
    throw new Error("expected the operation to fail with an Error");
}
