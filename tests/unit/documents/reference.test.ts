import { expect } from "chai";
import { readFileSync } from "node:fs";
import { describe, it } from "mocha";
import { Declarations } from "../../support/declarations";
import { RESOURCE_PAGE, renderResource } from "../../tools/generate/resource";

const args = new Declarations("provider/resource/projectClientCert.ts").ofInterface("ProjectClientCertArgs");

describe("docs/reference/resource.md", () => {
    it("is what npm run generate:resource writes today, so that it says what the doc comments say", () => {
        expect(readFileSync(RESOURCE_PAGE, "utf8")).to.equal(renderResource());
    });

    it("names the default of every flag", () => {
        const flags = args.filter(({ types }) => types.includes("boolean"));
        expect(flags).to.not.deep.equal([]);
        expect(flags.filter(({ comment }) => !/Default:? `(?:true|false)`/.test(comment))).to.deep.equal([]);
    });

    it("says of each argument whether it is secret", () => {
        const silent = args.filter(({ comment }) => !/\b(?:not )?secret\b/i.test(comment)).map(({ name }) => name);
        expect(silent).to.deep.equal([]);
    });
});
