import { parseArgs } from "node:util";
import { nearest } from "../text/nearest";
import { COMMAND, CommandError, EXIT, Parsed, type Command, type OptionSpecification } from "./command";
import { quote } from "../text/quoting";
import { paragraphs, rendered, table } from "./terminal";

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
    // A map: an object would know `--constructor`.
    const known = new Map(Object.entries({ ...command.options, ...COMMON }));
    const options = Object.fromEntries(
        [...known].map(([name, { value, short }]) => [
            name,
            {
                type: value === undefined ? ("boolean" as const) : ("string" as const),
                ...(short === undefined ? {} : { short }),
            },
        ]),
    );
    // Not strict: Node's own messages quote whole arguments, and those may be pasted secrets.
    const { positionals, tokens } = parseArgs({ args: [...args], options, tokens: true, strict: false });
    const given = new Map<string, readonly string[]>();
    for (const { name, rawName, value, inlineValue = false } of tokens.filter((one) => one.kind === "option")) {
        const option = known.get(name);
        if (option === undefined) {
            const meant = nearest(name, [...known.keys()]);
            const hint = meant === undefined ? "" : `; did you mean --${meant}?`;
            throw misuse(command, `there is no option ${quote(rawName)}${hint}`);
        }
        if (option.value !== undefined && !isValue(value, inlineValue)) {
            throw misuse(command, `--${name} needs a value`);
        }
        if (option.value === undefined && value !== undefined) {
            throw misuse(command, `--${name} takes no value`);
        }
        const [expected, isIt] = option.expected ?? [];
        if (value !== undefined && isIt?.(value) === false) {
            throw misuse(command, `--${name}: expected ${expected ?? ""}, got ${quote(value)}`);
        }
        const earlier = given.get(name);
        if (earlier !== undefined && option.repeatable !== true) {
            throw misuse(command, `--${name} was given several times`);
        }
        given.set(name, [...(earlier ?? []), ...(value === undefined ? [] : [value])]);
    }
    return new Parsed(positionals, given);
}

/** What looks like an option is one whose predecessor lacks its value; "-" alone means standard output. */
function isValue(text: string | undefined, isInline: boolean): boolean {
    return text !== undefined && text !== "" && (isInline || text === "-" || !text.startsWith("-"));
}

export function misuse(command: Pick<Command, "name">, problem: string): CommandError {
    const end = problem.endsWith("?") ? " See" : "; see";
    return new CommandError(`${problem}${end} ${COMMAND} ${command.name} --help`, EXIT.usage);
}

export function helpOf({ name, operands, summary, details, options }: Command): string {
    const all = Object.entries({ ...options, ...COMMON });
    const required = all
        .filter(([, option]) => option.required === true)
        .map(([option, { value = "" }]) => ` --${option} ${value}`);
    const rows = all.map(([option, { value, short, help }]) => [
        `  ${short === undefined ? "" : `-${short}, `}--${option}${value === undefined ? "" : ` ${value}`}`,
        help,
    ]);
    const usage = `Usage: ${COMMAND} ${name} ${operands}${required.join("")} [options]`;
    return rendered(paragraphs([[usage]], [[`${summary}.`], ...details.map((line) => [line])], table(rows)), false);
}
