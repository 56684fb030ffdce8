import { readFileSync } from "node:fs";

/** One certificate, as every column's program is given it. */
export interface Declared {
    readonly name: string;
    readonly project: string;
    readonly team: string;
    readonly origin: string;
    readonly cert: string;
    readonly key: string;
    readonly ca: string;
}

/** In the folder of the program. */
export const DECLARED_FILE = "declared.json";

export function readDeclared(): readonly Declared[] {
    return JSON.parse(readFileSync(DECLARED_FILE, "utf8")) as readonly Declared[];
}
