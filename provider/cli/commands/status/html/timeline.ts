import type { JudgedCertificate } from "../statusWarnings";

/** Where things stand on a line of time; positions are fractions of its width. */
export type Timeline = Readonly<ReturnType<typeof layOut>>;
export type Month = Timeline["months"][number];
export type Bar = NonNullable<Timeline["bars"][number]>;

export type Width = "narrow" | "medium" | "wide";

/** How far the line goes at most. What lasts longer is cut, so that it does not squeeze what ends next month. */
const MOST_MONTHS_BEFORE = 12;
const MOST_MONTHS_AFTER = 18;
const LEAST_MONTHS_AFTER = 3;

type Dated = Pick<JudgedCertificate, "fromMs" | "toMs" | "warnsFromMs">;

export function layOut(certificates: readonly Dated[], nowMs: number) {
    const { startMs, endMs } = rangeOf(certificates, nowMs);
    const at = (ms: number): number => (ms - startMs) / (endMs - startMs);
    return {
        months: monthsOf(startMs, endMs, at),
        today: at(nowMs),
        /** In the order of the certificates; none where the dates are not known. */
        bars: certificates.map((one) => barOf(one, at)),
    };
}

/** Whole months, as far as there is an end or a beginning within reach. */
function rangeOf(certificates: readonly Dated[], nowMs: number) {
    const earliestMs = monthAfter(nowMs, -MOST_MONTHS_BEFORE);
    const latestMs = monthAfter(nowMs, MOST_MONTHS_AFTER);
    const dates = certificates
        .flatMap(({ fromMs, toMs }) => [fromMs, toMs])
        .filter((ms) => ms !== undefined)
        .filter((ms) => ms >= earliestMs && ms < latestMs);
    const first = dates.reduce((one, other) => Math.min(one, other), nowMs);
    const last = dates.reduce((one, other) => Math.max(one, other), nowMs);
    return {
        startMs: monthAfter(first, 0),
        endMs: Math.max(monthAfter(last, 1), monthAfter(nowMs, LEAST_MONTHS_AFTER)),
    };
}

/** The beginning of the month that is so many after that of `ms`. */
function monthAfter(ms: number, months: number): number {
    const date = new Date(ms);
    return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months);
}

/** As 24 Nov 2026, in UTC. */
export function dateText(ms: number): string {
    return new Date(ms).toUTCString().split(" ").slice(1, 4).join(" ").replace(/^0/, "");
}

/** How many labels have room side by side. */
const MOST_LABELS: Readonly<Record<Width, number>> = { narrow: 6, medium: 10, wide: 18 };
const STEPS_MONTHS = [1, 2, 3, 6, 12];

function monthsOf(startMs: number, endMs: number, at: (ms: number) => number) {
    const firsts: number[] = [];
    for (let ms = startMs; ms < endMs; ms = monthAfter(ms, 1)) {
        firsts.push(ms);
    }
    const stepFor = (width: Width): number =>
        STEPS_MONTHS.find((step) => firsts.length / step <= MOST_LABELS[width]) ?? 12;
    return firsts.map((ms) => {
        const [, name = "", year = ""] = dateText(ms).split(" ");
        const month = new Date(ms).getUTCMonth();
        return {
            /** The first day of the month, in UTC. */
            at: at(ms),
            label: month === 0 ? year : name,
            isJanuary: month === 0,
            /** On which widths there is room for its label. */
            fits: (["narrow", "medium", "wide"] as const).filter((width) => month % stepFor(width) === 0),
        };
    });
}

function barOf({ fromMs, toMs, warnsFromMs }: Dated, at: (ms: number) => number) {
    if (toMs === undefined || warnsFromMs === undefined) {
        return undefined;
    }
    const from = fromMs === undefined ? -1 : at(fromMs);
    const to = Math.max(at(toMs), from);
    return {
        from: within(from),
        to: within(to),
        warnsFrom: within(Math.min(Math.max(at(warnsFromMs), from), to)),
        /** It began before the line does, or ends after it. */
        isCutAtStart: from < 0,
        isCutAtEnd: to > 1,
    };
}

function within(position: number): number {
    return Math.min(Math.max(position, 0), 1);
}
