import { argumentProblem } from "./argumentTable";
import { FINGERPRINT_FORM, UNKNOWN, UNKNOWN_VALUE, type Arguments } from "./arguments";
import { accidentIn } from "./describeValue";
import { quote } from "../text/quoting";

/** What is known of the declared certificates; a part of it may be the engine's unknown value. */
interface Declared {
    readonly fingerprint: string;
    readonly certFingerprint: string;
}

/** `SHA256 Fingerprint=AB:CD:…`, with or without its beginning, of any hash. */
const OF_OPENSSL = /^(?:sha-?\d+ fingerprint=)?((?:[0-9a-f]{2}:){15,63}[0-9a-f]{2})$/i;
const WELL_FORMED = /^v1:[0-9a-f]{64}$/;

/**
 * Why the declared certificates may not be deployed, as far as `expectedFingerprint` decides. It is a gate: it does not ask
 * whether anything would be uploaded, and what is in place already has to pass it as well.
 */
export function expectedFingerprintProblem(
    expected: Arguments["expectedFingerprint"],
    declared: Declared,
): string | undefined {
    if (expected === undefined || expected === UNKNOWN) {
        return undefined;
    }
    if (!WELL_FORMED.test(expected)) {
        const got = describe(expected, declared);
        return argumentProblem("wrong-fingerprint", `expectedFingerprint: expected ${FINGERPRINT_FORM}, got ${got}`);
    }
    const got = declared.fingerprint;
    return got === expected || got === UNKNOWN_VALUE
        ? undefined
        : argumentProblem(
              "unexpected-fingerprint",
              `expectedFingerprint: expected cert and ca with the fingerprint ${expected}, got ${got}, so nothing is deployed`,
          );
}

/** What a text of another form looks like: mostly a fingerprint of something else. */
function describe(text: string, declared: Declared): string {
    if (text.trim() === "") {
        return "an empty text: where it comes from has no such output, or does not know for certain what is in place";
    }
    const accident = accidentIn(text);
    if (accident !== undefined) {
        return accident.got;
    }
    if (WELL_FORMED.test(text.trim())) {
        return "a fingerprint with blanks or line breaks around it";
    }
    const [, printed] = OF_OPENSSL.exec(text.trim()) ?? [];
    if (printed !== undefined) {
        return `what openssl x509 -fingerprint prints${ofWhat(printed.replaceAll(":", "").toLowerCase(), declared)}`;
    }
    const [, prefix, digits] = /^(v\d+:)?([0-9a-f]{64})$/i.exec(text) ?? [];
    if (digits === undefined) {
        return quote(text);
    }
    switch (prefix?.toLowerCase()) {
        case undefined:
            return `64 hexadecimal digits without v1:${ofWhat(digits.toLowerCase(), declared)}`;
        case "v1:":
            return "one with upper-case letters";
        default:
            return `one of another version, ${String(prefix)}`;
    }
}

function ofWhat(digits: string, declared: Declared): string {
    if (digits === declared.certFingerprint) {
        return ", which is the certFingerprint of cert: it says nothing of intermediates and ca";
    }
    return `v1:${digits}` === declared.fingerprint ? ", though of these very certificates" : "";
}
