import { isKeyText } from "../certificates/parse/pem";
import type { ArgumentCode } from "./argumentTable";
import { quote } from "../text/quoting";
import { isPlainObject, isResource, isSpecial } from "./wireMarks";

/** What a value of the wrong kind is, in words, and what to do about it where that is known. */
export interface Description {
    readonly got: string;
    readonly fix?: string | undefined;
}

const READ_TEXT = 'read the file in the program: fs.readFileSync(path, "utf8")';

/** On the wire, an object is what `Object.keys` finds of it, so most classes come as `{}` and bytes with a key for each. */
export function describeValue(value: unknown): Description {
    if (value === null || value === undefined) {
        return { got: "nothing" };
    }
    if (Array.isArray(value)) {
        return { got: "a list", fix: 'give one text; of several PEM texts: list.join("\\n")' };
    }
    if (!isPlainObject(value)) {
        return { got: typeof value === "string" ? `the text ${quote(value)}` : `a ${typeof value}` };
    }
    if (isSpecial(value)) {
        return isResource(value)
            ? { got: "a resource", fix: "give one of its outputs, such as .id" }
            : { got: "an asset", fix: READ_TEXT };
    }
    if (isBytes(value)) {
        return { got: "the bytes of a Buffer", fix: 'give its text: buffer.toString("utf8")' };
    }
    return Object.keys(value).length === 0
        ? {
              got: "an object without properties, as a URL, a Date, a Map or a key object becomes on its way here",
              fix: "give its text, such as url.href",
          }
        : { got: "an object" };
}

export function isBytes(value: Readonly<Record<string, unknown>>): boolean {
    return typeof value["0"] === "number" || (value["type"] === "Buffer" && Array.isArray(value["data"]));
}

/** A text that came about by mistake, with the code that says how. */
export interface Accident extends Description {
    readonly code: ArgumentCode;
}

const OBJECT_TEXT = /Calling \[to(?:String|JSON)\] on an \[Output<T>\]|\[object \w+\]/;
/** As Vercel makes them today; older ones are 24 letters and digits, as a name may be. */
const VERCEL_TOKEN = /^\s*(?:bearer\s+)?vc[a-z]_\w{16,}\s*$/i;
const PLACEHOLDER = /\$\{|\$\(|\{\{|^\$\w+$|^%\w+%$|^<.*>$/;

/** What JavaScript, shells and templates leave where a value was wanted; `undefined` for a text that may be meant. */
export function accidentIn(text: string): Accident | undefined {
    if (OBJECT_TEXT.test(text)) {
        return { code: "output-in-text", got: "what JavaScript makes of an Output, a Promise or an object in a text" };
    }
    if (/^(?:undefined|null|NaN)$|(?:\bundefined|:\/\/(?:null|NaN)|:(?:null|NaN))\b(?=[./:]|$)/.test(text)) {
        return {
            code: "output-in-text",
            got: `${quote(text)}, which JavaScript makes of a variable without a value`,
            fix: "give a value that is there",
        };
    }
    if (isKeyText(text)) {
        return {
            code: "wrong-type",
            got: "a key or certificate itself",
            fix: "check which text belongs to which argument",
        };
    }
    if (VERCEL_TOKEN.test(text)) {
        return { code: "token-in-text", got: "a token of Vercel's, which is not shown" };
    }
    return PLACEHOLDER.test(text) ? { code: "placeholder", got: `the placeholder ${quote(text)}` } : undefined;
}
