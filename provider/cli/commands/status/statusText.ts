import { paragraphs, table, toned, type Line, type Tone } from "../../terminal";
import { placeOf, standingOf, type JudgedCertificate } from "./statusWarnings";
import { type StatusReport } from "./stackReport";
import { WARNINGS, type Standing } from "./warningTable";
import { shownDate } from "../../../text/isoDates";
import { counted } from "../../../text/quoting";

/** Of the table, on a terminal and in the page; a text is empty where there is nothing to say. */
export const COLUMNS: readonly { heading: string; textOf: (certificate: JudgedCertificate) => string }[] = [
    { heading: "Stack", textOf: ({ stack }) => stack },
    { heading: "Project", textOf: ownerOf },
    { heading: "Origin", textOf: ({ origin }) => originText(origin) },
    { heading: "Subject", textOf: ({ subject }) => subject },
    { heading: "Fingerprint", textOf: shortFingerprint },
    { heading: "Days left", textOf: ({ daysLeft = "" }) => (Number(daysLeft) < 0 ? "expired" : String(daysLeft)) },
    { heading: "Not after", textOf: ({ toMs }) => (toMs === undefined ? "" : shownDate(toMs)) },
];

const TONES: Readonly<Record<Standing, Tone | undefined>> = {
    ...{ fine: "good", soon: "warning", expired: "bad", attention: "warning" },
    ...{ pending: undefined, "looked-up": undefined },
};

/** The report as it is good to read on a terminal. */
export function statusText(report: StatusReport): readonly Line[] {
    const { certificates } = report;
    const headings = [...COLUMNS.map(({ heading }) => heading.toUpperCase()), "STATE"];
    const rows = certificates.map((one) => [
        ...COLUMNS.map(({ textOf }) => textOf(one) || "-"),
        toned(stateText(one), TONES[standingOf(one)]),
    ]);
    const remarks = certificates.flatMap((one) => {
        const subject = `${one.stack}: ${one.name}, ${placeOf(one)}: `;
        return [
            ...one.warnings.map(({ code, message }) => [
                toned(code, TONES[WARNINGS[code].standing]),
                subject + message,
            ]),
            ...one.notes.map(({ code, message }) => [code, subject + message]),
        ];
    });
    return paragraphs(rows.length === 0 ? [] : table([headings, ...rows]), table(remarks), [[conclusion(report)]]);
}

export function ownerOf({ team, project }: JudgedCertificate): string {
    const name = project === "" ? "(not known)" : project;
    return team === undefined ? name : `${team}/${name}`;
}

export function originText(origin: string): string {
    return origin === "*" ? "(project-wide)" : origin === "" ? "(not known)" : origin;
}

const SHORT_LENGTH = 12;

/** So much of a fingerprint as tells two apart by eye. */
function shortFingerprint({ fingerprint }: JudgedCertificate): string {
    return fingerprint.replace(/^v1:/, "").slice(0, SHORT_LENGTH);
}

function stateText({ warnings, isLookedUp }: JudgedCertificate): string {
    const codes = warnings.map(({ code }) => code);
    const words = [...(isLookedUp ? ["looked up"] : []), ...codes];
    return words.length === 0 ? "fine" : words.join(", ");
}

/** What was looked at; what is wrong with it is said on standard error, with the exit code. */
function conclusion({ certificates, stacks }: StatusReport): string {
    const fine = certificates.filter(({ warnings }) => warnings.length === 0).length;
    const read = stacks.filter(({ problem }) => problem?.code !== "unreadable").length;
    const order = certificates.length === 0 ? "" : `, ${fine === certificates.length ? "all" : String(fine)} in order`;
    const missing = read === stacks.length ? "" : ` ${counted(stacks.length - read, "stack")} could not be read.`;
    return `${counted(certificates.length, "certificate")} in ${counted(read, "stack")}${order}.${missing}`;
}
