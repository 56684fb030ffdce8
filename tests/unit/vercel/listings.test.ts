import { expect } from "chai";
import { describe, it } from "mocha";
import { SharedListings } from "../../../provider/vercel/listings";
import { failureOf } from "../../support/testEnvironment";
import { ManualClock, nextTurn } from "./clocks";

/** With a server whose answer is the number of the request, so that a test sees which request an answer came from. */
function setUp(): {
    readonly clock: ManualClock;
    readonly listings: SharedListings<number>;
    readonly request: () => Promise<number>;
    readonly sent: () => number;
} {
    const clock = new ManualClock();
    let sent = 0;
    const request = (): Promise<number> => Promise.resolve((sent += 1));
    return { clock, listings: new SharedListings<number>(clock), request, sent: () => sent };
}

const nobody = (): void => undefined;

describe("vercel/listings", () => {
    it("sends one request for all who ask at the same moment, and none before that", async () => {
        const { clock, listings, request, sent } = setUp();
        const both = Promise.all([listings.fresh("site", request), listings.fresh("site", request)]);
        expect(sent()).to.equal(0);
        await clock.advance(10);
        expect(await both).to.deep.equal([1, 1]);
        const later = listings.fresh("site", request);
        await clock.advance(10);
        expect(await later).to.equal(2);
    });

    it("gives those who only look one answer, for half a minute at most", async () => {
        const { clock, listings, request } = setUp();
        const first = listings.recent("site", request);
        await clock.advance(20_000);
        expect(await listings.recent("site", request)).to.equal(1);
        await clock.advance(10_000);
        const later = listings.recent("site", request);
        await clock.advance(10);
        expect([await first, await later]).to.deep.equal([1, 2]);
    });

    it("lets nobody look at what was listed before a write", async () => {
        const { clock, listings, request } = setUp();
        const before = listings.recent("site", request);
        await clock.advance(10);
        await before;
        listings.forget();
        const after = listings.recent("site", request);
        await clock.advance(10);
        expect(await after).to.equal(2);
    });

    it("keeps no failure for those who look later", async () => {
        const { clock, listings, request } = setUp();
        const failing = failureOf(listings.recent("site", () => Promise.reject(new Error("refused"))));
        await clock.advance(10);
        await failing;
        const later = listings.recent("site", request);
        await clock.advance(10);
        expect(await later).to.equal(1);
    });

    it("lists again a quarter of a minute later, once for all who miss something, and says once that it waits", async () => {
        const { clock, listings, request, sent } = setUp();
        let said = 0;
        const say = (): void => {
            said += 1;
        };
        const first = listings.recent("site", request);
        await clock.advance(10);
        await first;
        const again = listings.again("site", request, say);
        await clock.advance(5_000);
        const joined = listings.again("site", request, say);
        await clock.advance(9_000);
        expect(sent()).to.equal(1);
        await clock.advance(2_000);
        await nextTurn();
        expect(await Promise.all([again, joined])).to.deep.equal([2, 2]);
        expect(said).to.equal(1);
        expect(await listings.again("site", request, nobody)).to.equal(2);
    });

    it("keeps the projects apart", async () => {
        const { clock, listings, request } = setUp();
        const both = Promise.all([listings.recent("site", request), listings.recent("shop", request)]);
        await clock.advance(10);
        expect(await both).to.deep.equal([1, 2]);
    });
});
