import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { after, before, beforeEach, describe, it } from "mocha";
import { logWarnings } from "../../../provider/resource/logWarnings";

const DAY_MS = 86_400_000;
const daysFromNow = (days: number): string => new Date(Date.now() + days * DAY_MS).toISOString();

const expiry = (overrides: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> => ({
    argument: "cert",
    subject: "CN=client",
    notBefore: daysFromNow(-80),
    notAfter: daysFromNow(10),
    warnFrom: daysFromNow(-20),
    ...overrides,
});
const REPAIRED = { code: "text-repaired", severity: "note", message: "cert: repaired [text-repaired]" };
const WEAK = { code: "weak-signature", severity: "warning", message: "ca: weak [weak-signature]" };

describe("warnings on a resource", () => {
    const said: string[] = [];
    // Where no engine listens, the SDK writes what it would log to the console.
    const { warn, log } = console;
    let declared = 0;
    before(async () => {
        const newResource = ({ name }: { name: string }): { id: string; state: object } => ({ id: name, state: {} });
        await pulumi.runtime.setMocks({ newResource, call: ({ inputs }) => inputs });
        console.warn = (line: unknown) => said.push(`warning ${String(line)}`);
        console.log = (line: unknown) => said.push(`info ${String(line)}`);
    });
    after(() => {
        Object.assign(console, { warn, log });
    });
    beforeEach(() => said.splice(0));

    const advice = async (outputs: Readonly<Record<string, unknown>>, days?: unknown): Promise<string[]> => {
        declared += 1;
        const resource = new pulumi.ComponentResource("test:index:Advised", `advised-${String(declared)}`);
        const values = Object.entries(outputs).map(([name, value]) => [name, pulumi.output(value)]);
        await logWarnings(Object.assign(resource, Object.fromEntries(values)) as pulumi.Resource, days);
        return said
            .map((line) => line.replace(/^(\w+) .*(?:\[([a-z0-9-]+)\]| (not checked yet).*)$/s, "$1 $2$3"))
            .sort();
    };

    it("is only what the clock makes due, while the certificates are in place", async () => {
        const findings = { certificates: [REPAIRED, WEAK], key: [], upload: [], at: daysFromNow(-1) };
        const expiries = [expiry(), expiry({ warnFrom: daysFromNow(1) })];
        expect(await advice({ findings, expiries })).to.deep.equal(["warning expires-soon"]);
    });

    it("is everything that this run found out: in a preview, which has no time of it yet, and in the up", async () => {
        const expected = ["info text-repaired", "warning weak-signature"];
        const found = { certificates: [REPAIRED, WEAK], key: [] };
        expect(await advice({ findings: found, expiries: [] })).to.deep.equal(expected);
        said.splice(0);
        const upload = [{ severity: "warning", message: "site/*: beside it [beside]" }];
        const written = { ...found, upload, at: daysFromNow(1) };
        expect(await advice({ findings: written, expiries: [] })).to.deep.equal([...expected, "warning beside"].sort());
    });

    it("says of a key that a preview cannot have that it is not checked yet", async () => {
        const { unknown } = pulumi as unknown as { unknown?: unknown };
        const key = unknown ?? "anything but a list";
        const findings = { certificates: [WEAK], key };
        expect(await advice({ findings, expiries: [] })).to.deep.equal([
            "warning not checked yet",
            "warning weak-signature",
        ]);
    });

    it("tells what has expired, what is not valid yet, and clocks that disagree", async () => {
        const expiries = [
            expiry({ notAfter: daysFromNow(-1) }),
            expiry({ argument: "ca", notBefore: daysFromNow(1) }),
            expiry({ notBefore: daysFromNow(1 / 1440) }),
        ];
        const expected = ["warning clock-skew", "warning expired", "warning not-yet-valid"];
        expect(await advice({ expiries })).to.deep.equal(expected);
    });

    it("goes on for states of 0.1.0, by the dates that they have and the days that the program gives", async () => {
        const dates = { subject: "CN=client", notBefore: daysFromNow(-80), notAfter: daysFromNow(10) };
        expect(await advice(dates)).to.deep.equal(["warning expires-soon"]);
        said.splice(0);
        expect(await advice(dates, 5)).to.deep.equal([]);
        expect(await advice({ ...dates, notAfter: daysFromNow(60) }, 90)).to.deep.equal(["warning expires-soon"]);
    });

    it("is nothing where there is nothing to go by, and cannot fail: a look-up, mocks, outputs that never come", async () => {
        expect(await advice({ expiries: [] })).to.deep.equal([]);
        expect(await advice({})).to.deep.equal([]);
        expect(await advice({ expiries: "text", findings: 1, subject: 5 })).to.deep.equal([]);
        expect(await advice({ expiries: [null], findings: { certificates: [null] } })).to.deep.equal([]);
        const failed = Promise.reject(new Error("the registration failed"));
        expect(await advice({ expiries: failed })).to.deep.equal([]);
    });
});
