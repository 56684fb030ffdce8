import { existsSync } from "node:fs";
import Module from "node:module";
import { relative } from "node:path";

interface Loader {
    runMain: () => void;
    _load(file: string, parent: null, isMain: boolean): unknown;
}

/** Node under the name of a program that a test has written (see testProgram.ts) runs that one's script. */
const script = process.execPath.replace(/\.exe$/i, ".program.js");
if (script !== process.execPath && existsSync(script)) {
    const [, first, ...others] = process.argv;
    // Node took the first argument for a file.
    const given = first === undefined ? [] : [relative(process.cwd(), first), ...others];
    process.argv = [process.execPath, script, ...given];
    const loader = Module as unknown as Loader;
    loader.runMain = () => {
        loader._load(script, null, true);
    };
}
