import { expect } from "chai";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "mocha";
import { satisfies } from "semver";
import { parse } from "yaml";
import { REPOSITORY } from "../../support/stack";

const EXAMPLES = join(REPOSITORY, "examples");
const TESTS = join(REPOSITORY, "tests");

interface Manifest {
    /** Of a program for Node.js. */
    readonly main?: string;
    readonly version: string;
    readonly dependencies: Readonly<Record<string, string>>;
}

/** In other languages, whose hosts know where to look. */
const PROGRAMS: Readonly<Record<string, string>> = { yaml: "Pulumi.yaml", python: "__main__.py" };

const names = readdirSync(EXAMPLES);
const textOf = (...path: readonly string[]): string => readFileSync(join(...path), "utf8");
const manifestOf = (folder: string): Manifest => JSON.parse(textOf(folder, "package.json")) as Manifest;

/** The names of the examples that tests say they run. */
function runByTests(): ReadonlySet<string> {
    const files = readdirSync(TESTS, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".test.ts"));
    const mentions = files.flatMap((file) => [...textOf(TESTS, file).matchAll(/\bexample: "([a-z-]+)"/g)]);
    return new Set(mentions.map(([, name = ""]) => name));
}

/** The packages that the programs in a folder load. */
function packagesOf(folder: string): readonly string[] {
    const programs = readdirSync(folder).filter((file) => /\.(ts|js|mjs)$/.test(file));
    const loads = programs.flatMap((file) => [
        ...textOf(folder, file).matchAll(/(?:from |(?<!\.)require\()"([^"]+)"/g),
    ]);
    return loads.map(([, name = ""]) => name).filter((name) => !/^(node:|\.)/.test(name));
}

describe("every example", () => {
    const tested = runByTests();
    const index = textOf(REPOSITORY, "README.md");

    it("is there to be looked at", () => {
        expect(names).to.include("quickstart");
    });

    for (const name of names) {
        describe(`examples/${name}`, () => {
            const folder = join(EXAMPLES, name);

            it("is a project that can be copied, with all that it loads", () => {
                expect(["README.md", "package.json", "Pulumi.yaml"].filter((file) => !existsSync(join(folder, file))))
                    .to.be.empty;
                const { main = PROGRAMS[name], dependencies } = manifestOf(folder);
                expect(existsSync(join(folder, String(main))), main).to.equal(true);
                expect(existsSync(join(folder, "tsconfig.json"))).to.equal(main?.endsWith(".ts"));
                expect(packagesOf(folder).filter((name) => dependencies[name] === undefined)).to.deep.equal([]);
                expect(parse(textOf(folder, "Pulumi.yaml"))).to.include({ name: `vercel-client-cert-${name}` });
            });

            it("takes this version of the package", () => {
                const range = manifestOf(folder).dependencies["pulumi-vercel-client-cert"] ?? "";
                expect(satisfies(manifestOf(REPOSITORY).version, range), range).to.equal(true);
            });

            it("is run by a test", () => {
                expect([...tested]).to.include(name);
            });

            it("is found from the README", () => {
                expect(index).to.match(new RegExp(`^\\| \\[${name}\\]\\(examples/${name}/README\\.md\\) \\|`, "m"));
            });
        });
    }
});
