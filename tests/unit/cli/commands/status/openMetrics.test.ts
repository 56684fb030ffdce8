import { expect } from "chai";
import { before, describe, it } from "mocha";
import { judgeAll } from "../../../../../provider/cli/commands/status/statusWarnings";
import { statusMetrics } from "../../../../../provider/cli/commands/status/openMetrics";
import type { ReportedStack } from "../../../../../provider/cli/commands/status/stackReport";
import { readStack } from "../../../../../provider/cli/commands/status/storedCertificate";
import { exportOf, StateMint, type CertificateOptions } from "../../../../support/exportedState";

const NOW_MS = Date.parse("2030-01-15T10:30:00Z");
const DAY_S = 86_400;
const ORIGIN = "https://a.example.com";

describe("status as OpenMetrics", () => {
    let mint: StateMint;
    before(async () => {
        mint = await StateMint.open(NOW_MS);
    });

    const metricsOf = async (
        stack: string,
        all: readonly CertificateOptions[],
        others: readonly ReportedStack[] = [],
    ): Promise<string> => {
        const resources = await Promise.all(all.map((one) => mint.certificate({ stack: "dev", ...one })));
        const { name, certificates } = readStack(stack, exportOf(resources));
        const read = { name, certificates: certificates.length, problem: undefined };
        return statusMetrics({
            nowMs: NOW_MS,
            stacks: [read, ...others],
            certificates: judgeAll(certificates, { nowMs: NOW_MS, warningDays: undefined }),
        });
    };
    /** The samples alone, without the beginning that all names have. */
    const samplesIn = (text: string): readonly string[] =>
        text
            .split("\n")
            .filter((line) => line.startsWith("vercel_"))
            .map((line) => line.replace("vercel_client_cert_", ""));

    it("has for each certificate when it is valid, when it is warned of, and whether it is in order", async () => {
        const text = await metricsOf("dev", [
            { name: "fine", origin: ORIGIN, days: [-10, 80] },
            { name: "over", days: [-60, -2] },
        ]);
        const now = NOW_MS / 1000;
        const fine = `{stack="dev",project="web",origin="${ORIGIN}",name="fine"}`;
        const over = `{stack="dev",project="web",origin="*",name="over"}`;
        expect(samplesIn(text)).to.deep.equal([
            `expiration_timestamp_seconds${over} ${String(now - 2 * DAY_S)}`,
            `expiration_timestamp_seconds${fine} ${String(now + 80 * DAY_S)}`,
            `not_before_timestamp_seconds${over} ${String(now - 60 * DAY_S)}`,
            `not_before_timestamp_seconds${fine} ${String(now - 10 * DAY_S)}`,
            `warning_timestamp_seconds${over} ${String(now - 2 * DAY_S - (58 / 3) * DAY_S)}`,
            `warning_timestamp_seconds${fine} ${String(now + 50 * DAY_S)}`,
            `in_order${over} 0`,
            `in_order${fine} 1`,
            `stack_readable{stack="dev"} 1`,
        ]);
    });

    it("is text that OpenMetrics 1.0 allows: each family once, typed, with its unit, and the end marked", async () => {
        const lines = (await metricsOf("dev", [{ name: "a" }, { name: "b", origin: ORIGIN }])).split("\n");
        expect(lines.slice(-2)).to.deep.equal(["# EOF", ""]);
        const families = lines.filter((line) => line.startsWith("# TYPE ")).map((line) => line.split(" ")[2] ?? "");
        expect(new Set(families).size).to.equal(families.length);
        for (const name of families) {
            expect(lines).to.include(`# TYPE ${name} gauge`);
            expect(lines.filter((line) => line.startsWith(`# HELP ${name} `))).to.have.lengthOf(1);
            expect(lines.includes(`# UNIT ${name} seconds`)).to.equal(name.endsWith("_seconds"));
        }
        const places = lines.map((line) => families.findIndex((name) => new RegExp(`\\b${name}\\b`).test(line)));
        expect(places.slice(0, -2)).to.deep.equal([...places.slice(0, -2)].sort((a, b) => a - b));
        const sample = /^[a-z_]+\{[a-z]+="[^"\n]*"(?:,[a-z]+="[^"\n]*")*\} [\d.]+$/;
        expect(lines.slice(0, -2).filter((line) => !line.startsWith("#") && !sample.test(line))).to.deep.equal([]);
    });

    it("escapes what names may hold, so that none of them adds a label or a line", async () => {
        const name = 'a"} 1\\';
        const samples = samplesIn(await metricsOf('s\n"}', [{ name }]));
        expect(samples).to.have.lengthOf(5);
        const labels = String.raw`stack="s \"}",project="web",origin="*",name="a\"} 1\\"`;
        expect(samples[3]).to.equal(`in_order{${labels}} 1`);
    });

    it("says of a stack that it cannot be read, and has no series of it", async () => {
        const problem = { code: "unreadable", message: "no login" } as const;
        const empty = { code: "no-certificates", message: "none" } as const;
        const others = [
            { name: "gone", certificates: 0, problem },
            { name: "empty", certificates: 0, problem: empty },
        ];
        const samples = samplesIn(await metricsOf("dev", [{ name: "a" }], others));
        expect(samples.filter((line) => line.startsWith("stack_readable"))).to.deep.equal([
            `stack_readable{stack="dev"} 1`,
            `stack_readable{stack="gone"} 0`,
            `stack_readable{stack="empty"} 1`,
        ]);
        expect(samples.filter((line) => line.includes("gone"))).to.have.lengthOf(1);
    });

    it("has each set of labels once, with the worst of what they stand for, but no dates of what is to go", async () => {
        const samples = samplesIn(
            await metricsOf("dev", [
                { name: "a", days: [-10, 80] },
                { name: "a", days: [-90, 1], resource: { delete: true } },
                { name: "b", days: [-10, 80], resource: { urn: "urn:pulumi:dev::web::x:y:Z$t::b" } },
                { name: "b", days: [-10, 70] },
            ]),
        );
        const end = (days: number): string => String(NOW_MS / 1000 + days * DAY_S);
        const ofName = (name: string, family: string): readonly string[] =>
            samples.filter((line) => line.startsWith(family) && line.includes(`name="${name}"`));
        expect(ofName("a", "expiration").map((line) => line.split(" ")[1])).to.deep.equal([end(80)]);
        expect(ofName("a", "in_order").map((line) => line.split(" ")[1])).to.deep.equal(["0"]);
        expect(ofName("b", "expiration").map((line) => line.split(" ")[1])).to.deep.equal([end(70)]);
    });

    it("leaves out what is not known, as of a certificate that is only looked up", async () => {
        const nothing = { fingerprint: "", certFingerprint: "", notBefore: "", notAfter: "", expiries: [] };
        const lookedUp = { name: "a", resource: { external: true }, inputs: { notAfter: "" }, outputs: nothing };
        const samples = samplesIn(await metricsOf("dev", [lookedUp]));
        expect(samples.map((line) => line.split("{")[0])).to.deep.equal(["in_order", "stack_readable"]);
    });
});
