import { oid, sequence, tlv } from "../../../support/derWriter";
import {
    CLIENT_AUTH,
    extension,
    keyPem,
    KeyPool,
    mintCertificate,
    nameConstraints,
    SERVER_AUTH,
    type CertificateOptions,
    type Minted,
} from "../../../support/pki";
import type { Sample } from "./sample";

/** A sample, and what it is after its own message was followed; that, OpenSSL accepts. */
export interface Refusal extends Sample {
    readonly key: string;
    readonly mended: Pick<Sample, "cert" | "ca"> & { readonly key?: string };
}

const DAY_MS = 86_400_000;
const past = { fromMs: Date.now() - 900 * DAY_MS, toMs: Date.now() - 400 * DAY_MS };
const soon = { toMs: Date.now() + 200 * DAY_MS };
const pool = new KeyPool();
/** RFC 3820: inherits all rights. */
const PROXY_INFO = sequence(sequence(oid("1.3.6.1.5.5.7.21.1")));
const SSL_SERVER = tlv(0x03, Buffer.from([6, 0x40]));
const noKeyIds = { authorityKeyId: "none", subjectKeyId: false } as const;

const authority = (name: string, options: Partial<CertificateOptions> = {}): Minted =>
    mintCertificate({ name, key: pool.get(name), isAuthority: true, ...options });
const leaf = (issuer: Minted, options: Partial<CertificateOptions> = {}): Minted =>
    mintCertificate({ name: "client", key: pool.get("client"), issuer, ...options });
const text = (...certificates: readonly Minted[]): string => certificates.map(({ pem }) => pem).join("");

/** Whatever breaks a rule of RFC 5280, with a way out that works. */
export function refusals(): readonly Refusal[] {
    const key = keyPem(pool.get("client"));
    const root = authority("Root");
    const odd = authority("Odd", {
        extensions: [1, 2].map(() => extension("2.5.29.37", sequence(oid(CLIENT_AUTH)))),
    });
    const above = authority("Above", { issuer: odd });
    const refusal = (
        name: string,
        given: readonly [cert: string, ca: string],
        expected: Sample["expected"],
        says: RegExp,
        [cert, ca]: readonly [cert: string, ca: string],
    ): Refusal => ({
        name,
        cert: given[0],
        ca: given[1],
        key,
        secrets: [key],
        expected,
        says,
        mended: { cert, ca },
    });
    /** An intermediate that breaks a rule, and the one that does not. */
    const issuer = (
        name: string,
        options: Partial<CertificateOptions>,
        expected: Sample["expected"],
        says: RegExp,
        ofLeaf: Partial<CertificateOptions> = {},
    ): Refusal => {
        const [bad, good] = [
            authority("Issuing", { issuer: root, ...options }),
            authority("Issuing", { issuer: root }),
        ];
        return refusal(name, [text(leaf(bad, ofLeaf), bad), text(root)], expected, says, [
            text(leaf(good, ofLeaf), good),
            text(root),
        ]);
    };
    const issuing = authority("Issuing", { issuer: root });
    const upper = authority("Upper", { issuer: root, pathLength: 0 });
    const below = authority("Issuing", { issuer: upper });
    const longer = authority("Upper", { issuer: root, pathLength: 1 });
    const expiredTwin = authority("Issuing", { issuer: root, ...past });
    const cross = authority("Issuing", { issuer: authority("Gone") });
    const [one, two] = [authority("Same", noKeyIds), authority("Same", { ...noKeyIds, key: pool.get("other") })];
    const ofTwo = leaf(two, noKeyIds);
    const older = authority("Older serial");
    const renewed = authority("Older serial");
    const ofOlder = leaf(older, { authorityKeyId: "serial" });
    const self = mintCertificate({ name: "client", key: pool.get("client") });
    const r3 = authority("R3", { issuer: root });
    const r11 = authority("R11", { issuer: root });
    return [
        issuer(
            "an intermediate for servers",
            { purposes: [SERVER_AUTH] },
            { "issuer-not-for-clients": "error" },
            /issuer "CN=Issuing" .*: its extended key usages are serverAuth.*-purpose sslclient/,
        ),
        issuer(
            "a name that the intermediate may not issue for",
            { extensions: [nameConstraints("permitted", [tlv(0x82, Buffer.from("example.org"))])] },
            { "name-constraint-violated": "error" },
            /of "CN=Issuing" .* do not admit DNS:a\.example\.com in "CN=client" .* permit only DNS:example\.org;/,
            { dnsNames: ["b.example.org", "a.example.com"] },
        ),
        issuer(
            "a name that the intermediate excludes",
            { extensions: [nameConstraints("excluded", [tlv(0x82, Buffer.from(".example.com"))])] },
            { "name-constraint-violated": "error" },
            /do not admit DNS:a\.example\.com in .* exclude DNS:\.example\.com;/,
            { dnsNames: ["a.example.com"] },
        ),
        refusal(
            "a path longer than an authority allows",
            [text(leaf(below), below, upper), text(root)],
            { "path-too-long": "error" },
            /"CN=Upper" .* allows 0 intermediates below it, and there is 1;/,
            [text(leaf(below), below, longer), text(root)],
        ),
        issuer(
            "an issuer that is no authority",
            { caFlag: false },
            { "issuer-is-no-ca": "error" },
            /issuer "CN=Issuing" .* is no authority \(CA:TRUE\): it says CA:FALSE/,
        ),
        issuer(
            "an issuer without basic constraints",
            { caFlag: "none" },
            { "issuer-is-no-ca": "error" },
            /issuer "CN=Issuing" .* is no authority \(CA:TRUE\): it has no basic constraints/,
        ),
        issuer(
            "an issuer that may not sign certificates",
            { keyUsage: 0x80 },
            { "issuer-may-not-sign": "error" },
            /"CN=Issuing" .*: its key usage is digitalSignature, without keyCertSign/,
        ),
        issuer(
            "a critical extension that nobody knows",
            { extensions: [extension("1.3.6.1.4.1.32473.7", tlv(0x05), true)] },
            { "unknown-critical-extension": "error" },
            /"CN=Issuing" .* OpenSSL does not accept: 1\.3\.6\.1\.4\.1\.32473\.7;/,
        ),
        refusal(
            "a proxy certificate, as grids have them",
            [text(leaf(root, { extensions: [extension("1.3.6.1.5.5.7.1.14", PROXY_INFO, true)] })), text(root)],
            { "unknown-critical-extension": "error" },
            /"CN=client" .* OpenSSL does not accept: 1\.3\.6\.1\.5\.5\.7\.1\.14;/,
            [text(leaf(root)), text(root)],
        ),
        refusal(
            "a leaf whose Netscape certificate type is for servers",
            [text(leaf(root, { extensions: [extension("2.16.840.1.113730.1.1", SSL_SERVER)] })), text(root)],
            { "no-client-auth": "error" },
            /"CN=client" .* Netscape certificate type is without SSL client; have it issued without that type/,
            [text(leaf(root)), text(root)],
        ),
        refusal(
            "a leaf with a list of no extended key usage",
            [text(leaf(root, { purposes: [], extensions: [extension("2.5.29.37", sequence())] })), text(root)],
            { "no-client-auth": "error" },
            /"CN=client" .* its extended key usages are none;/,
            [text(leaf(root)), text(root)],
        ),
        issuer("an expired intermediate", past, { expired: "error" }, /"CN=Issuing".* expired \d+ days ago/),
        issuer(
            "an intermediate of tomorrow",
            { fromMs: Date.now() + DAY_MS },
            { "not-yet-valid": "error" },
            /"CN=Issuing" becomes valid at \S+, and this machine's clock says/,
        ),
        issuer(
            "a date that is none",
            { rawEnd: "20301399000000Z" },
            { "date-unreadable": "error" },
            /the date on which "CN=Issuing" .* ends cannot be read/,
        ),
        issuer(
            "an intermediate with a short key",
            { key: pool.rsa(512) },
            { "rsa-too-short": "error", "issuer-rsa-short": "warning" },
            /"CN=Issuing" .* has 512 bits/,
        ),
        refusal(
            "a key identifier of another certificate",
            [text(leaf(issuing, { wrongKeyId: Buffer.from("another key") }), issuing), text(root)],
            { "key-identifier-mismatch": "error" },
            /"CN=Issuing" .* that "CN=client" .*: expected the key identifier 616e6f74686572206b6579, got [0-9a-f]{40};/,
            [text(leaf(issuing), issuing), text(root)],
        ),
        refusal(
            "the serial number of an older certificate of the authority",
            [text(ofOlder), text(renewed)],
            { "key-identifier-mismatch": "error" },
            /"CN=Older serial" .*: expected the serial number [0-9a-f]+, got [0-9a-f]+;/,
            [text(ofOlder), text(older)],
        ),
        refusal(
            "another authority of the same name",
            [text(ofTwo), text(one)],
            { "signature-mismatch": "error" },
            /the key of "CN=Same" .* did not sign "CN=client"/,
            [text(ofTwo), text(two)],
        ),
        refusal(
            "two authorities of one name, the wrong one first",
            [text(ofTwo), text(one, two)],
            { "certificate-in-the-way": "error" },
            /takes "CN=Same" .* instead of .* it finds: signature mismatch; leave out the one that it takes/,
            [text(ofTwo), text(two)],
        ),
        refusal(
            "an expired twin of the renewed intermediate in ca",
            [text(leaf(issuing), issuing), text(root, expiredTwin)],
            { "certificate-in-the-way": "error", "authority-expired": "warning" },
            /takes "CN=Issuing" .* instead of .* it finds: expired/,
            [text(leaf(issuing), issuing), text(root)],
        ),
        refusal(
            "the certificate of another issuer",
            [text(leaf(r11), r3), text(root)],
            { "chain-unverified": "error" },
            /missing the certificate of the issuer "CN=R11", which signed "CN=client" .*, while ca holds "CN=Root";/,
            [text(leaf(r11), r11), text(root)],
        ),
        refusal(
            "the root in cert only",
            [text(leaf(root), root), text(authority("Other"))],
            { "chain-unverified": "error" },
            /missing the root, which is in cert only: "CN=Root"/,
            [text(leaf(root)), text(root)],
        ),
        refusal(
            "a self-signed certificate that ca does not hold",
            [text(self), text(root)],
            { "chain-unverified": "error" },
            /in cert only: "CN=client"/,
            [text(self), text(self)],
        ),
        refusal(
            "an intermediate that another authority signed, in ca",
            [text(leaf(issuing), issuing), text(root, cross)],
            { "root-unusable": "warning" },
            /and then: OpenSSL takes "CN=Issuing" \(issuer "CN=Gone".* instead of/,
            [text(leaf(issuing), issuing), text(root)],
        ),
        refusal(
            "an expired root above an intermediate in ca",
            [
                text(leaf(authority("Kept", { issuer: authority("Expired", past) }))),
                text(authority("Kept", { issuer: authority("Expired", past) }), authority("Expired", past)),
            ],
            { "root-unusable": "warning", "intermediate-not-sent": "warning" },
            /holds only up to "CN=Kept" .* in ca, and then: "CN=Expired" expired/,
            [text(leaf(issuing), issuing), text(root)],
        ),
        refusal(
            "an extension that stands there twice, which this package does not look at",
            [
                text(
                    leaf(issuing, {
                        extensions: [extension("2.5.29.37", sequence(oid(CLIENT_AUTH)))],
                    }),
                    issuing,
                ),
                text(root),
            ],
            { "openssl-refuses": "error" },
            /OpenSSL refuses the chain: UNABLE_TO_VERIFY_LEAF_SIGNATURE/,
            [text(leaf(issuing), issuing), text(root)],
        ),
        refusal(
            "a root above an intermediate in ca, with an extension that stands there twice",
            [text(leaf(above), above), text(above, odd)],
            { "root-unusable": "warning" },
            /OpenSSL refuses the path to a root: \w+; replace the authority above it/,
            [text(leaf(issuing), issuing), text(root)],
        ),
        refusal(
            "two authorities of one name, the right one first",
            [text(ofTwo), text(two, one)],
            { "order-decides": "warning" },
            /"CN=Same" .* comes first and works, "CN=Same" .* does not; leave out the one that does not work/,
            [text(ofTwo), text(two)],
        ),
        refusal(
            "an authority that has nothing to do with the leaf",
            [text(authority("Stray"), leaf(issuing), issuing), text(root)],
            { "certificate-unneeded": "warning", "order-repaired": "note" },
            /holds "CN=Stray" .* does not need; leave it out of cert/,
            [text(leaf(issuing), issuing), text(root)],
        ),
        refusal(
            "a cross-signed root that has expired, beside the root itself",
            [text(leaf(r3), r3, authority("Root", { issuer: authority("DST"), ...past })), text(root)],
            { "certificate-unneeded": "warning" },
            /holds "CN=Root" \(issuer "CN=DST"/,
            [text(leaf(r3), r3), text(root)],
        ),
        refusal(
            "an expired root that a cross-signed one leads to",
            [
                text(leaf(r3), r3, authority("Root", { issuer: authority("DST"), ...soon })),
                text(authority("DST", past), root),
            ],
            { "certificate-unneeded": "warning", "authority-expired": "warning" },
            /"CN=DST" .* expired \d+ days ago/,
            [text(leaf(r3), r3), text(root)],
        ),
        refusal("a self-signed certificate that is its own root", [text(self), text(self)], {}, /^$/, [
            text(self),
            text(self),
        ]),
        refusal(
            "a key usage of keyAgreement only",
            [text(leaf(issuing, { keyUsage: 0x08 }), issuing), text(root)],
            {},
            /^$/,
            [text(leaf(issuing), issuing), text(root)],
        ),
    ];
}
