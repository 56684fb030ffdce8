import type { Clock } from "./clock";
import { OutOfTimeError } from "./errors";

/** The limits of vercel.com/docs/limits, per team or personal scope; headers on answers outrank them. */
export const WINDOW_MS = 60_000;
export const WRITES_PER_WINDOW = 5;
export const LISTINGS_PER_WINDOW = 300;
const SAY_AFTER_MS = 5_000;
/** How long a queue fills before its first line, which then counts all that want to go at once. */
const SAY_SETTLED_MS = 2_000;
const SAY_EVERY_MS = 30_000;
/** Announced resets that differ by less are the same one: they are whole seconds, and counted by two clocks. */
const SAME_RESET_MS = 1_000;
/** Which part of what is left may be under way at once where others take of it too: few enough to hear of it in time. */
const SHARED_PORTION = 0.1;

/** What an answer announced about the limit. Times are those of `Clock.steady`, here and below. */
export interface AnnouncedLimit {
    readonly limit?: number | undefined;
    readonly remaining?: number | undefined;
    readonly resetAt?: number | undefined;
}

/** What a queue knows when it decides whether the next request may go. */
export interface RateLimitState {
    readonly limit: number;
    /** Requests under way, oldest first: when they were sent. */
    readonly sentAt: readonly number[];
    /**
     * Requests of the last window, oldest first: when their answers came. A request counts from its arrival, which is
     * not known; one window after the answer it counts no more, however long either took.
     */
    readonly answeredAt: readonly number[];
    /** Nothing goes before this time: a request was refused. */
    readonly blockedUntil: number;
    /** The lowest that an answer said remains before a reset, and until when that is believed. */
    readonly announced?: { readonly remaining: number; readonly resetAt: number; readonly until: number } | undefined;
    /** Others use the limit too: an answer said so, or refused. Own requests do not tell then what is left of it. */
    readonly shared: boolean;
}

/** How long the next request has to wait for nothing but an answer to those under way. */
export const UNTIL_AN_ANSWER = Number.POSITIVE_INFINITY;

/** How long the next request has to wait, in milliseconds; 0 where it may go. Any answer may shorten it. */
export function waitFor(state: RateLimitState, now: number): number {
    if (state.blockedUntil > now) {
        return state.blockedUntil - now;
    }
    return state.shared ? sharedWait(state, now) : ownWait(state, now);
}

/** Alone, a client that counts its own requests is never refused; what answers say can only make it faster. */
function ownWait(state: RateLimitState, now: number): number {
    const { announced, sentAt } = state;
    const countedMs = countedWait(state, now);
    if (countedMs === 0 || announced === undefined) {
        return countedMs;
    }
    if (announced.until <= now) {
        // By the announcement a new window has begun. One request asks; its answer tells what is left.
        return sentAt.length === 0 ? 0 : countedMs;
    }
    return announced.remaining > sentAt.length ? 0 : Math.min(countedMs, announced.until - now);
}

/** Among others only answers tell what is left, and each request that is sent without knowing may be refused. */
function sharedWait(state: RateLimitState, now: number): number {
    const { announced, sentAt } = state;
    const underWay = sentAt.length;
    if (announced === undefined || announced.until <= now) {
        return underWay > 0 ? UNTIL_AN_ANSWER : announced === undefined ? countedWait(state, now) : 0;
    }
    if (announced.remaining <= underWay) {
        return announced.until - now;
    }
    return underWay < Math.max(1, announced.remaining * SHARED_PORTION) ? 0 : UNTIL_AN_ANSWER;
}

/** By the limit and the own requests alone. */
function countedWait({ limit, sentAt, answeredAt }: RateLimitState, now: number): number {
    const counted = [...answeredAt, ...sentAt].filter((at) => isRecent(at, now)).sort((a, b) => a - b);
    const decisive = counted[counted.length - limit];
    return decisive === undefined ? 0 : decisive + WINDOW_MS - now;
}

function isRecent(at: number, now: number): boolean {
    return at > now - WINDOW_MS;
}

/** How long a queue of `waiting` requests takes until its last is sent. */
export function drainTime(state: RateLimitState, waiting: number, now: number): number {
    // Among others, what got through in the last window is what will get through in the next.
    const got = state.answeredAt.filter((at) => isRecent(at, now)).length;
    const perWindow = state.shared ? Math.min(state.limit, Math.max(1, got)) : state.limit;
    const windows = Math.ceil(waiting / perWindow) - 1;
    return waitFor(state, now) + Math.max(0, windows) * WINDOW_MS;
}

/** The state after a request was sent. */
export function applySent(state: RateLimitState, now: number): RateLimitState {
    return { ...state, sentAt: [...state.sentAt, now] };
}

/** The state after an answer, whichever request it is for: the k-th to arrive arrived before the k-th answer. */
export function applyAnswered(state: RateLimitState, now: number): RateLimitState {
    const answeredAt = [...state.answeredAt.filter((at) => isRecent(at, now)), now];
    return { ...state, sentAt: state.sentAt.slice(1), answeredAt };
}

/** The state after an answer that said something of the limit, or nothing. */
export function applyAnnounced(
    state: RateLimitState,
    { limit, remaining, resetAt }: AnnouncedLimit,
    now: number,
): RateLimitState {
    const usable = limit !== undefined && Number.isFinite(limit) && limit >= 1 ? Math.floor(limit) : state.limit;
    if (remaining === undefined || resetAt === undefined || resetAt <= now) {
        return { ...state, limit: usable, announced: stillAnnounced(state, now) };
    }
    const { announced, sentAt, answeredAt } = state;
    // Answers overtake each other: what is of an earlier window is over, and within one the lowest number counts.
    if (announced !== undefined && announced.resetAt - resetAt >= SAME_RESET_MS) {
        return { ...state, limit: usable };
    }
    const isSameWindow = announced !== undefined && resetAt - announced.resetAt < SAME_RESET_MS;
    const lowest = Math.max(0, isSameWindow ? Math.min(announced.remaining, remaining) : remaining);
    const own = [...sentAt, ...answeredAt].filter((at) => isRecent(at, now)).length;
    return {
        ...state,
        limit: usable,
        // A reset further away than the window is no more than a window's wait: the answer's clock may be off.
        announced: { remaining: lowest, resetAt, until: Math.min(resetAt, now + WINDOW_MS) },
        shared: state.shared || usable - lowest > own,
    };
}

/** An answer that says nothing may have taken one of what was announced; what is over says nothing of the next window. */
function stillAnnounced({ announced }: RateLimitState, now: number): RateLimitState["announced"] {
    return announced === undefined || announced.until <= now
        ? undefined
        : { ...announced, remaining: Math.max(0, announced.remaining - 1) };
}

/** The state after a refusal, whose request took nothing of the limit. */
export function applyRefused(state: RateLimitState, until: number): RateLimitState {
    return {
        ...state,
        answeredAt: state.answeredAt.slice(0, -1),
        blockedUntil: Math.max(state.blockedUntil, until),
        announced: undefined,
        shared: true,
    };
}

interface Waiter {
    readonly label: string;
    readonly go: () => void;
    readonly fail: (reason: unknown) => void;
}

/** Requests of one kind and owner, first come first served, no faster than the limit allows. */
export class RateLimitedQueue {
    readonly #waiters: Waiter[] = [];
    /** What is waited for may become shorter: an answer may announce a larger limit. */
    #change: () => void = () => undefined;
    #changed = this.#nextChange();
    #state: RateLimitState;
    #serving = false;
    #settledAt = 0;
    #saidAt = Number.NEGATIVE_INFINITY;

    /** @param perWindow The limit, until an answer announces another. */
    constructor(
        private readonly what: string,
        perWindow: number,
        private readonly clock: Clock,
        private readonly notify: (line: string) => void,
    ) {
        const blockedUntil = Number.NEGATIVE_INFINITY;
        this.#state = { limit: perWindow, sentAt: [], answeredAt: [], blockedUntil, shared: false };
    }

    /** Resolves when it is this request's turn; the request counts as sent then. Fails where it takes longer than this. */
    enter(label: string, patienceMs = Number.POSITIVE_INFINITY, hadItsTurn = false): Promise<void> {
        if (patienceMs <= 0) {
            return Promise.reject(new OutOfTimeError());
        }
        return new Promise((go, fail) => {
            const waiter = { label, go, fail };
            // One that was refused goes before those that have not had their turn.
            this.#waiters.splice(hadItsTurn ? 0 : this.#waiters.length, 0, waiter);
            if (patienceMs !== Number.POSITIVE_INFINITY) {
                void this.clock.sleep(patienceMs).then(() => this.#giveUp(waiter));
            }
            if (!this.#serving) {
                void this.#serve();
            }
        });
    }

    /** For every answer to a request that had its turn, also where it says nothing of the limit. */
    announce(limit: AnnouncedLimit): void {
        const now = this.clock.steady();
        this.#state = applyAnnounced(applyAnswered(this.#state, now), limit, now);
        this.#change();
        this.#changed = this.#nextChange();
    }

    /** A request was refused for the limit: nothing else of this queue goes before that one may come back. */
    block(milliseconds: number): void {
        this.#state = applyRefused(this.#state, this.clock.steady() + milliseconds);
    }

    #nextChange(): Promise<void> {
        return new Promise((resolve) => (this.#change = resolve));
    }

    /** A request that had its turn is not cut off. */
    #giveUp(waiter: Waiter): void {
        const at = this.#waiters.indexOf(waiter);
        if (at >= 0) {
            this.#waiters.splice(at, 1);
            waiter.fail(new OutOfTimeError());
        }
    }

    async #serve(): Promise<void> {
        this.#serving = true;
        this.#settledAt = this.clock.steady() + SAY_SETTLED_MS;
        try {
            for (let first = this.#waiters[0]; first !== undefined; first = this.#waiters[0]) {
                const delayMs = waitFor(this.#state, this.clock.steady());
                if (delayMs > 0) {
                    await this.#pause(first.label, delayMs);
                    continue;
                }
                this.#state = applySent(this.#state, this.clock.steady());
                this.#waiters.shift()?.go();
            }
        } catch (error) {
            // Nobody awaits this loop: what waits for it must hear that it ended.
            this.#waiters.splice(0).forEach((waiter) => waiter.fail(error));
        } finally {
            this.#serving = false;
        }
    }

    /** Until the next request may go, an answer comes, or it is time to say how long it takes. */
    async #pause(label: string, delayMs: number): Promise<void> {
        if (delayMs === UNTIL_AN_ANSWER) {
            await this.#changed;
            return;
        }
        const unsettledMs = delayMs > SAY_AFTER_MS ? this.#settledAt - this.clock.steady() : 0;
        if (unsettledMs <= 0) {
            this.#say(label, delayMs);
        }
        const pauseMs = unsettledMs > 0 ? unsettledMs : delayMs;
        await Promise.race([this.clock.sleep(pauseMs), this.#changed]);
    }

    #say(label: string, delayMs: number): void {
        const now = this.clock.steady();
        if (delayMs <= SAY_AFTER_MS || now - this.#saidAt < SAY_EVERY_MS) {
            return;
        }
        this.#saidAt = now;
        const waiting = this.#waiters.length;
        const totalS = Math.ceil(drainTime(this.#state, waiting, now) / 1000);
        this.notify(
            `${label}: waiting ${String(Math.ceil(delayMs / 1000))} s, because Vercel allows ${String(this.#state.limit)} ` +
                `${this.what} a minute per team; ${String(waiting)} wait, the last for about ${String(totalS)} s`,
        );
    }
}
