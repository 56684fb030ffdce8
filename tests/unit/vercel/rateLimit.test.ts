import { expect } from "chai";
import { describe, it } from "mocha";
import {
    applyAnnounced,
    applyAnswered,
    applySent,
    drainTime,
    RateLimitedQueue,
    waitFor,
    WINDOW_MS,
    WRITES_PER_WINDOW,
    type RateLimitState,
} from "../../../provider/vercel/rateLimit";
import { ManualClock, nextTurn, START_MS as NOW } from "./clocks";

const fresh: RateLimitState = { limit: 5, sentAt: [], answeredAt: [], blockedUntil: 0, shared: false };
const sentAgo = (...milliseconds: readonly number[]): RateLimitState => ({
    ...fresh,
    sentAt: milliseconds.map((ago) => NOW - ago),
});

describe("vercel/rateLimit", () => {
    describe("the wait", () => {
        it("is none for the first five", () => {
            expect(waitFor(fresh, NOW)).to.equal(0);
            expect(waitFor(sentAgo(4, 3, 2, 1), NOW)).to.equal(0);
        });

        it("lasts until the fifth last leaves the window", () => {
            expect(waitFor(sentAgo(50_000, 40_000, 30_000, 20_000, 10_000), NOW)).to.equal(10_000);
            expect(waitFor(sentAgo(WINDOW_MS, 40_000, 30_000, 20_000, 10_000), NOW)).to.equal(0);
        });

        it("lasts as long as a refusal said", () => {
            expect(waitFor({ ...fresh, blockedUntil: NOW + 7_000 }, NOW)).to.equal(7_000);
        });

        it("lasts a window for each further five of a queue", () => {
            expect(drainTime(sentAgo(0, 0, 0, 0, 0), 5, NOW)).to.equal(WINDOW_MS);
            expect(drainTime(sentAgo(0, 0, 0, 0, 0), 6, NOW)).to.equal(2 * WINDOW_MS);
        });
    });

    describe("what an answer announces", () => {
        it("outranks the table: another limit", () => {
            expect(waitFor(applyAnnounced(sentAgo(3, 2, 1, 0, 0), { limit: 10 }, NOW), NOW)).to.equal(0);
            expect(waitFor(applyAnnounced(sentAgo(1_000, 0), { limit: 2 }, NOW), NOW)).to.equal(WINDOW_MS - 1_000);
        });

        it("counts what other machines sent: no more than remain go before the reset", () => {
            const announced = applyAnnounced(
                applyAnswered(sentAgo(0), NOW),
                { limit: 5, remaining: 1, resetAt: NOW + 30_000 },
                NOW,
            );
            expect(waitFor(announced, NOW)).to.equal(0);
            const used = applySent(announced, NOW);
            expect(waitFor(used, NOW)).to.equal(30_000);
            expect(waitFor(applyAnswered(used, NOW), NOW + 30_000)).to.equal(0);
        });

        it("is not raised by an answer that was overtaken", () => {
            const resetAt = NOW + 30_000;
            const state = applyAnnounced(
                applyAnnounced(fresh, { remaining: 0, resetAt }, NOW),
                { remaining: 3, resetAt },
                NOW,
            );
            expect(waitFor(state, NOW)).to.equal(30_000);
        });

        it("never blocks for more than a window, nor for a reset in the past, nor for nonsense", () => {
            expect(waitFor(applyAnnounced(fresh, { remaining: 0, resetAt: NOW + 9_999_999 }, NOW), NOW)).to.equal(
                WINDOW_MS,
            );
            expect(waitFor(applyAnnounced(fresh, { remaining: 0, resetAt: NOW - 1 }, NOW), NOW)).to.equal(0);
            expect(applyAnnounced(fresh, { limit: 0 }, NOW).limit).to.equal(5);
            expect(applyAnnounced(fresh, { limit: Number.NaN }, NOW).limit).to.equal(5);
        });
    });

    describe("the queue", () => {
        function open(): {
            clock: ManualClock;
            lines: string[];
            went: string[];
            queue: RateLimitedQueue;
            send: (label: string) => void;
        } {
            const clock = new ManualClock();
            const lines: string[] = [];
            const went: string[] = [];
            const queue = new RateLimitedQueue("uploads", WRITES_PER_WINDOW, clock, (line) => lines.push(line));
            const send = (label: string): void => void queue.enter(label).then(() => went.push(label));
            return { clock, lines, went, queue, send };
        }

        it("lets five go at once and the sixth after a window, in order", async () => {
            const { clock, went, send } = open();
            ["a", "b", "c", "d", "e", "f", "g"].forEach(send);
            await nextTurn();
            expect(went.join("")).to.equal("abcde");
            await clock.advance(WINDOW_MS - 1);
            expect(went.join("")).to.equal("abcde");
            await clock.advance(1);
            expect(went.join("")).to.equal("abcdefg");
        });

        it("never lets more than five go in any window", async () => {
            const { clock, send, queue } = open();
            const times: number[] = [];
            for (let index = 0; index < 23; index += 1) {
                void queue.enter(String(index)).then(() => times.push(clock.now()));
                await clock.advance(index * 700);
            }
            send("last");
            await clock.advance(10 * WINDOW_MS);
            expect(times.length).to.equal(23);
            times.forEach((at, index) => {
                expect(at - (times[index - 5] ?? Number.NEGATIVE_INFINITY)).to.be.at.least(WINDOW_MS);
            });
        });

        it("says once per queue why it waits and how long all of it takes, again after thirty seconds", async () => {
            const { clock, lines, send } = open();
            for (let index = 0; index < 12; index += 1) {
                send("shop/https://billing.example.com");
            }
            await clock.advance(1_999);
            expect(lines.length).to.equal(0);
            await clock.advance(1);
            expect(lines.length).to.equal(1);
            expect(lines[0]).to.match(/^shop\/https:\/\/billing\.example\.com: /);
            expect(lines[0]).to.contain("5 uploads a minute").and.contain("7 wait").and.contain("118 s");
            await clock.advance(29_000);
            expect(lines.length).to.equal(1);
            await clock.advance(31_000);
            expect(lines.length).to.equal(2);
        });

        it("does not speak of short waits", async () => {
            const { clock, lines, went, queue, send } = open();
            queue.block(4_000);
            send("a");
            await clock.advance(4_000);
            expect(went).to.deep.equal(["a"]);
            expect(lines).to.deep.equal([]);
        });

        it("holds everybody after a refusal, and lets the refused one go first", async () => {
            const { clock, went, queue, send } = open();
            queue.block(10_000);
            send("b");
            void queue.enter("a", Number.POSITIVE_INFINITY, true).then(() => went.push("a"));
            await clock.advance(9_999);
            expect(went).to.deep.equal([]);
            await clock.advance(1);
            expect(went).to.deep.equal(["a"]);
            queue.announce({});
            await nextTurn();
            expect(went).to.deep.equal(["a", "b"]);
        });

        it("follows a larger limit as soon as an answer announces it", async () => {
            const { clock, went, queue, send } = open();
            ["a", "b", "c", "d", "e", "f", "g", "h"].forEach(send);
            await nextTurn();
            expect(went.join("")).to.equal("abcde");
            queue.announce({ limit: 7 });
            await nextTurn();
            expect(went.join("")).to.equal("abcdefg");
            await clock.advance(WINDOW_MS);
            expect(went.join("")).to.equal("abcdefgh");
        });

        it("sends one request into a shared window, and as many as its answer says are left", async () => {
            const { clock, went, queue, send } = open();
            send("a");
            await nextTurn();
            queue.announce({});
            queue.block(10_000);
            ["b", "c", "d", "e"].forEach(send);
            await clock.advance(10_000);
            expect(went.join("")).to.equal("ab");
            const resetAt = clock.now() + WINDOW_MS;
            queue.announce({ remaining: 2, resetAt });
            await nextTurn();
            expect(went.join("")).to.equal("abc");
            queue.announce({ remaining: 1, resetAt });
            await nextTurn();
            expect(went.join("")).to.equal("abcd");
            queue.announce({ remaining: 0, resetAt });
            await clock.advance(WINDOW_MS);
            expect(went.join("")).to.equal("abcde");
        });

        for (const hours of [-1, 1]) {
            it(`keeps its pace where the machine's date is set by ${String(hours)} h`, async () => {
                const { clock, went, send } = open();
                ["a", "b", "c", "d", "e", "f"].forEach(send);
                await nextTurn();
                clock.stepDate(hours * 3_600_000);
                await clock.advance(WINDOW_MS - 1);
                expect(went.join("")).to.equal("abcde");
                await clock.advance(1);
                expect(went.join("")).to.equal("abcdef");
            });
        }

        it("lets go who cannot wait so long, and keeps the others in their order", async () => {
            const { clock, went, queue, send } = open();
            ["a", "b", "c", "d", "e"].forEach(send);
            const impatient = queue.enter("x", 10_000).then(
                () => "went",
                (error: unknown) => (error as Error).name,
            );
            send("f");
            expect(await queue.enter("late", 0).catch((error: unknown) => (error as Error).name)).to.equal(
                "OutOfTimeError",
            );
            await clock.advance(10_000);
            expect(await impatient).to.equal("OutOfTimeError");
            await clock.advance(WINDOW_MS);
            expect(went.join("")).to.equal("abcdef");
        });

        it("fails those who wait, instead of leaving them waiting, when it cannot go on", async () => {
            const clock = new ManualClock();
            const queue = new RateLimitedQueue("uploads", WRITES_PER_WINDOW, clock, () => {
                throw new Error("stderr is closed");
            });
            queue.block(10_000);
            const outcome = queue.enter("a").then(
                () => "went",
                (error: unknown) => (error as Error).message,
            );
            await clock.advance(2_000);
            expect(await outcome).to.equal("stderr is closed");
        });
    });
});
