// Counts the circles of imports in provider/, imports of types included: what two files share belongs in a third.
// (`import/no-cycle` of ESLint leaves types out.)
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const root = join(dirname(fileURLToPath(import.meta.url)), "..", "..");
const files = readdirSync(join(root, "provider"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.name.endsWith(".ts"))
    .map((entry) => join(entry.parentPath, entry.name));
if (files.length === 0) {
    throw new Error("expected files in provider/, got none");
}

const importedBy = new Map(
    files.map((file) => {
        const { importedFiles } = ts.preProcessFile(readFileSync(file, "utf8"), true, true);
        const targets = importedFiles.map(({ fileName }) => `${join(dirname(file), fileName)}.ts`);
        return [file, targets.filter((target) => files.includes(target))];
    }),
);

const circles = [];
const done = new Set();

function visit(file, path) {
    const at = path.indexOf(file);
    if (at >= 0) {
        circles.push([...path.slice(at), file].map((step) => relative(root, step)).join(" -> "));
    } else if (!done.has(file)) {
        importedBy.get(file).forEach((target) => visit(target, [...path, file]));
        done.add(file);
    }
}

files.forEach((file) => visit(file, []));
process.stdout.write([`${files.length} files, ${circles.length} circles of imports`, ...circles, ""].join("\n"));
process.exitCode = circles.length === 0 ? 0 : 1;
