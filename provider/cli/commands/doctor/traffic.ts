import { asObject, parseObject, type Operation } from "../../../vercel/errors";
import { isFailure, type CallAnswer, type CallFailure } from "../../../vercel/transport";

/** What the headers of the last answer to one kind of call say about its limit; `null` where one is missing. */
export interface SeenLimit {
    readonly limit: number | null;
    readonly remaining: number | null;
    readonly reset: { readonly unit: "seconds" | "milliseconds"; readonly awaySeconds: number } | null;
}

/** A name that may be shown as it is; others are counted, since they are a server's text. */
const PLAIN_NAME = /^[A-Za-z_]\w{0,39}$/;
const MOST_NAMES = 20;
/** From here on a number is milliseconds since the epoch, not seconds. */
const MILLISECONDS_FROM = 1e12;

/** What raw answers hold beyond what the client makes of them. */
export class Traffic {
    readonly #limits = new Map<Operation, SeenLimit>();
    readonly #listed = new Set<string>();
    readonly #entries = new Set<string>();
    readonly #origins = new Map<string, unknown>();
    /** What the last failed call said, by Vercel's own words. */
    lastSaid = "";

    constructor(private readonly now: () => number) {}

    observe(operation: Operation, result: CallAnswer | CallFailure): void {
        const { limit, remaining, reset } = result.headers;
        this.#limits.set(operation, {
            ...{ limit: numberOf(limit), remaining: numberOf(remaining) },
            reset: readReset(numberOf(reset), this.now()),
        });
        if (isFailure(result)) {
            this.lastSaid = result.body.message ?? "";
        } else if (operation === "list") {
            this.#readListing(result.text);
        }
    }

    get limits(): Readonly<Record<string, SeenLimit>> {
        return Object.fromEntries(this.#limits);
    }

    /** The names of the properties of a listing, and of its entries. */
    get properties(): { readonly ofListing: readonly string[]; readonly ofEntries: readonly string[] } {
        return { ofListing: named(this.#listed), ofEntries: named(this.#entries) };
    }

    /** The origin of an entry as JSON has it: it may be no text. */
    listedOrigin(certId: string): string {
        return JSON.stringify(this.#origins.get(certId)) ?? "nothing";
    }

    #readListing(text: string): void {
        const listing = parseObject(text);
        Object.keys(listing).forEach((name) => this.#listed.add(name));
        const entries: readonly unknown[] = Array.isArray(listing["clientCerts"]) ? listing["clientCerts"] : [];
        for (const entry of entries) {
            const fields = asObject(entry) ?? {};
            Object.keys(fields).forEach((name) => this.#entries.add(name));
            this.#origins.set(String(fields["id"]), fields["origin"]);
        }
    }
}

function named(names: ReadonlySet<string>): readonly string[] {
    const plain = [...names]
        .filter((name) => PLAIN_NAME.test(name))
        .slice(0, MOST_NAMES)
        .sort();
    const others = names.size - plain.length;
    return others === 0 ? plain : [...plain, `${String(others)} others`];
}

function numberOf(header: string | undefined): number | null {
    return header !== undefined && /^\d{1,15}$/.test(header) ? Number(header) : null;
}

function readReset(reset: number | null, nowMs: number): SeenLimit["reset"] {
    if (reset === null) {
        return null;
    }
    const isMs = reset >= MILLISECONDS_FROM;
    const awaySeconds = Math.round(((isMs ? reset : reset * 1000) - nowMs) / 1000);
    return { unit: isMs ? "milliseconds" : "seconds", awaySeconds };
}
