import type { LimitedOperation } from "../../vercel/limits";
import type { Bench, PolicyName } from "./bench";
import { runCell, type CallPlace, type CellResult, type Outcome, type PlacedFault } from "./cellRun";
import { FAULTS } from "./faultTable";
import type { Scenario } from "./scenarios";

/** What became of one cell. */
export interface CellRecord {
    readonly policy: PolicyName;
    readonly scenario: string;
    /** The fault that leads to the call, where the call is made only because of one. */
    readonly after: string | undefined;
    readonly call: CallPlace;
    readonly fault: string;
    readonly outcome: Outcome | "FAILURE";
    /** Why it is a failure. */
    readonly reason?: string;
}

/** After these, a write may have happened or not: the calls that find out are hit by every fault as well. */
const DOUBTS = ["reset, no effect", "reset, after the effect"];

/** All cells of a scenario: each call that it makes with each fault, and the same for the calls that find out. */
export async function runScenario(bench: Bench, scenario: Scenario): Promise<readonly CellRecord[]> {
    const plain = await runCell(bench, scenario, []);
    const records: CellRecord[] = [];
    for (const call of placesOf(plain.calls)) {
        for (const fault of FAULTS) {
            const { record, result } = await runOne(bench, scenario, [], { place: call, fault });
            records.push(record);
            if (
                scenario.deep === true &&
                DOUBTS.includes(fault.name) &&
                call.operation !== "list" &&
                result !== undefined
            ) {
                records.push(...(await runFollowing(bench, scenario, { place: call, fault }, result)));
            }
        }
    }
    return records;
}

async function runFollowing(
    bench: Bench,
    scenario: Scenario,
    first: PlacedFault,
    { calls }: CellResult,
): Promise<readonly CellRecord[]> {
    const records: CellRecord[] = [];
    for (const call of placesOf(calls).filter(({ index }) => index > first.place.index)) {
        for (const fault of FAULTS) {
            records.push((await runOne(bench, scenario, [first], { place: call, fault })).record);
        }
    }
    return records;
}

async function runOne(
    bench: Bench,
    scenario: Scenario,
    before: readonly PlacedFault[],
    last: PlacedFault,
): Promise<{ readonly record: CellRecord; readonly result?: CellResult }> {
    const cell = {
        policy: bench.policy,
        scenario: scenario.name,
        after: before.map(({ place, fault }) => `${place.operation}: ${fault.name}`)[0],
        call: last.place,
        fault: last.fault.name,
    };
    try {
        const result = await runCell(bench, scenario, [...before, last]);
        return { record: { ...cell, outcome: result.outcome }, result };
    } catch (error) {
        const reason = error instanceof Error ? error.message : "no error";
        return { record: { ...cell, outcome: "FAILURE", reason } };
    }
}

function placesOf(calls: readonly LimitedOperation[]): readonly CallPlace[] {
    return calls.map((operation, index) => ({
        operation,
        index,
        sameBefore: calls.slice(0, index).filter((other) => other === operation).length,
    }));
}
