import { join } from "node:path";

/** What is measured side by side: programs that declare the same certificates. */
export interface Column {
    readonly name: ColumnName;
    readonly title: string;
    /** The compiled program. */
    readonly program: string;
}

export const COLUMN_NAMES = ["a", "b", "c", "d"] as const;
export type ColumnName = (typeof COLUMN_NAMES)[number];

const PROGRAMS = join(__dirname, "programs");

export const COLUMNS: Readonly<Record<ColumnName, Column>> = {
    a: { name: "a", title: "this resource", program: join(PROGRAMS, "thisResource.js") },
    b: {
        name: "b",
        title: "an empty dynamic resource that holds the same inputs",
        program: join(PROGRAMS, "floor.js"),
    },
    c: { name: "c", title: "the dynamic provider of Pulumi's documentation", program: join(PROGRAMS, "documented.js") },
    d: {
        name: "d",
        title: "the empty dynamic resource, with axios, node-forge and TLS loaded in its provider",
        program: join(PROGRAMS, "loadedFloor.js"),
    },
};
