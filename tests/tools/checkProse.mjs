// Checks the spelling and style of the documents with Harper, offline:
//     node tests/tools/checkProse.mjs [FILE...]
// Of its many rules these are right about good text, too; the others argue about taste, such as commas and headings.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Dialect, LocalLinter } from "harper.js";
import { binary } from "harper.js/binary";

const RULES = ["SpellCheck", "LongSentences", "RepeatedWords", "AnA", "ItsContraction", "PronounVerbAgreement"];
/** Tables of results, which tools write. */
const NO_PROSE = /(?:OUTCOMES|REPORT|RESULTS)\.md$/;
const NOT_OURS = new Set(["node_modules", "dist", "plugin", ".git"]);

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "..", "..");

function documentsBelow(folder) {
    return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
        const path = join(folder, entry.name);
        if (entry.isDirectory()) {
            return NOT_OURS.has(entry.name) ? [] : documentsBelow(path);
        }
        return path.endsWith(".md") && !NO_PROSE.test(path) ? [path] : [];
    });
}

async function newLinter() {
    const linter = new LocalLinter({ binary, dialect: Dialect.British });
    const known = Object.keys(await linter.getDefaultLintConfig());
    const missing = RULES.filter((rule) => !known.includes(rule));
    if (missing.length > 0) {
        throw new Error(`expected rules of Harper, got ${missing.join(", ")}`);
    }
    await linter.setLintConfig(Object.fromEntries(known.map((rule) => [rule, RULES.includes(rule)])));
    await linter.importWords(readFileSync(join(here, "words.txt"), "utf8").trim().split("\n"));
    return linter;
}

function describe(path, text, lint) {
    const line = text.slice(0, lint.span().start).split("\n").length;
    return `${path}:${line}: ${lint.message()} (${lint.get_problem_text().replace(/\s+/g, " ").slice(0, 80)})`;
}

const files = process.argv.length > 2 ? process.argv.slice(2) : documentsBelow("");
if (files.length === 0) {
    throw new Error("expected documents, got none");
}
const linter = await newLinter();
for (const path of files) {
    const text = readFileSync(join(root, path), "utf8");
    for (const lint of await linter.lint(text, { language: "markdown" })) {
        console.error(describe(path, text, lint));
        process.exitCode = 1;
    }
}
