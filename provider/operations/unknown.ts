/** A value that the engine does not know yet, during a preview. */
export const UNKNOWN: unique symbol = Symbol("unknown");
export type Unknown = typeof UNKNOWN;

/**
 * What an unknown value looks like in `check` and `diff`. Equal to `pulumi.runtime.unknownValue`, repeated here so that
 * the provider process does not load a second copy of the SDK; a test holds the two together.
 */
export const UNKNOWN_VALUE = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
