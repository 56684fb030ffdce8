import { resolve } from "node:path";
import { messageOf } from "../operations/failures";
import { quote } from "../operations/identity";
import { CommandError, EXIT, type Command, type CommandHost, type ExitCode } from "./command";
import { misuse, type Parsed } from "./options";
import { judgeAll } from "./status/judgement";
import { statusPage } from "./status/page";
import { writePage } from "./status/pageFile";
import { reasonsOf, statusJson, type ReportedStack, type StatusReport } from "./status/report";
import { exportStack } from "./status/stackExport";
import { statusText } from "./status/statusText";
import { readStack, type StoredStack } from "./status/storedCertificate";

export const statusCommand: Command = {
    name: "status",
    operands: "[--stack NAME]…",
    leastOperands: 0,
    mostOperands: 0,
    summary: "Say of the certificates in the state of stacks how long they last, and what is not in order",
    details: [
        "Runs pulumi stack export, so it needs the Pulumi CLI on PATH and a login, but neither passphrase nor program.",
        "Secrets stay encrypted. Vercel is not asked: what a refresh noticed last is what is known.",
        "Exit code 1 if a certificate is not in order or a stack has none, 3 if the state of a stack could not be had.",
    ],
    options: {
        stack: {
            value: "NAME",
            help: "A stack, as pulumi names it; may be given several times; default: the selected one",
            repeatable: true,
        },
        cwd: { value: "DIR", help: "The folder of the Pulumi project; default: the current one" },
        days: {
            value: "DAYS",
            help: "Warn from so many days before the end on; default: expiryWarningDays of each resource",
        },
        html: { value: "FILE", help: "Also write a page with a timeline; replaces only a page of this command" },
    },
    run: runStatus,
};

async function runStatus(parsed: Parsed, host: CommandHost): Promise<ExitCode> {
    const warningDays = daysOf(parsed);
    const page = pageOf(parsed);
    const nowMs = host.clock.now();
    const readings = await readStacks(parsed, host);
    const stored = readings.flatMap(({ stack }) => stack?.certificates ?? []);
    const report: StatusReport = {
        nowMs,
        stacks: readings.map(({ reported }) => reported),
        certificates: judgeAll(stored, { nowMs, warningDays }),
    };
    host.write(parsed.flag("json") ? `${JSON.stringify(statusJson(report), null, 4)}\n` : statusText(report));
    const exitCode = conclude(report, host);
    if (page !== undefined) {
        // Last: where it cannot be written, everything else has been said.
        await writePage(page, statusPage(report), host);
    }
    return exitCode;
}

function pageOf(parsed: Parsed): string | undefined {
    const page = parsed.value("html");
    if (page === "-") {
        throw misuse(statusCommand, `expected a file after --html, got "-": standard output has the table`);
    }
    return page;
}

function daysOf(parsed: Parsed): number | undefined {
    const given = parsed.value("days");
    if (given !== undefined && !/^\d{1,5}(?:\.\d+)?$/.test(given)) {
        throw misuse(statusCommand, `expected a number of days after --days, got ${quote(given)}`);
    }
    return given === undefined ? undefined : Number(given);
}

interface Reading {
    readonly reported: ReportedStack;
    readonly stack: StoredStack | undefined;
}

/** Each export is a process of its own. */
const EXPORTS_AT_ONCE = 4;

/** The problems of one stack do not keep the others from being read. */
async function readStacks(parsed: Parsed, host: CommandHost): Promise<readonly Reading[]> {
    const names = [...new Set(parsed.values("stack"))];
    const wanted = names.length === 0 ? [undefined] : names;
    const folder = resolve(host.folder, parsed.value("cwd") ?? ".");
    const readings: Reading[] = [];
    for (let at = 0; at < wanted.length; at += EXPORTS_AT_ONCE) {
        const next = wanted.slice(at, at + EXPORTS_AT_ONCE);
        readings.push(...(await Promise.all(next.map((name) => readOne(name, { ...host, folder })))));
    }
    return withoutRepeated(readings, host);
}

/** A stack has a short name and a full one; by both at once it would look like two that claim the same. */
function withoutRepeated(readings: readonly Reading[], host: CommandHost): readonly Reading[] {
    return readings.filter(({ stack }, index) => {
        const first = readings.slice(0, index).find((one) => isSameStack(one.stack, stack));
        if (first !== undefined && stack !== undefined) {
            host.complain(
                `pulumi-vercel-client-cert: ${stack.name} is the stack ${first.reported.name}, and counted once`,
            );
        }
        return first === undefined;
    });
}

/** Only a full name tells the organization, so two full ones are two stacks, whatever is in them. */
function isSameStack(one: StoredStack | undefined, other: StoredStack | undefined): boolean {
    if (one === undefined || other === undefined || one.urnPrefix === "" || one.urnPrefix !== other.urnPrefix) {
        return false;
    }
    return `/${one.name}`.endsWith(`/${other.name}`) || `/${other.name}`.endsWith(`/${one.name}`);
}

async function readOne(name: string | undefined, host: CommandHost): Promise<Reading> {
    try {
        const stack = readStack(name, await exportStack(name, host));
        const certificates = stack.certificates.length;
        const message =
            "expected certificates of this package in the state, got none; check the name, or leave the stack out";
        const problem = certificates > 0 ? undefined : ({ code: "no-certificates", message } as const);
        return { stack, reported: { name: stack.name, certificates, problem } };
    } catch (error) {
        if (!(error instanceof CommandError)) {
            throw error;
        }
        const problem = { code: "unreadable", message: messageOf(error) } as const;
        return { stack: undefined, reported: { name: name ?? "(selected)", certificates: 0, problem } };
    }
}

/** The exit code, and why it is not 0. */
function conclude(report: StatusReport, host: CommandHost): ExitCode {
    for (const { name, problem } of report.stacks) {
        if (problem !== undefined) {
            host.complain(`pulumi-vercel-client-cert: ${name}: ${problem.message}`);
        }
    }
    const reasons = reasonsOf(report);
    if (reasons.length > 0) {
        host.complain(`pulumi-vercel-client-cert: expected everything in order, got ${reasons.join(", ")}`);
    }
    const isUnread = report.stacks.some(({ problem }) => problem?.code === "unreadable");
    return isUnread ? EXIT.failed : reasons.length > 0 ? EXIT.bad : EXIT.fine;
}
