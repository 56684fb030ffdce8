import { PREVIEW_PROPERTY } from "../registration";
import { isVariableName, LONGEST_VARIABLE_NAME } from "../vercel/settings";
import { argumentProblem, suggestion, type Report } from "./argumentTable";
import { accidentIn, describeValue, type Accident } from "./describeValue";
import { nameProblem } from "./identity";
import { readKeySource, type KeySource } from "./keyArgument";
import { callableOrigin, originProblem } from "./originProblem";
import { UNKNOWN, UNKNOWN_VALUE, type Unknown } from "./unknown";
import { quote } from "../text/quoting";

export { UNKNOWN, UNKNOWN_VALUE, type Unknown } from "./unknown";

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

/** The property that holds the text by which the engine finds this provider. */
export const PROVIDER_PROPERTY = "__provider";

/** The inputs that `check` adds, so that a preview shows what changes behind long or secret PEM texts. */
export const COMPUTED_INPUTS = ["fingerprint", "certFingerprint", "notAfter", "expiries", "findings"] as const;

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

/** An output without a value is not sent, and would pass for left out: the constructor sends `null` instead. */
export const NO_VALUE = null;

export const FINGERPRINT_FORM = "v1: and 64 lower-case hexadecimal digits";

export interface ParsedArguments {
    /** Where there is a problem, the argument concerned is `UNKNOWN` here, so that the others can still be looked at. */
    readonly args: Arguments;
    /** Each begins with its argument; none holds a value that may be secret. */
    readonly problems: readonly string[];
    /** What is given as `key` is not known for one, and so would not be kept as a secret. */
    readonly isKeyMalformed: boolean;
    /** Whether `team` is an output without a value: it counts as left out, but that may not be meant. */
    readonly isTeamWithoutValue: boolean;
}

export function parseArguments(inputs: Properties): ParsedArguments {
    const problems: string[] = [];
    const report: Report = (code, fact, fix) => {
        problems.push(argumentProblem(code, fact, fix));
        return UNKNOWN;
    };
    let isKeyMalformed = false;
    const reportKey: Report = (...problem) => {
        isKeyMalformed = true;
        return report(...problem);
    };
    reportUnknownNames(inputs, report);
    const given = new TextReader(inputs, report);
    const name = (what: string): Form => ({ expected: `the ${what}`, refine: readName });
    const args: Arguments = {
        project: given.required("project", name("name or id of a Vercel project")),
        team: given.optional("team", name("id (team_…) or slug of a Vercel team"), true),
        origin: given.optional("origin", { expected: "https://host[:port]", refine: readOrigin, absent: FOR_PROJECT }),
        cert: given.required("cert", { expected: "the certificate as PEM text" }),
        key: readKeySource(inputs["key"], reportKey),
        ca: given.required("ca", { expected: "the certificates of the issuers as PEM text" }),
        skipValidation: flag(inputs, "skipValidation", report),
        allowOverwrite: flag(inputs, "allowOverwrite", report),
        expectedFingerprint: given.optional("expectedFingerprint", { expected: FINGERPRINT_FORM, absent: NO_GATE }),
        expiryWarningDays: optionalDays(inputs, "expiryWarningDays", report),
        probe: flag(inputs, "probe", report),
        tokenEnv: given.optional("tokenEnv", { ...VARIABLE, absent: "for the token of all resources" }),
    };
    if (args.probe && args.origin === undefined) {
        report("probe-without-origin", "probe: there is no origin to ask");
    }
    return { args, problems, isKeyMalformed, isTeamWithoutValue: inputs["team"] === NO_VALUE };
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
        throw new Error(
            "an argument is still unknown, though the engine knows all of them by now; please report this as a bug",
        );
    }
    return { ...args, project, team, origin, cert, key, ca, expectedFingerprint, tokenEnv };
}

/** `import --file` records a resource with nothing but the provider's text; there is nothing to check in it. */
export function isBare(inputs: Properties): boolean {
    return Object.keys(inputs).every((name) => name === PROVIDER_PROPERTY);
}

const FOR_PROJECT = "for a certificate of the whole project";
const NO_GATE = "where everything may be deployed";

type Refined = { readonly value: string } | Accident;

/** What a text has to be. */
interface Form {
    readonly expected: string;
    readonly refine?: (text: string) => Refined;
    /** What it means to leave the argument out, in words. */
    readonly absent?: string;
}

class TextReader {
    readonly #inputs: Properties;
    readonly #report: Report;

    constructor(inputs: Properties, report: Report) {
        this.#inputs = inputs;
        this.#report = report;
    }

    required(name: string, form: Form): string | Unknown {
        const value = this.optional(name, form, true);
        return value ?? this.#report("missing-argument", `${name}: missing ${form.expected}`);
    }

    /** @param maybeNoValue Whether an output without a value counts as left out. */
    optional(name: string, { expected, refine, absent }: Form, maybeNoValue = false): string | Unknown | undefined {
        const value = this.#inputs[name];
        if (value === undefined || (value === NO_VALUE && maybeNoValue)) {
            return undefined;
        }
        const facts = (got: string): string => `${name}: expected ${expected}, got ${got}`;
        if (value === NO_VALUE) {
            const fix = `leave ${name} out, or give a literal undefined, ${absent ?? "where none is meant"}`;
            return this.#report("no-value", facts("an output that has no value"), fix);
        }
        if (value === UNKNOWN_VALUE) {
            return UNKNOWN;
        }
        if (typeof value !== "string") {
            const { got, fix } = describeValue(value);
            return this.#report("wrong-type", facts(got), fix);
        }
        const refined = refine?.(value) ?? { value };
        return "value" in refined ? refined.value : this.#report(refined.code, facts(refined.got), refined.fix);
    }
}

function readName(text: string): Refined {
    const got = nameProblem(text);
    const accident = accidentIn(text);
    if (accident !== undefined) {
        return accident;
    }
    return got === undefined ? { value: text } : { code: "wrong-name", got, fix: nameHint(text) };
}

function nameHint(text: string): string | undefined {
    if (text === "") {
        return "give it, or leave the argument out";
    }
    return text.includes("/") ? "give one name alone, as it stands in the address of the dashboard" : undefined;
}

function readOrigin(text: string): Refined {
    const accident = accidentIn(text);
    if (accident !== undefined) {
        return accident;
    }
    const value = callableOrigin(text);
    return value === undefined ? { code: "wrong-origin", ...originProblem(text) } : { value };
}

const VARIABLE: Form = { expected: "the name of an environment variable", refine: readVariableName };

/** Whoever pastes the token itself must find it neither in the message nor in the state: tokens have lower-case letters. */
function readVariableName(text: string): Refined {
    if (isVariableName(text)) {
        return { value: text };
    }
    const [, name] = /^(?:\$\{?|%)(\w+)[}%]?$/.exec(text) ?? [];
    if (name !== undefined && isVariableName(name)) {
        return {
            code: "wrong-variable",
            got: `the variable ${name} with signs around it`,
            fix: `write ${name} alone`,
        };
    }
    const got = text === "" ? "an empty text" : "a text that is none, which is not shown because it may be a token";
    return {
        code: "wrong-variable",
        got: `${got}; names are of A-Z, 0-9 and _, begin with no digit, and have ${String(LONGEST_VARIABLE_NAME)} letters at most`,
    };
}

function flag(inputs: Properties, name: string, report: Report): boolean {
    const value = inputs[name];
    if (value !== undefined && value !== null && typeof value !== "boolean" && value !== UNKNOWN_VALUE) {
        const fix = value === "true" || value === "false" ? `write ${value} without quotes` : undefined;
        report("wrong-type", `${name}: expected true or false, got ${describeValue(value).got}`, fix);
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
    const got = typeof value === "number" ? String(value) : describeValue(value).got;
    report("wrong-type", `${name}: expected a number of days, 0 or more, got ${got}`, "give a number without quotes");
    return undefined;
}

function reportUnknownNames(inputs: Properties, report: Report): void {
    const known = new Set<string>([PROVIDER_PROPERTY, PREVIEW_PROPERTY, ...ARGUMENT_NAMES, ...COMPUTED_INPUTS]);
    for (const name of Object.keys(inputs).filter((name) => !known.has(name))) {
        const fact = `${quote(name)}: is none of the arguments ${ARGUMENT_NAMES.join(", ")}`;
        report("unknown-argument", fact, suggestion(name, ARGUMENT_NAMES));
    }
}
