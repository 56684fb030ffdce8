/**
 * Light, dark and print; from 400 pixels on. The colours of text have a contrast of 4.5 and more to their ground, and no
 * colour says anything that a sign, a pattern or a word does not say as well.
 */
export const PAGE_STYLE: string = `
:root {
    color-scheme: light dark;
    --ground: #f4f6f9; --card: #ffffff; --text: #1b2430; --muted: #586474; --line: #e3e8ee; --year: #c3ccd7;
    --fine: #1a7f5f; --fine-fill: #a9dcc8; --fine-soft: #e6f5ef;
    --soon: #92580a; --soon-fill: #f0b64f; --soon-soft: #fdf2dc;
    --expired: #b3282d; --expired-fill: #f6d5d5; --expired-soft: #fceaea;
    --attention: #6341b8; --attention-fill: #cfc2ef; --attention-soft: #f0ecfb;
    --quiet: #566273; --quiet-fill: #d9dfe7; --quiet-soft: #eef1f5;
    --today: #1d5fd1;
    --what: 19rem; --how: 10.5rem; --gap: 1.25rem;
}
@media screen and (prefers-color-scheme: dark) {
    :root {
        --ground: #0e131a; --card: #161d27; --text: #e7ecf3; --muted: #9dabbc; --line: #263140; --year: #435163;
        --fine: #62d0a8; --fine-fill: #23624d; --fine-soft: #12302a;
        --soon: #f0b959; --soon-fill: #b97f1d; --soon-soft: #352711;
        --expired: #ff8e8b; --expired-fill: #4d2429; --expired-soft: #3a1b20;
        --attention: #bda6ff; --attention-fill: #4a3a80; --attention-soft: #282143;
        --quiet: #a3b0c1; --quiet-fill: #333f4f; --quiet-soft: #222c39;
        --today: #6ea8ff;
    }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
    margin: 0; padding: 2.25rem 1.5rem 3rem; background: var(--ground); color: var(--text);
    font: 400 0.9375rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Liberation Sans", Arial, sans-serif;
    font-variant-numeric: tabular-nums;
}
header, main, footer { max-width: 84rem; margin: 0 auto; }
h1 { margin: 0; font-size: 1.625rem; line-height: 1.2; font-weight: 650; letter-spacing: -0.015em; }
h2 { margin: 0; font-size: 1.0625rem; line-height: 1.3; font-weight: 650; }
h3 { margin: 0; font-size: 0.8125rem; font-weight: 650; letter-spacing: 0.01em; }
h3 span { margin-left: 0.375rem; color: var(--muted); font-weight: 400; }
header p { margin: 0.375rem 0 0; color: var(--muted); }
footer { margin-top: 1.5rem; color: var(--muted); font-size: 0.8125rem; }
ul, ol { list-style: none; margin: 0; padding: 0; }
code { font: 0.9em ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
.definitions { position: absolute; width: 0; height: 0; }
.card { margin-top: 1rem; padding: 1.25rem 1.5rem; background: var(--card); border: 1px solid var(--line); border-radius: 0.75rem; }
.icon { flex: none; width: 0.75rem; height: 0.75rem; fill: none; stroke: currentColor; stroke-width: 1.6; stroke-linecap: round; stroke-linejoin: round; }

.tiles { display: grid; grid-template-columns: repeat(4, 1fr); gap: 1rem; margin-top: 1.5rem; }
.tile {
    display: grid; grid-template-columns: auto 1fr; align-items: center; column-gap: 0.875rem;
    padding: 0.875rem 1.125rem; background: var(--card); border: 1px solid var(--line); border-radius: 0.75rem; color: var(--tone);
}
.tile .icon { grid-row: span 2; width: 2.25rem; height: 2.25rem; padding: 0.625rem; border-radius: 50%; background: var(--soft); stroke-width: 1.5; }
.tile strong { font-size: 1.5rem; line-height: 1.2; font-weight: 650; }
.tile span { color: var(--muted); font-size: 0.8125rem; line-height: 1.3; }
.tile.none { color: var(--muted); }
.tile.none .icon { background: var(--quiet-soft); }

.fine { --tone: var(--fine); --fill: var(--fine-fill); --soft: var(--fine-soft); }
.soon { --tone: var(--soon); --fill: var(--fine-fill); --soft: var(--soon-soft); }
.expired { --tone: var(--expired); --fill: var(--expired-fill); --soft: var(--expired-soft); }
.attention { --tone: var(--attention); --fill: var(--attention-fill); --soft: var(--attention-soft); }
.pending, .looked-up { --tone: var(--quiet); --fill: var(--quiet-fill); --soft: var(--quiet-soft); }

.badge {
    display: inline-flex; align-items: center; gap: 0.375rem; padding: 0.125rem 0.5625rem 0.125rem 0.4375rem; border-radius: 1rem;
    background: var(--soft); color: var(--tone); font-style: normal; font-size: 0.8125rem; line-height: 1.4; font-weight: 600; white-space: nowrap;
}

.head { display: flex; flex-wrap: wrap; justify-content: space-between; align-items: center; gap: 0.5rem 1.5rem; }
.legend { display: flex; flex-wrap: wrap; gap: 0.25rem 1.125rem; color: var(--muted); font-size: 0.8125rem; }
.legend li { display: flex; align-items: center; gap: 0.4375rem; }
.legend .bar { width: 28px; height: 14px; }
.scale {
    position: sticky; top: 0; z-index: 1; margin: 0.5rem -1.5rem 0; padding: 0.25rem calc(1.5rem + var(--how) + var(--gap)) 0 calc(1.5rem + var(--what) + var(--gap));
    background: var(--card);
}
.axis { display: block; width: 100%; height: 42px; overflow: visible; }
.axis text { font-size: 12px; fill: var(--muted); }
.axis text.month { stroke: var(--card); stroke-width: 3px; paint-order: stroke; }
.axis text.label { display: none; }
.axis text.wide { display: inline; }
.axis text.year { fill: var(--text); font-weight: 650; }
.axis text.today { fill: var(--today); font-weight: 650; }
line.month, line.tick { stroke: var(--line); }
line.year, line.tick.year { stroke: var(--year); }
line.today { stroke: var(--today); stroke-width: 1.5; }

.stack h3 { margin: 0 -1.5rem; padding: 0.375rem 1.5rem; background: var(--quiet-soft); border-block: 1px solid var(--line); }
.timeline .stack:last-child ol { margin-bottom: -0.5rem; }
.row {
    display: grid; grid-template-columns: var(--what) minmax(0, 1fr) var(--how); column-gap: var(--gap); align-items: stretch;
}
.row + .row { border-top: 1px solid var(--line); }
.what, .how { display: flex; flex-direction: column; justify-content: center; min-width: 0; padding: 0.5rem 0; }
.what b { font-weight: 600; overflow-wrap: anywhere; line-height: 1.35; }
.what span, .how span { color: var(--muted); font-size: 0.8125rem; line-height: 1.45; overflow-wrap: anywhere; }
.how { align-items: flex-start; gap: 0.125rem; }
.how span { padding-left: 0.4375rem; }
.when { min-height: 3.25rem; position: relative; }
.when .bar { position: absolute; inset: 0; width: 100%; height: 100%; overflow: visible; }
.bar .life { fill: var(--fill); }
.bar .window { fill: url(#hatch); }
.bar .outline { fill: none; stroke: var(--tone); stroke-width: 1.25; }
.beyond { overflow: visible; }
.bar .arrow { fill: none; stroke: var(--tone); stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; }
.bar.expired .window, .bar.pending .window { display: none; }
.bar.expired .outline { stroke-dasharray: 4 3; }
.bar.pending .outline { stroke-dasharray: 1.5 3; stroke-linecap: round; }
.hatch-ground { fill: var(--soon-soft); }
.hatch-line { stroke: var(--soon-fill); stroke-width: 3; }

.remarks ul, .problems ul { margin-top: 0.625rem; }
.remarks li, .problems li { display: grid; grid-template-columns: 9.5rem minmax(0, 1fr); gap: 0.25rem 1rem; align-items: baseline; padding: 0.5625rem 0; }
.problems li { grid-template-columns: auto minmax(0, 1fr); color: var(--text); }
.problems .icon { color: var(--attention); }
.remarks li + li, .problems li + li { border-top: 1px solid var(--line); }
.remarks .badge { justify-self: start; }
.remarks strong, .problems strong { display: block; font-weight: 600; overflow-wrap: anywhere; }
.remarks span, .problems span { color: var(--muted); font-size: 0.875rem; overflow-wrap: anywhere; }
.remarks .badge { color: var(--tone); }

table { width: 100%; margin-top: 0.75rem; border-collapse: collapse; font-size: 0.8125rem; line-height: 1.45; }
th { padding: 0.375rem 0.75rem 0.375rem 0; color: var(--muted); font-weight: 600; text-align: left; white-space: nowrap; border-bottom: 1px solid var(--year); }
td { padding: 0.4375rem 0.75rem 0.4375rem 0; vertical-align: top; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
tr:last-child td { border-bottom: 0; }

@media (max-width: 75rem) {
    :root { --what: 15rem; --how: 9.5rem; --gap: 1rem; }
    .axis text.wide { display: none; }
    .axis text.medium { display: inline; }
}
@media (max-width: 64rem) {
    thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
    table, tbody { display: block; }
    tr { display: grid; grid-template-columns: repeat(auto-fill, minmax(14rem, 1fr)); column-gap: 1.5rem; padding: 0.75rem 0; border-bottom: 1px solid var(--line); }
    tr:last-child { border-bottom: 0; }
    td { display: grid; grid-template-columns: 5.5rem minmax(0, 1fr); padding: 0.125rem 0; border: 0; }
    td::before { content: attr(data-heading); color: var(--muted); }
}
@media (max-width: 56rem) {
    :root { --what: 13rem; --how: 8.75rem; }
}
@media (max-width: 45rem) {
    body { padding: 1.25rem 0.75rem 2rem; }
    .tiles { grid-template-columns: repeat(2, 1fr); gap: 0.625rem; }
    .tile { padding: 0.625rem 0.75rem; column-gap: 0.625rem; }
    .card { padding: 1rem; }
    .scale { margin-inline: -1rem; padding: 0.25rem 1rem 0; }
    .axis text.medium { display: none; }
    .axis text.narrow { display: inline; }
    .stack h3 { margin-inline: -1rem; padding-inline: 1rem; }
    .row { grid-template-columns: minmax(0, 1fr) auto; column-gap: 0.75rem; }
    .what { padding: 0.625rem 0 0; }
    .how { align-items: flex-end; justify-content: flex-start; padding: 0.625rem 0 0; }
    .how span { padding: 0; }
    .when { grid-row: 2; grid-column: 1 / -1; min-height: 2.25rem; }
    .remarks li { grid-template-columns: minmax(0, 1fr); }
}
@media print {
    :root { color-scheme: light; }
    body { padding: 0; background: none; font-size: 9pt; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
    .card, .tile { border-color: #c3ccd7; break-inside: auto; }
    .scale { position: static; }
    .axis text.month { stroke: none; }
    .row, .remarks li, .problems li, tr, .tiles { break-inside: avoid; }
    h2, h3 { break-after: avoid; }
}
`;
