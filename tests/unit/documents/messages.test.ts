import { expect } from "chai";
import { describe, it } from "mocha";
import { readText } from "../../support/markdown";
import { providerSources, readMessages, renderMessages } from "../../tools/generate/messages";

/** Calls that pass on a message that another call has made. One that is new here has to be looked at. */
const PASSING: readonly string[] = [
    "certificates/chain/order.ts: finding",
    "certificates/checks/rules.ts: finding",
    "cli/commandLine.ts: process.writeError",
    "cli/commandLine.ts: process.ask",
    "cli/commands/doctor/doctor.ts: host.writeError",
    "cli/commands/import.ts: host.writeError",
    "cli/commands/import.ts: host.writeError",
    "cli/commands/probe.ts: host.writeError",
    "cli/files.ts: CommandError",
    "cli/vercelClient.ts: host.writeError",
    "operations/arguments.ts: argumentProblem",
    "operations/arguments.ts: report",
    "operations/arguments.ts: Error",
    "operations/certificateBundle.ts: OperationError",
    "operations/certificateBundle.ts: context.notify",
    "operations/certificateBundle.ts: OperationError",
    "operations/certificateBundle.ts: OperationError",
    "operations/check.ts: context.notify",
    "operations/delete.ts: OperationError",
    "operations/failures.ts: PartialFailure",
    "operations/failures.ts: OperationError",
    "operations/failures.ts: OperationError",
    "operations/update.ts: PartialFailure",
    "plugin/service.ts: say",
    "plugin/service.ts: speak",
    "plugin/service.ts: say",
    "plugin/service.ts: speak",
    "probe/originProbe.ts: report",
    "probe/originProbe.ts: report",
    "provider.ts: this.#notify",
    "provider.ts: this.#notify",
    "provider.ts: this.#notify",
    "provider.ts: this.#host.writeLine",
    "resource/logWarnings.ts: pulumi.log.info",
    "resource/logWarnings.ts: pulumi.log.warn",
    "vercel/rateLimit.ts: this.#say",
];

describe("docs/reference/messages.md", () => {
    const read = readMessages(providerSources());

    it("is what npm run generate:messages writes today", () => {
        expect(readText("docs/reference/messages.md")).to.equal(renderMessages(read));
    });

    it("knows the text of every call that makes a message, but for those that pass one on", () => {
        expect(read.passing).to.deep.equal(PASSING);
    });

    it("has texts of every kind, and of every part of the package", () => {
        const texts = read.messages.map(({ kind, text }) => `${kind}: ${text}`);
        expect(texts).to.include.members([
            "error: VERCEL_API_URL: expected https://host[:port][/path], or http:// on loopback, got …",
            'warning: cert: holds … (issuer "…", serial …), which the path to the root does not need; leave it out of cert [certificate-unneeded]',
            "note: cert: was put in order: the leaf first, each followed by its issuer; nothing to do [order-repaired]",
            "question: Go on? Type yes: ",
            "part: a variable that nobody expanded",
            "error: npm package pulumi-vercel-client-cert not found from …: install it there; refresh and destroy need it too",
        ]);
        expect(texts.some((text) => /^progress: .*waiting … s/.test(text))).to.equal(true);
    });

    it("says of values only what was expected and what came instead", () => {
        const said = read.messages.filter(({ text }) => /\bexpected\b(?! to| from)/.test(text)).map(({ text }) => text);
        expect(said.filter((text) => !/expected .*, got /.test(text))).to.deep.equal([]);
        const codes = new Set(said.map((text) => / \[([a-z-]+)\]$/.exec(text)?.[1] ?? ""));
        expect([...codes].sort()).to.deep.equal([
            "",
            "key-identifier-mismatch",
            "no-value",
            "unexpected-fingerprint",
            "wrong-fingerprint",
            "wrong-key-source",
            "wrong-type",
        ]);
    });

    it("is one line each, and shows nothing of a PEM", () => {
        const ofCodes = read.messages.filter(({ text }) => / \[[a-z-]+\]$/.test(text));
        expect(ofCodes.length).to.be.greaterThan(80);
        expect(ofCodes.filter(({ text }) => /\n|-----BEGIN [A-Z]/.test(text))).to.deep.equal([]);
    });

    it("takes no new kind of error and no new call for nothing", () => {
        const of = (text: string): ReturnType<typeof readMessages> => readMessages({ "operations/new.ts": text });
        expect(() => of("throw new StrangeError('the text of it');")).to.throw(
            "operations/new.ts:1: messageCalls.ts does",
        );
        expect(() => of("class Strange extends OperationError {}")).to.throw("of Strange is");
        expect(of("context.notify(build(1));").passing).to.deep.equal(["operations/new.ts: context.notify"]);
        expect(of('context.notify(`${label}: gone, ${"for"} good`);').messages).to.deep.equal([
            { kind: "warning", text: "…: gone, for good", file: "operations/new.ts" },
        ]);
        expect(of('shout("a sentence in another way");').messages).to.deep.equal([
            { kind: "part", text: "a sentence in another way", file: "operations/new.ts" },
        ]);
    });
});
