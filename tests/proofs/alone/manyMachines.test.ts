import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { EngineEnvironment } from "../../support/engineEnvironment";

const MACHINES = 10;
const CERTIFICATES = 3;
/** The limit as documented, in a window that a test can wait for. */
const LIMITS = { uploads: 5, deletions: 5, listings: 300, windowMs: 6_000 };

describe("many machines that share the limit of one team", function () {
    this.timeout(25 * 60_000);

    let environments: readonly EngineEnvironment[] = [];
    before(async () => {
        const first = await EngineEnvironment.start({ limits: LIMITS });
        const others = await Promise.all(Array.from({ length: MACHINES - 1 }, () => first.another()));
        environments = [first, ...others];
        environments.forEach((env, machine) => {
            const project = `site-${String(machine)}`;
            first.fakeVercel.addProject({ id: `prj-${project}`, name: project, team: "team_1" });
            const origins = Array.from({ length: CERTIFICATES }, (_, at) => `https://${String(at)}.example.com`);
            env.declare({
                resources: Object.fromEntries(
                    origins.map((origin) => [origin.slice(8, 9), env.args({ project, origin })]),
                ),
            });
        });
    });
    after(async () => {
        environments.forEach((env) => {
            env.verify();
        });
        // The first one has the fake Vercel API.
        for (const env of [...environments].reverse()) {
            await env.stop();
        }
    });

    it("all come through, and nobody gives up", async () => {
        const startedMs = Date.now();
        const runs = await Promise.all(environments.map(({ project }) => project.up()));
        const [first] = environments;
        const uploads = first?.fakeVercel.requests.filter(({ operation }) => operation === "upload") ?? [];
        const refused = uploads.filter(({ status }) => status === 429);
        expect(runs.every(({ exitCode }) => exitCode === 0)).to.equal(true);
        expect(uploads.filter(({ status }) => status === 200)).to.have.lengthOf(MACHINES * CERTIFICATES);
        for (const [machine, env] of environments.entries()) {
            const entries = env.fakeVercel.certificates(`site-${String(machine)}`);
            expect(entries).to.have.lengthOf(CERTIFICATES);
        }
        const spentS = ((Date.now() - startedMs) / 1000).toFixed(0);
        process.stdout.write(
            `      ${String(MACHINES)} machines, ${String(MACHINES * CERTIFICATES)} uploads, ${String(refused.length)} refused ` +
                `for the limit, ${spentS} s\n`,
        );
    });
});
