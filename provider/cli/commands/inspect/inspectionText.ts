import { describeEnd } from "../../../certificates/checks/expiries";
import { shownDate } from "../../../text/isoDates";
import { counted } from "../../../text/quoting";
import { paragraphs, table, toned, type Cell, type Line, type Tone } from "../../terminal";
import type { Inspection } from "./inspection";

const PURPOSES = {
    cert: "there is no certificate among the files",
    key: "there is no private key among the files, so its match was not looked at, and the chain not tried with OpenSSL",
    ca: "there are no issuers among the files, so neither the chain nor the fingerprint was looked at",
} as const;

const TONES: Readonly<Record<string, Tone>> = { error: "bad", warning: "warning" };

/** An inspection as it is good to read on a terminal. */
export function inspectionText(inspection: Inspection, nowMs: number): readonly Line[] {
    const { files, missing, chain, authorities, findings } = inspection;
    return paragraphs(
        table(files.map(({ path, role, holds }) => [path, role, holds])),
        missing.map((argument) => [`${argument}: ${PURPOSES[argument]}`]),
        leafRows(inspection, nowMs),
        table(
            Object.entries({ chain, ca: authorities }).flatMap(([title, certificates]) =>
                certificates.map(({ subject, notAfter }, index) => [
                    index === 0 ? title : "",
                    subject,
                    describeEnd(Date.parse(notAfter), nowMs),
                ]),
            ),
        ),
        table(
            findings.map(({ severity, code, about, message }) => [
                toned(severity, TONES[severity]),
                code,
                // The code has a column of its own.
                `${about}: ${message.replace(` [${code}]`, "")}`,
            ]),
        ),
        [[conclusion(inspection)]],
    );
}

function leafRows({ chain, fingerprints }: Inspection, nowMs: number): readonly Line[] {
    const [leaf] = chain;
    if (leaf === undefined) {
        return [];
    }
    return table([
        ["subject", leaf.subject],
        ["issuer", leaf.issuer],
        ["serialNumber", leaf.serialNumber],
        ["valid", `from ${shownDate(Date.parse(leaf.notBefore))} on, ${describeEnd(Date.parse(leaf.notAfter), nowMs)}`],
        ...Object.entries(fingerprints),
    ]);
}

function conclusion({ findings, missing }: Inspection): Cell {
    if (findings.length === 0) {
        const what = missing.length === 0 ? "it" : "what was looked at";
        return { text: `Nothing is wrong with ${what}.`, tone: "good" };
    }
    const count = (severity: string): number => findings.filter((finding) => finding.severity === severity).length;
    const parts = ["error", "warning", "note"].filter((severity) => count(severity) > 0);
    const text = parts.map((severity) => counted(count(severity), severity)).join(", ");
    return toned(`${text}.`, TONES[parts[0] ?? ""]);
}
