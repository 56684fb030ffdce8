import { resolve } from "node:path";
import { messageOf } from "../../../operations/failures";
import { COMMAND, CommandError, EXIT, type Command, type CommandHost, type ExitCode, type Parsed } from "../../command";
import { misuse } from "../../options";
import { FORMATS, type Format } from "./formats";
import { judgeAll } from "./statusWarnings";
import { writeOutput } from "./outputFile";
import { exportStack, listStacks } from "./pulumiCli";
import { attentionOf, type ReportedStack, type StatusReport } from "./stackReport";
import { readStack, type StoredStack } from "./storedCertificate";
import { rendered } from "../../terminal";
import { shown } from "../../../text/quoting";

const FORMAT_NAMES = Object.keys(FORMATS).join("|");

export const statusCommand: Command = {
    name: "status",
    operands: "[--stack NAME]…",
    operandCounts: [0, 0],
    summary: "Say of the certificates in the state of stacks how long they last, and what is not in order",
    details: [
        "Runs pulumi stack export, so it needs the Pulumi CLI on PATH and a login, but neither passphrase nor program.",
        "Secrets stay encrypted. Vercel is not asked: what the last refresh noticed is what is known.",
        "Exit code 1 if a certificate is not in order or there is none, 3 if the state of a stack could not be read.",
    ],
    options: {
        stack: {
            value: "NAME",
            help: "A stack, as pulumi names it; may be given several times; default: the selected one",
            repeatable: true,
        },
        all: { help: "Every stack of the project in the folder" },
        "all-projects": { help: "Every stack of every project at the backend" },
        cwd: { value: "DIR", help: "The folder of the Pulumi project; default: the current one" },
        days: {
            value: "DAYS",
            help: "Warn from so many days before the expiry on; default: expiryWarningDays of each resource",
            expected: ["a number of days", (days) => /^\d{1,5}(?:\.\d+)?$/.test(days)],
        },
        format: {
            value: FORMAT_NAMES,
            help: "How to print the result; default: table; --json is --format json",
            expected: [`one of ${FORMAT_NAMES}`, (name) => Object.hasOwn(FORMATS, name)],
        },
        output: { value: "FILE", help: "Write the result there, at once; replaces only a file of this command" },
        html: { value: "FILE", help: "Also write a page with a timeline; replaces only a page of this command" },
    },
    run: runStatus,
};

async function runStatus(parsed: Parsed, host: CommandHost): Promise<ExitCode> {
    const days = parsed.value("days");
    const warningDays = days === undefined ? undefined : Number(days);
    const format = formatOf(parsed);
    const files = [
        { path: fileOf(parsed, "output"), format },
        { path: fileOf(parsed, "html"), format: FORMATS.html },
    ];
    const nowMs = host.clock.now();
    const readings = await readStacks(parsed, host);
    const stored = readings.flatMap(({ certificates }) => certificates);
    const report: StatusReport = {
        nowMs,
        stacks: readings.map(({ certificates, ...stack }) => ({ ...stack, certificates: certificates.length })),
        certificates: judgeAll(stored, { nowMs, warningDays }),
    };
    if (parsed.value("output") === undefined) {
        host.write(format.render(report));
    }
    const exitCode = conclude(report, host);
    // Last: where a file cannot be written, everything else has been said.
    for (const { path, format } of files) {
        if (path !== undefined) {
            await writeOutput(path, rendered(format.render(report), false), format.isOwn, host);
        }
    }
    return exitCode;
}

function fileOf(parsed: Parsed, option: string): string | undefined {
    const path = parsed.value(option);
    if (path === "-") {
        throw misuse(statusCommand, `--${option} needs a file; without --output, the result is on standard output`);
    }
    return path;
}

function formatOf(parsed: Parsed): Format {
    // The parser has made sure of it.
    const given = parsed.value("format") as keyof typeof FORMATS | undefined;
    if (parsed.flag("json") && given !== undefined && given !== "json") {
        throw misuse(statusCommand, `--json and --format ${given} exclude each other`);
    }
    return FORMATS[given ?? (parsed.flag("json") ? "json" : "table")];
}

/** A stack whose state could not be had has no certificates. */
type Reading = StoredStack & Pick<ReportedStack, "problem">;

/** Each export is a process of its own. */
const EXPORTS_AT_ONCE = 4;

/** The problems of one stack do not keep the others from being read. */
async function readStacks(parsed: Parsed, host: CommandHost): Promise<readonly Reading[]> {
    const there = { ...host, folder: resolve(host.folder, parsed.value("cwd") ?? ".") };
    const wanted = await wantedStacks(parsed, there);
    const readings: Reading[] = [];
    for (let at = 0; at < wanted.names.length; at += EXPORTS_AT_ONCE) {
        const next = wanted.names.slice(at, at + EXPORTS_AT_ONCE);
        readings.push(...(await Promise.all(next.map((name) => readOne(name, wanted.areChosen, there)))));
    }
    return wanted.areChosen ? withoutRepeated(readings, host) : readings;
}

/** Their names, `undefined` for the selected one; and whether the user chose them, and so expects a certificate in each. */
async function wantedStacks(parsed: Parsed, host: CommandHost) {
    const named = [...new Set(parsed.values("stack"))];
    const [isAll, isAllProjects] = [parsed.flag("all"), parsed.flag("all-projects")];
    if (Number(named.length > 0) + Number(isAll) + Number(isAllProjects) > 1) {
        throw misuse(statusCommand, "--stack, --all and --all-projects exclude each other");
    }
    return isAll || isAllProjects
        ? { names: await listStacks(isAll ? "project" : "backend", host), areChosen: false }
        : { names: named.length === 0 ? [undefined] : named, areChosen: true };
}

/** A stack has a short name and a full one; by both at once it would look like two that claim the same. */
function withoutRepeated(readings: readonly Reading[], host: CommandHost): readonly Reading[] {
    return readings.filter((stack, index) => {
        const first = readings.slice(0, index).find((one) => isSameStack(one, stack));
        if (first !== undefined) {
            host.writeError(`${COMMAND}: ${stack.name} is the stack ${first.name}, and is counted once`);
        }
        return first === undefined;
    });
}

/** Only a full name tells the organization, so two full ones are two stacks, whatever is in them. */
function isSameStack(one: StoredStack, other: StoredStack): boolean {
    if (one.urnPrefix === "" || one.urnPrefix !== other.urnPrefix) {
        return false;
    }
    return `/${one.name}`.endsWith(`/${other.name}`) || `/${other.name}`.endsWith(`/${one.name}`);
}

/** @param mustHave Whether it is a problem that there is no certificate in it. */
async function readOne(name: string | undefined, mustHave: boolean, host: CommandHost): Promise<Reading> {
    try {
        const stack = readStack(name, await exportStack(name, host));
        const message = "the state holds no certificate of this package; check the name, or leave the stack out";
        const isMissed = mustHave && stack.certificates.length === 0;
        return { ...stack, problem: isMissed ? { code: "no-certificates", message } : undefined };
    } catch (error) {
        if (!(error instanceof CommandError)) {
            throw error;
        }
        const problem = { code: "unreadable", message: messageOf(error) } as const;
        return { name: shown(name ?? "(selected)"), urnPrefix: "", certificates: [], problem };
    }
}

/** The exit code, and why it is not 0. */
function conclude(report: StatusReport, host: CommandHost): ExitCode {
    for (const { name, problem } of report.stacks) {
        if (problem !== undefined) {
            host.writeError(`${COMMAND}: ${name}: ${problem.message}`);
        }
    }
    const attention = attentionOf(report);
    if (attention !== undefined) {
        host.writeError(`${COMMAND}: ${attention}`);
    }
    const isUnread = report.stacks.some(({ problem }) => problem?.code === "unreadable");
    return isUnread ? EXIT.failed : attention === undefined ? EXIT.fine : EXIT.bad;
}
