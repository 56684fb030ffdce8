import { isKeyText } from "../material/pem";
import { isVariableName, LONGEST_VARIABLE_NAME } from "../vercel/settings";
import { nameProblem, normaliseOrigin, quote } from "./identity";

/** Where the private key comes from: the PEM text itself, a file, or an environment variable. */
export type KeySource =
    | { readonly kind: "text"; readonly text: string }
    | { readonly kind: "file"; readonly file: string }
    | { readonly kind: "environment"; readonly variable: string };

/** A value that the engine does not know yet, during a preview. */
export const UNKNOWN: unique symbol = Symbol("unknown");
export type Unknown = typeof UNKNOWN;

/** The arguments of a resource as `check` receives them, read and with their problems sorted out. */
export interface Arguments {
    readonly project: string | Unknown;
    readonly team: string | Unknown | undefined;
    /** Normalised. */
    readonly origin: string | Unknown | undefined;
    readonly cert: string | Unknown;
    readonly key: KeySource | Unknown;
    readonly ca: string | Unknown;
    readonly skipValidation: boolean;
    readonly allowOverwrite: boolean;
    /** As given: what is wrong with it can be told best once the fingerprints are known. */
    readonly expectedFingerprint: string | Unknown | undefined;
    /** `undefined`: the default, which depends on the lifetime of each certificate. */
    readonly expiryWarningDays: number | undefined;
    readonly probe: boolean;
    /** The name of a variable, for certain. */
    readonly tokenEnv: string | Unknown | undefined;
}

/** The same for an operation that runs with everything known: create and update. */
export interface KnownArguments extends Arguments {
    readonly project: string;
    readonly team: string | undefined;
    readonly origin: string | undefined;
    readonly cert: string;
    readonly key: KeySource;
    readonly ca: string;
    readonly expectedFingerprint: string | undefined;
    readonly tokenEnv: string | undefined;
}

export type Properties = Readonly<Record<string, unknown>>;

/**
 * What an unknown value looks like in `check` and `diff`. Equal to `pulumi.runtime.unknownValue`, repeated here so that
 * the provider process does not load a second copy of the SDK; a test holds the two together.
 */
export const UNKNOWN_VALUE = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** The property that holds the text by which the engine finds this provider. */
export const PROVIDER_PROPERTY = "__provider";

/** The inputs that `check` adds, so that a preview shows what changes behind long or secret PEM texts. */
export const COMPUTED_INPUTS = ["fingerprint", "certFingerprint", "notAfter"] as const;

const ARGUMENT_NAMES = [
    "project",
    "team",
    "origin",
    "cert",
    "key",
    "ca",
    "skipValidation",
    "allowOverwrite",
    "expectedFingerprint",
    "expiryWarningDays",
    "probe",
    "tokenEnv",
] as const satisfies readonly (keyof Arguments)[];

export const FINGERPRINT_FORM = "v1: and 64 lower-case hexadecimal digits";

/** The key that marks assets and archives on Pulumi's wire (sdk/nodejs/runtime/rpc.ts, `specialSigKey`). */
const SPECIAL_SIGNATURE = "4dabf18193072939515e22adb298388d";

export interface ParsedArguments {
    /** Where there is a problem, the argument concerned is `UNKNOWN` here, so that the others can still be looked at. */
    readonly args: Arguments;
    /** Each names its argument, what was expected and what was found; none holds a value that may be secret. */
    readonly problems: readonly string[];
}

export function parseArguments(inputs: Properties): ParsedArguments {
    const problems: string[] = [...unknownNames(inputs)];
    const report = (problem: string): Unknown => {
        problems.push(problem);
        return UNKNOWN;
    };
    const args: Arguments = {
        project: requiredText(inputs, "project", report, "the name or id of a Vercel project", checkName),
        team: optionalText(inputs, "team", report, "the id (team_…) or slug of a Vercel team", checkName),
        origin: optionalText(inputs, "origin", report, "https://host[:port]", checkOrigin),
        cert: requiredText(inputs, "cert", report, "the certificate as PEM text"),
        key: readKeySource(inputs["key"], report),
        ca: requiredText(inputs, "ca", report, "the certificates of the issuers as PEM text"),
        skipValidation: flag(inputs, "skipValidation", report),
        allowOverwrite: flag(inputs, "allowOverwrite", report),
        expectedFingerprint: optionalText(inputs, "expectedFingerprint", report, FINGERPRINT_FORM),
        expiryWarningDays: optionalDays(inputs, "expiryWarningDays", report),
        probe: flag(inputs, "probe", report),
        tokenEnv: optionalText(inputs, "tokenEnv", report, "the name of an environment variable", checkVariableName),
    };
    if (args.probe && args.origin === undefined) {
        problems.push("probe: expected an origin to probe, got none; give origin, or leave probe out");
    }
    return { args, problems };
}

/** The arguments of create and update, which the engine calls only with inputs that `check` let pass. */
export function parseKnownArguments(inputs: Properties): KnownArguments {
    const { args, problems } = parseArguments(inputs);
    const { project, team, origin, cert, key, ca, expectedFingerprint, tokenEnv } = args;
    if (problems.length > 0) {
        throw new Error(problems.join("\n"));
    }
    if (
        project === UNKNOWN ||
        team === UNKNOWN ||
        origin === UNKNOWN ||
        cert === UNKNOWN ||
        key === UNKNOWN ||
        ca === UNKNOWN ||
        expectedFingerprint === UNKNOWN ||
        tokenEnv === UNKNOWN
    ) {
        throw new Error("expected every argument to be known by now, got one that is not: please report this as a bug");
    }
    return { ...args, project, team, origin, cert, key, ca, expectedFingerprint, tokenEnv };
}

/** `import --file` records a resource with nothing but the provider's text; there is nothing to check in it. */
export function isBare(inputs: Properties): boolean {
    return Object.keys(inputs).every((name) => name === PROVIDER_PROPERTY);
}

type Report = (problem: string) => Unknown;
type Refine = (text: string) => { readonly value: string } | { readonly got: string };

function requiredText(
    inputs: Properties,
    name: string,
    report: Report,
    expected: string,
    refine?: Refine,
): string | Unknown {
    const value = optionalText(inputs, name, report, expected, refine);
    return value === undefined ? report(`${name}: expected ${expected}, got nothing`) : value;
}

function optionalText(
    inputs: Properties,
    name: string,
    report: Report,
    expected: string,
    refine?: Refine,
): string | Unknown | undefined {
    const value = inputs[name];
    if (value === undefined || value === null) {
        return undefined;
    }
    if (value === UNKNOWN_VALUE) {
        return UNKNOWN;
    }
    if (typeof value !== "string") {
        return report(`${name}: expected ${expected}, got ${describeType(value)}${assetHint(name, value)}`);
    }
    const refined = refine?.(value) ?? { value };
    return "got" in refined ? report(`${name}: expected ${expected}, got ${refined.got}`) : refined.value;
}

function checkName(text: string): ReturnType<Refine> {
    const got = nameProblem(text);
    return got === undefined ? { value: text } : { got };
}

function checkOrigin(text: string): ReturnType<Refine> {
    const value = normaliseOrigin(text);
    return value === undefined
        ? { got: `${quote(withoutCredentials(text))}; leave path, query and credentials out` }
        : { value };
}

/** Whoever pastes the token itself must find it neither in the message nor in the state: tokens have lower-case letters. */
function checkVariableName(text: string): ReturnType<Refine> {
    if (isVariableName(text)) {
        return { value: text };
    }
    const got = text === "" ? "an empty text" : "a text that is none, and is not shown, for it may be a token";
    return {
        got: `${got}; names are of A-Z, 0-9 and _, begin with no digit, and have ${String(LONGEST_VARIABLE_NAME)} letters at most`,
    };
}

/** What stands before an @ may be a password, also where slashes are missing or lines broken; so only the scheme stays. */
function withoutCredentials(text: string): string {
    const [scheme = ""] = /^https?:\/{0,2}/i.exec(text) ?? [];
    return text.includes("@") ? `${scheme}…@…` : text.replace(/[?#].*$/s, "…");
}

function flag(inputs: Properties, name: string, report: Report): boolean {
    const value = inputs[name];
    if (value !== undefined && value !== null && typeof value !== "boolean" && value !== UNKNOWN_VALUE) {
        report(`${name}: expected true or false, got ${describeType(value)}`);
    }
    return value === true;
}

function optionalDays(inputs: Properties, name: string, report: Report): number | undefined {
    const value = inputs[name];
    if (value === undefined || value === null || value === UNKNOWN_VALUE) {
        return undefined;
    }
    if (typeof value === "number" && Number.isFinite(value) && value >= 0) {
        return value;
    }
    const got = typeof value === "number" ? String(value) : describeType(value);
    report(`${name}: expected a number of days, 0 or more, got ${got}`);
    return undefined;
}

const KEY_EXPECTED = `the private key as PEM text, { file: "path" } or { env: "VARIABLE" }`;

function readKeySource(value: unknown, report: Report): KeySource | Unknown {
    if (value === UNKNOWN_VALUE) {
        return UNKNOWN;
    }
    if (typeof value === "string") {
        return { kind: "text", text: value };
    }
    if (value === undefined || value === null) {
        return report(`key: expected ${KEY_EXPECTED}, got nothing`);
    }
    if (!isPlainObject(value) || SPECIAL_SIGNATURE in value) {
        return report(`key: expected ${KEY_EXPECTED}, got ${describeType(value)}${assetHint("key", value)}`);
    }
    return readKeyReference(value, report);
}

/** How many properties a message names. */
const MOST_NAMES = 5;

function readKeyReference(value: Properties, report: Report): KeySource | Unknown {
    const { file, env, ...others } = value;
    if (Object.keys(others).length > 0 || (file === undefined) === (env === undefined)) {
        const names = Object.keys(value).slice(0, MOST_NAMES).map(quote).join(", ");
        return report(`key: expected ${KEY_EXPECTED}, got an object with ${names === "" ? "no property" : names}`);
    }
    const reference = file ?? env;
    if (reference === UNKNOWN_VALUE) {
        return UNKNOWN;
    }
    if (typeof reference !== "string" || reference === "" || reference.includes("\0")) {
        const got = typeof reference === "string" ? "a text that is none" : describeType(reference);
        const expected = file === undefined ? "the name of an environment variable in env" : "a path in file";
        return report(`key: expected ${expected}, got ${got}`);
    }
    if (isKeyText(reference)) {
        const expected = file === undefined ? "the name of an environment variable in env" : "a path in file";
        return report(
            `key: expected ${expected}, got a key or certificate itself; give the text of the key as key, which is kept as a secret`,
        );
    }
    return file === undefined ? { kind: "environment", variable: reference } : { kind: "file", file: reference };
}

function unknownNames(inputs: Properties): string[] {
    const known = new Set<string>([PROVIDER_PROPERTY, ...ARGUMENT_NAMES, ...COMPUTED_INPUTS]);
    return Object.keys(inputs)
        .filter((name) => !known.has(name))
        .map((name) => `${quote(name)}: expected one of ${ARGUMENT_NAMES.join(", ")}, got an argument of another name`);
}

function assetHint(name: string, value: unknown): string {
    if (!isPlainObject(value) || !(SPECIAL_SIGNATURE in value)) {
        return "";
    }
    return name === "key"
        ? `; an asset would put the key into the state in clear: use { file: "path" }`
        : `; read the file in the program: fs.readFileSync(path, "utf8")`;
}

function describeType(value: unknown): string {
    if (value === null) {
        return "null";
    }
    if (Array.isArray(value)) {
        return "a list";
    }
    if (isPlainObject(value)) {
        return SPECIAL_SIGNATURE in value ? "an asset" : "an object";
    }
    return `a ${typeof value}`;
}

function isPlainObject(value: unknown): value is Properties {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
