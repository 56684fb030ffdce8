import { expect } from "chai";
import * as net from "node:net";
import { afterEach, beforeEach, describe, it } from "mocha";
import { UNKNOWN_VALUE } from "../../../provider/operations/arguments";
import { TestEnvironment } from "../../support/testEnvironment";
import { close, listen, portOf } from "../probe/servers";

describe("the argument probe", () => {
    let env: TestEnvironment;
    beforeEach(async () => {
        env = await TestEnvironment.start();
    });
    afterEach(async () => {
        env.verify();
        await env.stop();
    });

    const reasons = async (overrides: Record<string, unknown>): Promise<string[]> =>
        (await env.provider.check({}, env.inputs(overrides))).failures.map(({ reason }) => reason);

    it("is refused for a project-wide certificate, and where it is not true or false", async () => {
        expect(await reasons({ probe: true, origin: undefined })).to.deep.equal([
            "probe: there is no origin to ask; give origin, or leave probe out [probe-without-origin]",
        ]);
        expect(await reasons({ probe: "yes" })).to.deep.equal([
            'probe: expected true or false, got the text "yes"; give a value of the expected type [wrong-type]',
        ]);
        for (const overrides of [
            { probe: false, origin: undefined },
            { probe: true, origin: UNKNOWN_VALUE },
            { probe: UNKNOWN_VALUE, origin: undefined },
        ]) {
            expect(await reasons(overrides)).to.deep.equal([]);
        }
    });

    it("connects to nothing in check and diff, and for material that is in place", async () => {
        let connections = 0;
        const server = net.createServer((socket) => {
            connections += 1;
            socket.destroy();
        });
        await listen(server);
        const origin = `https://localhost:${String(portOf(server))}`;
        try {
            const { id, outs } = await env.create({ origin });
            const inputs = await env.checked({ origin, probe: true });
            expect((await env.provider.diff(id, outs, inputs)).changes).to.equal(false);
            await env.provider.update(id, outs, inputs);
            expect(connections).to.equal(0);
            const { certPem, keyPem } = await env.bundle.authority.issue();
            await env.checked({ origin, probe: true, cert: certPem, key: keyPem });
            expect(connections).to.equal(0);
        } finally {
            await close(server);
        }
    });

    it("uploads with a warning where the origin cannot be reached from here", async () => {
        const server = net.createServer();
        await listen(server);
        const origin = `https://localhost:${String(portOf(server))}`;
        await close(server);
        await env.create({ origin, probe: true });
        expect(env.fakeVercel.certificates("prj_1")).to.have.lengthOf(1);
        expect(env.lines.join("\n")).to.match(
            /^site\/https:\/\/localhost:\d+: the probe did not show that the origin accepts the certificate: no TLS server answers .*ECONNREFUSED/m,
        );
    });
});
