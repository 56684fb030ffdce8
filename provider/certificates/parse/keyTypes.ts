import type { KeyObject } from "node:crypto";
import { limitsOfRuntime, runtimeName } from "../../text/runtime";

/** Types by their object identifiers, with the first version of Node that can handle one, where that is known. */
const KEY_TYPES: Readonly<Record<string, readonly [name: string, since?: string]>> = {
    "1.2.840.113549.1.1.1": ["RSA"],
    "1.2.840.113549.1.1.10": ["RSA-PSS"],
    "1.2.840.10045.2.1": ["EC"],
    "1.2.840.10040.4.1": ["DSA"],
    "1.3.101.110": ["X25519"],
    "1.3.101.111": ["X448"],
    "1.3.101.112": ["Ed25519"],
    "1.3.101.113": ["Ed448"],
    "2.16.840.1.101.3.4.3.17": ["ML-DSA-44", "24.6.0"],
    "2.16.840.1.101.3.4.3.18": ["ML-DSA-65", "24.6.0"],
    "2.16.840.1.101.3.4.3.19": ["ML-DSA-87", "24.6.0"],
};

/** What to say of a type that this Node cannot handle: its name, and the version of Node that can. */
export function explainUnsupported(oid: string): string {
    const [name, since] = KEY_TYPES[oid] ?? [oid === "" ? "unknown" : oid];
    const unread = `${runtimeName()} cannot read a key of the type ${name}`;
    const limits = limitsOfRuntime();
    if (isCommonType(oid)) {
        return limits === "" ? `the key of the type ${name} is damaged` : `${unread}${limits}`;
    }
    return since === undefined
        ? `${unread}, which no version of Node known here can`
        : `${unread}, which needs Node ${since} or newer`;
}

/** Whether this Node ought to read keys of a type; then a key that it refuses is damaged. */
export function isCommonType(oid: string): boolean {
    return KEY_TYPES[oid]?.length === 1;
}

/** A key as a message names it. */
export function describeKeyType({ asymmetricKeyType, asymmetricKeyDetails }: KeyObject): string {
    const { modulusLength, namedCurve } = asymmetricKeyDetails ?? {};
    const size = modulusLength === undefined ? namedCurve : `${String(modulusLength)} bits`;
    return [asymmetricKeyType ?? "a type unknown to this Node", size].filter((part) => part !== undefined).join(", ");
}
