import { parseArgs } from "node:util";
import { quote } from "../operations/identity";
import { CommandError, EXIT, type Command, type OptionSpecification } from "./command";

/** The arguments of a command, read. */
export class Parsed {
    readonly operands: readonly string[];
    readonly #values: Readonly<Record<string, unknown>>;

    constructor(operands: readonly string[], values: Readonly<Record<string, unknown>>) {
        this.operands = operands;
        this.#values = values;
    }

    flag(name: string): boolean {
        return this.#values[name] === true;
    }

    value(name: string): string | undefined {
        const value = this.#values[name];
        return typeof value === "string" ? value : undefined;
    }

    /** The values of an option that its table calls repeatable, in their order. */
    values(name: string): readonly string[] {
        const values = this.#values[name];
        return Array.isArray(values) ? values.filter((value) => typeof value === "string") : [];
    }

    /** The value of an option that its table calls required, which the parser made sure of. */
    required(name: string): string {
        return this.value(name) ?? "";
    }
}

/** Options that every command has. */
const COMMON: Readonly<Record<string, OptionSpecification>> = {
    json: { help: "Print the result as JSON" },
    help: { help: "Print this help" },
};

export function parseCommandLine(command: Command, args: readonly string[]): Parsed {
    const { values, positionals } = tokenize(command, args);
    if (values["help"] === true) {
        return new Parsed(positionals, values);
    }
    for (const [name, { value, required }] of Object.entries(command.options)) {
        if (required === true && values[name] === undefined) {
            throw misuse(command, `expected the option --${name}${value === undefined ? "" : ` ${value}`}, got none`);
        }
    }
    const { leastOperands, mostOperands, operands } = command;
    if (positionals.length < leastOperands || positionals.length > mostOperands) {
        throw misuse(command, `expected ${operands}, got ${String(positionals.length)} arguments`);
    }
    return new Parsed(positionals, values);
}

interface Tokens {
    readonly values: Readonly<Record<string, unknown>>;
    readonly positionals: readonly string[];
}

function tokenize(command: Command, args: readonly string[]): Tokens {
    const options = Object.fromEntries(
        Object.entries({ ...command.options, ...COMMON }).map(([name, { value, repeatable = false }]) => [
            name,
            { type: value === undefined ? ("boolean" as const) : ("string" as const), multiple: repeatable },
        ]),
    );
    // Not strict: Node's own messages quote whole arguments, and those may be pasted secrets.
    const { values, positionals, tokens } = parseArgs({
        ...{ args: [...args], options, tokens: true },
        ...{ strict: false, allowPositionals: true },
    });
    const seen = new Set<string>();
    for (const token of tokens) {
        if (token.kind !== "option") {
            continue;
        }
        const known = options[token.name];
        if (known === undefined) {
            throw misuse(command, `expected an option of this command, got ${quote(token.rawName)}`);
        }
        if (known.type === "string" && !isValue(token.value, token.inlineValue === true)) {
            throw misuse(command, `expected a value after --${token.name}, got none`);
        }
        if (known.type === "boolean" && token.value !== undefined) {
            throw misuse(command, `expected --${token.name} without a value, got one`);
        }
        if (seen.has(token.name) && !known.multiple) {
            throw misuse(command, `expected --${token.name} once, got it several times`);
        }
        seen.add(token.name);
    }
    return { values, positionals };
}

/** What looks like an option is one whose predecessor lacks its value; "-" alone means standard output. */
function isValue(text: string | undefined, isInline: boolean): boolean {
    return text !== undefined && text !== "" && (isInline || text === "-" || !text.startsWith("-"));
}

export function misuse(command: Pick<Command, "name">, problem: string): CommandError {
    return new CommandError(`${problem}; see pulumi-vercel-client-cert ${command.name} --help`, EXIT.usage);
}

export function helpOf(command: Command): string {
    const { name, operands, summary, details } = command;
    const options = Object.entries({ ...command.options, ...COMMON });
    const required = options
        .filter(([, option]) => option.required === true)
        .map(([option, { value = "" }]) => ` --${option} ${value}`);
    const rows = options.map(
        ([option, { value, help }]) => [`--${option}${value === undefined ? "" : ` ${value}`}`, help] as const,
    );
    const width = Math.max(...rows.map(([left]) => left.length));
    return [
        `Usage: pulumi-vercel-client-cert ${name} ${operands}${required.join("")} [options]`,
        "",
        `${summary}.`,
        ...details,
        "",
        ...rows.map(([left, help]) => `  ${left.padEnd(width)}  ${help}`),
        "",
    ].join("\n");
}
