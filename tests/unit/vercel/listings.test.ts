import { expect } from "chai";
import { describe, it } from "mocha";
import { SharedListings } from "../../../provider/vercel/listings";
import { failureOf } from "../../support/world";
import { ManualClock, nextTurn } from "./clocks";

/** With a server whose answer is the number of the request, so that a test sees which request an answer came from. */
function setUp(): {
    readonly clock: ManualClock;
    readonly listings: SharedListings<number, string>;
    readonly request: () => Promise<number>;
    readonly sent: () => number;
} {
    const clock = new ManualClock();
    let sent = 0;
    const request = (): Promise<number> => Promise.resolve((sent += 1));
    return { clock, listings: new SharedListings<number, string>(clock), request, sent: () => sent };
}

/** Work that ends when the test says so. */
function pendingWork(): { readonly work: () => Promise<void>; readonly end: () => void } {
    let end: () => void = () => undefined;
    const done = new Promise<void>((resolve) => {
        end = resolve;
    });
    return { work: () => done, end: () => end() };
}

/** A request whose answer comes when the test says so. */
function slowRequest(): { readonly slow: () => Promise<number>; readonly answer: (listing: number) => void } {
    let resolve: (listing: number) => void = () => undefined;
    const answered = new Promise<number>((settle) => (resolve = settle));
    return { slow: () => answered, answer: (listing) => resolve(listing) };
}

describe("vercel/listings", () => {
    it("waits for those who are about to ask for the same, and sends one request for all", async () => {
        const { clock, listings, request, sent } = setUp();
        const upload = pendingWork();
        const late = listings.ahead("site", upload.work).then(() => listings.fresh("site", request));
        const early = listings.fresh("site", request);
        await clock.advance(100);
        expect(sent()).to.equal(0);
        upload.end();
        await nextTurn();
        await clock.advance(10);
        expect(await Promise.all([early, late])).to.deep.equal([1, 1]);
    });

    it("waits for nobody of another project", async () => {
        const { clock, listings, request } = setUp();
        const upload = pendingWork();
        const other = listings.ahead("other", upload.work);
        const listing = listings.fresh("site", request);
        await clock.advance(5);
        expect(await listing).to.equal(1);
        upload.end();
        await other;
    });

    it("does not wait for work that hangs", async () => {
        const { clock, listings, request } = setUp();
        const upload = pendingWork();
        const hanging = listings.ahead("site", upload.work);
        const listing = listings.fresh("site", request);
        await clock.advance(1_000);
        expect(await listing).to.equal(1);
        upload.end();
        await hanging;
    });

    it("waits no longer for work that failed", async () => {
        const { clock, listings, request } = setUp();
        await failureOf(listings.ahead("site", () => Promise.reject(new Error("refused"))));
        const listing = listings.fresh("site", request);
        await clock.advance(5);
        expect(await listing).to.equal(1);
    });

    it("gives those who only look one answer, for half a minute at most", async () => {
        const { clock, listings, request } = setUp();
        const first = listings.recent("site", request);
        await clock.advance(20_000);
        const second = listings.recent("site", request);
        await clock.advance(10_000);
        const third = listings.recent("site", request);
        await clock.advance(5);
        expect(await Promise.all([first, second, third])).to.deep.equal([1, 1, 2]);
    });

    it("gives nobody who confirms a write an answer from before", async () => {
        const { clock, listings, request } = setUp();
        const look = listings.recent("site", request);
        await clock.advance(5);
        const confirmation = listings.fresh("site", request);
        await clock.advance(5);
        expect(await Promise.all([look, confirmation])).to.deep.equal([1, 2]);
    });

    it("lets nobody look at what was listed before a write", async () => {
        const { clock, listings, request } = setUp();
        const before = listings.recent("site", request);
        await clock.advance(5);
        listings.note("write");
        const after = listings.recent("site", request);
        await clock.advance(5);
        expect(await Promise.all([before, after])).to.deep.equal([1, 2]);
    });

    it("keeps no failure for those who look later", async () => {
        const { clock, listings, request } = setUp();
        const refused = failureOf(listings.recent("site", () => Promise.reject(new Error("refused"))));
        await clock.advance(5);
        expect((await refused).message).to.equal("refused");
        const later = listings.recent("site", request);
        await clock.advance(5);
        expect(await later).to.equal(1);
    });

    it("is not older than what was written for the same, where somebody is about to write", async () => {
        const { clock, listings, request } = setUp();
        const concernsMine = (write: string): boolean => write === "mine";
        const before = async (): Promise<number> => {
            const listing = listings.beforeWrite("site", concernsMine, request);
            await clock.advance(5);
            return await listing;
        };
        expect(await before()).to.equal(1);
        listings.note("another's");
        expect(await before()).to.equal(1);
        listings.note("mine");
        expect(await before()).to.equal(2);
        expect(await before()).to.equal(2);
    });

    const WHILE_ON_ITS_WAY = [
        { what: "while it was on its way", meanwhile: () => Promise.resolve() },
        {
            what: "so long ago, while it was on its way, that nobody remembers",
            meanwhile: async ({ clock, listings }: ReturnType<typeof setUp>) => {
                await clock.advance(31_000);
                listings.note("late, of another");
            },
        },
    ];
    for (const { what, meanwhile } of WHILE_ON_ITS_WAY) {
        it(`is not older than what was written ${what}, where somebody is about to write`, async () => {
            const setting = setUp();
            const { clock, listings } = setting;
            const { slow, answer } = slowRequest();
            const concerns = (write: string): boolean => write === "mine";
            const first = listings.beforeWrite("site", concerns, slow);
            await clock.advance(5);
            const second = listings.beforeWrite("site", concerns, () => Promise.resolve(2));
            listings.note("mine");
            await meanwhile(setting);
            answer(1);
            expect(await first).to.equal(1);
            await nextTurn();
            await clock.advance(5);
            expect(await second).to.equal(2);
        });
    }

    it("is five seconds old at most where somebody is about to write", async () => {
        const { clock, listings, request } = setUp();
        const first = listings.beforeWrite("site", () => false, request);
        await clock.advance(4_999);
        const second = listings.beforeWrite("site", () => false, request);
        await clock.advance(1);
        const third = listings.beforeWrite("site", () => false, request);
        await clock.advance(5);
        expect(await Promise.all([first, second, third])).to.deep.equal([1, 1, 2]);
    });

    it("remembers a write for as long as a listing from before it may be used", async () => {
        const { clock, listings, request } = setUp();
        const first = listings.recent("site", request);
        await clock.advance(1);
        listings.note("write");
        await clock.advance(28_000);
        listings.note("a much later write");
        const second = listings.recent("site", request);
        await clock.advance(5);
        expect(await Promise.all([first, second])).to.deep.equal([1, 2]);
    });

    it("confirms at once for who is alone, and once for all that come soon after each other", async () => {
        const { clock, listings, request, sent } = setUp();
        const alone = listings.confirming("site", request);
        await clock.advance(5);
        expect(await alone).to.equal(1);
        const confirmed: Promise<number>[] = [];
        for (let count = 0; count < 4; count += 1) {
            confirmed.push(listings.confirming("site", request));
            await clock.advance(40);
        }
        expect(sent()).to.equal(1);
        await clock.advance(20);
        expect(await Promise.all(confirmed)).to.deep.equal([2, 2, 2, 2]);
    });

    it("keeps nobody waiting for company for longer than a quarter of a second", async () => {
        const { clock, listings, request, sent } = setUp();
        void listings.confirming("site", request);
        await clock.advance(5);
        for (let ms = 0; ms < 250; ms += 25) {
            void listings.confirming("site", request);
            await clock.advance(25);
        }
        expect(sent()).to.equal(2);
    });

    it("confirms at once where nobody has confirmed for a second", async () => {
        const { clock, listings, request, sent } = setUp();
        void listings.confirming("site", request);
        await clock.advance(1_005);
        void listings.confirming("site", request);
        await clock.advance(5);
        expect(sent()).to.equal(2);
    });
});
