/**
 * Light, dark and print; from 400 pixels on. The colours of text have a contrast of 4.5 and more to their ground, and no
 * colour says anything that a sign, a pattern or a word does not say as well.
 */
export const PAGE_STYLE: string = `
:root {
    color-scheme: light dark;
    --ground: light-dark(#f4f6f9, #0e131a); --card: light-dark(#ffffff, #161d27);
    --text: light-dark(#1b2430, #e7ecf3); --muted: light-dark(#586474, #9dabbc); --today: light-dark(#1d5fd1, #6ea8ff);
    --line: light-dark(#e3e8ee, #263140); --year: light-dark(#c3ccd7, #435163); --band: light-dark(#eef1f5, #222c39);
    --what: clamp(13rem, 22vw, 19rem); --how: 10rem; --gap: 1.25rem;
}
* { box-sizing: border-box; }
body {
    max-width: 84rem; margin: 0 auto; padding: 2.25rem 1.5rem 3rem; background: var(--ground); color: var(--text);
    font: 0.9375rem/1.5 system-ui, sans-serif; font-variant-numeric: tabular-nums;
}
h1 { margin: 0; font-size: 1.625rem; }
h2 { margin: 0; font-size: 1.0625rem; }
h3 { margin: 0 -1.5rem; padding: 0.375rem 1.5rem; background: var(--band); border-block: 1px solid var(--line); font-size: 0.8125rem; }
p { margin: 0.375rem 0 0; color: var(--muted); }
ul, ol { list-style: none; margin: 0; padding: 0; }
footer, .card p, span { color: var(--muted); font-size: 0.8125rem; overflow-wrap: anywhere; }
b, strong { display: block; overflow-wrap: anywhere; }
.card { margin-top: 1rem; padding: 1.25rem 1.5rem; background: var(--card); border: 1px solid var(--line); border-radius: 0.75rem; }

.fine { --tone: light-dark(#1a7f5f, #62d0a8); --fill: light-dark(#a9dcc8, #23624d); --soft: light-dark(#e6f5ef, #12302a); }
.soon { --tone: light-dark(#92580a, #f0b959); --fill: light-dark(#a9dcc8, #23624d); --soft: light-dark(#fdf2dc, #352711); }
.expired { --tone: light-dark(#b3282d, #ff8e8b); --fill: light-dark(#f6d5d5, #4d2429); --soft: light-dark(#fceaea, #3a1b20); }
.attention { --tone: light-dark(#6341b8, #bda6ff); --fill: light-dark(#cfc2ef, #4a3a80); --soft: light-dark(#f0ecfb, #282143); }
.pending, .looked-up { --tone: light-dark(#566273, #a3b0c1); --fill: light-dark(#d9dfe7, #333f4f); --soft: var(--band); }
.badge {
    display: inline-flex; align-items: center; gap: 0.375rem; padding: 0.125rem 0.5rem; border-radius: 1rem; background: var(--soft);
    color: var(--tone); font: 600 0.8125rem/1.4 system-ui, sans-serif; white-space: nowrap;
}
.icon { flex: none; width: 0.75rem; height: 0.75rem; fill: none; stroke: currentColor; stroke-width: 1.6; stroke-linecap: round; stroke-linejoin: round; }
.tally { display: flex; flex-wrap: wrap; gap: 0.75rem; margin-top: 1.25rem; }

.definitions { position: absolute; width: 0; height: 0; }
.scale { position: sticky; top: 0; z-index: 1; margin: 0 -1.5rem; padding: 0.25rem calc(1.5rem + var(--how) + var(--gap)) 0 calc(1.5rem + var(--what) + var(--gap)); background: var(--card); }
.axis { display: block; width: 100%; height: 42px; overflow: visible; }
text { font-size: 12px; fill: var(--muted); }
text.label { display: none; }
text.wide { display: inline; }
text.year { fill: var(--text); font-weight: 650; }
text.today { fill: var(--today); font-weight: 650; }
line { stroke: var(--line); }
line.year { stroke: var(--year); }
line.today { stroke: var(--today); stroke-width: 1.5; }
.row { display: grid; grid-template-columns: var(--what) minmax(0, 1fr) var(--how); column-gap: var(--gap); }
.row + .row, .listed + .listed { border-top: 1px solid var(--line); }
.what, .how { display: flex; flex-direction: column; justify-content: center; align-items: flex-start; padding: 0.5rem 0; }
.when { min-height: 3.25rem; position: relative; }
.bar { position: absolute; width: 100%; height: 100%; overflow: visible; }
.life { fill: var(--fill); }
.window { fill: url(#hatch); }
.outline, .arrow { fill: none; stroke: var(--tone); stroke-width: 1.25; }
.beyond { overflow: visible; }
.expired .window, .pending .window { display: none; }
.expired .outline { stroke-dasharray: 4 3; }
.pending .outline { stroke-dasharray: 1.5 3; }
.hatch-ground { fill: light-dark(#fdf2dc, #352711); }
.hatch-line { stroke: light-dark(#f0b64f, #b97f1d); stroke-width: 3; }

.listed { display: grid; grid-template-columns: 9.5rem minmax(0, 1fr); gap: 0.25rem 1rem; align-items: baseline; padding: 0.5rem 0; }
.listed .badge { justify-self: start; }
table { width: 100%; margin-top: 0.75rem; border-collapse: collapse; font-size: 0.8125rem; }
th, td { padding: 0.375rem 0.75rem 0.375rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
th { color: var(--muted); white-space: nowrap; }
td { overflow-wrap: anywhere; }

@media (max-width: 75rem) {
    text.wide { display: none; }
    text.medium { display: inline; }
}
@media (max-width: 45rem) {
    text.medium { display: none; }
    text.narrow { display: inline; }
    .scale { padding: 0.25rem 1.5rem 0; }
    .row { grid-template-columns: minmax(0, 1fr) auto; column-gap: 0.75rem; }
    .how { align-items: flex-end; }
    .when { grid-row: 2; grid-column: 1 / -1; min-height: 2.25rem; }
    .listed { grid-template-columns: minmax(0, 1fr); }
    th, td { display: block; border: 0; padding: 0.125rem 0; }
    thead { display: none; }
    tr { display: block; padding: 0.5rem 0; border-bottom: 1px solid var(--line); }
}
@media print {
    :root { color-scheme: light; font-size: 70%; }
    body { padding: 0; background: none; print-color-adjust: exact; }
    .scale { position: static; }
    .row, .listed, tr { break-inside: avoid; }
    h2, h3 { break-after: avoid; }
}
`;
