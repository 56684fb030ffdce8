import { inspect } from "node:util";
import { assertNoSecrets, type Secrets } from "./secretSweep";

/** So many characters of a key's text in a row, whatever stands around them, are a piece of it. */
const FRAGMENT_LENGTH = 12;

interface Metadata {
    getMap(): Readonly<Record<string, unknown>>;
}

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

    /** Throws if a secret was shown: as it is, or percent-encoded. */
    verify(secrets: Secrets): string {
        for (const text of this.#texts) {
            assertNoSecrets(text, secrets);
            assertNoSecrets(percentDecoded(text), secrets);
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
        for (const text of this.#texts) {
            for (const view of [text, percentDecoded(text)]) {
                const at = windows(view.replace(/(?:\\+[rn]|\s)+/g, "")).findIndex((window) => fragments.has(window));
                if (at !== -1) {
                    throw new Error(
                        `expected no fragment of a key, got one in a text of ${String(text.length)} characters`,
                    );
                }
            }
        }
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
