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
    /** How many more may go before the announced reset: other machines use the same limit. */
    readonly budget?: { readonly left: number; readonly resetAt: number } | undefined;
    /** A request was refused: others use the limit, so its own count does not tell what is left of it. */
    readonly contested?: boolean;
}

/**
 * Whether the next request has to wait for the answer to an earlier one: in a window of which others take their part,
 * only an answer tells what is left, and each request that is sent without knowing may be refused.
 */
export function mustAskFirst({ contested, budget }: PacingState, inFlight: number, now: number): boolean {
    const isKnown = budget !== undefined && budget.resetAt > now;
    return contested === true && !isKnown && inFlight > 0;
}

/** How long the next request has to wait, in milliseconds; 0 where it may go. */
export function waitFor({ limit, sentAt, blockedUntil, budget }: PacingState, now: number): number {
    const recent = sentAt.filter((at) => at > now - WINDOW_MS);
    const decisive = recent[recent.length - limit];
    const freeAt = recent.length < limit || decisive === undefined ? now : decisive + WINDOW_MS;
    const budgetAt = budget !== undefined && budget.left <= 0 ? budget.resetAt : now;
    return Math.max(0, freeAt - now, blockedUntil - now, budgetAt - now);
}

/** How long a queue of `waiting` requests takes until its last is sent. */
export function drainTime(state: PacingState, waiting: number, now: number): number {
    const windows = Math.ceil(waiting / state.limit) - 1;
    return waitFor(state, now) + Math.max(0, windows) * WINDOW_MS;
}

/** The state after an answer. A quota that is used up blocks until its reset, whoever used it up. */
export function applyAnnounced(
    state: PacingState,
    { limit, remaining, resetAt }: AnnouncedLimit,
    now: number,
): PacingState {
    const usable = limit !== undefined && Number.isFinite(limit) && limit >= 1 ? Math.floor(limit) : state.limit;
    if (remaining === undefined || resetAt === undefined || resetAt <= now) {
        return { ...state, limit: usable };
    }
    // Answers overtake each other, so within one window only the lowest number counts.
    const known = state.budget?.resetAt === resetAt ? state.budget.left : remaining;
    // A reset further away than the window is no more than a window's wait: the answer's clock may be off.
    const budget = { left: Math.max(0, Math.min(known, remaining)), resetAt: Math.min(resetAt, now + WINDOW_MS) };
    return { ...state, limit: usable, budget };
}

/** The state after a request was sent. */
export function applySent(state: PacingState, now: number): PacingState {
    const sentAt = [...state.sentAt.filter((at) => at > now - WINDOW_MS), now];
    const budget = state.budget !== undefined && state.budget.resetAt > now ? state.budget : undefined;
    return { ...state, sentAt, budget: budget === undefined ? undefined : { ...budget, left: budget.left - 1 } };
}

interface Waiter {
    readonly label: string;
    readonly go: () => void;
    readonly fail: (reason: unknown) => void;
}

/** Something that happens once, for those who wait for it. */
class Signal {
    raise: () => void = () => undefined;
    readonly raised = new Promise<void>((resolve) => {
        this.raise = resolve;
    });
}

/** Writes of one kind and owner, first come first served, no faster than the limit allows. */
export class PacedQueue {
    readonly #clock: Clock;
    readonly #notify: (line: string) => void;
    readonly #what: string;
    readonly #waiters: Waiter[] = [];
    #changed = new Signal();
    #inFlight = 0;
    #state: PacingState = { limit: WRITES_PER_WINDOW, sentAt: [], blockedUntil: 0 };
    #serving = false;
    #saidAt = Number.NEGATIVE_INFINITY;

    constructor(what: string, clock: Clock, notify: (line: string) => void) {
        this.#what = what;
        this.#clock = clock;
        this.#notify = notify;
    }

    /** Resolves when it is this request's turn; the request counts as sent then. */
    enter(label: string): Promise<void> {
        return this.#enqueue(label, (waiter) => this.#waiters.push(waiter));
    }

    /** For a request that was refused: it had its turn, so it goes before those that have not. */
    reenter(label: string): Promise<void> {
        return this.#enqueue(label, (waiter) => this.#waiters.unshift(waiter));
    }

    /** For every answer to a request that had its turn, also where it says nothing of the limit. */
    announce(limit: AnnouncedLimit): void {
        this.#inFlight -= 1;
        this.#state = applyAnnounced(this.#state, limit, this.#clock.now());
        this.#wake();
    }

    /** A request was refused for the limit: nothing else of this queue goes before that one may come back. */
    block(milliseconds: number): void {
        const until = this.#clock.now() + milliseconds;
        const blockedUntil = Math.max(this.#state.blockedUntil, until);
        this.#state = { ...this.#state, blockedUntil, budget: undefined, contested: true };
    }

    /** What is waited for may have become shorter: an answer may announce a larger limit. */
    #wake(): void {
        this.#changed.raise();
        this.#changed = new Signal();
    }

    #enqueue(label: string, add: (waiter: Waiter) => void): Promise<void> {
        return new Promise((go, fail) => {
            add({ label, go, fail });
            if (!this.#serving) {
                void this.#serve();
            }
        });
    }

    async #serve(): Promise<void> {
        this.#serving = true;
        try {
            // Requests that come together join first, so that the first line about waiting counts them all.
            await Promise.resolve();
            for (let first = this.#waiters[0]; first !== undefined; first = this.#waiters[0]) {
                const delayMs = waitFor(this.#state, this.#clock.now());
                if (delayMs > 0) {
                    this.#say(first.label, delayMs);
                    await Promise.race([this.#clock.sleep(delayMs), this.#changed.raised]);
                    continue;
                }
                if (mustAskFirst(this.#state, this.#inFlight, this.#clock.now())) {
                    await this.#changed.raised;
                    continue;
                }
                this.#state = applySent(this.#state, this.#clock.now());
                this.#inFlight += 1;
                this.#waiters.shift()?.go();
            }
        } catch (error) {
            // Nobody awaits this loop: what waits for it must hear that it ended.
            this.#waiters.splice(0).forEach((waiter) => {
                waiter.fail(error);
            });
        } finally {
            this.#serving = false;
        }
    }

    #say(label: string, delayMs: number): void {
        const now = this.#clock.now();
        if (delayMs <= SAY_AFTER_MS || now - this.#saidAt < SAY_EVERY_MS) {
            return;
        }
        this.#saidAt = now;
        const waiting = this.#waiters.length;
        const totalS = Math.ceil(drainTime(this.#state, waiting, now) / 1000);
        this.#notify(
            `${label}: waiting ${String(Math.ceil(delayMs / 1000))} s, for Vercel allows ${String(this.#state.limit)} ` +
                `${this.#what} a minute per team; ${String(waiting)} wait, the last for about ${String(totalS)} s`,
        );
    }
}
