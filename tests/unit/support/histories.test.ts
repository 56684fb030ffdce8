import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";
import { answerCalls } from "../../support/histories/inProcess";

describe("the histories' own answers to calls", () => {
    const { MOCHA_WORKER_ID: workerId } = process.env;
    beforeEach(() => {
        process.env["MOCHA_WORKER_ID"] = "0";
    });
    afterEach(() => {
        if (workerId === undefined) {
            delete process.env["MOCHA_WORKER_ID"];
        } else {
            process.env["MOCHA_WORKER_ID"] = workerId;
        }
    });

    it("are refused where other tests, which need real ones, run in the same process", () => {
        expect(() => {
            answerCalls(() => Promise.resolve("reset"));
        }).to.throw("folder `alone`");
    });
});
