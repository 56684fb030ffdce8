import { markup, type Markup } from "./markup";
import type { Bar, Month, Timeline } from "./timeline";

/**
 * Pictures without a view box: positions across are per cent, so that they stretch to any width while texts, strokes
 * and corners keep their size. Colours are classes; the sheet knows light and dark.
 */

/** Defined once in a page, and used by every picture in it. */
export function definitions({ months, today }: Timeline): Markup {
    return markup`<svg class="definitions" aria-hidden="true" focusable="false">
<defs>
<pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
<rect width="6" height="6" class="hatch-ground"/><line x1="1.5" y1="0" x2="1.5" y2="6" class="hatch-line"/>
</pattern>
<g id="grid">${months.map(gridLine)}<line class="today" x1="${percent(today)}" x2="${percent(today)}" y1="0" y2="100%"/></g>
<symbol id="fine" viewBox="0 0 12 12"><path d="M2 6.5 5 9.5 10.5 2.8"/></symbol>
<symbol id="soon" viewBox="0 0 12 12"><path d="M6 1.6 11 10.4H1Z M6 4.8V7.4 M6 8.9V9"/></symbol>
<symbol id="expired" viewBox="0 0 12 12"><path d="M2.5 2.5 9.5 9.5 M9.5 2.5 2.5 9.5"/></symbol>
<symbol id="attention" viewBox="0 0 12 12"><path d="M6 1 11 6 6 11 1 6Z M6 4V6.4 M6 7.9V8"/></symbol>
<symbol id="pending" viewBox="0 0 12 12"><path d="M2 3H10 M4.5 3V1.6H7.5V3 M3 3 3.6 10.6H8.4L9 3"/></symbol>
<symbol id="looked-up" viewBox="0 0 12 12"><path d="M5 1.5A3.5 3.5 0 1 1 5 8.5 3.5 3.5 0 1 1 5 1.5 M7.6 7.6 10.8 10.8"/></symbol>
</defs>
</svg>`;
}

function gridLine({ at, isJanuary }: Month): Markup {
    return markup`<line class="${isJanuary ? "year" : "month"}" x1="${percent(at)}" x2="${percent(at)}" y1="0" y2="100%"/>`;
}

/** The months, and where today is; for the eye only, since every bar says its dates in words. */
export function axis({ months, today }: Timeline): Markup {
    const anchor = today < 0.08 ? "start" : today > 0.92 ? "end" : "middle";
    return markup`<svg class="axis" aria-hidden="true" focusable="false">
<line class="today" x1="${percent(today)}" x2="${percent(today)}" y1="16" y2="100%"/>
${months.map(axisMonth)}
<text class="today" x="${percent(today)}" y="12" text-anchor="${anchor}">today</text>
</svg>`;
}

function axisMonth({ at, label, isJanuary, fits }: Month): Markup {
    const classes = [isJanuary ? "year" : "month", ...fits].join(" ");
    return markup`<line class="tick ${classes}" x1="${percent(at)}" x2="${percent(at)}" y1="24" y2="100%"/><text class="label ${classes}" x="${percent(at)}" y="36" dx="4">${label}</text>`;
}

const BAR_HEIGHT = 16;

/** One lifetime. `name` is what a screen reader says in place of the picture. */
export function barPicture(bar: Bar | undefined, standing: string, name: string): Markup {
    return markup`<svg class="bar ${standing}" role="img" aria-label="${name}"><use href="#grid"/>${bar === undefined ? [] : lifetime(bar)}</svg>`;
}

function lifetime({ from, to, warnsFrom, isCutAtStart, isCutAtEnd }: Bar): Markup {
    const [x, width] = [percent(from), percent(to - from)];
    return markup`<g transform="translate(0 -${BAR_HEIGHT / 2})">
<rect class="life" x="${x}" y="50%" width="${width}" height="${BAR_HEIGHT}" rx="3"/>
<rect class="window" x="${percent(warnsFrom)}" y="50%" width="${percent(to - warnsFrom)}" height="${BAR_HEIGHT}" rx="3"/>
<rect class="outline" x="${x}" y="50%" width="${width}" height="${BAR_HEIGHT}" rx="3"/>
</g>${isCutAtStart ? arrow("0%", "M8 -5 3 0 8 5") : []}${isCutAtEnd ? arrow("100%", "M-8 -5 -3 0 -8 5") : []}`;
}

/** It goes on beyond the line. */
function arrow(x: string, path: string): Markup {
    return markup`<svg class="beyond" x="${x}" y="50%"><path class="arrow" d="${path}"/></svg>`;
}

/** A sign that tells a standing from the others without its colour. */
export function icon(standing: string): Markup {
    return markup`<svg class="icon" aria-hidden="true" focusable="false"><use href="#${standing}"/></svg>`;
}

/** A hundredth of a per cent is less than a pixel. */
function percent(fraction: number): string {
    return `${String(Math.round(fraction * 10_000) / 100)}%`;
}
