import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { VercelClient } from "../../../provider/vercel/client";
import { VercelError } from "../../../provider/vercel/errors";
import { FORMS, PLACES, STATUSES, type EchoingReply, type Sent } from "../../support/echoes";
import { mintTriple, type Triple } from "../../support/mint";
import { SweptOutput } from "../../support/sweptOutput";
import { newToken, ORIGIN } from "../../support/world";
import { EagerClock } from "./clocks";
import { TestServer } from "./server";

describe("vercel/client, at a server that repeats what it was sent", function () {
    this.timeout(60_000);

    const token = newToken();
    const output = new SweptOutput();
    const triples: Triple[] = [];
    let answer: (sent: Sent) => EchoingReply;
    let key = "";
    const server = new TestServer(({ headers, body }) => {
        const seen = headers.authorization?.replace("Bearer ", "") ?? "";
        return answer({ token: seen, key, body });
    });
    before(async () => {
        await server.listen();
    });
    after(async () => {
        await server.close();
        const swept = output.verify({ keys: triples.map((triple) => triple.key), tokens: [token] });
        output.verifyNoFragment(triples.map((triple) => triple.key));
        console.log(`      ${swept}`);
    });

    for (const keyType of ["p256", "rsa", "ed25519"] as const) {
        for (const [place, at] of Object.entries(PLACES)) {
            it(`shows nothing of an upload with a key of type ${keyType} that comes back in ${place}`, async () => {
                const triple = await mintTriple({ keyType });
                triples.push(triple);
                key = triple.key;
                for (const [form, of] of Object.entries(FORMS)) {
                    for (const status of STATUSES) {
                        const lines: string[] = [];
                        answer = (sent) => at(status, of(sent));
                        const client = new VercelClient({
                            baseUrl: server.url,
                            clock: new EagerClock(),
                            notify: (line) => lines.push(line),
                        });
                        const calls = [
                            client.uploadCertificate({ project: "site", token }, { ...triple, origin: ORIGIN }, "site"),
                            // These send no key, so that there is none to come back.
                            ...(/key|body/.test(form)
                                ? []
                                : [
                                      client.listCertificates({ project: "site", token }),
                                      client.deleteCertificate({ project: "site", token }, "c1", "site"),
                                  ]),
                        ];
                        for (const outcome of await Promise.allSettled(calls)) {
                            // The base64 of a token is a name like any other to a reader of a true answer.
                            if (outcome.status === "fulfilled" && form.startsWith("the base64")) {
                                continue;
                            }
                            const error: unknown = outcome.status === "rejected" ? outcome.reason : outcome.value;
                            expect(error, `${form}, ${String(status)}`).to.be.instanceOf(VercelError);
                            output.addError(error);
                        }
                        output.add(lines.join("\n"));
                    }
                }
            });
        }
    }
});
