import * as pulumi from "@pulumi/pulumi";
import { MockMonitor } from "@pulumi/pulumi/runtime/mocks";
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as ts from "typescript";
import { REPOSITORY } from "./stack";

type Values = Readonly<Record<string, unknown>>;

/** A resource as the program of an example registered it. */
export interface Registered {
    readonly type: string;
    readonly name: string;
    /** Secrets in clear. */
    readonly inputs: Values;
    readonly secrets: readonly string[];
    /** The URN of the option. */
    readonly deletedWith: string;
}

export interface ExampleProgramOptions {
    /** The name of the folder in `examples`. */
    readonly example: string;
    readonly config: Readonly<Record<string, string>>;
    /** What the providers would answer. */
    readonly answer: (resource: Registered) => Promise<{ readonly id: string; readonly state: Values }>;
}

export interface ExampleProgramRun {
    readonly registered: readonly Registered[];
    readonly outputs: Values;
}

type RegisterRequest = Parameters<MockMonitor["registerResource"]>[0] & {
    getType(): string;
    getName(): string;
    getDeletedwith(): string;
    getObject(): { toJavaScript(): Values };
};

/** By this the SDK knows a value that it wrapped, a secret one for example. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** Runs the program of an example as it stands, with mocks in place of the engine and of all providers. */
export async function runExampleProgram(options: ExampleProgramOptions): Promise<ExampleProgramRun> {
    const { example, config, answer } = options;
    const project = `example-${example}`;
    const registered: Registered[] = [];
    const { registerResource } = MockMonitor.prototype;
    MockMonitor.prototype.registerResource = async function (request: RegisterRequest, callback) {
        registered.push(toRegistered(request));
        await registerResource.call(this, request, callback);
    };
    const folder = transpiled(example);
    try {
        await pulumi.runtime.setMocks(
            {
                newResource: async ({ type, name }) => {
                    const resource = registered.find((one) => one.type === type && one.name === name);
                    if (resource === undefined) {
                        throw new Error(`${type} ${name} was never registered`);
                    }
                    const { id, state } = await answer(resource);
                    return { id, state: { ...state } };
                },
                call: ({ token }) => {
                    throw new Error(`expected no call of a function, got ${token}`);
                },
            },
            project,
        );
        pulumi.runtime.setAllConfig(
            Object.fromEntries(Object.entries(config).map(([key, value]) => [`${project}:${key}`, value])),
        );
        const exported = createRequire(join(folder, "index.js"))("./index.js") as Values;
        const outputs = await settled(pulumi.output({ ...exported }));
        return { registered, outputs };
    } finally {
        MockMonitor.prototype.registerResource = registerResource;
        rmSync(folder, { recursive: true });
    }
}

/** The program in a folder of its own, as JavaScript. Its types are checked by `npm run lint`. */
function transpiled(example: string): string {
    const original = join(REPOSITORY, "examples", example);
    const folder = mkdtempSync(join(tmpdir(), "example-"));
    symlinkSync(join(REPOSITORY, "node_modules"), join(folder, "node_modules"), "junction");
    for (const file of readdirSync(original).filter((name) => name.endsWith(".ts"))) {
        const compilerOptions = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
        const { outputText } = ts.transpileModule(readFileSync(join(original, file), "utf8"), { compilerOptions });
        writeFileSync(join(folder, file.replace(/\.ts$/, ".js")), outputText);
    }
    return folder;
}

function toRegistered(request: RegisterRequest): Registered {
    const wrapped = Object.entries(request.getObject().toJavaScript());
    return {
        type: request.getType(),
        name: request.getName(),
        deletedWith: request.getDeletedwith(),
        secrets: wrapped.filter(([, value]) => isSecret(value)).map(([input]) => input),
        inputs: Object.fromEntries(wrapped.map(([input, value]) => [input, isSecret(value) ? value.value : value])),
    };
}

function isSecret(value: unknown): value is { readonly value: unknown } {
    return typeof value === "object" && value !== null && SIGNATURE in value && value[SIGNATURE] === SECRET;
}

async function settled<T>(output: pulumi.Output<T>): Promise<pulumi.Unwrap<T>> {
    return await new Promise((resolve) => output.apply((value) => resolve(value as pulumi.Unwrap<T>)));
}
