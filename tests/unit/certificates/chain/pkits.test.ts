import { expect } from "chai";
import { after, before, describe, it } from "mocha";
import { OpensslVerify } from "../../../support/opensslVerify";
import {
    extension,
    keyPem,
    KeyPool,
    mintCertificate,
    nameConstraints,
    nameOf,
    type CertificateOptions,
    type Minted,
} from "../../../support/pki";
import { speak } from "../../../support/spoken";
import { integer, oid, sequence, tlv } from "../../../support/derWriter";

const DAY_MS = 86_400_000;
const pool = new KeyPool();
const root = mintCertificate({ name: "Trust Anchor", key: pool.get("root"), isAuthority: true });

type Options = Partial<CertificateOptions>;
/** From the root's first subordinate down to the leaf; what is left out is as it should be. */
type Structure = readonly Options[];

const dns = (name: string): Buffer => tlv(0x82, Buffer.from(name));
const email = (name: string): Buffer => tlv(0x81, Buffer.from(name));
const uri = (name: string): Buffer => tlv(0x86, Buffer.from(name));
const directory = (organization: string): Buffer => tlv(0xa4, nameOf("", organization));
const permitted = (...bases: readonly Buffer[]): Options => ({ extensions: [nameConstraints("permitted", bases)] });
const excluded = (...bases: readonly Buffer[]): Options => ({ extensions: [nameConstraints("excluded", bases)] });
const alternative = (...names: readonly Buffer[]): Options => ({
    extensions: [extension("2.5.29.17", sequence(...names))],
});
const policies = (...names: readonly string[]): Buffer =>
    extension("2.5.29.32", sequence(...names.map((name) => sequence(oid(name)))), true);
const explicitPolicy = extension("2.5.29.36", sequence(tlv(0x80, Buffer.from([0]))), true);
const inhibitAnyPolicy = extension("2.5.29.54", integer(Buffer.from([0])), true);
const mapping = extension(
    "2.5.29.33",
    sequence(sequence(oid("2.16.840.1.101.3.2.1.48.1"), oid("2.16.840.1.101.3.2.1.48.2"))),
    true,
);
const POLICY = "2.16.840.1.101.3.2.1.48.1";
const selfIssued = (name: string): Options => ({ name });
const [year1999, year2047] = [Date.UTC(1999, 0, 1), Date.UTC(2047, 0, 1)];

/** The sections of NIST's PKITS that are about paths; revocation is for the origin. */
const STRUCTURES: Readonly<Record<string, Structure>> = {
    "4.1.1 valid signatures": [{}, {}],
    "4.1.2 a signature of the authority that is wrong": [{ signingKey: pool.get("wrong") }, {}],
    "4.1.3 a signature of the leaf that is wrong": [{}, { signingKey: pool.get("wrong") }],
    "4.2.1 an authority of tomorrow": [{ fromMs: year2047 }, {}],
    "4.2.2 a leaf of tomorrow": [{}, { fromMs: Date.now() + DAY_MS }],
    "4.2.3 dates before 2000": [{ fromMs: year1999 }, { fromMs: year1999 }],
    "4.2.4 a beginning in 0001": [{}, { fromMs: -62_135_596_800_000 }],
    "4.2.5 an expired authority": [{ toMs: Date.now() - DAY_MS, fromMs: year1999 }, {}],
    "4.2.6 an expired leaf": [{}, { toMs: Date.now() - DAY_MS, fromMs: year1999 }],
    "4.2.8 an end after 2050": [{ toMs: Date.UTC(2060, 0, 1) }, { toMs: Date.UTC(2060, 0, 1) }],
    "4.5.1 an authority with a new key, signed by itself": [{ name: "A" }, { name: "A", key: pool.get("new") }, {}],
    "4.6.1 an authority without basic constraints": [{ caFlag: "none" }, {}],
    "4.6.2 an authority with CA:FALSE": [{ caFlag: false }, {}],
    "4.6.5 a path length of 0 and one more": [{ pathLength: 0 }, {}, {}],
    "4.6.7 a path length of 0": [{ pathLength: 0 }, {}],
    "4.6.9 path lengths of 6, 0 and one more": [{ pathLength: 6 }, { pathLength: 0 }, {}, {}],
    "4.6.11 path lengths of 6, 1, 1": [{ pathLength: 6 }, { pathLength: 1 }, { pathLength: 1 }, {}],
    "4.6.13 path lengths of 6, 4, 1 and two more": [
        { pathLength: 6 },
        { pathLength: 4 },
        { pathLength: 1 },
        {},
        {},
        {},
    ],
    "4.6.15 a path length of 0 and a self-issued": [{ name: "A", pathLength: 0 }, selfIssued("A"), {}],
    "4.6.16 a path length of 0, a self-issued and one more": [{ name: "A", pathLength: 0 }, selfIssued("A"), {}, {}],
    "4.6.17 a path length of 1 with self-issued ones": [
        { name: "A", pathLength: 1 },
        selfIssued("A"),
        { name: "B" },
        selfIssued("B"),
        {},
    ],
    "4.7.1 key usage without keyCertSign": [{ keyUsage: 0x02 }, {}],
    "4.7.3 no key usage": [{ keyUsage: "none" }, {}],
    "4.8.1 a policy throughout": [{ extensions: [policies(POLICY)] }, { extensions: [policies(POLICY)] }],
    "4.9.1 a policy demanded and none given": [{ extensions: [explicitPolicy] }, {}],
    "4.10.1 policies mapped": [{ extensions: [policies(POLICY), mapping] }, { extensions: [policies(POLICY)] }],
    "4.12.1 any policy inhibited": [
        { extensions: [policies(POLICY), inhibitAnyPolicy] },
        { extensions: [policies("2.5.29.32.0")] },
    ],
    "4.13.1 a directory name that is permitted": [permitted(directory("Good")), { organization: "Good" }],
    "4.13.2 a directory name that is not": [permitted(directory("Good")), { organization: "Bad" }],
    "4.13.2 a directory name in other letters": [permitted(directory("GOOD  org")), { organization: "good org" }],
    "4.13.5 one of two directory names": [permitted(directory("One"), directory("Two")), { organization: "Two" }],
    "4.13.7 a directory name that is excluded": [excluded(directory("Bad")), { organization: "Bad" }],
    "4.13.9 a directory name beside an excluded one": [excluded(directory("Bad")), { organization: "Good" }],
    "4.13.13 constraints of two authorities": [
        { ...permitted(dns("example.com")), organization: "One" },
        permitted(dns("a.example.com")),
        alternative(dns("b.example.com")),
    ],
    "4.13.15 permitted above and excluded below": [
        permitted(dns("example.com")),
        excluded(dns("a.example.com")),
        alternative(dns("a.example.com")),
    ],
    "4.13.21 a mail address that is permitted": [
        permitted(email(".example.com")),
        alternative(email("a@x.example.com")),
    ],
    "4.13.22 a mail address that is not": [permitted(email(".example.com")), alternative(email("a@example.com"))],
    "4.13.23 a mailbox": [permitted(email("a@example.com")), alternative(email("a@EXAMPLE.com"))],
    "4.13.24 another mailbox": [permitted(email("a@example.com")), alternative(email("A@example.com"))],
    "4.13.25 a host of mail that is excluded": [excluded(email("example.com")), alternative(email("a@example.com"))],
    "4.13.30 a DNS name that is permitted": [permitted(dns("example.com")), alternative(dns("www.Example.com"))],
    "4.13.31 a DNS name that is not": [permitted(dns("example.com")), alternative(dns("badexample.com"))],
    "4.13.32 a DNS name that is excluded": [excluded(dns("example.com")), alternative(dns("www.example.com"))],
    "4.13.33 a DNS name beside an excluded one": [excluded(dns("example.com")), alternative(dns("www.example.org"))],
    "4.13.34 a URI that is permitted": [permitted(uri(".example.com")), alternative(uri("https://a.example.com/x"))],
    "4.13.35 a URI that is not": [permitted(uri(".example.com")), alternative(uri("https://example.com/x"))],
    "4.13.36 a URI that is excluded": [excluded(uri("example.com")), alternative(uri("spiffe://example.com/x"))],
    "4.13.38 a DNS name that only ends alike": [permitted(dns("example.com")), alternative(dns("mytestexample.com"))],
    "an address that is permitted": [
        permitted(tlv(0x87, Buffer.from([10, 0, 0, 0, 255, 0, 0, 0]))),
        alternative(tlv(0x87, Buffer.from([10, 1, 2, 3]))),
    ],
    "an address that is not": [
        permitted(tlv(0x87, Buffer.from([10, 0, 0, 0, 255, 0, 0, 0]))),
        alternative(tlv(0x87, Buffer.from([11, 1, 2, 3]))),
    ],
    "a DNS name in the common name": [permitted(dns("example.com")), { name: "www.example.org" }],
    "a common name that is no DNS name": [permitted(dns("example.com")), { name: "client" }],
    "4.16.1 an unknown extension": [{}, { extensions: [extension("1.3.6.1.4.1.32473.1", tlv(0x05))] }],
    "4.16.2 an unknown critical extension": [{}, { extensions: [extension("1.3.6.1.4.1.32473.1", tlv(0x05), true)] }],
};

describe("the structure of NIST's PKITS", function () {
    this.timeout(180_000);

    let openssl: OpensslVerify;
    before(async () => {
        openssl = await OpensslVerify.start();
    });
    after(async () => {
        await openssl.stop();
    });

    for (const [name, structure] of Object.entries(STRUCTURES)) {
        it(`${name}: as OpenSSL has it, with the key and without, and never in its words`, async () => {
            const { authorities, leaf } = mint(structure);
            const texts = { cert: [leaf, ...authorities].map(({ pem }) => pem).join(""), ca: root.pem };
            const { standing, output } = await openssl.judge("pkits", leaf.pem, texts.cert, texts.ca);
            const key = keyPem(leaf.options.key);
            for (const withKey of [true, false]) {
                const spoken = await speak({ ...texts, key }, withKey);
                const codes = spoken.findings.map(({ code }) => code);
                expect(spoken.standing, `${output} ${codes.join()}`).to.equal(standing);
                expect(codes).to.not.include("openssl-refuses");
            }
        });
    }
});

function mint(structure: Structure): { readonly authorities: readonly Minted[]; readonly leaf: Minted } {
    const chain = structure.reduce<readonly Minted[]>((above, options, index) => {
        const isAuthority = index < structure.length - 1;
        const name = isAuthority ? `Authority ${String(index)}` : "client";
        const issuer = above.at(-1) ?? root;
        return [...above, mintCertificate({ name, key: pool.get(name), issuer, isAuthority, ...options })];
    }, []);
    const leaf = chain.at(-1);
    if (leaf === undefined) {
        throw new Error("expected a structure of one certificate or more");
    }
    return { authorities: chain.slice(0, -1), leaf };
}
