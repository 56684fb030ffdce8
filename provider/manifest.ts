import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What this package says of itself, from the manifest beside its `dist` folder. */
export const manifest = JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8")) as {
    readonly name: string;
    readonly version: string;
    /** Written where a release is packed: nobody knows before which repository it comes from. */
    readonly repository?: { readonly url: string };
};
