import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { afterEach, before, beforeEach, describe, it } from "mocha";
import { ProjectClientCert } from "../../../provider/index";
import { deferPromiseTraces } from "../../../provider/resource/traces";

const ARGS = { project: "site", cert: "cert", key: "key", ca: "ca" };

/** As in the SDK, which calls it so. */
function debuggablePromise(): { readonly trace: unknown } {
    return { trace: new Error("noted").stack };
}

describe("the traces of a program that declares a certificate", () => {
    const atFirst = Error.prepareStackTrace;
    let written: string[];
    const write = (error: Error, frames: readonly NodeJS.CallSite[]): string => {
        written.push(error.message);
        return [String(error), ...frames.map((frame) => `    at ${frame.toString()} (mapped)`)].join("\n");
    };

    before(async () => {
        const newResource = ({ name }: { name: string }): { id: string; state: object } => ({ id: name, state: {} });
        await pulumi.runtime.setMocks({ newResource, call: ({ inputs }) => inputs });
    });
    beforeEach(() => {
        written = [];
        Error.prepareStackTrace = write;
    });
    afterEach(() => {
        Error.prepareStackTrace = atFirst;
    });

    it("are written for a promise when they are read, and tell then what they told before", () => {
        const traces = deferPromiseTraces();
        const { trace } = debuggablePromise();
        traces.restore();
        expect(written).to.deep.equal([]);
        expect(String(trace)).to.match(/^Error: noted\n.*debuggablePromise.*\(mapped\)\n.*traces\.test.*\(mapped\)/);
        expect(written, "of the promise, and of the declaration").to.have.lengthOf(2);
    });

    it("are written at once for everything else", () => {
        const traces = deferPromiseTraces();
        const { stack } = new Error("thrown");
        traces.restore();
        expect(stack).to.match(/^Error: thrown\n.*traces\.test.*\(mapped\)/);
    });

    it("are not written for the outputs of a resource, nor lost for the SDK's list of what was left hanging", () => {
        const promises: { readonly _debugStackTrace: unknown }[] = [];
        const { defineProperty } = Object;
        Object.defineProperty = <T>(target: T, key: PropertyKey, given: PropertyDescriptor & ThisType<unknown>): T => {
            if (key === "_debugStackTrace") {
                promises.push({ _debugStackTrace: given.value as unknown });
            }
            return defineProperty(target, key, given);
        };
        try {
            new ProjectClientCert("traced", ARGS);
        } finally {
            Object.defineProperty = defineProperty;
        }
        // Four for each output.
        expect(promises.length).to.be.greaterThan(60);
        expect(written.length, "traces written").to.be.lessThan(5);
        expect(promises.map(({ _debugStackTrace }) => String(_debugStackTrace)).join("\n")).to.contain("traces.test");
    });

    it("are as they were after a declaration, also after one that fails", () => {
        const limit = Error.stackTraceLimit;
        new ProjectClientCert("as-before", ARGS);
        expect(Error.prepareStackTrace).to.equal(write);
        const refuse = (): never => {
            throw new Error("refused");
        };
        try {
            new ProjectClientCert("refused", ARGS, { transformations: [refuse] });
            expect.fail("expected the transformation to throw");
        } catch (error) {
            const [message, thrower, ...others] = String((error as Error).stack).split("\n");
            expect([message, thrower].join("\n")).to.match(/^Error: refused\n.*refuse.*\(mapped\)/);
            expect(others.join("\n"), "where the resource is declared").to.match(
                /new ProjectClientCert.*\n.*traces\.test.*\(mapped\)/,
            );
        }
        expect(Error.prepareStackTrace).to.equal(write);
        expect(Error.stackTraceLimit).to.equal(limit);
    });

    it("are left alone where nobody looks sources up", () => {
        Reflect.deleteProperty(Error, "prepareStackTrace");
        const traces = deferPromiseTraces();
        expect(Error.prepareStackTrace).to.equal(undefined);
        traces.restore();
        expect(Error.prepareStackTrace).to.equal(undefined);
    });
});
