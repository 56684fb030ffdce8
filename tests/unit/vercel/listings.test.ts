import { expect } from "chai";
import { describe, it } from "mocha";
import { SharedListings } from "../../../provider/vercel/listings";
import { failureOf } from "../../support/testEnvironment";
import { ManualClock, nextTurn } from "./clocks";

/** With a server whose answer is the number of the request, so that a test sees which request an answer came from. */
function setUp(): {
    readonly clock: ManualClock;
    readonly listings: SharedListings<string, number>;
    /** The next request is answered by an error. */
    readonly refuse: () => void;
    readonly sent: () => number;
} {
    const clock = new ManualClock();
    let sent = 0;
    let isRefused = false;
    const request = (): Promise<number> => {
        if (isRefused) {
            isRefused = false;
            return Promise.reject(new Error("refused"));
        }
        return Promise.resolve((sent += 1));
    };
    const refuse = (): void => {
        isRefused = true;
    };
    return { clock, listings: new SharedListings<string, number>(clock, request), refuse, sent: () => sent };
}

const nobody = (): void => undefined;

describe("vercel/listings", () => {
    it("sends one request for all who ask at the same moment, and none before that", async () => {
        const { clock, listings, sent } = setUp();
        const both = Promise.all([listings.fresh("site"), listings.fresh("site")]);
        expect(sent()).to.equal(0);
        await clock.advance(10);
        expect(await both).to.deep.equal([1, 1]);
        const later = listings.fresh("site");
        await clock.advance(10);
        expect(await later).to.equal(2);
    });

    it("gives those who only look one answer, for half a minute at most", async () => {
        const { clock, listings } = setUp();
        const first = listings.recent("site");
        await clock.advance(20_000);
        expect(await listings.recent("site")).to.equal(1);
        await clock.advance(10_000);
        const later = listings.recent("site");
        await clock.advance(10);
        expect([await first, await later]).to.deep.equal([1, 2]);
    });

    it("lets nobody look at what was listed before a write", async () => {
        const { clock, listings } = setUp();
        const before = listings.recent("site");
        await clock.advance(10);
        await before;
        listings.forget();
        const after = listings.recent("site");
        await clock.advance(10);
        expect(await after).to.equal(2);
    });

    it("keeps no failure for those who look later", async () => {
        const { clock, listings, refuse } = setUp();
        refuse();
        const failing = failureOf(listings.recent("site"));
        await clock.advance(10);
        await failing;
        const later = listings.recent("site");
        await clock.advance(10);
        expect(await later).to.equal(1);
    });

    it("lists again a quarter of a minute later, once for all who miss something, and says once that it waits", async () => {
        const { clock, listings, sent } = setUp();
        let said = 0;
        const say = (): void => {
            said += 1;
        };
        const first = listings.recent("site");
        await clock.advance(10);
        await first;
        const again = listings.again("site", say);
        await clock.advance(5_000);
        const joined = listings.again("site", say);
        await clock.advance(9_000);
        expect(sent()).to.equal(1);
        await clock.advance(2_000);
        await nextTurn();
        expect(await Promise.all([again, joined])).to.deep.equal([2, 2]);
        expect(said).to.equal(1);
        expect(await listings.again("site", nobody)).to.equal(2);
    });

    it("keeps the projects apart", async () => {
        const { clock, listings } = setUp();
        const both = Promise.all([listings.recent("site"), listings.recent("shop")]);
        await clock.advance(10);
        expect(await both).to.deep.equal([1, 2]);
    });
});
