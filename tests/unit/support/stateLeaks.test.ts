import { expect } from "chai";
import { before, describe, it } from "mocha";
import { mintBundle, type CertificateBundle } from "../../support/mint";
import { recordedStates } from "../../support/recordedStates";
import { findLeaks } from "../../support/stateLeaks";
import { newToken } from "../../support/testEnvironment";

const stateWith = (members: Readonly<Record<string, unknown>>): string =>
    JSON.stringify({ deployment: { resources: [{ urn: "urn:pulumi:dev::site::x:y/z:T::mtls", ...members }] } });

describe("the recorded states", () => {
    it("are there at all", () => {
        expect(recordedStates().map(({ version }) => version)).to.include("v0.1.0");
    });

    for (const { version, text } of recordedStates()) {
        it(`hold no key, no token and no name of a machine: ${version}`, () => {
            expect(findLeaks(text)).to.deep.equal([]);
        });
    }
});

describe("the sweep of recorded states", () => {
    let bundle: CertificateBundle;
    before(async () => {
        bundle = await mintBundle();
    });

    it("lets pass what is public", () => {
        const { cert, ca } = bundle;
        const inputs = { cert: cert + ca, ca, key: { env: "CLIENT_KEY" }, origin: "https://Billing.Example.com:8443/" };
        const outputs = {
            certId: "cert_0123456789abcdef",
            fingerprint: `v1:${"0a".repeat(32)}`,
            key: { file: "a.key" },
        };
        expect(findLeaks(stateWith({ inputs, outputs, created: "2026-11-24T11:51:59.827196794Z" }))).to.deep.equal([]);
    });

    it("finds a private key, whatever it is wrapped in, even if it is encrypted", () => {
        const { cert, key } = bundle;
        const body = key.replace(/-----[^-]+-----|\s/g, "");
        const leaks = [
            { inputs: { cert: cert + key } },
            { outputs: { subject: JSON.stringify(key) } },
            { outputs: { subject: Buffer.from(key).toString("base64").slice(0, 40) } },
            { outputs: { subject: Buffer.from(` ${key}`).toString("base64").slice(0, 40) } },
            { outputs: { subject: Buffer.from(`  ${key}`).toString("base64").slice(0, 40) } },
            { outputs: { subject: body } },
            { outputs: { subject: Buffer.from(body, "base64").toString("base64url") } },
            { outputs: { subject: Buffer.from(body, "base64").subarray(36, 68).toString("hex") } },
            { inputs: { key: "anything" } },
            { inputs: { key: { ciphertext: "v1:anything" } } },
            { inputs: { key: { env: "CLIENT_KEY", ciphertext: "v1:anything" } } },
            { outputs: { certId: { ciphertext: "v1:anything" } } },
        ];
        for (const members of leaks) {
            expect(findLeaks(stateWith(members)), Object.keys(members).join()).to.have.lengthOf.above(0);
        }
    });

    const names: readonly (readonly [string, () => string])[] = [
        ["a token", newToken],
        ["a token of the old form", () => "aB3".repeat(8)],
        ["a header", () => "Bearer x"],
        ["a folder", () => "at /home/somebody/client.pem"],
        ["a folder at the end", () => "file:/srv/pem/"],
        ["a folder above the program's", () => "project:///../other/index.js"],
        ["a folder of Windows", () => "C:\\Users\\somebody"],
        ["an address", () => "http://x:8080"],
        ["an address of numbers", () => "127.0.0.1:4711"],
        ["a host", () => "build7.corp.internal"],
        ["a host behind an allowed one", () => "https://billing.example.com.evil.test"],
    ];
    for (const [what, sample] of names) {
        it(`finds ${what}`, () => {
            expect(findLeaks(stateWith({ outputs: { subject: sample() } }))).to.have.lengthOf.above(0);
        });
    }

    it("finds a key's file outside the program's folder, and another provider text", () => {
        expect(findLeaks(stateWith({ inputs: { key: { file: "/run/client.key" } } }))).to.have.lengthOf(1);
        expect(findLeaks(stateWith({ inputs: { __provider: "exports.handler=()=>({})" } }))).to.have.lengthOf(1);
    });

    it("does not repeat what it found", () => {
        const found = findLeaks(stateWith({ inputs: { cert: bundle.key }, outputs: { subject: bundle.key } }));
        expect(found.join("\n")).to.not.contain("BEGIN");
    });
});
