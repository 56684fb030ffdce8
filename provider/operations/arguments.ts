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
export type KnownArguments = { readonly [Name in keyof Arguments]: Exclude<Arguments[Name], Unknown> };

export type Properties = Readonly<Record<string, unknown>>;

/** The property that holds the text by which the engine finds this provider. */
export const PROVIDER_PROPERTY = "__provider";

/** The inputs that `check` adds, so that a preview shows what changes behind long or secret PEM texts. */
export const COMPUTED_INPUTS = ["fingerprint", "certFingerprint", "notAfter", "expiries", "findings"] as const;

/** An output without a value is not sent, and would pass for left out: the constructor sends `null` instead. */
export const NO_VALUE = null;

export const FINGERPRINT_FORM = "v1: and 64 lower-case hexadecimal digits";

/**
 * `args`: where there is a problem, the argument concerned is `UNKNOWN`, so that the others can still be looked at.
 * `problems`: each begins with its argument; none holds a value that may be secret.
 * `isKeyMalformed`: what is given as `key` is not known for one, and so would not be kept as a secret.
 */
export function parseArguments(inputs: Properties) {
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
    const optional = (name: string, form: Form): string | Unknown | undefined =>
        inputs[name] === undefined ? undefined : readText(name, inputs[name], form, report);
    const required = (name: string, form: Form): string | Unknown =>
        isWithoutValue(inputs[name])
            ? report("missing-argument", `${name}: missing ${form.expected}`)
            : readText(name, inputs[name], form, report);
    const flag = (name: string): boolean => readFlag(name, inputs[name], report);
    const args: Arguments = {
        project: required("project", { expected: "the name or id of a Vercel project", refine: readName }),
        team: isWithoutValue(inputs["team"]) ? undefined : optional("team", TEAM),
        origin: optional("origin", ORIGIN),
        cert: required("cert", { expected: "the certificate as PEM text" }),
        key: readKeySource(inputs["key"], reportKey),
        ca: required("ca", { expected: "the certificates of the issuers as PEM text" }),
        skipValidation: flag("skipValidation"),
        allowOverwrite: flag("allowOverwrite"),
        expectedFingerprint: optional("expectedFingerprint", EXPECTED_FINGERPRINT),
        expiryWarningDays: readDays("expiryWarningDays", inputs["expiryWarningDays"], report),
        probe: flag("probe"),
        tokenEnv: optional("tokenEnv", VARIABLE),
    };
    if (args.probe && args.origin === undefined) {
        report("probe-without-origin", "probe: there is no origin to ask");
    }
    reportUnknownNames(inputs, Object.keys(args), report);
    return { args, problems, isKeyMalformed };
}

/** The arguments of create and update, which the engine calls only with inputs that `check` let pass. */
export function parseKnownArguments(inputs: Properties): KnownArguments {
    const { args, problems } = parseArguments(inputs);
    if (problems.length > 0) {
        throw new Error(problems.join("\n"));
    }
    if (!isKnown(args)) {
        throw new Error(
            "an argument is still unknown, though the engine knows all of them by now; please report this as a bug",
        );
    }
    return args;
}

function isKnown(args: Arguments): args is KnownArguments {
    return !Object.values(args).includes(UNKNOWN);
}

/** `import --file` records a resource with nothing but the provider's text; there is nothing to check in it. */
export function isBare(inputs: Properties): boolean {
    return Object.keys(inputs).every((name) => name === PROVIDER_PROPERTY);
}

type Refined = { readonly value: string } | Accident;

/** What a text has to be. */
interface Form {
    readonly expected: string;
    readonly refine?: (text: string) => Refined;
    /** What it means to leave the argument out, in words, where an output without a value must not pass for that. */
    readonly absent?: string;
}

const TEAM: Form = { expected: "the id (team_…) or slug of a Vercel team", refine: readName };
const ORIGIN: Form = {
    expected: "https://host[:port]",
    refine: readOrigin,
    absent: "for a certificate of the whole project",
};
const EXPECTED_FINGERPRINT: Form = { expected: FINGERPRINT_FORM, absent: "where everything may be deployed" };
const VARIABLE: Form = {
    expected: "the name of an environment variable",
    refine: readVariableName,
    absent: "for the token of all resources",
};

function isWithoutValue(value: unknown): boolean {
    return value === undefined || value === NO_VALUE;
}

function readText(name: string, value: unknown, { expected, refine, absent }: Form, report: Report): string | Unknown {
    const facts = (got: string): string => `${name}: expected ${expected}, got ${got}`;
    if (value === NO_VALUE) {
        const fix = `leave ${name} out, or give a literal undefined, ${String(absent)}`;
        return report("no-value", facts("an output that has no value"), fix);
    }
    if (value === UNKNOWN_VALUE) {
        return UNKNOWN;
    }
    if (typeof value !== "string") {
        const { got, fix } = describeValue(value);
        return report("wrong-type", facts(got), fix);
    }
    const refined = refine?.(value) ?? { value };
    return "value" in refined ? refined.value : report(refined.code, facts(refined.got), refined.fix);
}

function readName(text: string): Refined {
    const got = nameProblem(text);
    return accidentIn(text) ?? (got === undefined ? { value: text } : { code: "wrong-name", got, fix: nameHint(text) });
}

function nameHint(text: string): string | undefined {
    if (text === "") {
        return "give it, or leave the argument out";
    }
    return text.includes("/") ? "give one name alone, as it stands in the address of the dashboard" : undefined;
}

function readOrigin(text: string): Refined {
    const value = callableOrigin(text);
    return accidentIn(text) ?? (value === undefined ? { code: "wrong-origin", ...originProblem(text) } : { value });
}

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

function readFlag(name: string, value: unknown, report: Report): boolean {
    if (!isWithoutValue(value) && typeof value !== "boolean" && value !== UNKNOWN_VALUE) {
        const fix = value === "true" || value === "false" ? `write ${value} without quotes` : undefined;
        report("wrong-type", `${name}: expected true or false, got ${describeValue(value).got}`, fix);
    }
    return value === true;
}

function readDays(name: string, value: unknown, report: Report): number | undefined {
    if (isWithoutValue(value) || value === UNKNOWN_VALUE) {
        return undefined;
    }
    if (typeof value === "number" && Number.isFinite(value) && value >= 0) {
        return value;
    }
    const got = typeof value === "number" ? String(value) : describeValue(value).got;
    report("wrong-type", `${name}: expected a number of days, 0 or more, got ${got}`, "give a number without quotes");
    return undefined;
}

function reportUnknownNames(inputs: Properties, names: readonly string[], report: Report): void {
    const known = new Set<string>([PROVIDER_PROPERTY, PREVIEW_PROPERTY, ...names, ...COMPUTED_INPUTS]);
    for (const name of Object.keys(inputs).filter((name) => !known.has(name))) {
        const fact = `${quote(name)}: is none of the arguments ${names.join(", ")}`;
        report("unknown-argument", fact, suggestion(name, names));
    }
}
