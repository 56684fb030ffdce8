import type { X509Certificate } from "node:crypto";
import { readCertificates } from "../../certificates/parse/certificate";
import { judgeDates } from "../../certificates/checks/dates";
import type { Finding } from "../../certificates/findings";
import { judgeKeyMatch } from "../../certificates/checks/keyMatch";
import {
    readCertificateSet,
    readPrivateKey,
    withoutEcho,
    type PrivateKey,
    type Reading,
} from "../../certificates/certificates";
import { normaliseOrigin } from "../../operations/identity";
import { probeOrigin, type ProbeReport } from "../../probe/originProbe";
import { CommandError, EXIT, type Command, type CommandHost, type ExitCode, type Parsed } from "../command";
import { misuse } from "../options";
import { PASSPHRASE_OPTION, requireBundleFiles } from "../files";
import { jsonText, paragraphs, table, type Line } from "../terminal";
import { quote } from "../../text/quoting";

export const probeCommand: Command = {
    name: "probe",
    operands: "ORIGIN",
    operandCounts: [1, 1],
    summary: "Find out whether an origin asks for a client certificate, and whether it takes this one",
    details: [
        "Connects to https://host[:port] twice, without and with the certificate, and sends a GET each time. The private",
        "key does not leave this machine. Proxies are not used and redirects not followed.",
        "Exit code 0 if the certificate is demanded and accepted, 3 if there was no handshake with a trusted server.",
    ],
    options: {
        cert: { value: "FILE", help: "The client certificate and its intermediates", required: true },
        key: { value: "FILE", help: "The private key of the client certificate", required: true },
        ca: { value: "FILE", help: "The issuers of the client certificate", required: true },
        "server-ca": {
            value: "FILE",
            help: "The issuers of the origin's own certificate; default: those that Node trusts",
        },
        path: {
            value: "PATH",
            help: "What to ask for; default: /",
            expected: ["a path that begins with /", (path) => path.startsWith("/")],
        },
        tls: {
            value: "1.2|1.3",
            help: "The only version of TLS to speak; default: the newest of both sides",
            expected: ["1.2 or 1.3", (version) => /^1\.[23]$/.test(version)],
        },
        ...PASSPHRASE_OPTION,
    },
    run: runProbe,
};

async function runProbe(parsed: Parsed, host: CommandHost): Promise<ExitCode> {
    const origin = originOf(parsed);
    // The parser has made sure of it.
    const tls = parsed.value("tls") as "1.2" | "1.3" | undefined;
    const { files, passphrase } = await requireBundleFiles(parsed, host, ["cert", "key", "ca", "server-ca"]);
    const [cert = "", keyText = "", ca = "", serverCa] = files.map(({ texts }) => texts.join(""));
    const keyReading = readPrivateKey(keyText, passphrase);
    const { findings, ...client } = judgeBundle({ cert, ca }, keyReading, host);
    const serverIssuers = serverCa === undefined ? undefined : serverIssuersIn(serverCa);
    const [path, version] = [parsed.value("path"), tls && (`TLSv${tls}` as const)];
    const report = await probeOrigin({ origin, path, version, serverIssuers, ...client }, host.clock);
    const said = findings.map(({ code, severity, argument, message }) => ({ code, severity, argument, message }));
    host.write(parsed.flag("json") ? jsonText({ ...report, findings: said }) : reportText(report, findings));
    const hasHandshake = report.verdict !== "untrusted" && report.verdict !== "unreachable";
    return report.verdict === "accepted" ? EXIT.fine : hasHandshake ? EXIT.bad : EXIT.failed;
}

function originOf({ operands: [given = ""] }: Parsed): string {
    const origin = normaliseOrigin(given);
    if (origin === undefined) {
        throw misuse(
            probeCommand,
            `ORIGIN: expected https://host[:port], got ${quote(given.replace(/\/\/.*@/, "//…@"))}`,
        );
    }
    return origin;
}

/** With what the origin may see differently, and is asked about. */
function judgeBundle(texts: { cert: string; ca: string }, keyReading: Reading<PrivateKey>, host: CommandHost) {
    const publicReading = readCertificateSet(texts);
    const [certificates, key] = [publicReading.value, keyReading.value];
    const ofTexts = withoutEcho(publicReading.findings, publicReading.canonical, keyReading.findings);
    const findings = [...ofTexts, ...keyReading.findings];
    if (certificates === undefined || key === undefined) {
        throw refusal(findings, host);
    }
    const moment = { nowMs: host.clock.now(), expiryWarningDays: undefined };
    const all = [...findings, ...judgeKeyMatch(certificates, key), ...judgeDates(certificates, moment)];
    if (all.some(({ severity, waivable }) => severity === "error" && !waivable)) {
        throw refusal(all, host);
    }
    return { chain: certificates.chain, keyPem: key.pem, issuers: certificates.authorities, findings: all };
}

function refusal(findings: readonly Finding[], host: CommandHost): CommandError {
    findings.forEach(({ argument, message }) => host.writeError(`${argument}: ${message}`));
    return new CommandError("the certificate cannot be presented, for the reasons above; nothing was sent", EXIT.bad);
}

function serverIssuersIn(text: string): readonly X509Certificate[] {
    const { certificates, findings } = readCertificates(text, "ca");
    const problem = findings.find(({ severity }) => severity === "error");
    if (problem !== undefined) {
        throw new CommandError(`--server-ca: ${problem.message}`, EXIT.bad);
    }
    return certificates;
}

function reportText(report: ProbeReport, findings: readonly Finding[]): readonly Line[] {
    const { verdict, message, asked, version, without, presented, acceptableAuthorities, moreAuthorities } = report;
    const rows = [
        ["verdict", verdict],
        ["asked", asked === undefined ? "not known" : asked ? "yes" : "no"],
        ["TLS", version?.replace("TLSv", "") ?? "none"],
        ["without it", without],
        ["with it", presented ?? "not tried"],
        ...acceptableAuthorities.map((name, index) => [index === 0 ? "acceptable" : "", name]),
        ...(moreAuthorities === 0 ? [] : [["", `and ${String(moreAuthorities)} more`]]),
    ];
    const notes = findings.map((finding) => [`${finding.severity}: ${finding.argument}: ${finding.message}`]);
    return paragraphs(table(rows), [...notes, [`${message}.`]]);
}
