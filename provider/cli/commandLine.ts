import { messageOf } from "../operations/failures";
import { nearest } from "../text/nearest";
import { redact } from "../text/redact";
import { TOKEN_VARIABLES, type Environment } from "../vercel/settings";
import {
    COMMAND,
    CommandError,
    EXIT,
    type Command,
    type CommandHost,
    type ExitCode,
    type ProcessHost,
} from "./command";
import { convertCommand } from "./commands/convert";
import { doctorCommand } from "./commands/doctor/doctor";
import { importCommand } from "./commands/import";
import { inspectCommand } from "./commands/inspect/inspect";
import { listCommand } from "./commands/list";
import { helpOf, parseCommandLine } from "./options";
import { probeCommand } from "./commands/probe";
import { statusCommand } from "./commands/status/status";
import { paragraphs, printable, printableLine, rendered, table, wantsColours, type Line } from "./terminal";
import { quote } from "../text/quoting";

export const COMMANDS: readonly Command[] = [
    inspectCommand,
    convertCommand,
    probeCommand,
    listCommand,
    importCommand,
    statusCommand,
    doctorCommand,
];

/** Runs one command line. Whatever goes wrong is one line on standard error, without a stack and without a secret. */
export async function runCommandLine(args: readonly string[], process: ProcessHost): Promise<ExitCode> {
    const hasColours = wantsColours(process.environment, process.isTerminal);
    const host: CommandHost = {
        ...process,
        write: (content) => process.write(rendered(content, hasColours)),
        writeError: (line) => process.writeError(printableLine(line)),
        ask: (question, isSecret) => process.ask(printable(question), isSecret),
    };
    try {
        return await runCommand(args, host);
    } catch (error) {
        host.writeError(failureLine(error, args, process.environment));
        return error instanceof CommandError ? error.exitCode : EXIT.failed;
    }
}

/** What is said of anything that was thrown. */
export function failureLine(error: unknown, args: readonly string[], environment: Environment): string {
    const secrets = tokensOf(environment, args);
    return `${COMMAND}: ${redact(messageOf(error, secrets).replaceAll("\n", " "), secrets)}`;
}

const HELP: readonly string[] = ["--help", "-h", "help"];

async function runCommand([first = "", ...others]: readonly string[], host: CommandHost): Promise<ExitCode> {
    if (first === "--version") {
        host.write(`${host.version}\n`);
        return EXIT.fine;
    }
    const isHelp = HELP.includes(first);
    const [name = "", ...args] = isHelp ? [...others.slice(0, 1), "--help"] : [first, ...others];
    if (first === "" || name === "--help") {
        host.write(overview());
        return first === "" ? EXIT.usage : EXIT.fine;
    }
    const command = commandOf(name);
    const parsed = parseCommandLine(command, args);
    if (parsed.flag("help")) {
        host.write(helpOf(command));
        return EXIT.fine;
    }
    return await command.run(parsed, host);
}

function commandOf(name: string): Command {
    const command = COMMANDS.find((one) => one.name === name);
    if (command === undefined) {
        const known = COMMANDS.map((one) => one.name);
        const meant = nearest(name, known);
        const hint = meant === undefined ? `the commands are ${known.join(", ")}.` : `did you mean ${meant}?`;
        throw new CommandError(`there is no command ${quote(name)}; ${hint} See ${COMMAND} --help`, EXIT.usage);
    }
    return command;
}

function overview(): readonly Line[] {
    return paragraphs(
        [[`Usage: ${COMMAND} COMMAND …`]],
        table(COMMANDS.map(({ name, operands, summary }) => [`  ${name} ${operands}`, summary])),
        [
            [`${COMMAND} COMMAND --help says more; --version prints the version.`],
            ["Exit codes: 0 fine, 1 not in order, 2 wrong usage, 3 could not be done."],
        ],
    );
}

/** Whatever may be a token in the environment, whether it is the one in use or not; `--token-env` may name one. */
function tokensOf(environment: Environment, args: readonly string[]): readonly string[] {
    const named = args.map((arg) => arg.replace(/^--token-env=/, ""));
    return [...TOKEN_VARIABLES, ...named].flatMap((name) => {
        const token = Object.hasOwn(environment, name) ? environment[name] : undefined;
        return token === undefined ? [] : [token.trim()];
    });
}
