import type { Answer } from "./answers";
import { paragraphs, table, type Line } from "../../terminal";
import type { Step } from "./examination";
import type { SeenLimit } from "./traffic";

/** What a run found out, fit for an issue that anybody can read: neither secrets nor names of teams and projects. */
export interface DoctorReport {
    readonly version: string;
    readonly node: string;
    /** ISO 8601, UTC. */
    readonly at: string;
    readonly steps: readonly Step[];
    readonly answers: readonly Answer[];
    readonly limits: Readonly<Record<string, SeenLimit>>;
    /** The names of the properties of a listing and of its entries. */
    readonly listing: { readonly ofListing: readonly string[]; readonly ofEntries: readonly string[] };
}

export function reportText(report: DoctorReport): readonly Line[] {
    const { version, node, at, steps, answers, limits, listing } = report;
    const limitRows = Object.entries(limits).map(([operation, seen]) => [operation, ...limitCells(seen)]);
    return paragraphs(
        [[`pulumi-vercel-client-cert ${version}, Node ${node}, ${at}`]],
        table([["STEP", "OUTCOME", "DETAIL"], ...steps.map(({ step, outcome, detail }) => [step, outcome, detail])]),
        answers.flatMap(({ question, answer, behaviour }) => [
            [question],
            [`    ${answer}`],
            [`    The package: ${behaviour}.`],
        ]),
        table([["HEADERS OF", "LIMIT", "REMAINING", "RESET"], ...limitRows]),
        [[`A listing has ${namesOf(listing.ofListing)}; an entry of it has ${namesOf(listing.ofEntries)}.`]],
    );
}

function limitCells({ limit, remaining, reset }: SeenLimit): readonly string[] {
    const resetCell = reset === null ? "none" : `${reset.unit} since the epoch, ${String(reset.awaySeconds)} s away`;
    return [String(limit ?? "none"), String(remaining ?? "none"), resetCell];
}

function namesOf(names: readonly string[]): string {
    return names.length === 0 ? "no properties" : names.join(", ");
}
