import { suggestion, type ArgumentCode, type Report } from "./argumentTable";
import { accidentIn, describeValue, isBytes } from "./describeValue";
import { UNKNOWN, UNKNOWN_VALUE, type Unknown } from "./unknown";
import { quote } from "../text/quoting";
import { isPlainObject, isResource, isSpecial, secretValue, withoutMark } from "./wireMarks";

/** Where a text is that does not stand in the program. */
export type Reference =
    { readonly kind: "file"; readonly file: string } | { readonly kind: "environment"; readonly variable: string };

interface Text {
    readonly kind: "text";
    readonly text: string;
}

export type PassphraseSource = Text | Reference;

/** Where the private key comes from: the text itself, a file, an environment variable, or what a command prints. */
export type KeySource =
    | Text
    | (Reference & { readonly passphrase?: PassphraseSource })
    | { readonly kind: "command"; readonly command: readonly [string, ...string[]] };

type Given = Readonly<Record<string, unknown>>;

const COMMAND_EXPECTED = `a program and its arguments in command, as ["op", "read", "op://vault/item/key"]`;

/** A text, or an object of which exactly one property says where to look. */
interface SourceForm<Name extends string> {
    readonly expected: string;
    readonly names: readonly Name[];
    readonly wrongType: ArgumentCode;
}

const KEY: SourceForm<"file" | "env" | "command" | "passphrase"> = {
    expected: `the private key as PEM text, { file: "path" }, { env: "VARIABLE" } or { command: ["program"] }`,
    names: ["file", "env", "command", "passphrase"],
    wrongType: "wrong-type",
};
const PASSPHRASE: SourceForm<"file" | "env"> = {
    expected: `the passphrase as text, { env: "VARIABLE" } or { file: "path" }`,
    names: ["file", "env"],
    wrongType: "wrong-key-source",
};
/** How many properties a message names. */
const MOST_NAMES = 5;

export function readKeySource(given: unknown, report: Report): KeySource | Unknown {
    const value = withoutMark(given) ?? null;
    if (value === null) {
        return report("missing-argument", `key: missing ${KEY.expected}`);
    }
    const source = readSource(KEY, value, report);
    if (source === UNKNOWN || "kind" in source) {
        return source;
    }
    if (source.command !== undefined) {
        return source.passphrase === undefined
            ? readCommand(source.command, report)
            : report(
                  "wrong-key-source",
                  `key: expected ${KEY.expected}, got a command with a passphrase`,
                  "have the command print the decrypted key; a passphrase goes with file or env",
              );
    }
    const reference = readReference(source, report);
    const passphrase = "passphrase" in source ? readPassphrase(withoutMark(source.passphrase), report) : undefined;
    if (reference === UNKNOWN || passphrase === UNKNOWN) {
        return UNKNOWN;
    }
    return passphrase === undefined ? reference : { ...reference, passphrase };
}

/** The argument `key` as it may be stored: texts as secrets, whoever forgot to mark them, and names in clear. */
export function storedKey(key: unknown): unknown {
    if (typeof key === "string") {
        return key === UNKNOWN_VALUE ? key : secretValue(key);
    }
    const passphrase = isPlainObject(key) ? key["passphrase"] : undefined;
    return typeof passphrase === "string" ? { ...(key as Given), passphrase: storedKey(passphrase) } : key;
}

type Parts<Name extends string> = Readonly<Partial<Record<Name, unknown>>>;

function readSource<Name extends string>(
    { expected, names, wrongType }: SourceForm<Name>,
    value: unknown,
    report: Report,
): Text | Parts<Name> | Unknown {
    if (value === UNKNOWN_VALUE) {
        return UNKNOWN;
    }
    if (typeof value === "string") {
        return { kind: "text", text: value };
    }
    if (!isPlainObject(value) || isSpecial(value) || isBytes(value) || Object.keys(value).length === 0) {
        const { got, fix } = describeValue(value);
        return report(wrongType, `key: expected ${expected}, got ${got}`, fixFor(value) ?? fix);
    }
    const given = Object.keys(value);
    const unknown = given.filter((name) => !names.some((known) => known === name));
    const sources = given.filter((name) => name !== "passphrase" && !unknown.includes(name));
    if (unknown.length === 0 && sources.length === 1) {
        return value as Parts<Name>;
    }
    const shown = given.slice(0, MOST_NAMES).map(quote).join(", ");
    const [fix] = unknown.slice(0, MOST_NAMES).flatMap((name) => suggestion(name, names) ?? []);
    return report("wrong-key-source", `key: expected ${expected}, got an object with ${shown}`, fix);
}

/** What to do instead of giving such a value, where it is not what `describeValue` says for any argument. */
function fixFor(value: unknown): string | undefined {
    if (!isPlainObject(value) || isResource(value)) {
        return undefined;
    }
    if (isSpecial(value)) {
        return `an asset would put the key into the state in clear: use { file: "path" }`;
    }
    return isBytes(value)
        ? `give { file: "path" }, or the text; a key file may be DER, PKCS #12 or PEM`
        : `give the name in quotes, as { env: "CLIENT_KEY" }: a variable or path without a value leaves nothing`;
}

/** What only a shell, a browser or a template would understand, and what to do instead. */
const HINTS: Readonly<Record<"file" | "env", readonly (readonly [form: RegExp, fix: string])[]>> = {
    file: [
        [/^~(?:\/|$)/, "no shell replaces ~ here: join the path with os.homedir()"],
        [/^file:/i, "give the path: url.fileURLToPath(…) makes one of a file URL"],
    ],
    env: [[/[\s=$%{}]/, "give the name alone, without signs around it and without its value"]],
};

function readReference({ file, env }: Parts<"file" | "env">, report: Report): Reference | Unknown {
    const isFile = file !== undefined;
    const expected = isFile ? "a path in file" : "the name of an environment variable in env";
    const text = readText(expected, isFile ? file : env, report);
    if (text === UNKNOWN) {
        return UNKNOWN;
    }
    const [, fix] = HINTS[isFile ? "file" : "env"].find(([form]) => form.test(text)) ?? [];
    if (fix !== undefined) {
        return report("wrong-key-source", `key: expected ${expected}, got ${quote(text)}`, fix);
    }
    return isFile ? { kind: "file", file: text } : { kind: "environment", variable: text };
}

function readText(expected: string, value: unknown, report: Report): string | Unknown {
    if (value === UNKNOWN_VALUE) {
        return UNKNOWN;
    }
    const facts = (got: string): string => `key: expected ${expected}, got ${got}`;
    if (typeof value !== "string") {
        const { got, fix } = describeValue(value);
        return report("wrong-key-source", facts(value === null ? "an output that has no value" : got), fix);
    }
    if (value === "" || value.includes("\0")) {
        return report("wrong-key-source", facts(value === "" ? "an empty text" : "a text with a NUL in it"));
    }
    const accident = accidentIn(value);
    // A shell that is run as command has placeholders of its own.
    if (accident === undefined || (accident.code === "placeholder" && expected === COMMAND_EXPECTED)) {
        return value;
    }
    const { code, got, fix } = accident;
    return code === "wrong-type"
        ? report("wrong-key-source", facts(got), "give the text of the key as key, which is kept as a secret")
        : report(code, facts(got), fix);
}

function readPassphrase(value: unknown, report: Report): PassphraseSource | Unknown {
    if (value === null) {
        const fix = "leave passphrase out, or give a literal undefined, where the key is not encrypted";
        return report("no-value", `key: expected ${PASSPHRASE.expected}, got an output that has no value`, fix);
    }
    const source = readSource(PASSPHRASE, value, report);
    return source === UNKNOWN || "kind" in source ? source : readReference(source, report);
}

function readCommand(value: unknown, report: Report): KeySource | Unknown {
    if (value === UNKNOWN_VALUE || (Array.isArray(value) && value.includes(UNKNOWN_VALUE))) {
        return UNKNOWN;
    }
    if (!Array.isArray(value) || value.length === 0) {
        const fix = typeof value === "string" ? "no shell splits it: give a list of texts" : undefined;
        const got = Array.isArray(value) ? "an empty list" : describeValue(value).got;
        return report("wrong-key-source", `key: expected ${COMMAND_EXPECTED}, got ${got}`, fix);
    }
    const [program = "", ...others] = (value as readonly unknown[]).map((part, index) =>
        // An argument may be empty; the program may not.
        part === "" && index > 0 ? part : readText(COMMAND_EXPECTED, part, report),
    );
    const isText = (part: string | Unknown): part is string => part !== UNKNOWN;
    return isText(program) && others.every(isText) ? { kind: "command", command: [program, ...others] } : UNKNOWN;
}
