import { parseArgs } from "node:util";
import { nearest } from "../text/nearest";
import { COMMAND, CommandError, EXIT, Parsed, type Command, type OptionSpecification } from "./command";
import { quote } from "../text/quoting";

/** Options that every command has. */
const COMMON: Readonly<Record<string, OptionSpecification>> = {
    json: { help: "Print the result as JSON" },
    help: { help: "Print this help", short: "h" },
};

export function parseCommandLine(command: Command, args: readonly string[]): Parsed {
    const parsed = readArguments(command, args);
    if (parsed.flag("help")) {
        return parsed;
    }
    for (const [name, { value, required }] of Object.entries(command.options)) {
        if (required === true && parsed.value(name) === undefined) {
            throw misuse(command, `the option --${name}${value === undefined ? "" : ` ${value}`} is missing`);
        }
    }
    const [least, most] = command.operandCounts;
    const { length } = parsed.operands;
    if (length < least || length > most) {
        throw misuse(command, `the arguments are ${command.operands}, but ${String(length)} were given`);
    }
    return parsed;
}

function readArguments(command: Command, args: readonly string[]): Parsed {
    const known = new Map(Object.entries({ ...command.options, ...COMMON }));
    const options = Object.fromEntries(
        [...known].map(([name, { value, short, repeatable = false }]) => [
            name,
            {
                type: value === undefined ? ("boolean" as const) : ("string" as const),
                multiple: repeatable,
                ...(short === undefined ? {} : { short }),
            },
        ]),
    );
    // Not strict: Node's own messages quote whole arguments, and those may be pasted secrets.
    const { values, positionals, tokens } = parseArgs({
        ...{ args: [...args], options, tokens: true },
        ...{ strict: false, allowPositionals: true },
    });
    const seen = new Set<string>();
    for (const token of tokens.filter((one) => one.kind === "option")) {
        // A map: an object would know `--constructor`.
        const option = known.get(token.name);
        if (option === undefined) {
            const meant = nearest(token.name, [...known.keys()]);
            const hint = meant === undefined ? "" : `; did you mean --${meant}?`;
            throw misuse(command, `there is no option ${quote(token.rawName)}${hint}`);
        }
        if (option.value !== undefined && !isValue(token.value, token.inlineValue === true)) {
            throw misuse(command, `--${token.name} needs a value`);
        }
        if (option.value === undefined && token.value !== undefined) {
            throw misuse(command, `--${token.name} takes no value`);
        }
        const [expected, isIt] = option.expected ?? [];
        if (token.value !== undefined && isIt?.(token.value) === false) {
            throw misuse(command, `--${token.name}: expected ${expected ?? ""}, got ${quote(token.value)}`);
        }
        if (seen.has(token.name) && option.repeatable !== true) {
            throw misuse(command, `--${token.name} was given several times`);
        }
        seen.add(token.name);
    }
    return new Parsed(positionals, values);
}

/** What looks like an option is one whose predecessor lacks its value; "-" alone means standard output. */
function isValue(text: string | undefined, isInline: boolean): boolean {
    return text !== undefined && text !== "" && (isInline || text === "-" || !text.startsWith("-"));
}

export function misuse(command: Pick<Command, "name">, problem: string): CommandError {
    const end = problem.endsWith("?") ? " See" : "; see";
    return new CommandError(`${problem}${end} ${COMMAND} ${command.name} --help`, EXIT.usage);
}

export function helpOf(command: Command): string {
    const { name, operands, summary, details } = command;
    const options = Object.entries({ ...command.options, ...COMMON });
    const required = options
        .filter(([, option]) => option.required === true)
        .map(([option, { value = "" }]) => ` --${option} ${value}`);
    const rows = options.map(
        ([option, { value, short, help }]) =>
            [
                `${short === undefined ? "" : `-${short}, `}--${option}${value === undefined ? "" : ` ${value}`}`,
                help,
            ] as const,
    );
    const width = Math.max(...rows.map(([left]) => left.length));
    return [
        `Usage: ${COMMAND} ${name} ${operands}${required.join("")} [options]`,
        "",
        `${summary}.`,
        ...details,
        "",
        ...rows.map(([left, help]) => `  ${left.padEnd(width)}  ${help}`),
        "",
    ].join("\n");
}
