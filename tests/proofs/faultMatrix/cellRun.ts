import type { LimitedOperation } from "../../vercel/limits";
import type { Bench, Cell } from "./bench";
import type { FaultKind } from "./faultTable";
import type { Scenario } from "./scenarios";

/** How a cell ended. */
export type Outcome =
    /** The run succeeded, as if nothing had happened. */
    | "healed"
    /** The run succeeded with a warning; the next plain run did the rest. */
    | "warned"
    /** The run failed with an error that says what to do; the next plain run converged. */
    | "failed"
    /** The next plain run, too, ended in an error or a warning that says what to do; doing that, it converged. */
    | "refused";

/** A call by its place among the calls of a run. */
export interface CallPlace {
    readonly operation: LimitedOperation;
    readonly index: number;
    /** How many calls of the same operation come before it. */
    readonly sameBefore: number;
}

export interface PlacedFault {
    readonly place: CallPlace;
    readonly fault: FaultKind;
}

export interface CellResult {
    readonly outcome: Outcome;
    /** The calls of the run that met the faults. */
    readonly calls: readonly LimitedOperation[];
}

/** Longer than what a listing waits for others to share it, and shorter than any pause before a retry. */
const GATHERING_MS = 100;

/** More calls than any run may make, whatever it meets. */
const MOST_CALLS = 16;

/** One scenario with its faults: the run that meets them, one plain run, and one more that must find nothing to do. */
export async function runCell(bench: Bench, scenario: Scenario, faults: readonly PlacedFault[]): Promise<CellResult> {
    const cell = bench.newCell();
    await scenario.arrange(cell);
    const gaps = watchForGaps(cell, scenario);
    try {
        await inject(bench, faults);
        const first = await attempt(cell, scenario);
        await bench.fakeVercel.reopen();
        expectBounded(bench, first.calls);
        const outcome = await converge(cell, scenario, first);
        await expectQuiet(cell, scenario);
        gaps.expectNone();
        return { outcome, calls: first.calls };
    } finally {
        gaps.end();
    }
}

function expectBounded({ fakeVercel }: Bench, calls: readonly LimitedOperation[]): void {
    if (calls.length > MOST_CALLS) {
        throw new Error(`expected at most ${String(MOST_CALLS)} calls, got ${calls.join(", ")}`);
    }
    if (fakeVercel.pendingFaults > 0) {
        throw new Error(`expected every fault to hit a call, but the run made only ${calls.join(", ")}`);
    }
}

interface Attempt {
    readonly error: string | undefined;
    readonly warned: boolean;
    readonly calls: readonly LimitedOperation[];
}

async function attempt(cell: Cell, { act }: Scenario): Promise<Attempt> {
    const { requests } = cell.bench.fakeVercel;
    const [linesBefore, callsBefore] = [cell.lines.length, requests.length];
    let error: string | undefined;
    try {
        await act(cell);
    } catch (thrown) {
        error = cell.show(thrown);
        expectHelpful(error);
    }
    const calls = requests.slice(callsBefore).map(({ operation }) => {
        if (operation === "other") {
            throw new Error("expected only documented calls, got another");
        }
        return operation;
    });
    return { error, calls, warned: cell.lines.length > linesBefore };
}

async function converge(cell: Cell, scenario: Scenario, first: Attempt): Promise<Outcome> {
    if (first.error === undefined && scenario.problem(cell) === undefined) {
        return first.warned ? "warned" : "healed";
    }
    if (first.error === undefined && !first.warned) {
        throw new Error(`expected a warning, got success without a word, and ${String(scenario.problem(cell))}`);
    }
    const second = await attempt(cell, scenario);
    if (second.error === undefined && scenario.problem(cell) === undefined) {
        return first.error === undefined ? "warned" : "failed";
    }
    await followAdvice(cell, scenario, second);
    return "refused";
}

/** What the message of a run says that a user should do, done. */
async function followAdvice(cell: Cell, scenario: Scenario, { error }: Attempt): Promise<void> {
    const said = error ?? cell.lines.at(-1) ?? "";
    if (!said.includes("allowOverwrite: true")) {
        throw new Error(`expected advice, got: ${said} (${String(scenario.problem(cell))})`);
    }
    cell.overrides = { ...cell.overrides, allowOverwrite: true };
    await cell.up({ replace: error === undefined });
    const problem = scenario.problem(cell);
    if (problem !== undefined) {
        throw new Error(`expected the advice to help, got ${problem}; it was: ${said}`);
    }
}

async function expectQuiet(cell: Cell, scenario: Scenario): Promise<void> {
    const { requests } = cell.bench.fakeVercel;
    const before = requests.length;
    if (cell.engine.current !== undefined) {
        await cell.up();
    }
    const problem = scenario.problem(cell);
    if (requests.length > before || problem !== undefined) {
        throw new Error(`expected nothing left to do, got ${problem ?? "more calls"}`);
    }
}

/** One line or a few, not endless, and with a way on. */
function expectHelpful(message: string): void {
    const says = /\b(check|set|run|use|wait|ask|look|quote|redirects are not followed)\b/i.test(message);
    if (!says || message.length > 1500 || /\p{Cc}/u.test(message.replaceAll("\n", ""))) {
        throw new Error(`expected a message that says what to do, got: ${message}`);
    }
}

/** Between any two calls, an origin that has a certificate and keeps one declared must hold one. */
function watchForGaps(cell: Cell, { holds }: Scenario): { end(): void; expectNone(): void } {
    const { fakeVercel } = cell.bench;
    const outer = fakeVercel.onEvent;
    let gap: string | undefined;
    fakeVercel.onEvent = (event) => {
        outer?.(event);
        if (event.kind === "request" && holds !== undefined && cell.held(holds).length === 0) {
            gap ??= event.request.operation;
        }
    };
    return {
        end: () => {
            fakeVercel.onEvent = outer;
        },
        expectNone: () => {
            if (gap !== undefined) {
                throw new Error(`expected the origin never to be without a certificate, got a gap after: ${gap}`);
            }
        },
    };
}

async function inject({ fakeVercel, clock }: Bench, faults: readonly PlacedFault[]): Promise<void> {
    clock.onSleep = undefined;
    const pending: CallPlace[] = [];
    for (const { place, fault } of faults) {
        if (fault.refuses === true) {
            await fakeVercel.refuseAfter(place.index);
            // A retry finds the door open again.
            clock.onSleep = async (milliseconds) => {
                if (milliseconds > GATHERING_MS) {
                    await fakeVercel.reopen();
                }
            };
        } else {
            const { operation } = place;
            const skip = place.sameBefore - pending.filter((other) => other.operation === operation).length;
            fakeVercel.addFault({ ...fault.make(clock.now(), operation), operation, skip });
            pending.push(place);
        }
    }
}
