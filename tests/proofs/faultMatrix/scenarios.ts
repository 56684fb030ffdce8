import { ORIGIN } from "../../support/testEnvironment";
import type { Cell, PolicyName } from "./bench";

/** One operation in one situation; the faults hit the calls that `act` makes. */
export interface Scenario {
    readonly name: string;
    /** Ways of Vercel under which the situation cannot arise. */
    readonly except?: readonly PolicyName[];
    /** Whether the calls that a first fault leads to are hit by every fault as well. */
    readonly deep?: boolean;
    /** The origin that must hold a certificate at every moment, since one was there and one is declared. */
    readonly holds?: string;
    readonly arrange: (cell: Cell) => Promise<void>;
    readonly act: (cell: Cell) => Promise<void>;
    /** What still differs from what was asked for, at the end. */
    readonly problem: (cell: Cell) => string | undefined;
}

const OTHER_ORIGIN = "https://other.example.com";
const up = (cell: Cell): Promise<void> => cell.up();
const destroy = (cell: Cell): Promise<void> => cell.engine.destroy(cell.newRun());
const isDeclared = (cell: Cell): string | undefined => cell.whyNotDeclared();
const isGone = (cell: Cell): string | undefined => cell.whyNotGone();

/** A rotation whose old certificate could not be deleted. */
async function leaveStale(cell: Cell): Promise<void> {
    await cell.up();
    cell.declaredLeaf = 1;
    cell.bench.fakeVercel.addFault({ operation: "delete", kind: "status", status: 409 });
    await cell.up();
    const stale = cell.engine.current?.outputs["staleCertIds"];
    if (!Array.isArray(stale) || stale.length !== 1) {
        throw new Error(`expected one stale id to begin with, got ${JSON.stringify(stale)}`);
    }
}

export const SCENARIOS: readonly Scenario[] = [
    { name: "create", deep: true, arrange: () => Promise.resolve(), act: up, problem: isDeclared },
    {
        name: "create, taking over",
        holds: ORIGIN,
        arrange: (cell) => {
            cell.place(1);
            cell.overrides = { allowOverwrite: true };
            return Promise.resolve();
        },
        act: up,
        problem: isDeclared,
    },
    {
        name: "rotate",
        deep: true,
        holds: ORIGIN,
        arrange: async (cell) => {
            await cell.up();
            cell.declaredLeaf = 1;
        },
        act: up,
        problem: isDeclared,
    },
    {
        name: "rotate, with a stale id",
        except: ["same id", "new id, old one goes"],
        holds: ORIGIN,
        arrange: async (cell) => {
            await leaveStale(cell);
            cell.declaredLeaf = 2;
        },
        act: up,
        problem: isDeclared,
    },
    {
        name: "clean up a stale id",
        except: ["same id", "new id, old one goes"],
        holds: ORIGIN,
        arrange: leaveStale,
        act: up,
        problem: isDeclared,
    },
    {
        name: "rename the project",
        holds: ORIGIN,
        arrange: async (cell) => {
            await cell.up();
            cell.overrides = { project: cell.projectId };
        },
        act: up,
        problem: isDeclared,
    },
    {
        name: "replace, other origin",
        arrange: async (cell) => {
            await cell.up();
            cell.overrides = { origin: OTHER_ORIGIN };
        },
        act: up,
        problem: isDeclared,
    },
    {
        name: "refresh",
        holds: ORIGIN,
        arrange: up,
        act: (cell) => cell.engine.refresh(cell.newRun()),
        problem: isDeclared,
    },
    { name: "destroy", deep: true, arrange: up, act: destroy, problem: isGone },
    {
        name: "destroy, with a stale id",
        except: ["same id", "new id, old one goes"],
        arrange: leaveStale,
        act: destroy,
        problem: isGone,
    },
];
