import { mintAuthority, mintBundle } from "../../../support/mint";
import { mintByHand, type OddCertificate } from "../../../support/mintByHand";
import type { Sample, Sound } from "./sample";

export async function certificateSamples(sound: Sound): Promise<readonly Sample[]> {
    const { cert, authority } = sound;
    const [second, other] = await Promise.all([authority.issue(), mintBundle()]);
    const intermediate = await authority.intermediate();
    const leaf = await intermediate.issue();
    const crowd = await Promise.all(Array.from({ length: 33 }, () => mintAuthority()));
    const one = mintByHand({ commonName: "one", isAuthority: true });
    const two = mintByHand({ commonName: "two", isAuthority: true });
    const circle = [mintCross(one, two), mintCross(two, one)];
    return [
        { name: "two leaves", ...sound, cert: cert + second.certPem, expected: { "several-leaves": "error" } },
        {
            name: "a crowd",
            ...sound,
            cert: crowd.map(({ certPem }) => certPem).join(""),
            expected: { "too-many-certificates": "error" },
        },
        {
            name: "authorities that issued each other",
            ...sound,
            cert: circle.join(""),
            expected: { "no-leaf": "error" },
        },
        {
            name: "the intermediate before the leaf",
            cert: intermediate.certPem + leaf.certPem,
            key: leaf.keyPem,
            ca: sound.ca,
            secrets: [leaf.keyPem],
            expected: { "order-repaired": "note" },
        },
        {
            name: "the key of another certificate",
            ...sound,
            key: other.key,
            secrets: [sound.key, other.key],
            expected: { "key-mismatch": "error" },
            says: /^is the key of another certificate \(ec, prime256v1\), and not of ".*\);/m,
        },
        {
            name: "the key of the issuer",
            ...sound,
            key: authority.keyPem,
            secrets: [sound.key, authority.keyPem],
            expected: { "key-mismatch": "error" },
            says: /the key of the issuer/,
        },
        {
            name: "cert and ca exchanged",
            ...sound,
            cert: sound.ca,
            ca: cert,
            expected: { "cert-ca-swapped": "error" },
        },
    ];
}

/** The subject and key of one authority, issued by another. */
function mintCross(subject: OddCertificate, issuer: OddCertificate): string {
    return mintByHand({ isAuthority: true, issuer, again: subject }).certPem;
}
