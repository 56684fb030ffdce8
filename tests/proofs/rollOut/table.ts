import { RollOut, type Figures, type Scenario } from "./rollOut";

const SIXTY = { certificates: 60 };
const JITTER = [20, 400] as const;
/** Every 24 seconds one: half of five a minute. */
const EVENLY = Array.from({ length: 200 }, (_, at) => at * 24_000 + 5_000);
/** Three at once at the beginning of each minute. */
const AT_ONCE = Array.from({ length: 90 }, (_, at) => Math.floor(at / 3) * 60_000 + 10_000);

export const KINDS = ["fixed", "aligned", "sliding", "bucket"] as const;
const POLICIES = {
    "new id, kept": { uploadPolicy: "new-id", keepsReplaced: true },
    "new id, replaced": { uploadPolicy: "new-id", keepsReplaced: false },
    "same id": { uploadPolicy: "same-id" },
} as const;

export interface Row {
    readonly name: string;
    readonly scenario: Scenario;
}

/** Nobody else uses the limit. */
export const ALONE: readonly Row[] = KINDS.flatMap((window) => [
    { name: `${window}, no latency`, scenario: { ...SIXTY, limits: { window } } },
    { name: `${window}, latency`, scenario: { ...SIXTY, limits: { window }, transitMs: JITTER } },
    {
        name: `${window}, latency, reset rounded down`,
        scenario: { ...SIXTY, limits: { window, resetUnit: "seconds-down" }, transitMs: JITTER },
    },
]);

export const BY_POLICY: readonly Row[] = Object.entries(POLICIES).map(([name, policy]) => ({
    name: `sliding, latency, ${name}`,
    scenario: { ...SIXTY, policy, limits: { window: "sliding" }, transitMs: JITTER },
}));

/** Headers announce twenty instead of five. */
export const LARGER: readonly Row[] = KINDS.map((window) => ({
    name: `${window}, latency, 20 a minute`,
    scenario: { ...SIXTY, limits: { window, uploads: 20, deletions: 20 }, transitMs: JITTER },
}));

/** Somebody else takes half of the limit. */
export const SHARED: readonly Row[] = KINDS.flatMap((window) => [
    { name: `${window}, others evenly`, scenario: { ...SIXTY, limits: { window }, transitMs: JITTER, others: EVENLY } },
    {
        name: `${window}, others at once`,
        scenario: { ...SIXTY, limits: { window }, transitMs: JITTER, others: AT_ONCE },
    },
]);

export function listingsOf(certificates: number): Row {
    return { name: `${String(certificates)} refreshed`, scenario: { certificates, limits: { window: "sliding" } } };
}

export async function withRollOut<T>(scenario: Scenario, use: (rollOut: RollOut) => Promise<T>): Promise<T> {
    const rollOut = await RollOut.start(scenario);
    try {
        return await use(rollOut);
    } finally {
        rollOut.env.verify();
        await rollOut.stop();
    }
}

/** A line of the table that `npm run bench:rollOuts` prints. */
export function formatRow(name: string, { idealMs, tookMs, ratio, refused, refusedPerWindow, calls }: Figures): string {
    const seconds = (ms: number): string => (ms / 1000).toFixed(1);
    const cells = [
        name.padEnd(50),
        seconds(idealMs),
        seconds(tookMs),
        ratio.toFixed(3),
        refused,
        refusedPerWindow,
        calls,
    ];
    return cells.map((cell) => String(cell).padStart(8)).join(" ");
}

export const HEADING = [
    "scenario".padEnd(50),
    ...["ideal s", "took s", "ratio", "refused", "in a w.", "calls"].map((text) => text.padStart(8)),
].join(" ");
