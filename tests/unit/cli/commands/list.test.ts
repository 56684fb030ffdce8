import { expect } from "chai";
import { afterEach, beforeEach, describe, it } from "mocha";
import { mintBundle } from "../../../support/mint";
import { newToken } from "../../../support/testEnvironment";
import { FakeVercel } from "../../../vercel/fakeVercel";
import { EagerClock } from "../../vercel/clocks";
import { Terminal } from "../terminal";

describe("pulumi-vercel-client-cert list", () => {
    const token = newToken();
    let fakeVercel: FakeVercel;
    let terminal: Terminal;

    beforeEach(async () => {
        fakeVercel = await FakeVercel.start();
        fakeVercel.addTeam({ id: "team_1", slug: "my-team" });
        fakeVercel.addToken(token, { teams: ["team_1"] });
        fakeVercel.addProject({ id: "prj_1", name: "site", team: "team_1" });
        terminal = at({ VERCEL_API_TOKEN: token });
    });
    afterEach(async () => {
        terminal.dispose();
        await fakeVercel.stop();
        expect(fakeVercel.specViolations).to.deep.equal([]);
    });
    const at = (environment: Record<string, string>): Terminal =>
        new Terminal({
            environment: { VERCEL_API_URL: fakeVercel.url, ...environment },
            clock: new EagerClock(),
            secrets: { keys: [], tokens: [token] },
        });

    it("shows what is in place for every origin, and for the whole project", async () => {
        const material = await mintBundle();
        const second = fakeVercel.placeCertificate("prj_1", { origin: "https://b.example.com", ...material });
        const first = fakeVercel.placeCertificate("prj_1", { origin: "https://a.example.com:8443", ...material });
        const wide = fakeVercel.placeCertificate("prj_1", { ...material });
        const { exitCode, stdout } = await terminal.run("list", "site", "--team", "my-team");
        expect([exitCode, stdout]).to.deep.equal([
            0,
            `(project-wide)              ${wide}\nhttps://a.example.com:8443  ${first}\nhttps://b.example.com       ${second}\n`,
        ]);
        const json = await terminal.run("list", "prj_1", "--team", "team_1", "--json");
        expect(JSON.parse(json.stdout)).to.deep.equal({
            project: "prj_1",
            team: "team_1",
            certificates: [
                { origin: "*", certId: wide },
                { origin: "https://a.example.com:8443", certId: first },
                { origin: "https://b.example.com", certId: second },
            ],
        });
    });

    it("says that there is none, which is no error", async () => {
        expect(await terminal.run("list", "site", "--team", "my-team")).to.deep.equal({
            exitCode: 0,
            stdout: "There are no client certificates.\n",
            stderr: "",
        });
    });

    it("takes the token as the provider does, and names the variables where there is none", async () => {
        const other = at({ VERCEL_TOKEN: token });
        const none = at({ VERCEL_API_TOKEN: " " });
        try {
            expect((await other.run("list", "site", "--team", "my-team")).exitCode).to.equal(0);
            const { exitCode, stderr } = await none.run("list", "site");
            expect(exitCode).to.equal(3);
            expect(stderr).to.match(
                /no Vercel token in the environment variable "VERCEL_API_TOKEN" or "VERCEL_TOKEN"; set one of them/,
            );
        } finally {
            other.dispose();
            none.dispose();
        }
    });

    it("takes the token from the variable that --token-env names and from no other, and shows none given in its place", async () => {
        const other = at({ TOKEN_PROD: token });
        try {
            const prod = ["list", "site", "--team", "my-team", "--token-env"];
            expect((await other.run(...prod, "TOKEN_PROD")).exitCode).to.equal(0);
            const unset = await terminal.run(...prod, "TOKEN_PROD");
            expect(unset.exitCode).to.equal(3);
            expect(unset.stderr).to.contain(`no Vercel token in the environment variable "TOKEN_PROD"; set it`);
            const pasted = await terminal.run(...prod, token);
            expect(pasted.exitCode).to.equal(2);
            expect(pasted.stderr)
                .to.contain("--token-env: expected the name of an environment variable")
                .and.to.not.contain(token);
        } finally {
            other.dispose();
        }
    });

    it("ends with 3 and what to do where Vercel refuses, and with 2 for a name that cannot be one", async () => {
        const missing = await terminal.run("list", "missing", "--team", "my-team");
        expect(missing.exitCode).to.equal(3);
        expect(missing.stderr).to.match(/^pulumi-vercel-client-cert: Listing .*404.*Check project and team[^\n]*\n$/);
        const malformed = await terminal.run("list", "a/b");
        expect(malformed.exitCode).to.equal(2);
        expect(malformed.stderr).to.match(/expected the name or id of a project, got "a\/b"/);
    });
});
