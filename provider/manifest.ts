import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Name and version of this package, from the manifest beside its `dist` folder. */
export const manifest = JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8")) as {
    readonly name: string;
    readonly version: string;
};
