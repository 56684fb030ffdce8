import { suggestion, type Report } from "./argumentTable";
import { accidentIn, describeValue, isBytes } from "./describeValue";
import { UNKNOWN, UNKNOWN_VALUE, type Unknown } from "./unknown";
import { quote } from "../text/quoting";
import { isPlainObject, isResource, isSpecial, secretValue, withoutMark } from "./wireMarks";

/** Where a text is that does not stand in the program. */
export type Reference =
    { readonly kind: "file"; readonly file: string } | { readonly kind: "environment"; readonly variable: string };

export type PassphraseSource = { readonly kind: "text"; readonly text: string } | Reference;

/** Where the private key comes from: the text itself, a file, an environment variable, or what a command prints. */
export type KeySource =
    | { readonly kind: "text"; readonly text: string }
    | (Reference & { readonly passphrase?: PassphraseSource })
    | { readonly kind: "command"; readonly command: readonly [string, ...string[]] };

type Given = Readonly<Record<string, unknown>>;

const KEY_EXPECTED = `the private key as PEM text, { file: "path" }, { env: "VARIABLE" } or { command: ["program"] }`;
const PASSPHRASE_EXPECTED = `the passphrase as text, { env: "VARIABLE" } or { file: "path" }`;
const COMMAND_EXPECTED = `a program and its arguments in command, as ["op", "read", "op://vault/item/key"]`;
const KEY_PARTS = ["file", "env", "command", "passphrase"] as const;
const PASSPHRASE_PARTS = ["file", "env"] as const;
/** How many properties a message names. */
const MOST_NAMES = 5;

export function readKeySource(given: unknown, report: Report): KeySource | Unknown {
    const value = withoutMark(given);
    if (value === UNKNOWN_VALUE) {
        return UNKNOWN;
    }
    if (typeof value === "string") {
        return { kind: "text", text: value };
    }
    if (value === undefined || value === null) {
        return report("missing-argument", `key: missing ${KEY_EXPECTED}`);
    }
    if (!isReference(value)) {
        const { got, fix } = describeValue(value);
        return report("wrong-type", `key: expected ${KEY_EXPECTED}, got ${got}`, fixForKey(value) ?? fix);
    }
    const parts = readParts(KEY_EXPECTED, KEY_PARTS, value, report);
    if (parts === UNKNOWN) {
        return UNKNOWN;
    }
    if (parts.command !== undefined) {
        return parts.passphrase === undefined
            ? readCommand(parts.command, report)
            : report(
                  "wrong-key-source",
                  `key: expected ${KEY_EXPECTED}, got a command with a passphrase`,
                  "have the command print the decrypted key; a passphrase goes with file or env",
              );
    }
    const reference = readReference(parts, report);
    const passphrase = "passphrase" in value ? readPassphrase(withoutMark(value["passphrase"]), report) : undefined;
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

function isReference(value: unknown): value is Given {
    return isPlainObject(value) && !isSpecial(value) && !isBytes(value) && Object.keys(value).length > 0;
}

const NO_NAME = 'give the name in quotes, as { env: "CLIENT_KEY" }: a variable or path without a value leaves nothing';

function fixForKey(value: unknown): string | undefined {
    if (!isPlainObject(value)) {
        return undefined;
    }
    if (isSpecial(value)) {
        return isResource(value)
            ? undefined
            : `an asset would put the key into the state in clear: use { file: "path" }`;
    }
    if (isBytes(value)) {
        return `give { file: "path" }, which reads DER, PKCS #12 and PEM, or the text of the PEM`;
    }
    return fixForEmpty(value);
}

function fixForEmpty(value: unknown): string | undefined {
    return isPlainObject(value) && Object.keys(value).length === 0 ? NO_NAME : undefined;
}

type Parts<Name extends string> = Readonly<Partial<Record<Name, unknown>>>;

/** The properties of a source, of which exactly one says where to look. */
function readParts<Name extends string>(
    expected: string,
    names: readonly Name[],
    value: Given,
    report: Report,
): Parts<Name> | Unknown {
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

function readReference({ file, env }: Parts<"file" | "env">, report: Report): Reference | Unknown {
    const isFile = file !== undefined;
    const expected = isFile ? "a path in file" : "the name of an environment variable in env";
    const text = readText(expected, isFile ? file : env, report);
    if (text === UNKNOWN) {
        return UNKNOWN;
    }
    const fix = isFile ? pathHint(text) : variableHint(text);
    if (fix !== undefined) {
        return report("wrong-key-source", `key: expected ${expected}, got ${quote(text)}`, fix);
    }
    return isFile ? { kind: "file", file: text } : { kind: "environment", variable: text };
}

/** What only a shell or a browser would understand. */
function pathHint(path: string): string | undefined {
    if (/^~(?:\/|$)/.test(path)) {
        return "no shell replaces ~ here: join the path with os.homedir()";
    }
    return /^file:/i.test(path) ? "give the path: url.fileURLToPath(…) makes one of a file URL" : undefined;
}

function variableHint(variable: string): string | undefined {
    return /[\s=$%{}]/.test(variable)
        ? "give the name alone, without signs around it and without its value"
        : undefined;
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
    if (value === UNKNOWN_VALUE) {
        return UNKNOWN;
    }
    if (typeof value === "string") {
        return { kind: "text", text: value };
    }
    if (value === null) {
        const fix = "leave passphrase out, or give a literal undefined, where the key is not encrypted";
        return report("no-value", `key: expected ${PASSPHRASE_EXPECTED}, got an output that has no value`, fix);
    }
    if (!isReference(value)) {
        const { got, fix } = describeValue(value);
        return report(
            "wrong-key-source",
            `key: expected ${PASSPHRASE_EXPECTED}, got ${got}`,
            fixForEmpty(value) ?? fix,
        );
    }
    const parts = readParts(PASSPHRASE_EXPECTED, PASSPHRASE_PARTS, value, report);
    return parts === UNKNOWN ? UNKNOWN : readReference(parts, report);
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
    const command: string[] = [];
    for (const part of value as readonly unknown[]) {
        // An argument may be empty; the program may not.
        const text = part === "" && command.length > 0 ? "" : readText(COMMAND_EXPECTED, part, report);
        if (text === UNKNOWN) {
            return UNKNOWN;
        }
        command.push(text);
    }
    const [program = "", ...others] = command;
    return { kind: "command", command: [program, ...others] };
}
