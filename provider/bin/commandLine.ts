import { messageOf } from "../operations/failures";
import { quote } from "../operations/identity";
import { scrub } from "../vercel/scrub";
import { CommandError, EXIT, type Command, type CommandHost, type ExitCode } from "./command";
import { importCommand } from "./import";
import { inspectCommand } from "./inspect";
import { listCommand } from "./list";
import { helpOf, parseCommandLine } from "./options";
import { probeCommand } from "./probe";
import { statusCommand } from "./status";

export const COMMANDS: readonly Command[] = [inspectCommand, probeCommand, listCommand, importCommand, statusCommand];

/** Runs one command line. Whatever goes wrong is one line on standard error, without a stack and without a secret. */
export async function runCommandLine(
    args: readonly string[],
    host: CommandHost & { readonly version: string },
): Promise<ExitCode> {
    const [name = "--help", ...rest] = args;
    if (name === "--help" || name === "help") {
        host.write(overview());
        return args.length === 0 ? EXIT.usage : EXIT.fine;
    }
    if (name === "--version") {
        host.write(`${host.version}\n`);
        return EXIT.fine;
    }
    try {
        return await runCommand(name, rest, host);
    } catch (error) {
        host.complain(`pulumi-vercel-client-cert: ${oneLine(error, tokensOf(host, args))}`);
        return error instanceof CommandError ? error.exitCode : EXIT.failed;
    }
}

async function runCommand(name: string, args: readonly string[], host: CommandHost): Promise<ExitCode> {
    const command = COMMANDS.find((one) => one.name === name);
    if (command === undefined) {
        const known = COMMANDS.map((one) => one.name).join(", ");
        throw new CommandError(`expected a command (${known}), got ${quote(name)}; see --help`, EXIT.usage);
    }
    const parsed = parseCommandLine(command, args);
    if (parsed.flag("help")) {
        host.write(helpOf(command));
        return EXIT.fine;
    }
    return await command.run(parsed, host);
}

function overview(): string {
    const width = Math.max(...COMMANDS.map(({ name, operands }) => name.length + operands.length + 1));
    return [
        "Usage: pulumi-vercel-client-cert COMMAND …",
        "",
        ...COMMANDS.map(({ name, operands, summary }) => `  ${`${name} ${operands}`.padEnd(width)}  ${summary}`),
        "",
        "pulumi-vercel-client-cert COMMAND --help says more; --version prints the version.",
        "Exit codes: 0 fine, 1 not in order, 2 wrong usage, 3 could not be done.",
        "",
    ].join("\n");
}

function oneLine(error: unknown, secrets: readonly string[]): string {
    return scrub(messageOf(error, secrets).replaceAll("\n", " "), secrets);
}

/** Whatever may be a token in the environment, whether it is the one in use or not; `--token-env` may name one. */
function tokensOf({ environment }: CommandHost, args: readonly string[]): readonly string[] {
    const named = args.map((arg) => arg.replace(/^--token-env=/, ""));
    return ["VERCEL_API_TOKEN", "VERCEL_TOKEN", ...named].flatMap((name) => {
        const token = Object.hasOwn(environment, name) ? environment[name] : undefined;
        return token === undefined ? [] : [token.trim()];
    });
}
