import "reflect-metadata";
import { expect } from "chai";
import { describe, it } from "mocha";
import * as x509 from "@peculiar/x509";
import { describeName } from "../../../../provider/certificates/parse/distinguishedName";

describe("the name of an authority", () => {
    const described = (name: string): string => describeName(Buffer.from(new x509.Name(name).toArrayBuffer()));

    it("is shown with the most specific part first, as the names of certificates are", () => {
        expect(described("C=DE, O=Example, CN=Clients")).to.equal("CN=Clients, O=Example, C=DE");
    });

    it("is shown with letters of any language, domain components and unknown attributes", () => {
        expect(described("DC=example, CN=Größe Åé 名")).to.equal("CN=Größe Åé 名, DC=example");
        expect(described("1.2.3.4.5=thing")).to.equal("1.2.3.4.5=thing");
    });

    it("shows the parts of one level together", () => {
        expect(described("CN=Clients+O=Example")).to.match(/^(CN=Clients \+ O=Example|O=Example \+ CN=Clients)$/);
    });

    it("shows strings in two bytes a letter, and anything that is no text in hexadecimal", () => {
        const cn = Buffer.from([0x06, 0x03, 0x55, 0x04, 0x03]);
        const name = (value: Buffer): Buffer => wrap(0x30, wrap(0x31, wrap(0x30, Buffer.concat([cn, value]))));
        expect(describeName(name(wrap(0x1e, Buffer.from("Test", "utf16le").swap16())))).to.equal("CN=Test");
        expect(describeName(name(wrap(0x02, Buffer.from([1, 2]))))).to.equal("CN=#0102");
    });

    it("cannot bring control characters or an endless line onto a terminal", () => {
        const shown = described(`CN=evil\u001b[2J${"x".repeat(5000)}`);
        expect(shown).to.match(/^CN=evil /);
        expect(shown.length).to.be.lessThan(300);
    });

    it("is said to be unreadable where its bytes are none", () => {
        for (const bytes of [[], [0x30], [0x30, 0x05, 0x31], [0x31, 0x00], [0x30, 0x84, 0xff, 0xff, 0xff, 0xff]]) {
            expect(describeName(Buffer.from(bytes))).to.equal(
                `a name that cannot be read (${String(bytes.length)} bytes)`,
            );
        }
    });
});

function wrap(tag: number, content: Buffer): Buffer {
    return Buffer.concat([Buffer.from([tag, content.length]), content]);
}
