import type { X509Certificate } from "node:crypto";
import { nameOf, readCertificates } from "../../../certificates/parse/certificate";
import { fieldsOf } from "../../../certificates/parse/certificateFields";
import { judgeChain } from "../../../certificates/chain/chainVerdict";
import type { Finding } from "../../../certificates/findings";
import { judgeKeyMatch } from "../../../certificates/checks/keyMatch";
import {
    judgeCertificateSet,
    readPrivateKey,
    readCertificateSet,
    type PrivateKey,
    type CertificateSet,
    type Reading,
} from "../../../certificates/certificates";
import type { BundleFile } from "../../files";
import { sortFiles, type Roles } from "../../roles";
import { shellWord } from "../../shell";
import { DAY_MS, isoDate } from "../../../text/isoDates";
import { counted } from "../../../text/quoting";

export type Inspection = Awaited<ReturnType<typeof inspect>>;

/** A finding, about an argument of the resource or about a file that is none. */
interface InspectionFinding extends Pick<Finding, "severity" | "message"> {
    /** Of the table of findings, or of a file that is no part of a bundle. */
    readonly code: string;
    readonly about: string;
}

/** What `inspect` says; with `--json`, exactly this. */
export async function inspect(given: readonly BundleFile[], passphrase: string | undefined, nowMs: number) {
    const texts = given.flatMap(({ path, texts }) => texts.map((text) => ({ path, text })));
    const roles = sortFiles(texts, passphrase);
    const { value: certificates, findings } = readBundle(roles);
    const key = roles.key === undefined ? undefined : readPrivateKey(roles.key, passphrase);
    const judged = certificates === undefined ? [] : await judge(certificates, key?.value, roles, nowMs);
    return {
        files: given.map(({ path }) => describeFile(path, roles, key?.value)),
        /** Arguments that no file is for; what needs them was not looked at. */
        missing: (["cert", "key", "ca"] as const).filter((argument) => roles[argument] === undefined),
        fingerprints: certificates === undefined ? {} : fingerprintsOf(certificates, roles),
        /** Leaf first. */
        chain: (certificates?.chain ?? []).map((certificate) => factsOf(certificate, nowMs)),
        authorities: roles.ca === undefined ? [] : (certificates?.authorities ?? []).map((one) => factsOf(one, nowMs)),
        findings: [
            ...foreign(given, roles),
            ...[...findings, ...(key?.findings ?? []), ...judged].map((found) => aboutArgument(found, roles)),
        ],
    };
}

/** Without issuers the chain stands in for them, so that the rest can be said; what depends on them is left out. */
function readBundle({ cert, ca }: Roles): Reading<CertificateSet> {
    if (cert === undefined) {
        return { value: undefined, findings: [] };
    }
    const { value, findings } = readCertificateSet({ cert, ca: ca ?? cert });
    return { value, findings: findings.filter(({ argument }) => ca !== undefined || argument !== "ca") };
}

async function judge(
    certificates: CertificateSet,
    key: PrivateKey | undefined,
    roles: Roles,
    nowMs: number,
): Promise<readonly Finding[]> {
    const known = [
        ...judgeCertificateSet(certificates, { nowMs, expiryWarningDays: undefined }),
        ...(key === undefined ? [] : judgeKeyMatch(certificates, key)),
    ];
    return [...known, ...(roles.ca === undefined ? [] : await judgeChain(certificates, key, known, nowMs))];
}

function fingerprintsOf(certificates: CertificateSet, roles: Roles): Readonly<Record<string, string>> {
    const { fingerprint, certFingerprint, publicKeyFingerprint } = certificates;
    return { ...(roles.ca === undefined ? {} : { fingerprint }), certFingerprint, publicKeyFingerprint };
}

function factsOf(certificate: X509Certificate, nowMs: number) {
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

function aboutArgument({ code, severity, argument, message }: Finding, { files }: Roles): InspectionFinding {
    const of = files.filter(({ role }) => role === argument);
    return { code, severity, about: argument, message: withPath(message, of.length === 1 ? of[0]?.path : undefined) };
}

/** A command to copy instead of one to fill in. */
function withPath(message: string, path: string | undefined): string {
    return path === undefined || path === "-" ? message : message.replace(/ FILE\b/g, () => ` ${shellWord(path)}`);
}

/** What is to be said about files that are no part of a bundle, under the names of the files. */
function foreign(given: readonly BundleFile[], { files }: Roles): readonly InspectionFinding[] {
    const problems = given.flatMap(({ path, problem }) =>
        problem === undefined ? [] : [aboutFile(path, "foreign-file", problem)],
    );
    const unknown = files
        .filter(({ role }) => role === "unknown")
        .flatMap(({ path, text }) =>
            judgeUnknown(text).map(({ code, message }) => aboutFile(path, code, withPath(message, path))),
        );
    const others = files.filter(
        ({ holdsKey, certificates, role }) => holdsKey && certificates.length === 0 && role !== "key",
    );
    const keys = others.map(({ path }) => aboutFile(path, "several-keys", "holds a second private key; leave it out"));
    return [...problems, ...unknown, ...keys];
}

/** Nobody declares a file of the command line: a key in it is not exposed, but damaged. */
function judgeUnknown(text: string): readonly Finding[] {
    const { findings } = readCertificates(text, "cert");
    const ofKey = readPrivateKey(text).findings.filter(({ severity }) => severity === "error");
    return ofKey.length > 0 && findings.some(({ code }) => code === "private-key-exposed") ? ofKey : findings;
}

function aboutFile(path: string, code: string, message: string): InspectionFinding {
    return { code, severity: "error", about: path, message };
}

/** PKCS #12 has several parts; it is called by the role of its first. */
function describeFile(path: string, roles: Roles, key: PrivateKey | undefined) {
    const parts = roles.files.filter((part) => part.path === path);
    const count = parts.flatMap(({ certificates }) => certificates).length;
    const holdsKey = parts.some((part) => part.holdsKey);
    const isKey = parts.some(({ role }) => role === "key");
    const holds = [
        ...(count === 0 ? [] : [counted(count, "certificate")]),
        ...(holdsKey ? [isKey && key !== undefined ? describeKey(key) : "a private key"] : []),
    ];
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
