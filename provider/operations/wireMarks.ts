/** The key that marks special values on Pulumi's wire (sdk/nodejs/runtime/rpc.ts, `specialSigKey`). */
const SPECIAL_SIGNATURE = "4dabf18193072939515e22adb298388d";
/** The mark of a secret, by which the engine encrypts what stands beside it as `value` (`specialSecretSig`). */
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";
const RESOURCE_SIGNATURE = "5cf8f73096256a8f31e491e813e4eb8e";

/** The value as a secret: the engine encrypts it in the state and hides it in what it prints. */
export function secretValue(value: string): Readonly<Record<string, string>> {
    return { [SPECIAL_SIGNATURE]: SECRET_SIGNATURE, value };
}

/** A secret as it was before it was marked. */
export function withoutMark(value: unknown): unknown {
    return isSecret(value) ? value["value"] : value;
}

export function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isSecret(value: unknown): value is Readonly<Record<string, unknown>> {
    return isPlainObject(value) && value[SPECIAL_SIGNATURE] === SECRET_SIGNATURE;
}

export function isResource(value: Readonly<Record<string, unknown>>): boolean {
    return value[SPECIAL_SIGNATURE] === RESOURCE_SIGNATURE;
}

/** A secret, an asset, a resource: no object of a program. */
export function isSpecial(value: Readonly<Record<string, unknown>>): boolean {
    return SPECIAL_SIGNATURE in value;
}
