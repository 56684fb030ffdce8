import { expect } from "chai";
import { describe, it } from "mocha";
import {
    formatId,
    holdsOrigin,
    mayBeSameProject,
    labelOf,
    nameProblem,
    normaliseOrigin,
    parseId,
} from "../../../provider/operations/identity";
import { quote } from "../../../provider/text/quoting";

describe("the id of a resource", () => {
    const identities = [
        { project: "site", team: undefined, origin: undefined },
        { project: "site", team: "my-team", origin: undefined },
        { project: "prj_1", team: "team_1", origin: "https://billing.example.com" },
        { project: "site", team: undefined, origin: "https://billing.example.com:8443" },
        { project: "https", team: "https", origin: "https://[2001:db8::1]" },
    ];

    for (const identity of identities) {
        it(`leads back to what it was made of: ${formatId(identity)}`, () => {
            expect(parseId(formatId(identity))).to.deep.equal(identity);
        });
    }

    it("normalises the origin of an id that was typed by hand", () => {
        expect(parseId("site/https://Billing.Example.com:443/").origin).to.equal("https://billing.example.com");
    });

    it("is not made of a team that leads nowhere, as the configuration may have it", () => {
        for (const team of ["a/b", "..", "", "x\ny"]) {
            const identity = { project: "site", team, origin: undefined };
            expect(() => formatId(identity)).to.throw("team: expected the id (team_…) or slug of a Vercel team, got");
        }
    });

    for (const id of [
        "",
        "site",
        "/*",
        "a/b/c/*",
        "site/http://x.test",
        "site/https://x.test/path",
        "//*",
        "a//*",
        "../*",
    ]) {
        it(`is refused with the expected form where it is ${JSON.stringify(id)}`, () => {
            expect(() => parseId(id)).to.throw("expected an id of the form [team/]project/https://host[:port]");
        });
    }
});

describe("an origin", () => {
    const same: readonly (readonly [string, string])[] = [
        ["https://x.example.com", "https://x.example.com"],
        ["https://X.Example.COM/", "https://x.example.com"],
        ["https://x.example.com:443", "https://x.example.com"],
        ["https://x.example.com:8443", "https://x.example.com:8443"],
        ["https://bücher.example", "https://xn--bcher-kva.example"],
    ];
    for (const [given, normalised] of same) {
        it(`${given} is ${normalised}`, () => {
            expect(normaliseOrigin(given)).to.equal(normalised);
        });
    }

    // URL.canParse of Node 20 and 22 gives another answer for letters beyond ASCII once V8 has optimised its caller.
    it("is the same in the twenty thousandth resource as in the first", () => {
        const answers = new Set(Array.from({ length: 20_000 }, () => normaliseOrigin("https://bücher.example")));
        expect([...answers]).to.deep.equal(["https://xn--bcher-kva.example"]);
    });

    const refused = [
        "",
        "x.example.com",
        "http://x.example.com",
        "https://",
        "https://u:p@x.example.com",
        "https://x.example.com/path",
        "https://x.example.com?q",
        "https://x.example.com/?",
        "https://x.example.com#f",
        " https://x.example.com",
        "https://x.example.com\n",
        "https://x.exa\tmple.com",
        "https:\\\\x.example.com",
        `https://${"x".repeat(254)}`,
        `https://x.example.com/${"./".repeat(1000)}`,
    ];
    for (const given of refused) {
        it(`${JSON.stringify(given)} is none`, () => {
            expect(normaliseOrigin(given)).to.equal(undefined);
        });
    }

    it("belongs to a project-wide certificate unless it is an https URL", () => {
        for (const listed of ["*", "", "project", "all"]) {
            expect(holdsOrigin(listed, undefined)).to.equal(true);
            expect(holdsOrigin(listed, "https://x.example.com")).to.equal(false);
        }
        expect(holdsOrigin("https://X.example.com:443/", "https://x.example.com")).to.equal(true);
        expect(holdsOrigin("https://x.example.com", undefined)).to.equal(false);
    });
});

describe("the name of a project or team", () => {
    for (const name of [
        "",
        ".",
        "..",
        "a/b",
        "a?b",
        "a#b",
        "a b",
        "a\nb",
        "a\\b",
        "a%2fb",
        "*",
        "a\u202eb",
        "a\ud800b",
        "x".repeat(257),
    ]) {
        it(`cannot be ${JSON.stringify(name.slice(0, 12))}`, () => {
            expect(nameProblem(name)).to.be.a("string");
        });
    }

    for (const name of ["site", "prj_XLKmu1DyR1eY7zq8UgeRKbA7yVLA", "my.site-2", "größe"]) {
        it(`can be ${name}`, () => {
            expect(nameProblem(name)).to.equal(undefined);
        });
    }
});

describe("two names of projects", () => {
    const site = { project: "site", team: "my-team" };
    const mayBe: readonly (readonly [string, { project: string; team: string | undefined }, boolean])[] = [
        ["the same names", site, true],
        ["the project's id", { ...site, project: "prj_1" }, true],
        ["the team's id", { ...site, team: "team_1" }, true],
        ["no team, for the token may have that one", { ...site, team: undefined }, true],
        ["another name", { ...site, project: "shop" }, false],
        ["another team", { ...site, team: "other-team" }, false],
    ];
    for (const [what, other, expected] of mayBe) {
        it(`${expected ? "may be" : "are not"} one project: ${what}`, () => {
            expect(mayBeSameProject(site, other)).to.equal(expected);
            expect(mayBeSameProject(other, site)).to.equal(expected);
        });
    }

    it("are two where both are given by different ids", () => {
        expect(mayBeSameProject({ ...site, project: "prj_1" }, { ...site, project: "prj_2" })).to.equal(false);
    });
});

describe("a user's text in a message", () => {
    it("stays on one line and within bounds", () => {
        const shown = quote(`a\nerror: forged\u2028\u0007${"x".repeat(500)}`);
        expect(shown).to.not.match(/[\p{Cc}\u2028]/u);
        expect(shown.length).to.be.lessThan(120);
    });

    it("does not repeat a key that stands where a name is expected", () => {
        expect(quote("-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIEUT")).to.equal(`"[PEM]"`);
    });

    it("names the resource by project and origin", () => {
        expect(labelOf({ project: "site", team: "t", origin: undefined })).to.equal("site/*");
        expect(labelOf({ project: "site", team: "t", origin: "https://x.test" })).to.equal("site/https://x.test");
    });
});
