import { onOneLine, redact } from "../text/redact";
import { VercelError } from "../vercel/errors";
import { PROVIDER_PROPERTY, type Properties } from "./arguments";

/**
 * An error as it leaves the provider. The host prints the stack of what some operations throw and takes any property
 * called `id` for a partial failure, so this one has an empty stack, no `id` and no `cause`. Nothing in it forges a line:
 * what Vercel returns is looked at when it comes, but a state may have been edited.
 */
export class OperationError extends Error {
    constructor(...lines: readonly string[]) {
        super(lines.map(onOneLine).join("\n"));
        this.name = "ProjectClientCertError";
        this.stack = "";
    }
}

/** An upload had no answer, and nothing after it has told whether it happened. */
export class UncertainUploadError extends OperationError {}

/**
 * What is in place is not as it should be: the engine keeps the resource with these properties and
 * calls `update` in the next run. The names of the fields are those that the dynamic provider's host looks for.
 */
export class PartialFailure extends OperationError {
    readonly id: string;
    readonly properties: Properties;
    readonly reasons: readonly string[];

    constructor(id: string, properties: Properties, reason: string) {
        super(reason);
        this.id = id;
        this.properties = properties;
        this.reasons = [this.message];
    }

    /** After a failure the dynamic provider's host does not add the text by which the provider is found. */
    with({ [PROVIDER_PROPERTY]: provider }: Properties): PartialFailure {
        return new PartialFailure(this.id, { ...this.properties, [PROVIDER_PROPERTY]: provider }, this.message);
    }
}

/** Whatever was thrown, as an error that may leave the provider. */
export function asOperationError(thrown: unknown, secrets: readonly string[]): OperationError {
    if (thrown instanceof OperationError) {
        return thrown;
    }
    if (thrown instanceof VercelError) {
        return new OperationError(thrown.message);
    }
    return new OperationError(...messageOf(thrown, secrets).split("\n"));
}

/** The message of an error, fit to be shown. */
export function messageOf(thrown: unknown, secrets: readonly string[] = []): string {
    const message = thrown instanceof Error ? thrown.message : "an error without a message";
    return message
        .split("\n")
        .map((line) => redact(line, secrets))
        .join("\n");
}
