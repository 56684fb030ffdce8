import { columns } from "../../columns";
import type { CertificateFacts, Inspection } from "./inspection";

const PURPOSES = {
    cert: "there is no certificate among the files",
    key: "there is no private key among the files, so its match was not looked at, and the chain not tried with OpenSSL",
    ca: "there are no issuers among the files, so neither the chain nor the fingerprint was looked at",
} as const;

/** An inspection as it is good to read on a terminal. */
export function inspectionText(inspection: Inspection): string {
    const { files, missing, chain, authorities, findings } = inspection;
    const blocks = [
        columns(files.map(({ path, role, holds }) => [path, role, holds])),
        missing.map((argument) => `${argument}: ${PURPOSES[argument]}`),
        leafRows(inspection),
        columns([...certificateRows("chain", chain), ...certificateRows("ca", authorities)]),
        columns(
            findings.map(({ severity, code, about, message }) => [
                severity,
                code,
                // The code has a column of its own.
                `${about}: ${message.replace(` [${code}]`, "")}`,
            ]),
        ),
        [conclusion(inspection)],
    ];
    return `${blocks
        .filter((block) => block.length > 0)
        .map((block) => block.join("\n"))
        .join("\n\n")}\n`;
}

function leafRows({ chain, fingerprints }: Inspection): readonly string[] {
    const [leaf] = chain;
    if (leaf === undefined) {
        return [];
    }
    return columns([
        ["subject", leaf.subject],
        ["issuer", leaf.issuer],
        ["serialNumber", leaf.serialNumber],
        ["valid", `${leaf.notBefore} to ${leaf.notAfter}, ${left(leaf)}`],
        ...Object.entries(fingerprints),
    ]);
}

function certificateRows(title: string, certificates: readonly CertificateFacts[]): readonly (readonly string[])[] {
    return certificates.map((certificate, index) => [
        index === 0 ? title : "",
        certificate.subject,
        `until ${certificate.notAfter}, ${left(certificate)}`,
    ]);
}

function left({ daysLeft }: CertificateFacts): string {
    return daysLeft < 0 ? "expired" : `${String(daysLeft)} days left`;
}

function conclusion({ findings, missing }: Inspection): string {
    if (findings.length === 0) {
        return missing.length === 0 ? "Nothing is wrong with it." : "Nothing is wrong with what was looked at.";
    }
    const count = (severity: string): number => findings.filter((finding) => finding.severity === severity).length;
    const parts = ["error", "warning", "note"].filter((severity) => count(severity) > 0);
    return `${parts.map((severity) => `${String(count(severity))} ${severity}${count(severity) === 1 ? "" : "s"}`).join(", ")}.`;
}
