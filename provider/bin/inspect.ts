import type { X509Certificate } from "node:crypto";
import { nameOf, readCertificates } from "../material/certificate";
import { fieldsOf } from "../material/certificateFields";
import { judgeChain } from "../material/chainVerdict";
import type { Finding } from "../material/findings";
import { judgeKeyMatch } from "../material/keyMatch";
import {
    judgePublicMaterial,
    readPrivateKey,
    readPublicMaterial,
    type PrivateKey,
    type PublicMaterial,
} from "../material/material";
import { EXIT, type Command, type CommandHost } from "./command";
import { PASSPHRASE_OPTION, readMaterialFiles, type MaterialFile } from "./files";
import { inspectionText } from "./inspectionText";
import { sortFiles, type Role, type Roles } from "./roles";
import { shellWord } from "./shell";

export interface InspectedFile {
    readonly path: string;
    readonly role: Role;
    /** What it holds, in words. */
    readonly holds: string;
}

export interface CertificateFacts {
    readonly subject: string;
    readonly issuer: string;
    readonly serialNumber: string;
    /** ISO 8601. */
    readonly notBefore: string;
    readonly notAfter: string;
    readonly daysLeft: number;
}

/** What `inspect` says; with `--json`, exactly this. */
export interface Inspection {
    readonly files: readonly InspectedFile[];
    /** Arguments that no file is for; what needs them was not looked at. */
    readonly missing: readonly ("cert" | "key" | "ca")[];
    readonly fingerprints: Readonly<Record<string, string>>;
    /** Leaf first. */
    readonly chain: readonly CertificateFacts[];
    readonly authorities: readonly CertificateFacts[];
    readonly findings: readonly InspectionFinding[];
}

/** A finding, about an argument of the resource or about a file that is none. */
export interface InspectionFinding extends Pick<Finding, "severity" | "message"> {
    /** Of the table of findings, or of a file that is no part of a triple. */
    readonly code: string;
    readonly about: string;
}

export const inspectCommand: Command = {
    name: "inspect",
    operands: "FILE…",
    leastOperands: 1,
    mostOperands: 32,
    summary: "Say what certificate, key and issuers are, and everything that is wrong with them",
    details: [
        "The files are PEM, DER, PKCS #12 or PKCS #7, or - for standard input, and come in any order: which is cert, key and ca",
        "is found out. Nothing is sent anywhere.",
        "Exit code 1 if there is an error among the findings.",
    ],
    options: PASSPHRASE_OPTION,
    run: async (parsed, host) => {
        const { files, passphrase } = await readMaterialFiles(parsed.operands, parsed, host);
        const inspection = await inspect(files, passphrase, host);
        host.write(parsed.flag("json") ? `${JSON.stringify(inspection, null, 4)}\n` : inspectionText(inspection));
        const isBad = inspection.findings.some(({ severity }) => severity === "error");
        return isBad ? EXIT.bad : EXIT.fine;
    },
};

async function inspect(
    given: readonly MaterialFile[],
    passphrase: string | undefined,
    host: CommandHost,
): Promise<Inspection> {
    const texts = given.flatMap(({ path, texts }) => texts.map((text) => ({ path, text })));
    const roles = sortFiles(texts, passphrase);
    const { material, findings } = readTriple(roles);
    const key = roles.key === undefined ? undefined : readPrivateKey(roles.key, passphrase);
    const judged = material === undefined ? [] : await judge(material, key?.value, roles, host);
    const nowMs = host.clock.now();
    const about = (found: Finding): InspectionFinding => aboutArgument(found, roles);
    return {
        files: given.map(({ path }) => describeFile(path, roles, key?.value)),
        missing: (["cert", "key", "ca"] as const).filter((argument) => roles[argument] === undefined),
        fingerprints: material === undefined ? {} : fingerprintsOf(material, roles),
        chain: (material?.chain ?? []).map((certificate) => factsOf(certificate, nowMs)),
        authorities: roles.ca === undefined ? [] : (material?.authorities ?? []).map((one) => factsOf(one, nowMs)),
        findings: [...foreign(given, roles), ...[...findings, ...(key?.findings ?? []), ...judged].map(about)],
    };
}

/** Without issuers the chain stands in for them, so that the rest can be said; what depends on them is left out. */
function readTriple(roles: Roles): {
    readonly material: PublicMaterial | undefined;
    readonly findings: readonly Finding[];
} {
    if (roles.cert === undefined) {
        return { material: undefined, findings: [] };
    }
    const { value, findings } = readPublicMaterial({ cert: roles.cert, ca: roles.ca ?? roles.cert });
    return {
        material: value,
        findings: roles.ca === undefined ? findings.filter(({ argument }) => argument !== "ca") : findings,
    };
}

async function judge(
    material: PublicMaterial,
    key: PrivateKey | undefined,
    roles: Roles,
    { clock }: CommandHost,
): Promise<readonly Finding[]> {
    const nowMs = clock.now();
    const judged = judgePublicMaterial(material, { nowMs, expiryWarningDays: undefined });
    const match = key === undefined ? [] : judgeKeyMatch(material, key);
    const known = [...judged, ...match];
    return [...known, ...(roles.ca === undefined ? [] : await judgeChain(material, key, known, nowMs))];
}

function fingerprintsOf(material: PublicMaterial, roles: Roles): Readonly<Record<string, string>> {
    const { fingerprint, certFingerprint, publicKeyFingerprint } = material;
    return { ...(roles.ca === undefined ? {} : { fingerprint }), certFingerprint, publicKeyFingerprint };
}

const DAY_MS = 86_400_000;

function factsOf(certificate: X509Certificate, nowMs: number): CertificateFacts {
    const { fromMs, toMs } = fieldsOf(certificate);
    return {
        subject: nameOf(certificate.subject),
        issuer: nameOf(certificate.issuer),
        serialNumber: certificate.serialNumber,
        notBefore: isoDate(fromMs),
        notAfter: isoDate(toMs),
        daysLeft: Math.floor((toMs - nowMs) / DAY_MS),
    };
}

function isoDate(ms: number): string {
    return Number.isNaN(ms) ? "" : new Date(ms).toISOString();
}

function aboutArgument({ code, severity, argument, message }: Finding, { files }: Roles): InspectionFinding {
    const of = files.filter(({ role }) => role === argument);
    return { code, severity, about: argument, message: withPath(message, of.length === 1 ? of[0]?.path : undefined) };
}

/** A command to copy instead of one to fill in. */
function withPath(message: string, path: string | undefined): string {
    return path === undefined || path === "-" ? message : message.replace(/ FILE\b/g, () => ` ${shellWord(path)}`);
}

/** What is to be said about files that are no part of a triple, under the names of the files. */
function foreign(given: readonly MaterialFile[], { files }: Roles): readonly InspectionFinding[] {
    const problems = given.flatMap(({ path, problem }) =>
        problem === undefined ? [] : [aboutFile(path, "foreign-file", problem)],
    );
    const unknown = files
        .filter(({ role }) => role === "unknown")
        .flatMap(({ path, text }) =>
            readCertificates(text, "cert").findings.map(({ code, message }) =>
                aboutFile(path, code, withPath(message, path)),
            ),
        );
    const others = files.filter(
        ({ holdsKey, certificates, role }) => holdsKey && certificates.length === 0 && role !== "key",
    );
    const keys = others.map(({ path }) =>
        aboutFile(path, "several-keys", "expected one private key among the files, got this one as well; leave it out"),
    );
    return [...problems, ...unknown, ...keys];
}

function aboutFile(path: string, code: string, message: string): InspectionFinding {
    return { code, severity: "error", about: path, message };
}

/** PKCS #12 has several parts; it is called by the role of its first. */
function describeFile(path: string, roles: Roles, key: PrivateKey | undefined): InspectedFile {
    const parts = roles.files.filter((part) => part.path === path);
    const count = parts.flatMap(({ certificates }) => certificates).length;
    const holdsKey = parts.some((part) => part.holdsKey);
    const isKey = parts.some(({ role }) => role === "key");
    const holds = [
        count === 0 ? undefined : count === 1 ? "1 certificate" : `${String(count)} certificates`,
        holdsKey ? (isKey && key !== undefined ? describeKey(key) : "a private key") : undefined,
    ].filter((part) => part !== undefined);
    return {
        path,
        role: parts[0]?.role ?? "unknown",
        holds: holds.length === 0 ? "nothing that can be used" : holds.join(" and "),
    };
}

function describeKey({ key }: PrivateKey): string {
    const { modulusLength, namedCurve } = key.asymmetricKeyDetails ?? {};
    const size = modulusLength === undefined ? namedCurve : `${String(modulusLength)} bits`;
    const type = (key.asymmetricKeyType ?? "of an unknown type").toUpperCase();
    return `a private key, ${[type, size].filter((part) => part !== undefined).join(" ")}`;
}
