import { parseArgs } from "node:util";
import { COLUMN_NAMES, type ColumnName } from "./columns";

export interface BenchOptions {
    /** How many resources, and how often all is repeated with so many. */
    readonly sizes: readonly { readonly n: number; readonly repeat: number }[];
    readonly columns: readonly ColumnName[];
    /** A profile instead of the measurement. */
    readonly profile: boolean;
    /** Whether complete rounds of an earlier run count, instead of being measured anew. */
    readonly resume: boolean;
    /** Every row once in a round, for a test of the bench itself. */
    readonly brief?: boolean;
    /** The folder that the report is written to; by default the one that it is kept in. */
    readonly out?: string;
}

const QUICK: Readonly<Record<number, number>> = { 1: 2, 50: 1 };
/** Within 35 minutes on two cores: the largest takes half of that for one round. */
const FULL: Readonly<Record<number, number>> = { 1: 5, 50: 3, 200: 2, 500: 1 };
const PROFILE_N = 500;

export const USAGE = `npm run bench -- [--full] [--n 1,50,200,500] [--repeat R] [--columns a,b,c,d] [--resume] [--out FOLDER]
npm run bench -- --profile [--n 500]

Without options: N = 1 and 50, in a few minutes. --full: N = 1, 50, 200 and 500.
Results of sizes that were not asked for stay in the report, if they are of the same machine and versions. --resume: so do
complete rounds of those that were, and only the missing ones are run.`;

/** Throws where an option is not understood. */
export function parseOptions(args: readonly string[]): BenchOptions {
    const { values } = parseArgs({
        args: [...args],
        options: {
            n: { type: "string" },
            repeat: { type: "string" },
            columns: { type: "string" },
            out: { type: "string" },
            full: { type: "boolean", default: false },
            profile: { type: "boolean", default: false },
            resume: { type: "boolean", default: false },
        },
    });
    const repetitions = values.full || values.n !== undefined ? FULL : QUICK;
    const chosen = values.n ?? (values.profile ? String(PROFILE_N) : Object.keys(repetitions).join(","));
    const repeat = values.repeat === undefined ? undefined : wholeNumber("--repeat", values.repeat);
    return {
        sizes: chosen.split(",").map((text) => {
            const n = wholeNumber("--n", text);
            return { n, repeat: repeat ?? repetitions[n] ?? 1 };
        }),
        columns: (values.columns ?? COLUMN_NAMES.join(",")).split(",").map(columnName),
        profile: values.profile,
        resume: values.resume,
        ...(values.out === undefined ? {} : { out: values.out }),
    };
}

function wholeNumber(option: string, text: string): number {
    const number = Number(text);
    if (!Number.isInteger(number) || number < 1) {
        throw new Error(`${option}: expected whole numbers from 1 on, got "${text}"`);
    }
    return number;
}

function columnName(text: string): ColumnName {
    const found = COLUMN_NAMES.find((name) => name === text);
    if (found === undefined) {
        throw new Error(`--columns: expected some of ${COLUMN_NAMES.join(", ")}, got "${text}"`);
    }
    return found;
}
