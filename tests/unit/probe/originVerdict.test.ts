import { expect } from "chai";
import { describe, it } from "mocha";
import type { Attempt } from "../../../provider/probe/connection";
import type { Ending } from "../../../provider/probe/ending";
import { conclude, type Verdict } from "../../../provider/probe/originVerdict";

const answered = (status: number): Ending => ({ kind: "answered", status, fault: undefined });
const refused: Ending = { kind: "refused", alert: undefined };
const silent: Ending = { kind: "silent" };

function verdictOf(without: Ending, presented: Ending, asked: boolean | undefined = true): Verdict {
    const attempt = (ending: Ending): Attempt => ({
        ending,
        handshake: { version: "TLSv1.3", asked, authorities: undefined },
    });
    return conclude(attempt(without), attempt(presented));
}

describe("the verdict of a probe", () => {
    it("is never a rejection by an answer that a client without a certificate gets as well", () => {
        expect(verdictOf(answered(403), answered(403))).to.equal("undecided");
        expect(verdictOf(answered(401), answered(403))).to.equal("undecided");
        expect(verdictOf(answered(404), answered(404))).to.equal("not-enforced");
    });

    it("takes a certificate for accepted where it leads further than none, whatever the page then says", () => {
        expect(verdictOf(refused, answered(200))).to.equal("accepted");
        expect(verdictOf(refused, answered(401))).to.equal("accepted");
        expect(verdictOf(answered(403), answered(404))).to.equal("accepted");
    });

    it("sees a certificate that is asked for only after the path is known", () => {
        expect(verdictOf(answered(403), answered(200), false)).to.equal("accepted");
        expect(verdictOf(answered(403), answered(200), undefined)).to.equal("accepted");
    });

    it("does not call an origin that does not ask one that enforces, nor a rejecting one", () => {
        expect(verdictOf(answered(200), answered(200), false)).to.equal("not-asked");
        expect(verdictOf(answered(403), answered(403), false)).to.equal("not-asked");
        expect(verdictOf(refused, refused, false)).to.equal("not-asked");
    });

    it("sees an origin that takes strangers, but not this certificate", () => {
        expect(verdictOf(answered(200), refused)).to.equal("rejected");
        expect(verdictOf(answered(200), answered(403))).to.equal("rejected");
    });

    it("sees nginx refuse inside HTTP, whose status is the same with and without a certificate", () => {
        const fault = (kind: "missing" | "refused"): Ending => ({ kind: "answered", status: 400, fault: kind });
        expect(verdictOf(fault("missing"), fault("refused"))).to.equal("rejected");
        expect(verdictOf(fault("missing"), answered(200))).to.equal("accepted");
    });

    it("stays open where an origin does not answer in time", () => {
        expect(verdictOf(silent, answered(200))).to.equal("undecided");
        expect(verdictOf(refused, silent)).to.equal("undecided");
        expect(verdictOf(silent, silent)).to.equal("undecided");
    });

    it("stays open where it could not be seen whether a certificate was asked for", () => {
        expect(verdictOf(answered(403), answered(403), undefined)).to.equal("undecided");
    });

    it("names a server that cannot be reached or trusted before anything else", () => {
        expect(verdictOf(refused, { kind: "untrusted", reason: "CODE" })).to.equal("untrusted");
        expect(verdictOf(refused, { kind: "unreachable", reason: "CODE" })).to.equal("unreachable");
    });
});
