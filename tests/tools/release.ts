import { join } from "node:path";
import { existsSync, readFileSync } from "node:fs";

/** What a release consists of, besides the code. */
export interface Release {
    /** As pushed, such as `v1.2.3`. */
    readonly tag: string;
    /** Of package.json. */
    readonly version: string;
    readonly changelog: string;
    /** The files of tests/engine/states. */
    readonly hasState: (file: string) => boolean;
}

/** Everything that keeps a tag from being published. */
export function releaseProblems({ tag, version, changelog, hasState }: Release): readonly string[] {
    const problems: string[] = [];
    if (tag !== `v${version}`) {
        problems.push(`expected the tag v${version}, as in package.json, got ${tag}`);
    }
    if (sectionOf(changelog, version) === "") {
        problems.push(`expected a section "## [${version}]" with text in CHANGELOG.md, got none`);
    }
    if (!hasState(`v${version}.json`)) {
        problems.push(`expected tests/engine/states/v${version}.json; record it with \`npm run generate:state\``);
    }
    return problems;
}

export function readRelease(repository: string, tag: string): Release {
    const read = (file: string): string => readFileSync(join(repository, file), "utf8");
    return {
        tag,
        version: (JSON.parse(read("package.json")) as { version: string }).version,
        changelog: read("CHANGELOG.md"),
        hasState: (file) => existsSync(join(repository, "tests/engine/states", file)),
    };
}

function sectionOf(changelog: string, version: string): string {
    const sections = changelog.split(/^## /m).slice(1);
    const own = sections.find((section) => section.startsWith(`[${version}]`));
    return own?.split("\n").slice(1).join("\n").trim() ?? "";
}
