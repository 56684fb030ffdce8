import { readdirSync, readFileSync } from "node:fs";
import { join, posix, resolve } from "node:path";

export const REPOSITORY = resolve(__dirname, "../../..");
/** What is installed, built, or the version control's own. */
const NOT_OURS = new Set(["node_modules", "dist", ".git"]);

/** The files of a folder of the repository, as paths from its root with slashes, in the order of the alphabet. */
export function filesBelow(folder: string): readonly string[] {
    return readdirSync(join(REPOSITORY, folder), { withFileTypes: true, recursive: false })
        .filter(({ name }) => !NOT_OURS.has(name))
        .flatMap((entry) => {
            const path = posix.join(folder, entry.name);
            return entry.isDirectory() ? filesBelow(path) : [path];
        })
        .sort();
}

export function readText(path: string): string {
    return readFileSync(join(REPOSITORY, path), "utf8");
}

export interface CodeBlock {
    /** What stands behind the fence, such as `ts`; empty where nothing does. */
    readonly language: string;
    readonly text: string;
    /** The file and line of its first line. */
    readonly place: string;
}

export interface Heading {
    readonly level: number;
    readonly text: string;
    /** As GitHub makes it of the text. */
    readonly anchor: string;
}

export interface Link {
    readonly target: string;
    readonly place: string;
}

/** A Markdown file of the repository. */
export class MarkdownFile {
    readonly path: string;
    readonly blocks: readonly CodeBlock[];
    readonly headings: readonly Heading[];
    readonly #lines: readonly string[];
    /** The lines, with code blocks emptied: what looks like a heading or a link there is none. */
    readonly #prose: readonly string[];

    constructor(path: string) {
        this.path = path;
        this.#lines = readText(path).split("\n");
        const { prose, blocks } = separate(path, this.#lines);
        this.#prose = prose;
        this.blocks = blocks;
        this.headings = headingsOf(prose);
    }

    get links(): readonly Link[] {
        return this.#prose.flatMap((line, index) =>
            [...line.replace(/`[^`]*`/g, "code").matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => ({
                target,
                place: `${this.path}:${String(index + 1)}`,
            })),
        );
    }

    /** The lines below a heading, down to the next of its level or a higher one, code included. */
    section(heading: string): readonly string[] {
        const found = this.headings.find(({ text }) => text === heading);
        if (found === undefined) {
            throw new Error(`expected a heading "${heading}" in ${this.path}, got none`);
        }
        const start = this.#prose.indexOf(`${"#".repeat(found.level)} ${heading}`);
        const next = new RegExp(`^#{1,${String(found.level)}} `);
        const length = this.#prose.slice(start + 1).findIndex((line) => next.test(line));
        return this.#lines.slice(start + 1, length === -1 ? undefined : start + 1 + length);
    }

    /** The rows of the first table below a heading, without its head. */
    table(heading: string): readonly (readonly string[])[] {
        const lines = this.section(heading);
        const start = lines.findIndex((line) => line.startsWith("|---"));
        const rows = lines.slice(start + 1);
        const length = rows.findIndex((line) => !line.startsWith("|"));
        return rows.slice(0, length === -1 ? undefined : length).map((row) =>
            row
                .slice(1, -1)
                .split(/(?<!\\)\|/)
                .map((cell) => cell.trim()),
        );
    }
}

export function markdownFiles(): readonly MarkdownFile[] {
    return filesBelow("")
        .filter((path) => path.endsWith(".md"))
        .map((path) => new MarkdownFile(path));
}

/** Where a link of a file leads: a path from the root of the repository, and an anchor. */
export function resolveLink(from: string, target: string): { readonly path: string; readonly anchor: string } {
    const [file = "", anchor = ""] = decodeURIComponent(target).split("#");
    const path = file === "" ? from : posix.join(posix.dirname(from), file);
    return { path, anchor };
}

function separate(path: string, lines: readonly string[]): { prose: readonly string[]; blocks: readonly CodeBlock[] } {
    const blocks: CodeBlock[] = [];
    let open: { readonly language: string; readonly from: number } | undefined;
    const prose = lines.map((line, index) => {
        const fence = /^\s*```(\S*)/.exec(line);
        if (fence === null) {
            return open === undefined ? line : "";
        }
        if (open === undefined) {
            open = { language: fence[1] ?? "", from: index + 1 };
        } else {
            const text = lines.slice(open.from, index).join("\n");
            blocks.push({ language: open.language, text, place: `${path}:${String(open.from + 1)}` });
            open = undefined;
        }
        return "";
    });
    if (open !== undefined) {
        throw new Error(`expected an end of the code block in ${path}:${String(open.from)}, got none`);
    }
    return { prose, blocks };
}

function headingsOf(prose: readonly string[]): readonly Heading[] {
    const seen = new Map<string, number>();
    return prose.flatMap((line) => {
        const [, marks, text] = /^(#{1,6}) (.*)$/.exec(line) ?? [];
        if (marks === undefined || text === undefined) {
            return [];
        }
        const slug = slugOf(text);
        const times = seen.get(slug) ?? 0;
        seen.set(slug, times + 1);
        return [{ level: marks.length, text, anchor: times === 0 ? slug : `${slug}-${String(times)}` }];
    });
}

/** Lower case; letters, digits, hyphens and underscores stay, blanks become hyphens, the rest goes (github-slugger). */
function slugOf(text: string): string {
    return text
        .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
        .toLowerCase()
        .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, "")
        .replaceAll(" ", "-");
}
