import { expect } from "chai";
import * as fc from "fast-check";
import { after, before, describe, it } from "mocha";
import { parseArguments } from "../../provider/operations/arguments";
import { formatId, nameProblem, parseId } from "../../provider/operations/identity";
import { ClientCertificateProvider } from "../../provider/provider";
import { VercelClient } from "../../provider/vercel/client";
import { mintBundle, type CertificateBundle } from "../support/mint";
import { newToken } from "../support/testEnvironment";
import { EagerClock } from "../unit/vercel/clocks";
import { TestServer, type Reply } from "../unit/vercel/server";
import { holdsFor, runsOf } from "./support/fuzz";
import { expectOneLine } from "./support/judged";

const SCRAPS = [
    ..."/\\?#%*.:@&=+'! \t\r\n\0",
    "..",
    "%2e",
    "%2F",
    "%0A",
    "//",
    "https://",
    "/https://",
    "/*",
    "é",
    "e\u0301",
    "\u200b",
    "\u202e",
    "\u2028",
    "\uFEFF",
    "\u0085",
    "\ud800",
    "😀",
    "team_",
    "site",
    "client-cert",
];
const scraps = fc.array(fc.constantFrom(...SCRAPS), { maxLength: 6 }).map((parts) => parts.join(""));
const long = fc.tuple(fc.constantFrom("a", "é", "😀", "a.", "/"), fc.nat(3_000)).map(([unit, n]) => unit.repeat(n));
const hostile = fc.oneof(
    { weight: 4, arbitrary: scraps },
    { weight: 3, arbitrary: fc.string({ unit: "binary", maxLength: 20 }) },
    { weight: 2, arbitrary: fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }) },
    { weight: 2, arbitrary: fc.string({ unit: "grapheme-ascii", minLength: 1, maxLength: 20 }) },
    { weight: 1, arbitrary: long },
);
const hostileOrigin = fc.oneof(
    hostile.map((text) => `https://${text}`),
    hostile.map((text) => `https://x.example.com${text}`),
    fc.webUrl({ validSchemes: ["https"], withQueryParameters: true, withFragments: true }),
    hostile,
);

describe("hostile names", () => {
    let server: TestServer;
    let reply: Reply;
    before(async () => {
        reply = { status: 200, body: { clientCerts: [] } };
        server = new TestServer(() => reply);
        await server.listen();
    });
    after(async () => {
        await server.close();
    });

    const problemsOf = (names: Readonly<Record<string, string>>): readonly string[] =>
        parseArguments({ project: "site", cert: "c", key: "k", ca: "c", ...names }).problems;

    it(`are refused with one line, or go out as they are: project and team (${String(runsOf(1_000))} cases)`, async () => {
        const clock = new EagerClock();
        const client = new VercelClient({ baseUrl: server.url, clock, notify: () => undefined });
        await holdsFor(1_000, fc.record({ project: hostile, team: fc.option(hostile) }), async ({ project, team }) => {
            const names = { project, ...(team === null ? {} : { team }) };
            const problems = problemsOf(names);
            expectOneLine(problems);
            problems.forEach((problem) => expect(problem).to.match(/^(project|team): expected .*, got /));
            if (problems.length > 0) {
                return;
            }
            await client.listCertificates({ ...names, token: newToken() });
            const [path = "", query] = (server.received.splice(0)[0]?.url ?? "").split("?");
            expect(path).to.equal(`/v1/projects/${encodeURIComponent(project)}/client-cert`);
            const expected = team === null ? [] : [[team.startsWith("team_") ? "teamId" : "slug", team]];
            expect([...new URLSearchParams(query)]).to.deep.equal(expected);
        });
    });

    it(`are refused with one line, or become an origin that stays the same: origin (${String(runsOf(2_000))} cases)`, async () => {
        await holdsFor(2_000, hostileOrigin, (text) => {
            const { args, problems } = parseArguments({ project: "site", cert: "c", key: "k", ca: "c", origin: text });
            expectOneLine(problems);
            if (problems.length > 0) {
                problems.forEach((problem) => expect(problem).to.match(/^origin: expected .*, got /));
                return;
            }
            const { origin } = args;
            expect(origin).to.match(/^https:\/\/[^/?#\s\\@]+$/);
            expect(new URL(String(origin)).origin).to.equal(origin);
        });
    });

    it(`make an id that leads back to them, or none (${String(runsOf(2_000))} cases)`, async () => {
        const names = fc.record({ project: hostile, team: fc.option(hostile), origin: fc.option(hostileOrigin) });
        await holdsFor(2_000, names, ({ project, team, origin }) => {
            const { args, problems } = parseArguments({ project, cert: "c", key: "k", ca: "c", origin });
            if (problems.length > 0 || typeof args.origin === "symbol") {
                return;
            }
            // The team is not refused above: the configuration may have it, and check does not see that.
            const identity = { project, team: team ?? undefined, origin: args.origin };
            if (team !== null && nameProblem(team) !== undefined) {
                expect(() => formatId(identity)).to.throw(/^team: expected [^\n]*$/);
            } else {
                expect(parseId(formatId(identity))).to.deep.equal(identity);
            }
        });
    });

    it(`are refused with one line where they are an id that was typed by hand (${String(runsOf(1_000))} cases)`, async () => {
        const ids = fc.tuple(hostile, hostile, hostileOrigin).map((parts) => parts.join("/"));
        await holdsFor(1_000, fc.oneof(ids, hostile), (id) => {
            try {
                const identity = parseId(id);
                expect(parseId(formatId(identity))).to.deep.equal(identity);
            } catch (error) {
                const { message } = error as Error;
                expectOneLine([message]);
                expect(message).to.match(/^expected an id of the form/);
            }
        });
    });

    describe("as Vercel may return them", () => {
        let bundle: CertificateBundle;
        before(async () => {
            bundle = await mintBundle();
        });

        it(`forge no line on stderr and take no call elsewhere (${String(runsOf(100))} cases)`, async () => {
            const entry = fc.record({ id: hostile, origin: fc.oneof(hostile, fc.constant("https://x.example.com")) });
            const answers = fc.record({
                clientCerts: fc.array(entry, { maxLength: 3 }),
                certId: hostile,
                origin: hostile,
                staleCertIds: fc.array(hostile, { maxLength: 2 }),
            });
            await holdsFor(100, answers, async ({ staleCertIds, ...body }) => {
                reply = { status: 200, body };
                const lines: string[] = [];
                const provider = new ClientCertificateProvider({
                    clock: new EagerClock(),
                    environment: { VERCEL_API_URL: server.url, VERCEL_API_TOKEN: newToken() },
                    folder: ".",
                    writeLine: (line) => lines.push(line),
                });
                const { cert, key, ca } = bundle;
                const inputs = {
                    project: "site",
                    origin: "https://x.example.com",
                    cert,
                    key,
                    ca,
                    skipValidation: true,
                };
                const { certId } = body;
                const outputs = { project: "site", origin: inputs.origin, certId, staleCertIds, fingerprint: "" };
                const id = "site/https://x.example.com";
                const operations = [
                    () => provider.create(inputs),
                    () => provider.create({ ...inputs, allowOverwrite: true }),
                    () => provider.read(id, {}),
                    () => provider.diff(id, outputs, inputs),
                    () => provider.read(id, outputs),
                    () => provider.update(id, outputs, { ...inputs, allowOverwrite: true }),
                    () => provider.delete(id, outputs),
                ];
                for (const operation of operations) {
                    await operation().catch((error: unknown) => {
                        // Where several deletions failed, each has a line, and its path is encoded.
                        const several = /^(Deleting [^\n]*\n)+/;
                        expect((error as Error).message.replace(several, "")).not.to.match(/[\p{Cc}\u2028\u2029]/u);
                    });
                }
                expectOneLine(lines);
                const known = [...body.clientCerts.map((one) => one.id), certId, ...staleCertIds].filter(isEncodable);
                const base = "/v1/projects/site/client-cert";
                const paths = [base, ...known.map((one) => `${base}/${encodeURIComponent(one)}`)];
                server.received.splice(0).forEach(({ url }) => expect(paths).to.include(url));
            });
        });
    });
});

function isEncodable(text: string): boolean {
    return !/\p{Cs}/u.test(text);
}
