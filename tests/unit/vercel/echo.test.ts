import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { VercelClient } from "../../../provider/vercel/client";
import { VercelError } from "../../../provider/vercel/errors";
import { ECHOES, type Echo, type EchoingReply, type Sent } from "../../support/echoCases";
import { mintBundle, type CertificateBundle } from "../../support/mint";
import { SweptOutput } from "../../support/sweptOutput";
import { newToken, ORIGIN } from "../../support/testEnvironment";
import { EagerClock } from "./clocks";
import { TestServer } from "./server";

describe("vercel/client, at a server that repeats what it was sent", function () {
    this.timeout(60_000);

    const token = newToken();
    const output = new SweptOutput();
    let bundles: Readonly<Record<Echo["keyType"], CertificateBundle>>;
    let answer: (sent: Sent) => EchoingReply;
    let key = "";
    const server = new TestServer(({ headers, body }) => {
        const seen = headers.authorization?.replace("Bearer ", "") ?? "";
        return answer({ token: seen, key, body });
    });
    before(async () => {
        await server.listen();
        bundles = {
            p256: await mintBundle({ keyType: "p256" }),
            rsa: await mintBundle({ keyType: "rsa" }),
            ed25519: await mintBundle({ keyType: "ed25519" }),
        };
    });
    after(async () => {
        await server.close();
        const keys = Object.values(bundles).map((bundle) => bundle.key);
        const swept = output.verify({ keys, tokens: [token] });
        output.verifyNoFragment(keys);
        console.log(`      ${swept}`);
    });

    for (const place of new Set(ECHOES.map((echo) => echo.place))) {
        it(`shows nothing of an upload that comes back in ${place}`, async () => {
            for (const { form, status, keyType, reply } of ECHOES.filter((echo) => echo.place === place)) {
                const bundle = bundles[keyType];
                ({ key } = bundle);
                answer = reply;
                const lines: string[] = [];
                const client = new VercelClient({
                    baseUrl: server.url,
                    clock: new EagerClock(),
                    notify: (line) => lines.push(line),
                });
                const calls = [
                    client.uploadCertificate({ project: "site", token }, { ...bundle, origin: ORIGIN }, "site"),
                    // These send no key, so that there is none to come back.
                    ...(/key|body/.test(form)
                        ? []
                        : [
                              client.listCertificates({ project: "site", token }),
                              client.deleteCertificate({ project: "site", token }, "c1", "site"),
                          ]),
                ];
                for (const outcome of await Promise.allSettled(calls)) {
                    if (outcome.status === "fulfilled") {
                        // Of a deletion's answer nothing is kept; an id or origin never repeats a secret.
                        expect(outcome.value, `${keyType}, ${form}, ${String(status)}`).to.equal(undefined);
                        continue;
                    }
                    expect(outcome.reason, `${keyType}, ${form}, ${String(status)}`).to.be.instanceOf(VercelError);
                    output.addError(outcome.reason);
                }
                output.add(lines.join("\n"));
            }
        });
    }
});
