import { createHash } from "node:crypto";
import { COMMAND } from "../../../command";
import { lastingOf, placeOf, standingOf, type JudgedCertificate } from "../statusWarnings";
import { markup, Markup } from "./markup";
import { PAGE_STYLE } from "./pageStyle";
import { shareNeedingAttention, type ReportedStack, type StatusReport } from "../stackReport";
import { COLUMNS, originText, ownerOf } from "../statusText";
import { layOut, MONTH_NAMES, type Bar } from "./timeline";
import { axis, barPicture, definitions, icon, sample, todaySample } from "./timelineSvg";
import { WARNING_CODES, WARNINGS, type Standing } from "../warningTable";
import { shownDate } from "../../../../text/isoDates";
import { counted } from "../../../../text/quoting";

/** By this a page of ours is told from other files, which are not written over. */
export const PAGE_MARK = '<meta name="generator" content="pulumi-vercel-client-cert status">';

/**
 * A report as one page that needs nothing else: no script, no font, no picture of another place. Its policy allows
 * nothing but its own style sheet, so that what a state holds could not act even if it got in unescaped.
 */
export function statusPage(report: StatusReport): string {
    const { nowMs, certificates, stacks } = report;
    const styleHash = createHash("sha256").update(PAGE_STYLE).digest("base64");
    return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
${Markup.trusted(PAGE_MARK)}
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${Markup.trusted(styleHash)}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${titleOf(report)}</title>
<style>${Markup.trusted(PAGE_STYLE)}</style>
</head>
<body>
<header>
<h1>Client certificates</h1>
<p>${counted(certificates.length, "certificate")} in ${counted(stacks.length, "stack")}, as of <time datetime="${shownDate(nowMs)}">${dateText(nowMs)}, ${shownDate(nowMs).slice(11, 16)} UTC</time></p>
</header>
<main>
${problems(stacks)}
${certificates.length === 0 ? [] : [tiles(certificates), lifetimes(report), remarks(certificates), table(certificates)]}
</main>
<footer><p>Made by <code>${COMMAND} status</code>. Vercel was not asked: what the last refresh noticed is what is known.</p></footer>
</body>
</html>
`.text;
}

function titleOf({ certificates, stacks }: StatusReport): string {
    const isComplete = stacks.every(({ problem }) => problem === undefined);
    const verdict = shareNeedingAttention(certificates) ?? (isComplete ? "all in order" : "not complete");
    return `Client certificates: ${verdict}`;
}

function problems(stacks: readonly ReportedStack[]): Markup {
    const troubled = stacks.flatMap(({ name, problem }) => (problem === undefined ? [] : [{ name, problem }]));
    if (troubled.length === 0) {
        return markup``;
    }
    return markup`<section class="card problems" aria-labelledby="problems">
<h2 id="problems">Stacks with nothing to show</h2>
<ul>
${troubled.map(({ name, problem }) => markup`<li>${icon("attention")}<div><strong>${name}</strong> <span>${problem.message}</span></div></li>`)}
</ul>
</section>`;
}

const TILES: readonly { icon: Standing; words: string; counts: readonly Standing[] }[] = [
    { icon: "fine", words: "in order", counts: ["fine", "looked-up"] },
    { icon: "soon", words: "expiring soon", counts: ["soon"] },
    { icon: "expired", words: "expired", counts: ["expired"] },
    { icon: "attention", words: "other findings", counts: ["attention", "pending"] },
];

function tiles(certificates: readonly JudgedCertificate[]): Markup {
    const standings = certificates.map(standingOf);
    return markup`<ul class="tiles">
${TILES.map((tile) => {
    const count = standings.filter((one) => tile.counts.includes(one)).length;
    return markup`<li class="tile ${tile.icon}${count === 0 ? " none" : ""}">${icon(tile.icon)}<strong>${count}</strong> <span>${tile.words}</span></li>`;
})}
</ul>`;
}

function lifetimes({ nowMs, certificates }: StatusReport): Markup {
    const timeline = layOut(certificates, nowMs);
    const stacks = new Map<string, Markup[]>();
    certificates.forEach((certificate, index) => {
        const rows = stacks.get(certificate.stack) ?? [];
        rows.push(row(certificate, timeline.bars[index], nowMs));
        stacks.set(certificate.stack, rows);
    });
    return markup`<section class="card timeline" aria-labelledby="timeline">
${definitions(timeline)}
<div class="head"><h2 id="timeline">Lifetimes</h2>${legend()}</div>
<div class="scale">${axis(timeline)}</div>
${[...stacks].map(
    ([stack, rows]) => markup`<section class="stack">
<h3>${stack} <span>${counted(rows.length, "certificate")}</span></h3>
<ol>
${rows}
</ol>
</section>`,
)}
</section>`;
}

function legend(): Markup {
    return markup`<ul class="legend" aria-label="How to read the bars">
<li>${sample("fine", "life")}valid</li>
<li>${sample("soon", "window")}warning window</li>
<li>${sample("expired", "life")}expired</li>
<li>${sample("attention", "life")}with a finding</li>
<li>${sample("pending", "life")}to be deleted</li>
<li>${todaySample()}today</li>
</ul>`;
}

function row(certificate: JudgedCertificate, bar: Bar | undefined, nowMs: number): Markup {
    const { origin, toMs, name } = certificate;
    const standing = standingOf(certificate);
    return markup`<li class="row">
<div class="what"><b>${originText(origin).replace(/^https:\/\//, "")}</b><span>${ownerOf(certificate)} · ${name}</span></div>
<div class="when">${barPicture(bar, standing, spoken(certificate, nowMs))}</div>
<div class="how">${badge(standing, standingText(certificate, standing, nowMs))}<span>${endText(toMs, nowMs)}</span></div>
</li>`;
}

function endText(toMs: number | undefined, nowMs: number): string {
    return toMs === undefined ? "end not known" : `${toMs < nowMs ? "expired" : "until"} ${dateText(toMs)}`;
}

/** The number of days is what counts, unless something graver does. */
function standingText(certificate: JudgedCertificate, standing: Standing, nowMs: number): string {
    const [gravest] = certificate.warnings;
    if (gravest === undefined) {
        return standing === "looked-up" ? "Looked up" : lastingOf(certificate, nowMs);
    }
    return standing === "soon" ? lastingOf(certificate, nowMs) : WARNINGS[gravest.code].words;
}

function badge(standing: Standing, words: string): Markup {
    return markup`<em class="badge ${standing}">${icon(standing)}${words}</em>`;
}

function spoken(certificate: JudgedCertificate, nowMs: number): string {
    const { fromMs, toMs, warnsFromMs, warnings } = certificate;
    const dates = [
        ...(fromMs === undefined ? [] : [`valid from ${dateText(fromMs)}`]),
        ...(toMs === undefined ? [] : [`until ${dateText(toMs)}`]),
        lastingOf(certificate, nowMs),
        ...(warnsFromMs === undefined ? [] : [`warned of from ${dateText(warnsFromMs)} on`]),
    ].join(", ");
    const states = warnings.map(({ code }) => WARNINGS[code].words.toLowerCase());
    return `${originText(certificate.origin)}: ${dates}${states.length === 0 ? "" : `; ${states.join(", ")}`}`;
}

function remarks(certificates: readonly JudgedCertificate[]): Markup {
    const all = certificates
        .flatMap((certificate) => certificate.warnings.map((warning) => ({ certificate, warning })))
        .sort((a, b) => WARNING_CODES.indexOf(a.warning.code) - WARNING_CODES.indexOf(b.warning.code));
    if (all.length === 0) {
        return markup``;
    }
    return markup`<section class="card remarks" aria-labelledby="remarks">
<h2 id="remarks">What to do</h2>
<ul>
${all.map(
    ({ certificate, warning: { code, message } }) =>
        markup`<li>${badge(WARNINGS[code].standing, WARNINGS[code].words)}<div><strong>${certificate.stack} · ${placeOf(certificate)}</strong> <span>${message}</span></div></li>`,
)}
</ul>
</section>`;
}

function table(certificates: readonly JudgedCertificate[]): Markup {
    const columns = [...COLUMNS, { heading: "State", textOf: stateText }];
    return markup`<section class="card" aria-labelledby="table">
<h2 id="table">As a table</h2>
<table>
<thead><tr>${columns.map(({ heading }) => markup`<th scope="col">${heading}</th>`)}</tr></thead>
<tbody>
${certificates.map((one) => markup`<tr>${columns.map(({ heading, textOf }) => markup`<td data-heading="${heading}">${textOf(one) || "–"}</td>`)}</tr>\n`)}</tbody>
</table>
</section>`;
}

function stateText({ warnings, notes, isLookedUp }: JudgedCertificate): string {
    const words = [
        ...(isLookedUp ? ["Looked up"] : []),
        ...warnings.map(({ code }) => WARNINGS[code].words),
        ...notes.map(() => "Used in several places"),
    ];
    return words.length === 0 ? "In order" : words.join(", ");
}

/** As 24 Nov 2026, in UTC. */
function dateText(ms: number): string {
    const date = new Date(ms);
    return `${String(date.getUTCDate())} ${MONTH_NAMES[date.getUTCMonth()] ?? ""} ${String(date.getUTCFullYear())}`;
}
