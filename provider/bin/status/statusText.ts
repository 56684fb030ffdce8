import { iso } from "../../material/expiries";
import { columns } from "../columns";
import { placeOf, type JudgedCertificate } from "./judgement";
import type { ReportedStack, StatusReport } from "./report";

const HEADINGS = ["STACK", "PROJECT", "ORIGIN", "SUBJECT", "FINGERPRINT", "DAYS LEFT", "NOT AFTER", "STATE"];

/** The report as it is good to read on a terminal. */
export function statusText({ certificates, stacks }: StatusReport): string {
    const remarks = certificates.flatMap((one) =>
        [...one.warnings, ...one.notes].map(({ code, message }) => [
            code,
            `${one.stack}: ${one.name}, ${placeOf(one)}: ${message}`,
        ]),
    );
    const blocks = [
        certificates.length === 0 ? [] : columns([HEADINGS, ...certificates.map(rowOf)]),
        columns(remarks),
        [conclusion(certificates, stacks)],
    ];
    return `${blocks
        .filter((block) => block.length > 0)
        .map((block) => block.join("\n"))
        .join("\n\n")}\n`;
}

function rowOf(one: JudgedCertificate): readonly string[] {
    return [
        one.stack,
        one.team === undefined ? one.project : `${one.team}/${one.project}`,
        originText(one.origin),
        one.subject === "" ? "-" : one.subject,
        shortFingerprint(one) === "" ? "-" : shortFingerprint(one),
        daysText(one),
        one.toMs === undefined ? "-" : iso(one.toMs),
        stateText(one),
    ];
}

export function originText(origin: string): string {
    return origin === "*" ? "(project-wide)" : origin === "" ? "(not known)" : origin;
}

const SHORT_LENGTH = 12;

/** So much of a fingerprint as tells two apart by eye. */
export function shortFingerprint({ fingerprint }: Pick<JudgedCertificate, "fingerprint">): string {
    return fingerprint.replace(/^v1:/, "").slice(0, SHORT_LENGTH);
}

function daysText({ daysLeft }: JudgedCertificate): string {
    return daysLeft === undefined ? "-" : daysLeft < 0 ? "expired" : String(daysLeft);
}

function stateText({ warnings, isLookedUp }: JudgedCertificate): string {
    const codes = warnings.map(({ code }) => code);
    const words = [...(isLookedUp ? ["looked up"] : []), ...codes];
    return words.length === 0 ? "fine" : words.join(", ");
}

function conclusion(certificates: readonly JudgedCertificate[], stacks: readonly ReportedStack[]): string {
    const bad = certificates.filter(({ warnings }) => warnings.length > 0).length;
    const read = stacks.filter(({ problem }) => problem?.code !== "unreadable").length;
    const looked = `${counted(certificates.length, "certificate")} in ${counted(read, "stack")}`;
    const missing = read === stacks.length ? "" : ` ${counted(stacks.length - read, "stack")} could not be read.`;
    const verdict = bad > 0 ? `, ${String(bad)} not in order` : certificates.length > 0 ? ", all in order" : "";
    return `${looked}${verdict}.${missing}`;
}

export function counted(count: number, noun: string): string {
    return `${String(count)} ${noun}${count === 1 ? "" : "s"}`;
}
