import * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { after, before, beforeEach, describe, it } from "mocha";
import { adviseOn, type Advised } from "../../provider/advice";
import { readPublicMaterial } from "../../provider/material/material";
import type { ProjectClientCertArgs } from "../../provider/index";
import { mintTriple, type Triple } from "../support/mint";

const DAY_MS = 86_400_000;

interface InPlace {
    readonly fingerprint: string;
    readonly uploadedAt: string;
    readonly notAfter: string;
}

describe("what the program says of its certificates", () => {
    const said: string[] = [];
    // Where no engine listens, the SDK writes what it would log to the console.
    const { warn, log } = console;
    let triple: Triple;
    let args: ProjectClientCertArgs;
    let inPlace: InPlace;
    let declared = 0;
    before(async () => {
        const newResource = ({ name }: { name: string }): { id: string; state: object } => ({ id: name, state: {} });
        await pulumi.runtime.setMocks({ newResource, call: ({ inputs }) => inputs });
        triple = await mintTriple({
            keyType: "ed25519",
            notBefore: new Date(Date.now() - 80 * DAY_MS),
            notAfter: new Date(Date.now() + 10 * DAY_MS),
        });
        const { cert, ca, key } = triple;
        args = { project: "site", cert, ca, key };
        const { fingerprint = "", notAfter = "" } = readPublicMaterial(triple).value ?? {};
        inPlace = { fingerprint, notAfter, uploadedAt: "2020-01-01T00:00:00.000Z" };
        console.warn = (line: unknown) => said.push(String(line));
        console.log = (line: unknown) => said.push(String(line));
    });
    after(() => {
        Object.assign(console, { warn, log });
    });
    beforeEach(() => said.splice(0));

    const codesOn = async (outputs: Partial<InPlace>, given: Partial<ProjectClientCertArgs>): Promise<string[]> => {
        declared += 1;
        const resource = new pulumi.ComponentResource("test:index:Advised", `advised-${String(declared)}`);
        const advised: Advised = Object.assign(resource, {
            fingerprint: pulumi.output(outputs.fingerprint ?? ""),
            notAfter: pulumi.output(outputs.notAfter ?? ""),
            uploadedAt: pulumi.output(outputs.uploadedAt ?? ""),
        });
        await new Promise<void>((resolve) => adviseOn(advised, given).apply(resolve));
        return said.map((line) => /\[([a-z0-9-]+)\]$/.exec(line)?.[1] ?? line).sort();
    };

    it("is only what time changes, while the certificates are in place", async () => {
        expect(await codesOn(inPlace, args)).to.deep.equal(["expires-soon"]);
    });

    it("is everything about certificates that this run uploads", async () => {
        const uploadedAt = new Date(Date.now() + 60_000).toISOString();
        const crlf = { ...args, cert: triple.cert.replace(/\n/g, "\r\n") };
        expect(await codesOn({ ...inPlace, uploadedAt }, crlf)).to.deep.equal([
            "expires-soon",
            "key-type-uncommon",
            "text-repaired",
        ]);
    });

    it("is up to the days that the program gives", async () => {
        expect(await codesOn(inPlace, { ...args, expiryWarningDays: 9 })).to.deep.equal([]);
        expect(await codesOn(inPlace, { ...args, expiryWarningDays: pulumi.output(11) })).to.deep.equal([
            "expires-soon",
        ]);
    });

    it("is about what is in place where ignoreChanges holds back what is declared", async () => {
        const older = { ...inPlace, fingerprint: "v1:older", notAfter: "2020-06-01T00:00:00.000Z" };
        expect((await codesOn(older, args)).join()).to.contain("expired on 2020-06-01");
        said.splice(0);
        expect(await codesOn({ ...older, notAfter: "2999-06-01T00:00:00.000Z" }, args)).to.deep.equal([]);
    });

    it("is nothing where there is nothing to go by: a look-up, or the mocks of a program's own tests", async () => {
        expect(await codesOn(inPlace, {})).to.deep.equal([]);
        expect(await codesOn(inPlace, { ...args, cert: "no certificate" })).to.deep.equal([]);
        expect(await codesOn({}, args)).to.deep.equal([]);
    });

    it("also speaks of certificates that are kept secret, for what it shows is public", async () => {
        expect(await codesOn(inPlace, { ...args, cert: pulumi.secret(triple.cert) })).to.deep.equal(["expires-soon"]);
    });
});
