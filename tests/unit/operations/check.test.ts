import { expect } from "chai";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { UNKNOWN_VALUE } from "../../../provider/operations/arguments";
import { mintTriple } from "../../support/mint";
import { World } from "../../support/world";

describe("check", () => {
    let world: World;
    let folder: string;
    before(async () => {
        folder = await mkdtemp(join(tmpdir(), "check-"));
        world = await World.start({ folder });
    });
    after(async () => {
        world.verify();
        expect(world.standIn.requests).to.deep.equal([]);
        await world.stop();
        await rm(folder, { recursive: true });
    });

    const reasons = async (overrides: Record<string, unknown>, olds = {}): Promise<string[]> => {
        const { failures } = await world.provider.check(olds, world.inputs(overrides));
        failures.forEach(({ property }) => expect(property).to.equal(""));
        return failures.map(({ reason }) => reason);
    };

    it("adds what a preview is to show, in place of whatever stood there", async () => {
        const inputs = await world.checked({ fingerprint: "forged" });
        expect(inputs["fingerprint"]).to.match(/^v1:[0-9a-f]{64}$/);
        expect(inputs["certFingerprint"]).to.match(/^[0-9a-f]{64}$/);
        expect(Date.parse(String(inputs["notAfter"]))).to.be.greaterThan(Date.now());
    });

    it("reports every problem at once, each with what was expected", async () => {
        const found = await reasons({
            project: "a/b",
            team: 7,
            origin: "http://x.example.com",
            cert: undefined,
            key: { file: "a", env: "b" },
            ca: ["x"],
            skipValidation: "yes",
            skipvalidation: true,
        });
        expect(found).to.have.lengthOf(8);
        for (const name of ["project", "team", "origin", "cert", "key", "ca", "skipValidation", `"skipvalidation"`]) {
            expect(found.filter((reason) => reason.startsWith(`${name}: expected `))).to.have.lengthOf(1, name);
        }
    });

    it("does not repeat what stands where a secret may stand", async () => {
        const { key } = world.triple;
        for (const overrides of [
            { project: { key } },
            { key: [key] },
            { key: { file: key } },
            { key: { env: key } },
            { ca: key },
        ]) {
            const found = await reasons(overrides);
            expect(found).to.not.deep.equal([]);
            world.verify(found);
        }
        expect((await reasons({ origin: "https://user:hunter22@x.example.com/" })).join()).to.not.contain("hunter22");
    });

    it("refuses an asset as key and points to { file }", async () => {
        const asset = { "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17", path: "client.key" };
        expect(await reasons({ key: asset })).to.deep.equal([
            `key: expected the private key as PEM text, { file: "path" } or { env: "VARIABLE" }, got an asset; ` +
                `an asset would put the key into the state in clear: use { file: "path" }`,
        ]);
    });

    it("reads the key from a file beside the program and from the environment", async () => {
        await writeFile(join(folder, "client.key"), world.triple.key);
        world.environment["CLIENT_KEY"] = world.triple.key;
        expect(await reasons({ key: { file: "client.key" } })).to.deep.equal([]);
        expect(await reasons({ key: { env: "CLIENT_KEY" } })).to.deep.equal([]);
    });

    it("says which file or variable the key was expected in", async () => {
        expect((await reasons({ key: { file: "none.key" } })).join())
            .to.contain(`"none.key"`)
            .and.to.contain("ENOENT");
        expect((await reasons({ key: { file: "." } })).join()).to.contain("no regular file");
        expect((await reasons({ key: { env: "NO_SUCH_KEY" } })).join()).to.contain(`"NO_SUCH_KEY", but it is not set`);
    });

    it("needs no key while the fingerprint is the one of the last run", async () => {
        const olds = await world.checked();
        expect(await reasons({ key: { file: "not-in-this-ci" } }, olds)).to.deep.equal([]);
    });

    it("refuses a key of another certificate", async () => {
        const other = await mintTriple();
        const found = await reasons({ key: other.key });
        expect(found).to.have.lengthOf(1);
        expect(found[0]).to.match(/^key: /);
    });

    it("refuses new material that has expired, and lets expired material in place be", async () => {
        const expired = await mintTriple({ notBefore: new Date("2020-01-01"), notAfter: new Date("2020-02-01") });
        const inputs = { cert: expired.cert, key: expired.key, ca: expired.ca };
        expect((await reasons(inputs)).join()).to.contain("2020-02-01");
        const waived = await world.checked({ ...inputs, skipValidation: true });
        expect(world.lines.join("\n")).to.contain("2020-02-01");
        expect(await reasons(inputs, waived)).to.deep.equal([]);
    });

    it("lets nothing unknown be missed: computed inputs are unknown with their source", async () => {
        for (const name of ["cert", "ca"]) {
            const inputs = await world.checked({ [name]: UNKNOWN_VALUE });
            expect(inputs["fingerprint"]).to.equal(UNKNOWN_VALUE);
            expect(inputs["certFingerprint"]).to.equal(UNKNOWN_VALUE);
            expect(inputs["notAfter"]).to.equal(UNKNOWN_VALUE);
        }
        expect((await world.checked({ key: UNKNOWN_VALUE }))["fingerprint"]).to.match(/^v1:/);
        expect(
            await reasons({ project: UNKNOWN_VALUE, origin: UNKNOWN_VALUE, key: { file: UNKNOWN_VALUE } }),
        ).to.deep.equal([]);
    });

    it("passes the inputs of an import by file unchanged", async () => {
        const bare = { __provider: "text" };
        expect(await world.provider.check({}, bare)).to.deep.equal({ inputs: bare, failures: [] });
    });
});
