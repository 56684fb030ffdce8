import { expect } from "chai";
import { describe, it } from "mocha";
import { acceptableNames, readServerHandshake } from "../../../../provider/probe/serverHandshake/serverHandshake";

const AES_128 = 0x1301;
const SECRET_LINE = `SERVER_HANDSHAKE_TRAFFIC_SECRET ${"00".repeat(32)} ${"11".repeat(32)}\n`;

describe("a server's side of a handshake", () => {
    const asking = Buffer.concat([
        record(22, message(2, serverHello({ suite: 0xc02f }))),
        record(
            22,
            Buffer.concat([message(11, Buffer.alloc(300)), message(13, request(name("Clients"), name("Others")))]),
        ),
        record(22, message(14, Buffer.alloc(0))),
    ]);

    it("names the acceptable authorities of TLS 1.2, also where messages and records do not end together", () => {
        const handshake = readServerHandshake(asking, []);
        expect(handshake).to.include({ version: "TLSv1.2", asked: true });
        expect(acceptableNames(handshake).names).to.deep.equal(["CN=Clients", "CN=Others"]);
        const pieces = [...split(handshakeBytes(asking), 100)].map((piece) => record(22, piece));
        expect(acceptableNames(readServerHandshake(Buffer.concat(pieces), [])).names).to.deep.equal([
            "CN=Clients",
            "CN=Others",
        ]);
    });

    it("shows some of the acceptable authorities and counts the others, of which there may be thousands", () => {
        const name = Buffer.from("300d310b300906035504030c024341", "hex");
        const many = {
            ...readServerHandshake(Buffer.alloc(0), []),
            authorities: Array<Buffer>(30_000).fill(name),
        };
        const { names, more } = acceptableNames(many);
        expect([names.length, more, new Set(names).size]).to.deep.equal([50, 29_950, 1]);
        expect(acceptableNames({ ...many, authorities: [name] }).more).to.equal(0);
    });

    it("says that nothing is asked for only once the server has gone past the place for it", () => {
        const hello = record(22, message(2, serverHello({ suite: 0xc02f })));
        expect(readServerHandshake(hello, []).asked).to.equal(undefined);
        expect(
            readServerHandshake(Buffer.concat([hello, record(22, message(14, Buffer.alloc(0)))]), []).asked,
        ).to.equal(false);
    });

    it("claims nothing of a handshake that was cut off anywhere", () => {
        for (let length = 0; length < asking.length; length += 1) {
            expect(readServerHandshake(asking.subarray(0, length), []).asked, String(length)).to.not.equal(false);
        }
    });

    it("claims nothing of TLS 1.3 that it cannot decrypt: no secret, a foreign secret, an unknown cipher suite", () => {
        const encrypted = (suite: number): Buffer =>
            Buffer.concat([
                record(22, message(2, serverHello({ suite, tls13: true }))),
                record(23, Buffer.alloc(80, 7)),
                record(23, Buffer.alloc(3)),
            ]);
        for (const [suite, log] of [
            [AES_128, []],
            [AES_128, [SECRET_LINE]],
            [0x1304, [SECRET_LINE]],
        ] as const) {
            expect(readServerHandshake(encrypted(suite), log)).to.include({
                version: "TLSv1.3",
                asked: undefined,
            });
        }
    });

    it("knows that a certificate is asked for even where the list of authorities is damaged", () => {
        const damaged = Buffer.concat([
            record(22, message(2, serverHello({ suite: 0xc02f }))),
            record(22, message(13, Buffer.from([1, 1, 0, 2, 4, 3, 0, 9, 0, 200]))),
        ]);
        expect(readServerHandshake(damaged, [])).to.include({ asked: true, authorities: undefined });
    });

    it("is no handshake where the server sends an alert, another protocol or nothing", () => {
        for (const bytes of [
            Buffer.alloc(0),
            record(21, Buffer.from([2, 70])),
            Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n"),
        ]) {
            expect(readServerHandshake(bytes, []).version).to.equal(undefined);
        }
    });
});

function record(type: number, body: Buffer): Buffer {
    return Buffer.concat([Buffer.from([type, 3, 3]), length(2, body), body]);
}

function message(type: number, body: Buffer): Buffer {
    return Buffer.concat([Buffer.from([type]), length(3, body), body]);
}

function length(width: number, body: Buffer): Buffer {
    const bytes = Buffer.alloc(width);
    bytes.writeUIntBE(body.length, 0, width);
    return bytes;
}

function vector(width: number, body: Buffer): Buffer {
    return Buffer.concat([length(width, body), body]);
}

function serverHello({ suite, tls13 = false }: { readonly suite: number; readonly tls13?: boolean }): Buffer {
    const chosen = Buffer.from([suite >> 8, suite & 0xff, 0]);
    const extensions = tls13 ? vector(2, Buffer.from([0, 43, 0, 2, 3, 4])) : Buffer.alloc(0);
    return Buffer.concat([Buffer.from([3, 3]), Buffer.alloc(32, 9), Buffer.from([0]), chosen, extensions]);
}

/** A CertificateRequest of RFC 5246 §7.4.4. */
function request(...names: readonly Buffer[]): Buffer {
    const types = vector(1, Buffer.from([1, 64]));
    const algorithms = vector(2, Buffer.from([4, 3]));
    return Buffer.concat([types, algorithms, vector(2, Buffer.concat(names.map((one) => vector(2, one))))]);
}

function name(commonName: string): Buffer {
    const wrap = (tag: number, content: Buffer): Buffer => Buffer.concat([Buffer.from([tag, content.length]), content]);
    const text = wrap(0x0c, Buffer.from(commonName));
    return wrap(0x30, wrap(0x31, wrap(0x30, Buffer.concat([Buffer.from([6, 3, 0x55, 4, 3]), text]))));
}

/** The messages of a handshake in clear, without their records. */
function handshakeBytes(handshake: Buffer): Buffer {
    const bodies: Buffer[] = [];
    for (let at = 0; at < handshake.length;) {
        const end = at + 5 + handshake.readUInt16BE(at + 3);
        bodies.push(handshake.subarray(at + 5, end));
        at = end;
    }
    return Buffer.concat(bodies);
}

function* split(bytes: Buffer, size: number): Generator<Buffer> {
    for (let at = 0; at < bytes.length; at += size) {
        yield bytes.subarray(at, at + size);
    }
}
