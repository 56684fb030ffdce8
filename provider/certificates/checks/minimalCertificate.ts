import { generateKeyPairSync, sign } from "node:crypto";
import { encodePem } from "../parse/pem";

/** A certificate of version 1 without a name, as any key can sign it for itself. */
export function mintMinimalCertificate(namedCurve: string) {
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve });
    const ecdsaWithSha256 = Buffer.from("300a06082a8648ce3d040302", "hex");
    const date = (year: string): Buffer => element(0x18, Buffer.from(`${year}0101000000Z`));
    const body = element(
        0x30,
        element(0x02, Buffer.from([1])),
        ecdsaWithSha256,
        element(0x30),
        element(0x30, date("1970"), date("9999")),
        element(0x30),
        publicKey.export({ type: "spki", format: "der" }),
    );
    const signature = element(0x03, Buffer.from([0]), sign("sha256", body, privateKey));
    const cert = encodePem("CERTIFICATE", element(0x30, body, ecdsaWithSha256, signature));
    return { cert, key: privateKey.export({ type: "pkcs8", format: "pem" }).toString() };
}

/** DER of less than 64 kB. */
function element(tag: number, ...parts: readonly Buffer[]): Buffer {
    const content = Buffer.concat(parts);
    const { length } = content;
    const head = length < 0x80 ? [tag, length] : [tag, 0x82, length >> 8, length & 0xff];
    return Buffer.concat([Buffer.from(head), content]);
}
