import { expect } from "chai";
import { describe, it } from "mocha";
import { announcedDelay, decideRetry, resetTime, type FailedAttempt } from "../../../provider/vercel/retry";
import { START_MS } from "./clocks";

const MINUTE_MS = 60_000;
const limited: FailedAttempt = { operation: "upload", kind: "rate-limited", attempts: 1 };

describe("vercel/retry", () => {
    describe("when to come back", () => {
        const delay = (sources: Parameters<typeof announcedDelay>[0]): number | undefined =>
            announcedDelay(sources, START_MS);
        const inTen = START_MS / 1000 + 10;

        it("is read from Retry-After, in seconds or as a date, before all others", () => {
            expect(delay({ retryAfter: "7", reset: String(inTen), bodyReset: inTen })).to.equal(7_000);
            expect(delay({ retryAfter: "Tue, 01 Jan 2030 00:00:30 GMT" })).to.equal(30_000);
        });

        it("is read from X-RateLimit-Reset, then from the body, in seconds or milliseconds", () => {
            expect(delay({ reset: String(inTen), bodyReset: inTen + 5 })).to.equal(11_000);
            expect(delay({ bodyReset: inTen })).to.equal(11_000);
            expect(delay({ bodyReset: inTen * 1000 })).to.equal(10_000);
        });

        it("is not lost when a source before it cannot be read", () => {
            expect(delay({ retryAfter: "soon", reset: String(inTen) })).to.equal(11_000);
            expect(delay({ retryAfter: " ", reset: "never", bodyReset: inTen })).to.equal(11_000);
            expect(delay({ reset: " ", bodyReset: inTen })).to.equal(11_000);
            expect(delay({})).to.equal(undefined);
        });

        it("takes more than 1e12 for milliseconds", () => {
            expect(resetTime(1_571_432_075_563)).to.equal(1_571_432_075_563);
        });

        it("takes whole seconds for rounded down, or the request comes within a second before the reset", () => {
            expect(resetTime(1_571_432_075)).to.equal(1_571_432_076_000);
        });
    });

    describe("429", () => {
        it("is repeated for every operation, after the announced delay", () => {
            for (const operation of ["list", "upload", "delete"] as const) {
                expect(decideRetry({ ...limited, operation, retryAfter: "12" }, START_MS, 0.5)).to.deep.equal({
                    retry: true,
                    delayMs: 12_000,
                });
            }
        });

        it("waits a little where the announced delay is negative, zero or absent", () => {
            for (const retryAfter of ["-30", "0", undefined]) {
                const decision = decideRetry({ ...limited, retryAfter }, START_MS, 0.5);
                expect(decision).to.have.property("retry", true);
                expect(decision).to.have.property("delayMs").within(1_000, 10_000);
            }
        });

        it("is given up at once, with the time, when the limit ends more than ten minutes away", () => {
            expect(decideRetry({ ...limited, retryAfter: "601" }, START_MS, 0)).to.deep.equal({
                retry: false,
                until: "2030-01-01T00:10:01.000Z",
            });
            expect(decideRetry({ ...limited, retryAfter: "600" }, START_MS, 0)).to.have.property("retry", true);
            expect(decideRetry({ ...limited, retryAfter: "1e300" }, START_MS, 0)).to.have.property("retry", false);
        });

        it("is given up ten minutes after the request's first one", () => {
            const attempt = { ...limited, attempts: 9, retryAfter: "60" };
            expect(decideRetry({ ...attempt, firstLimitedAt: START_MS - 9 * MINUTE_MS }, START_MS, 0)).to.have.property(
                "retry",
                true,
            );
            expect(
                decideRetry({ ...attempt, firstLimitedAt: START_MS - 9 * MINUTE_MS - 1 }, START_MS, 0),
            ).to.have.property("retry", false);
        });
    });

    for (const kind of ["network", "timeout", "server"] as const) {
        it(`${kind}: a listing is repeated a few times, with growing and jittered delays`, () => {
            const delays: number[] = [];
            for (let attempts = 1; ; attempts += 1) {
                const decision = decideRetry({ operation: "list", kind, attempts }, START_MS, 0);
                if (!decision.retry) {
                    break;
                }
                delays.push(decision.delayMs);
                expect(attempts, "attempts").to.be.lessThan(10);
            }
            expect(delays.length).to.be.within(2, 5);
            expect(delays).to.deep.equal([...new Set(delays)].sort((a, b) => a - b));
            expect(decideRetry({ operation: "list", kind, attempts: 1 }, START_MS, 0.9))
                .to.have.property("delayMs")
                .greaterThan(delays[0] ?? 0);
        });

        it(`${kind}: a write is never repeated blindly`, () => {
            for (const operation of ["upload", "delete"] as const) {
                expect(decideRetry({ operation, kind, attempts: 1 }, START_MS, 0)).to.deep.equal({ retry: false });
            }
        });
    }

    for (const kind of [
        "payment-required",
        "bad-token",
        "wrong-scope",
        "forbidden",
        "project-missing",
        "unclear-missing",
        "withdrawn",
        "transferring",
        "invalid",
        "redirect",
        "malformed",
    ] as const) {
        it(`${kind}: never repeated`, () => {
            for (const operation of ["list", "upload", "delete"] as const) {
                expect(decideRetry({ operation, kind, attempts: 1 }, START_MS, 0)).to.deep.equal({ retry: false });
            }
        });
    }
});
