// Type-checks every example that has a tsconfig.json, each by its own. One process for all, so that the declarations
// of the SDK are read once.
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";

const examples = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "examples");
const projects = readdirSync(examples)
    .map((name) => join(examples, name, "tsconfig.json"))
    .filter((file) => existsSync(file));
if (projects.length === 0) {
    throw new Error(`expected examples with a tsconfig.json in ${examples}, got none`);
}

const files = new Map();

function hostFor(options) {
    const host = ts.createCompilerHost(options);
    const read = host.getSourceFile.bind(host);
    host.getSourceFile = (file, languageVersion, ...others) => {
        // What a file is read as depends on the nearest package.json only, so the same for all.
        if (!files.has(file)) {
            files.set(file, read(file, languageVersion, ...others));
        }
        return files.get(file);
    };
    return host;
}

function check(project) {
    const unreadable = [];
    const parsed = ts.getParsedCommandLineOfConfigFile(
        project,
        { noEmit: true },
        { ...ts.sys, onUnRecoverableConfigFileDiagnostic: (diagnostic) => unreadable.push(diagnostic) },
    );
    if (parsed === undefined) {
        return unreadable;
    }
    const { fileNames: rootNames, options, errors } = parsed;
    const program = ts.createProgram({ rootNames, options, host: hostFor(options) });
    return [...errors, ...ts.getPreEmitDiagnostics(program)];
}

const problems = projects.flatMap(check);
if (problems.length > 0) {
    const format = {
        getCanonicalFileName: (file) => file,
        getCurrentDirectory: ts.sys.getCurrentDirectory,
        getNewLine: () => "\n",
    };
    process.stderr.write(ts.formatDiagnostics(problems, format));
    process.exitCode = 1;
}
