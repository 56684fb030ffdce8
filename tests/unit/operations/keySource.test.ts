import { expect } from "chai";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "mocha";
import { readKeyText, type KeyText } from "../../../provider/operations/keySource";
import { keyContext } from "../../support/keyContext";

const LARGEST_BYTES = 64 * 1024;

describe("operations/keySource", () => {
    let folder: string;
    before(async () => {
        folder = await mkdtemp(join(tmpdir(), "key-source-"));
    });
    after(async () => {
        await rm(folder, { recursive: true });
    });

    const read = (file: string): Promise<KeyText> => readKeyText({ kind: "file", file }, keyContext(folder));

    it("reads a key file up to the largest size, and not one byte more", async () => {
        await writeFile(join(folder, "largest"), Buffer.alloc(LARGEST_BYTES, "k"));
        await writeFile(join(folder, "larger"), Buffer.alloc(LARGEST_BYTES + 1, "k"));
        expect(await read("largest")).to.deep.equal({ text: Buffer.alloc(LARGEST_BYTES, "k") });
        expect(await read("larger"))
            .to.have.property("problem")
            .that.matches(
                /^the private key in the file "larger", .* has more than 65536 bytes, as no key has; .*\[key-too-large\]$/,
            );
    });

    it("stops reading a file that states no size and has no end: the system's own ones have none", async function () {
        if (process.platform !== "linux") {
            this.skip();
        }
        expect(await read("/proc/self/pagemap")).to.have.any.keys("problem", "unavailable");
    });

    it("does not repeat a key that stands where its path or its variable is expected", async () => {
        const body = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgx1Yz";
        const missing = await readKeyText({ kind: "environment", variable: body }, keyContext(folder));
        for (const answer of [await read(body), missing]) {
            expect(JSON.stringify(answer)).to.contain("[base64]").and.not.to.contain(body.slice(0, 24));
        }
        expect(JSON.stringify(await read("Users/anna/Project2/certs/client.key"))).to.contain("Project2/certs/client");
    });
});
