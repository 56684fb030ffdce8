import type { Clock } from "./clock";

/** The limits of vercel.com/docs/limits, per team or personal scope; headers on answers outrank them. */
export const WINDOW_MS = 60_000;
export const WRITES_PER_WINDOW = 5;
const SAY_AFTER_MS = 5_000;
const SAY_EVERY_MS = 30_000;

/** What an answer announced about the limit. */
export interface AnnouncedLimit {
    readonly limit?: number | undefined;
    readonly remaining?: number | undefined;
    /** Milliseconds since the epoch. */
    readonly resetAt?: number | undefined;
}

/** What a queue knows when it decides whether the next request may go. */
export interface PacingState {
    readonly limit: number;
    /** When the requests of the last window were sent, oldest first. */
    readonly sentAt: readonly number[];
    /** Nothing goes before this time: the limit was announced as used up, or a request was refused. */
    readonly blockedUntil: number;
}

/** How long the next request has to wait, in milliseconds; 0 where it may go. */
export function waitFor({ limit, sentAt, blockedUntil }: PacingState, now: number): number {
    const recent = sentAt.filter((at) => at > now - WINDOW_MS);
    const decisive = recent[recent.length - limit];
    const freeAt = recent.length < limit || decisive === undefined ? now : decisive + WINDOW_MS;
    return Math.max(0, freeAt - now, blockedUntil - now);
}

/** How long a queue of `waiting` requests takes until its last is sent. */
export function drainTime(state: PacingState, waiting: number, now: number): number {
    const windows = Math.ceil(waiting / state.limit) - 1;
    return waitFor(state, now) + Math.max(0, windows) * WINDOW_MS;
}

/** The state after an answer. An exhausted quota blocks until its reset, whoever used it up. */
export function applyAnnounced(
    state: PacingState,
    { limit, remaining, resetAt }: AnnouncedLimit,
    now: number,
): PacingState {
    const usable = limit !== undefined && Number.isFinite(limit) && limit >= 1 ? Math.floor(limit) : state.limit;
    const exhausted = remaining !== undefined && remaining <= 0 && resetAt !== undefined && resetAt > now;
    // A reset further away than the window is no more than a window's wait: the answer's clock may be off.
    const until = exhausted ? Math.min(resetAt, now + WINDOW_MS) : state.blockedUntil;
    return { ...state, limit: usable, blockedUntil: Math.max(state.blockedUntil, until) };
}

/** Writes of one kind and owner, one after the other, no faster than the limit allows. */
export class PacedQueue {
    readonly #clock: Clock;
    readonly #notify: (line: string) => void;
    readonly #what: string;
    #state: PacingState = { limit: WRITES_PER_WINDOW, sentAt: [], blockedUntil: 0 };
    #turn: Promise<void> = Promise.resolve();
    #waiting = 0;
    #saidAt = Number.NEGATIVE_INFINITY;

    constructor(what: string, clock: Clock, notify: (line: string) => void) {
        this.#what = what;
        this.#clock = clock;
        this.#notify = notify;
    }

    /** Resolves when it is this request's turn; the request counts as sent then. */
    async enter(label: string): Promise<void> {
        this.#waiting += 1;
        const previous = this.#turn;
        let pass = (): void => undefined;
        this.#turn = new Promise((resolve) => (pass = resolve));
        try {
            await previous;
            await this.#waitForRoom(label);
            this.#state = { ...this.#state, sentAt: [...this.#recent(), this.#clock.now()] };
        } finally {
            this.#waiting -= 1;
            pass();
        }
    }

    announce(limit: AnnouncedLimit): void {
        this.#state = applyAnnounced(this.#state, limit, this.#clock.now());
    }

    /** A request was refused for the limit: nothing else of this queue goes before that one may come back. */
    block(milliseconds: number): void {
        const until = this.#clock.now() + milliseconds;
        this.#state = { ...this.#state, blockedUntil: Math.max(this.#state.blockedUntil, until) };
    }

    async #waitForRoom(label: string): Promise<void> {
        for (;;) {
            const delayMs = waitFor(this.#state, this.#clock.now());
            if (delayMs <= 0) {
                return;
            }
            this.#say(label, delayMs);
            await this.#clock.sleep(delayMs);
        }
    }

    #say(label: string, delayMs: number): void {
        const now = this.#clock.now();
        if (delayMs <= SAY_AFTER_MS || now - this.#saidAt < SAY_EVERY_MS) {
            return;
        }
        this.#saidAt = now;
        const totalS = Math.ceil(drainTime(this.#state, this.#waiting, now) / 1000);
        this.#notify(
            `${label}: waiting ${String(Math.ceil(delayMs / 1000))} s, for Vercel allows ${String(this.#state.limit)} ` +
                `${this.#what} a minute per team; ${String(this.#waiting)} wait, the last for about ${String(totalS)} s`,
        );
    }

    #recent(): readonly number[] {
        const from = this.#clock.now() - WINDOW_MS;
        return this.#state.sentAt.filter((at) => at > from);
    }
}
