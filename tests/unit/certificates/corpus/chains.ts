import { mintAuthority } from "../../../support/mint";
import { mintByHand } from "../../../support/mintByHand";
import { byHand, handSample, type ByHand, type Sample, type Sound } from "./sample";

export async function chainSamples(sound: Sound): Promise<readonly Sample[]> {
    const { authority, ca } = sound;
    const intermediate = await authority.intermediate();
    const leaf = await intermediate.issue();
    const other = await mintAuthority();
    const common = { key: leaf.keyPem, secrets: [leaf.keyPem] };
    const whole = leaf.certPem + intermediate.certPem;
    return [
        { name: "a chain with its intermediate", ...common, cert: whole, ca, expected: {} },
        {
            name: "the intermediate in ca, beside the root",
            ...common,
            cert: leaf.certPem,
            ca: ca + intermediate.certPem,
            expected: { "intermediate-not-sent": "warning" },
        },
        {
            name: "the intermediate missing",
            ...common,
            cert: leaf.certPem,
            ca,
            expected: { "chain-unverified": "error" },
            says: new RegExp(`missing the certificate of the issuer "${intermediate.subject}"`),
        },
        { name: "another root", ...common, cert: whole, ca: other.certPem, expected: { "chain-unverified": "error" } },
        {
            name: "the intermediate for a root",
            ...common,
            cert: leaf.certPem,
            ca: intermediate.certPem,
            expected: { "no-root": "warning" },
            says: new RegExp(`missing the root "${authority.subject}"`),
        },
        {
            name: "the intermediate in cert and for a root",
            ...common,
            cert: whole,
            ca: intermediate.certPem,
            expected: { "no-root": "warning" },
        },
        handSample("a hundred authorities of one name and key", crowdOf(100, true), {}),
        handSample("a hundred authorities of one name", crowdOf(100, false), { "signature-mismatch": "error" }),
        handSample(
            "an issuer that is missing and names its place",
            { ...byHand({ issuerAddress: "http://ca.example.com/ca.crt" }), ca: mintByHand({ isAuthority: true }) },
            { "chain-unverified": "error" },
            /\(to be had at http:\/\/ca\.example\.com\/ca\.crt\)/,
        ),
        handSample(
            "a place that is no plain address",
            { ...byHand({ issuerAddress: "http://x/$(reboot)" }), ca: mintByHand({ isAuthority: true }) },
            { "chain-unverified": "error" },
            /^(?!.*reboot)/,
        ),
    ];
}

/** What a walk that visits authorities more than once never comes back from. */
function crowdOf(count: number, isOneKey: boolean): ByHand {
    const commonName = "one of many";
    const root = mintByHand({ isAuthority: true, commonName });
    const issued = mintByHand({ issuer: isOneKey ? root : mintByHand({ isAuthority: true, commonName }) });
    const again = isOneKey ? { again: root, issuer: root } : {};
    const crowd = Array.from({ length: count }, () => mintByHand({ isAuthority: true, commonName, ...again }));
    return { issued, ca: { ...root, certPem: crowd.map(({ certPem }) => certPem).join("") } };
}
