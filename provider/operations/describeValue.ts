import { isKeyText } from "../material/pem";
import type { ArgumentCode } from "./argumentTable";
import { quote } from "./identity";

/** What a value of the wrong kind is, in words, and what to do about it where that is known. */
export interface Description {
    readonly got: string;
    readonly mend?: string | undefined;
}

/** The key that marks special values on Pulumi's wire (sdk/nodejs/runtime/rpc.ts, `specialSigKey`). */
const SPECIAL_SIGNATURE = "4dabf18193072939515e22adb298388d";
/** The mark of a secret, by which the engine encrypts what stands beside it as `value` (`specialSecretSig`). */
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";
const RESOURCE_SIGNATURE = "5cf8f73096256a8f31e491e813e4eb8e";

const READ_TEXT = 'read the file in the program: fs.readFileSync(path, "utf8")';

/** The value as a secret: the engine encrypts it in the state and hides it in what it prints. */
export function secretValue(value: string): Readonly<Record<string, string>> {
    return { [SPECIAL_SIGNATURE]: SECRET_SIGNATURE, value };
}

/** A secret as it was before it was marked. */
export function withoutMark(value: unknown): unknown {
    return isPlainObject(value) && value[SPECIAL_SIGNATURE] === SECRET_SIGNATURE ? value["value"] : value;
}

export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** On the wire, an object is what `Object.keys` finds of it, so most classes come as `{}` and bytes with a key for each. */
export function describeValue(value: unknown): Description {
    if (value === null || value === undefined) {
        return { got: "nothing" };
    }
    if (Array.isArray(value)) {
        return { got: "a list" };
    }
    if (!isPlainObject(value)) {
        return { got: typeof value === "string" ? `the text ${quote(value)}` : `a ${typeof value}` };
    }
    if (SPECIAL_SIGNATURE in value) {
        return value[SPECIAL_SIGNATURE] === RESOURCE_SIGNATURE
            ? { got: "a resource", mend: "give one of its outputs, such as .id" }
            : { got: "an asset", mend: READ_TEXT };
    }
    if (isBytes(value)) {
        return { got: "the bytes of a Buffer", mend: 'give its text: buffer.toString("utf8")' };
    }
    return Object.keys(value).length === 0
        ? {
              got: "an object without properties, as a URL, a Date, a Map or a key object becomes on its way here",
              mend: "give its text, such as url.href",
          }
        : { got: "an object" };
}

export function isSpecial(value: Readonly<Record<string, unknown>>): boolean {
    return SPECIAL_SIGNATURE in value;
}

export function isBytes(value: Readonly<Record<string, unknown>>): boolean {
    return typeof value["0"] === "number" || (value["type"] === "Buffer" && Array.isArray(value["data"]));
}

/** A text that came about by mistake, with the code that says how. */
export interface Accident extends Description {
    readonly code: ArgumentCode;
}

const OUTPUT_TEXT = /Calling \[to(?:String|JSON)\] on an \[Output<T>\]/;
const PLACEHOLDER = /\$\{|\$\(|\{\{|^\$\w+$|^%\w+%$|^<.*>$/;

/** What JavaScript, shells and templates leave where a value was wanted; `undefined` for a text that may be meant. */
export function accidentIn(text: string): Accident | undefined {
    if (OUTPUT_TEXT.test(text)) {
        return { code: "output-in-text", got: "the text that an Output becomes when it is put into a text" };
    }
    if (/\[object \w+\]/.test(text)) {
        return {
            code: "output-in-text",
            got: "the text that an object or a Promise becomes when it is put into a text",
        };
    }
    if (/^(?:undefined|null|NaN)$|\bundefined\b(?=[./:]|$)/.test(text)) {
        return {
            code: "output-in-text",
            got: `${quote(text)}, the text that a variable without a value becomes`,
            mend: "give a value that is there",
        };
    }
    if (isKeyText(text)) {
        return {
            code: "wrong-type",
            got: "a key or certificate itself",
            mend: "check which text belongs to which argument",
        };
    }
    return PLACEHOLDER.test(text) ? { code: "placeholder", got: `the placeholder ${quote(text)}` } : undefined;
}
