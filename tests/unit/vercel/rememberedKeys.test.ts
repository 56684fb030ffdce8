import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { VercelClient } from "../../../provider/vercel/client";
import { VercelError } from "../../../provider/vercel/errors";
import { PLACES, type EchoingReply } from "../../support/echoCases";
import { mintBundle, type CertificateBundle } from "../../support/mint";
import { SweptOutput } from "../../support/sweptOutput";
import { newToken, ORIGIN } from "../../support/testEnvironment";
import { EagerClock } from "./clocks";
import { TestServer } from "./server";

describe("vercel/client, at a server that remembers what it was sent", function () {
    this.timeout(60_000);

    const token = newToken();
    const output = new SweptOutput();
    const bundles: CertificateBundle[] = [];
    let answer: () => EchoingReply;
    const server = new TestServer(() => answer());
    before(async () => {
        await server.listen();
    });
    after(async () => {
        await server.close();
        const keys = bundles.map((bundle) => bundle.key);
        console.log(`      ${output.verify({ keys, tokens: [token] })}`);
        output.verifyNoFragment(keys);
    });

    /** What a server that kept the key of an upload may make of it later, in an error or in a name. */
    const LATER: Readonly<Record<string, (key: string) => string>> = {
        "the list of the PEM's bytes": (pem) => JSON.stringify(Buffer.from(pem)),
        "the list of the DER's bytes": (pem) => derOf(pem).toJSON().data.join(", "),
        "hexadecimal with colons": (pem) => (derOf(pem).toString("hex").match(/../g) ?? []).join(":"),
        "hexadecimal of C": (pem) =>
            (derOf(pem).toString("hex").match(/../g) ?? []).map((byte) => `0x${byte}`).join(", "),
        "a hexadecimal dump": (pem) =>
            (
                derOf(pem)
                    .toString("hex")
                    .match(/.{1,32}/g) ?? []
            )
                .map((line, at) => `${String(at)}0: ${line}`)
                .join("\n"),
        "the base64 in other case": (pem) => inOtherCase(bodyOf(pem)),
        "base64 in a sentence": (pem) => `bad key <${bodyOf(pem).slice(30, 90)}>`,
        "base64 for URLs": (pem) => derOf(pem).toString("base64url"),
        "base64 of something with the DER in it": (pem) =>
            Buffer.concat([Buffer.from("x"), derOf(pem)]).toString("base64"),
        "escapes of Python": (pem) =>
            `b'${[...derOf(pem)].map((byte) => `\\x${byte.toString(16).padStart(2, "0")}`).join("")}'`,
        "a piece of the base64": (pem) => bodyOf(pem).slice(60, 80),
    };

    it("shows and takes nothing later of a key that was uploaded by any client of the process, whatever the notation", async () => {
        const bundle = await mintBundle();
        bundles.push(bundle);
        const client = new VercelClient({ baseUrl: server.url, clock: new EagerClock(), notify: () => undefined });
        const address = { project: "site", token };
        const taken = { certId: "c1", origin: ORIGIN };
        answer = () => ({ status: 200, headers: {}, body: JSON.stringify({ ...taken, updated: true }) });
        expect(await client.uploadCertificate(address, { ...bundle, origin: ORIGIN }, "site")).to.deep.equal(taken);
        for (const [form, of] of Object.entries(LATER)) {
            for (const status of [200, 400]) {
                for (const at of [
                    PLACES["the message"],
                    PLACES["the code"],
                    PLACES["headers"],
                    PLACES["certificate and origin"],
                ]) {
                    answer = () => at?.(status, of(bundle.key)) ?? { status, headers: {}, body: "" };
                    const outcome = await client.listCertificates(address).then(
                        (listed) => JSON.stringify(listed),
                        (error: unknown) => error,
                    );
                    // An entry of a list that holds a piece of the key is one that cannot be read.
                    const isUnread = outcome === `[{"certId":"","origin":""}]`;
                    expect(isUnread || outcome instanceof VercelError, `${form}, ${String(status)}`).to.equal(true);
                    expect(String(outcome), form).not.to.match(/\d+, ?\d+, ?\d+|(?:[0-9a-f]{2}[:, x\\]+){4}/i);
                    expect(lettersOf(String(outcome)), form).not.to.contain(lettersOf(of(bundle.key)).slice(-14));
                    output.addError(outcome);
                }
            }
        }
    });

    it("reads ids and origins that merely look like it: fingerprints, UUIDs, and names with a short token in them", async () => {
        const client = new VercelClient({ baseUrl: server.url, clock: new EagerClock(), notify: () => undefined });
        const listed = [
            { certId: "0123456789abcdef".repeat(4), origin: "https://north.example.com" },
            { certId: "7d444840-9dc0-11d1-b245-5ffdce74fad2", origin: "*" },
        ];
        const clientCerts = listed.map(({ certId, origin }) => ({ id: certId, origin }));
        answer = () => ({ status: 200, headers: {}, body: JSON.stringify({ clientCerts }) });
        expect(await client.listCertificates({ project: "site", token: "north" })).to.deep.equal(listed);
    });

    it("takes milliseconds for an answer of nothing but backslashes, and keeps the id of an upload that was accepted", async () => {
        const client = new VercelClient({ baseUrl: server.url, clock: new EagerClock(), notify: () => undefined });
        const address = { project: "site", token };
        const bundle = await mintBundle();
        bundles.push(bundle);
        const padding = "\\".repeat(2_000_000);
        const startedMs = performance.now();
        answer = () => ({ status: 200, headers: {}, body: JSON.stringify({ certId: "c1", origin: ORIGIN, padding }) });
        expect(await client.uploadCertificate(address, { ...bundle, origin: ORIGIN }, "site")).to.include({
            certId: "c1",
        });
        for (const status of [400, 404]) {
            answer = () => ({
                status,
                headers: {},
                body: JSON.stringify({ error: { code: padding, message: padding } }),
            });
            await client.listCertificates(address).then(
                () => expect.fail("expected a failure"),
                (error: unknown) => {
                    output.addError(error);
                },
            );
        }
        // Minutes, where the work grows with the square of the length.
        expect(performance.now() - startedMs).to.be.lessThan(5_000);
    });
});

const bodyOf = (pem: string): string => pem.replace(/-----[^-]+-----|\s/g, "");
const derOf = (pem: string): Buffer => Buffer.from(bodyOf(pem), "base64");
const lettersOf = (text: string): string => text.replace(/[^A-Za-z0-9]/g, "");

function inOtherCase(text: string): string {
    return [...text]
        .map((letter) => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase()))
        .join("");
}
