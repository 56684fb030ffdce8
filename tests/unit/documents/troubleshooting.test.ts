import { expect } from "chai";
import { before, describe, it } from "mocha";
import { compileFunction } from "node:vm";
import { judgeKeyMatch } from "../../../provider/certificates/checks/keyMatch";
import { readPrivateKey, readCertificateSet } from "../../../provider/certificates/certificates";
import { readKeyText } from "../../../provider/operations/keySource";
import { VercelClient } from "../../../provider/vercel/client";
import { keyContext } from "../../support/keyContext";
import { MarkdownFile, readText } from "../../support/markdown";
import { HOLE, isPartOf } from "../../support/messages";
import { mintBundle } from "../../support/mint";
import { PROVIDER_TEXT } from "../../support/providerHost";
import { newToken } from "../../support/testEnvironment";
import { providerSources, readMessages } from "../../tools/generate/messages";
import { EagerClock } from "../vercel/clocks";
import { TestServer, type Reply } from "../vercel/server";

/** What stands before a message, as the argument that it is about. */
const ARGUMENT = /^(?:cert|key|ca): /;

async function listAt(baseUrl: string): Promise<string> {
    const client = new VercelClient({ baseUrl, clock: new EagerClock(), notify: () => undefined });
    return await client.listCertificates({ project: "site", token: newToken() }).then(
        () => expect.fail("expected a failure"),
        (error: unknown) => String(error),
    );
}

/** Messages of which a part comes from Vercel, the network or the file system, as they come out. */
async function messagesOfRuns(): Promise<readonly string[]> {
    const replies: readonly Reply[] = [
        { status: 403, body: { error: { code: "forbidden", message: "Not authorized" } } },
        { status: 404, body: { error: { code: "not_found", message: "Project not found" } } },
    ];
    const server = new TestServer((_, index) => replies[index] ?? { status: 500 });
    await server.listen();
    const answered = [await listAt(server.url), await listAt(server.url)];
    const { url } = server;
    await server.close();
    const host = keyContext(__dirname);
    const keys = [
        await readKeyText({ kind: "environment", variable: "CLIENT_KEY" }, host),
        await readKeyText({ kind: "file", file: "missing.key" }, host),
    ].map((read) => ("problem" in read ? `key: ${read.problem}` : ""));
    return [...answered, await listAt(url), ...keys, await keyOfAnother(), notInstalled()];
}

async function keyOfAnother(): Promise<string> {
    const [bundle, other] = [await mintBundle(), await mintBundle()];
    const { value: material } = readCertificateSet(bundle);
    const { value: key } = readPrivateKey(other.key);
    const findings = material === undefined || key === undefined ? [] : judgeKeyMatch(material, key);
    return findings.map(({ argument, message }) => `${argument}: ${message}`).join("\n");
}

/** What the text in the state says where the package is not installed. */
function notInstalled(): string {
    const exported: { handler?: () => unknown } = {};
    const resolve = (): never => {
        throw new Error("Cannot find module");
    };
    const required = Object.assign(() => undefined, { main: module, resolve });
    compileFunction(PROVIDER_TEXT, ["exports", "require"])(exported, required);
    try {
        exported.handler?.();
    } catch (error) {
        return String(error);
    }
    return expect.fail("expected the text to find nothing");
}

describe("docs/guides/troubleshooting.md", () => {
    const written = readMessages(providerSources()).messages.map(({ text }) => text);
    let run: readonly string[] = [];
    before(async () => {
        run = await messagesOfRuns();
    });

    const headings = new MarkdownFile("docs/guides/troubleshooting.md")
        .section("Troubleshooting")
        .flatMap((line) => /^## `(.*)`$/.exec(line)?.slice(1) ?? []);

    it("is looked up by messages", () => {
        expect(headings.length).to.be.greaterThan(10);
    });

    for (const heading of headings) {
        it(`has a message that the package says: ${heading}`, () => {
            const isSaid =
                run.some((message) => isPartOf(heading, message)) ||
                written.some((message) => isPartOf(heading.replace(ARGUMENT, ""), message));
            expect(isSaid).to.equal(true);
        });
    }

    it("the README shows of a mistake what the package says of it", () => {
        const [shown = ""] = /key: is the key .*\[key-mismatch\]/.exec(readText("README.md")) ?? [];
        const withoutSerial = (message: string): string =>
            message.replace(/"[^"]*"|\b[0-9A-F]{10,}\b|\(ec, \w+\)/g, HOLE);
        expect(run.map(withoutSerial)).to.include(withoutSerial(shown));
    });
});
