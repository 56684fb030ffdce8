import { nearest } from "../text/nearest";
import type { Unknown } from "./unknown";

/** What never changes about a problem with an argument. */
export interface ArgumentKind {
    readonly severity: "error" | "warning";
    /** When it comes up, as a sentence of the documentation. */
    readonly meaning: string;
    /** What to do about it, where nothing better is known. */
    readonly fix: string;
}

const error = (meaning: string, fix: string): ArgumentKind => ({ severity: "error", meaning, fix });

/** The codes are stable: documents and users' filters name them. */
export const ARGUMENT_KINDS = {
    "unknown-argument": error("There is no argument of this name.", "correct the name, or leave it out"),
    "missing-argument": error("A required argument is not given.", "add it"),
    "no-value": error(
        "`origin`, `tokenEnv`, `expectedFingerprint` or a passphrase is an output that has no value, which must not pass for an argument left out.",
        "give an output that has a value, or leave the argument out",
    ),
    "team-without-value": {
        severity: "warning",
        meaning: "`team` is an output that has no value, as for a personal account. It counts as left out.",
        fix: "leave team out, or give the id or slug of a team",
    },
    "wrong-type": error("The value is of another type than the argument.", "give a value of the expected type"),
    "output-in-text": error(
        "An Output, a Promise or an object was put into a text, or a variable without a value.",
        "build the text with pulumi.interpolate, or inside .apply(…)",
    ),
    "token-in-text": error(
        "The text is a token of Vercel's, which belongs into no argument. It is not shown.",
        "put it into VERCEL_API_TOKEN, or into a variable that tokenEnv names",
    ),
    placeholder: error(
        "`project`, `team`, `origin`, or a name or path in `key` is a placeholder that nobody replaced.",
        "give the value itself",
    ),
    "wrong-name": error("The text cannot be the name or id of a project or team.", "copy it from Vercel's dashboard"),
    "wrong-origin": error(
        "The text is not `https://host[:port]`.",
        "write https://, the host, and the port if it is not 443",
    ),
    "wrong-variable": error(
        "The text cannot be the name of an environment variable.",
        "give a name of A-Z, 0-9 and _ that begins with no digit",
    ),
    "wrong-fingerprint": error(
        "`expectedFingerprint` is no fingerprint of this package.",
        "copy the output fingerprint from where the certificates were tested",
    ),
    "unexpected-fingerprint": error(
        "`cert` and `ca` have another fingerprint than `expectedFingerprint`.",
        "give the certificates that were tested, or, once these are, their fingerprint as expectedFingerprint",
    ),
    "wrong-key-source": error(
        "The object in `key` or `passphrase` does not name exactly one source.",
        'give one of { file: "path" }, { env: "VARIABLE" } and { command: ["program", "argument"] }',
    ),
    "key-unavailable": error(
        "No byte of the private key can be had: the variable or the file is missing or empty, or the command failed. A warning in a preview, because `pulumi up` may have it.",
        "provide the key where pulumi runs",
    ),
    "key-too-large": error("The source of the key holds more than 64 kB.", "give the key alone"),
    "passphrase-unavailable": error(
        "The passphrase of the key cannot be had. A warning in a preview.",
        'provide it where pulumi runs; an empty passphrase is said by passphrase: ""',
    ),
    "probe-without-origin": error("`probe` needs an `origin` to ask.", "give origin, or leave probe out"),
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
