import { inspect } from "node:util";
import { assertNoSecrets, type Secrets } from "./secretSweep";

/** So many characters of a key's text in a row, whatever stands around them, are a piece of it. */
const FRAGMENT_LENGTH = 12;

interface Metadata {
    getMap(): Readonly<Record<string, unknown>>;
}

/** Between texts, so that the end of one and the beginning of the next make no secret. */
const BREAK = "\n\u0001\n";

/** All that a suite showed, to be swept for secrets at its end, and counted. */
export class SweptOutput {
    readonly #texts: string[] = [];

    add(...texts: readonly string[]): void {
        this.#texts.push(...texts);
    }

    /** An error with everything on it, hidden properties and the binary details of gRPC included. */
    addError(error: unknown): void {
        this.add(everythingOf(error));
    }

    /** Throws if a secret was shown, as it is or percent-encoded. Otherwise says how much was looked at. */
    verify(secrets: Secrets): string {
        for (const view of this.#views()) {
            assertNoSecrets(view, secrets);
        }
        const bytes = this.#texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
        return `swept ${String(this.#texts.length)} texts, ${String(bytes)} bytes`;
    }

    /**
     * Throws if so much as a fragment of a key's text was shown. Only for output without certificates, for they hold
     * the public half of it.
     */
    verifyNoFragment(keys: readonly string[]): void {
        const fragments = new Set(keys.flatMap((key) => windows(key.replace(/-----[^-]+-----|\s/g, ""))));
        for (const view of this.#views()) {
            if (windows(view.replace(/(?:\\+[rn]|\s)+/g, "")).some((window) => fragments.has(window))) {
                throw new Error("expected no fragment of a key in what users can see, got one");
            }
        }
    }

    /** Every text once, for a key's forms are worked out anew with each sweep. */
    #views(): readonly string[] {
        const all = [...new Set(this.#texts)].join(BREAK);
        return [all, percentDecoded(all)];
    }
}

export function everythingOf(error: unknown): string {
    const parts = [inspect(error, { depth: null, showHidden: true, maxStringLength: null, maxArrayLength: null })];
    if (error instanceof Error) {
        parts.push(error.message, error.stack ?? "", JSON.stringify(error));
        const { metadata, details } = error as { metadata?: Metadata; details?: unknown };
        parts.push(typeof details === "string" ? details : "");
        for (const value of Object.values(metadata?.getMap() ?? {})) {
            parts.push(Buffer.isBuffer(value) ? value.toString("utf8") : String(value));
        }
    }
    return parts.join("\n");
}

function percentDecoded(text: string): string {
    return text.replace(/%([0-9a-f]{2})/gi, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}

function windows(text: string): readonly string[] {
    return Array.from({ length: Math.max(text.length - FRAGMENT_LENGTH + 1, 0) }, (_, at) =>
        text.slice(at, at + FRAGMENT_LENGTH),
    );
}
