import { readFileSync } from "node:fs";
import { join } from "node:path";
import { REPOSITORY } from "./stack";

/** The shell blocks of a document, by the heading under which they stand. */
export type ShellBlocks = ReadonlyMap<string, readonly string[]>;

const HEADING = /^#+ (.+)$/;

export function readExampleReadme(example: string): string {
    return readFileSync(join(REPOSITORY, "examples", example, "README.md"), "utf8");
}

/** The blocks that a reader is to run: those in ```sh. */
export function shellBlocks(markdown: string): ShellBlocks {
    const blocks = new Map<string, string[]>();
    let heading = "";
    let block: string[] | undefined;
    for (const line of markdown.split("\n")) {
        if (block !== undefined && line === "```") {
            blocks.set(heading, [...(blocks.get(heading) ?? []), block.join("\n")]);
            block = undefined;
        } else if (block !== undefined) {
            block.push(line);
        } else if (line === "```sh") {
            block = [];
        } else {
            heading = HEADING.exec(line)?.[1] ?? heading;
        }
    }
    return blocks;
}
