import type { FakeVercel } from "../../vercel/fakeVercel";
import { PROVIDER_TEXT } from "../providerHost";
import type { PulumiCli } from "../pulumiCli";
import { PulumiProject, type ResourceState } from "../stack";
import { NAMES, type Command } from "./history";
import { TOKEN } from "./historyEnvironment";
import type { Declared, Entry } from "./modelEngine";
import type { Engine } from "./replay";
import type { StateEntry } from "./trace";

const PROJECT = "client-cert-test";
const TYPE = "pulumi-nodejs:dynamic/vercel:ProjectClientCert";

/** What is declared stands in a file, in the order in which it is registered. */
const PROGRAM = `
const { readFileSync } = require("node:fs");
const { ProjectClientCert } = require("pulumi-vercel-client-cert");
for (const { name, getId, inputs, deleteBeforeReplace } of JSON.parse(readFileSync("declared.json", "utf8"))) {
    if (getId === undefined) {
        new ProjectClientCert(name, inputs, deleteBeforeReplace ? { deleteBeforeReplace } : {});
    } else {
        ProjectClientCert.get(name, getId);
    }
}
`;

/** The real CLI with the dynamic resource; each history has stacks of its own in one project. */
export class CliEngine implements Engine {
    static async start(cli: PulumiCli): Promise<CliEngine> {
        const files = { "declared.json": "[]" };
        return new CliEngine(await PulumiProject.create({ cli, program: PROGRAM, files, name: PROJECT }));
    }

    readonly #stacks = new Set<string>();
    #histories = 0;

    private constructor(readonly project: PulumiProject) {}

    begin({ url }: FakeVercel): Promise<void> {
        this.#histories += 1;
        this.project.setEnvironment({ VERCEL_API_URL: url, VERCEL_API_TOKEN: TOKEN });
        return Promise.resolve();
    }

    async run(command: Command, declared: readonly Declared[]): Promise<boolean> {
        await this.#select(command.stack);
        const program = declared.map((one) =>
            "inputs" in one ? { ...one, inputs: withoutProvider(one.inputs) } : one,
        );
        this.project.writeFile("declared.json", JSON.stringify(program));
        const { exitCode } = await this.project.attempt([
            ...[command.command, "--yes", "--skip-preview"],
            ...this.#optionsOf(command),
        ]);
        return exitCode !== 0;
    }

    async import(stack: number, { name, id, outputs }: Entry): Promise<void> {
        await this.#select(stack);
        const provider = { __provider: PROVIDER_TEXT };
        const resource = { type: TYPE, name, id, inputs: provider, outputs: { ...outputs, ...provider } };
        this.project.writeFile("import.json", JSON.stringify({ resources: [resource] }));
        await this.project.run([
            "import",
            "--file",
            "import.json",
            "--generate-code=false",
            "--protect=false",
            "--yes",
        ]);
    }

    entries(stack: number): Promise<readonly StateEntry[]> {
        const resources = this.project.checkpoint(PROJECT, this.#nameOf(stack)).filter(({ type }) => type === TYPE);
        return Promise.resolve(resources.map(entryOf));
    }

    async #select(stack: number): Promise<void> {
        const name = this.#nameOf(stack);
        if (this.#stacks.has(name)) {
            this.project.select(name);
        } else {
            this.#stacks.add(name);
            await this.project.addStack(name);
        }
    }

    #optionsOf({ stack, command, name, scope, replace, continueOnError, refresh, runProgram }: Command): string[] {
        const urn = `urn:pulumi:${this.#nameOf(stack)}::${PROJECT}::${TYPE}::${NAMES[name] ?? ""}`;
        const isUp = command === "up";
        return [
            ...(scope === "all" ? [] : [`--${scope}`, urn]),
            ...(isUp && replace ? ["--replace", urn] : []),
            ...(isUp && refresh ? ["--refresh"] : []),
            ...(continueOnError && command !== "refresh" ? ["--continue-on-error"] : []),
            ...(!isUp && runProgram ? ["--run-program"] : []),
        ];
    }

    #nameOf(stack: number): string {
        return `history-${String(this.#histories)}-${String(stack)}`;
    }
}

/** The class brings its own. */
function withoutProvider(inputs: Entry["inputs"]): Entry["inputs"] {
    return Object.fromEntries(Object.entries(inputs).filter(([name]) => name !== "__provider"));
}

function entryOf({ urn, id = "", outputs, external, initErrors, ...resource }: ResourceState): StateEntry {
    return {
        name: urn.split("::").at(-1) ?? "",
        id,
        outputs,
        external: external === true,
        condemned: resource.delete === true,
        pendingReplacement: resource.pendingReplacement === true,
        isUninitialised: (initErrors ?? []).length > 0,
    };
}
