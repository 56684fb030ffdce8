import { nearest } from "../text/nearest";
import type { Unknown } from "./unknown";

/** What never changes about a problem with an argument. */
export interface ArgumentKind {
    readonly severity: "error" | "warning";
    /** What to do about it, where nothing better is known. */
    readonly fix: string;
}

const error = (fix: string): ArgumentKind => ({ severity: "error", fix });

/** The codes are stable: documents and users' filters name them. docs/reference/findings.md says when each comes up. */
export const ARGUMENT_KINDS = {
    "unknown-argument": error("correct the name, or leave it out"),
    "missing-argument": error("add it"),
    "no-value": error("give an output that has a value, or leave the argument out"),
    "team-without-value": { severity: "warning", fix: "leave team out, or give the id or slug of a team" },
    "wrong-type": error("give a value of the expected type"),
    "output-in-text": error("build the text with pulumi.interpolate, or inside .apply(…)"),
    "token-in-text": error("put it into VERCEL_API_TOKEN, or into a variable that tokenEnv names"),
    placeholder: error("give the value itself"),
    "wrong-name": error("copy it from Vercel's dashboard"),
    "wrong-origin": error("write https://, the host, and the port if it is not 443"),
    "wrong-variable": error("give a name of A-Z, 0-9 and _ that begins with no digit"),
    "wrong-fingerprint": error("copy the output fingerprint from where the certificates were tested"),
    "unexpected-fingerprint": error(
        "give the certificates that were tested, or, once these are, their fingerprint as expectedFingerprint",
    ),
    "wrong-key-source": error(
        'give one of { file: "path" }, { env: "VARIABLE" } and { command: ["program", "argument"] }',
    ),
    "key-unavailable": error("provide the key where pulumi runs"),
    "key-too-large": error("give the key alone"),
    "passphrase-unavailable": error('provide it where pulumi runs; an empty passphrase is said by passphrase: ""'),
    "probe-without-origin": error("give origin, or leave probe out"),
} as const satisfies Readonly<Record<string, ArgumentKind>>;

export type ArgumentCode = keyof typeof ARGUMENT_KINDS;

/** One line: the fact, what to do, and the code. */
export function argumentProblem(code: ArgumentCode, fact: string, fix: string = ARGUMENT_KINDS[code].fix): string {
    return `${fact}; ${fix} [${code}]`;
}

/** Notes a problem with an argument, which counts as unknown from then on. */
export type Report = (code: ArgumentCode, fact: string, fix?: string) => Unknown;

/** What other products and other languages call an argument, without case and signs between words. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
    ...{ host: "origin", hostname: "origin", domain: "origin", url: "origin" },
    ...{ certificate: "cert", certpem: "cert", privatekey: "key", keypem: "key", keyfile: "key", keyenv: "key" },
    ...{ cacert: "ca", capem: "ca", chain: "ca", issuers: "ca", rootca: "ca" },
    ...{ projectid: "project", projectname: "project", teamid: "team", teamslug: "team" },
    ...{
        token: "tokenEnv",
        apitoken: "tokenEnv",
        verceltoken: "tokenEnv",
        overwrite: "allowOverwrite",
        fingerprint: "expectedFingerprint",
    },
    ...{ path: "file", filename: "file", filepath: "file", variable: "env", environment: "env" },
    ...{ cmd: "command", exec: "command", password: "passphrase" },
};

/** "did you mean …?" for a name that there is not, or `undefined` where nothing comes near. */
export function suggestion(given: string, names: readonly string[]): string | undefined {
    const other = OTHER_NAMES[given.toLowerCase().replace(/[^a-z]/g, "")];
    const meant = other !== undefined && names.includes(other) ? other : nearest(given, names);
    return meant === undefined ? undefined : `did you mean ${meant}?`;
}
