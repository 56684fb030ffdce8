import { expect } from "chai";
import { afterEach, describe, it } from "mocha";
import { readPrivateKey } from "../../../provider/certificates/parse/privateKey";
import { explainUnsupported } from "../../../provider/certificates/parse/keyTypes";

const NO_KEY = `-----BEGIN PRIVATE KEY-----\n${Buffer.alloc(60, 3).toString("base64")}\n-----END PRIVATE KEY-----\n`;
const ED448 = "1.3.101.113";

describe("what a key is refused by", () => {
    const { versions } = process;
    const runningOn = (more: Readonly<Record<string, string>>): void => {
        Object.defineProperty(process, "versions", { value: { ...versions, ...more }, configurable: true });
    };
    afterEach(() => {
        Object.defineProperty(process, "versions", { value: versions, configurable: true });
    });

    const said = (): readonly string[] => [
        ...readPrivateKey(NO_KEY, undefined).findings.map(({ message }) => message),
        explainUnsupported(ED448),
    ];

    it("is bun where bun runs the command line, since Node reads what its BoringSSL does not", () => {
        runningOn({ bun: "1.4.5" });
        for (const message of said()) {
            expect(message).to.match(/\bbun 1\.4\.5 cannot read.* knows neither Ed448 nor RSA-PSS nor secp256k1/);
        }
    });

    it("is this Node everywhere else", () => {
        const [ofNoKey, ofKnownType] = said();
        for (const message of [ofNoKey, explainUnsupported("1.2.3")]) {
            expect(message).to.contain(`this Node (${process.version}) cannot read`).and.to.not.contain("BoringSSL");
        }
        // Node reads this type, so it is the key.
        expect(ofKnownType).to.equal("the key of the type Ed448 is damaged");
    });
});
