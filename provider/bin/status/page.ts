import { createHash } from "node:crypto";
import { iso } from "../../material/expiries";
import { placeOf, WARNING_CODES, type JudgedCertificate } from "./judgement";
import { markup, Markup } from "./markup";
import { PAGE_STYLE } from "./pageStyle";
import type { ReportedStack, StatusReport } from "./report";
import { lastingOf, standingOf, standingOfCode, wordsOf, type Standing } from "./standing";
import { counted, originText, shortFingerprint } from "./statusText";
import { layOut, MONTH_NAMES, type Bar } from "./timeline";
import { axis, barPicture, definitions, icon, sample, todaySample } from "./timelineSvg";

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
<p>${counted(certificates.length, "certificate")} in ${counted(stacks.length, "stack")}, as the states told on <time datetime="${iso(nowMs)}">${dateText(nowMs)}, ${iso(nowMs).slice(11, 16)} UTC</time></p>
</header>
<main>
${problems(stacks)}
${certificates.length === 0 ? [] : [tiles(certificates), lifetimes(report), remarks(certificates), table(certificates)]}
</main>
<footer><p>Made by <code>pulumi-vercel-client-cert status</code>. Vercel was not asked: what a refresh noticed last is what is known.</p></footer>
</body>
</html>
`.text;
}

function titleOf({ certificates, stacks }: StatusReport): string {
    const bad = certificates.filter(({ warnings }) => warnings.length > 0).length;
    const isComplete = stacks.every(({ problem }) => problem === undefined);
    return `Client certificates: ${bad > 0 ? `${String(bad)} not in order` : isComplete ? "all in order" : "not complete"}`;
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

interface Tile {
    readonly icon: Standing;
    readonly words: string;
    readonly counts: readonly Standing[];
}

const TILES: readonly Tile[] = [
    { icon: "fine", words: "in order", counts: ["fine", "looked-up"] },
    { icon: "soon", words: "ending soon", counts: ["soon"] },
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

interface Row {
    readonly certificate: JudgedCertificate;
    readonly bar: Bar | undefined;
}

function lifetimes({ nowMs, certificates }: StatusReport): Markup {
    const timeline = layOut(certificates, nowMs);
    const rows = certificates.map((certificate, index) => ({ certificate, bar: timeline.bars[index] }));
    const stacks = [...new Set(certificates.map(({ stack }) => stack))];
    return markup`<section class="card timeline" aria-labelledby="timeline">
${definitions(timeline)}
<div class="head"><h2 id="timeline">Lifetimes</h2>${legend()}</div>
<div class="scale">${axis(timeline)}</div>
${stacks.map((stack) =>
    stackRows(
        stack,
        rows.filter(({ certificate }) => certificate.stack === stack),
        nowMs,
    ),
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

function stackRows(stack: string, rows: readonly Row[], nowMs: number): Markup {
    return markup`<section class="stack">
<h3>${stack} <span>${counted(rows.length, "certificate")}</span></h3>
<ol>
${rows.map(({ certificate, bar }) => row(certificate, bar, nowMs))}
</ol>
</section>`;
}

function row(certificate: JudgedCertificate, bar: Bar | undefined, nowMs: number): Markup {
    const { origin, toMs, name } = certificate;
    const standing = standingOf(certificate);
    return markup`<li class="row">
<div class="what"><b>${originText(origin).replace(/^https:\/\//, "")}</b><span>${ownerText(certificate)} · ${name}</span></div>
<div class="when">${barPicture(bar, standing, spoken(certificate, nowMs))}</div>
<div class="how">${badge(standing, standingText(certificate, standing, nowMs))}<span>${endText(toMs, nowMs)}</span></div>
</li>`;
}

function endText(toMs: number | undefined, nowMs: number): string {
    return toMs === undefined ? "end not known" : `${toMs < nowMs ? "ended" : "until"} ${dateText(toMs)}`;
}

/** The number of days is what counts, unless something graver does. */
function standingText(certificate: JudgedCertificate, standing: Standing, nowMs: number): string {
    const [gravest] = certificate.warnings;
    if (gravest === undefined) {
        return standing === "looked-up" ? "Looked up" : lastingOf(certificate, nowMs);
    }
    return standing === "soon" ? lastingOf(certificate, nowMs) : wordsOf(gravest.code);
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
    const states = warnings.map(({ code }) => wordsOf(code).toLowerCase());
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
        markup`<li>${badge(standingOfCode(code), wordsOf(code))}<div><strong>${certificate.stack} · ${placeOf(certificate)}</strong> <span>${message}</span></div></li>`,
)}
</ul>
</section>`;
}

interface Column {
    readonly heading: string;
    readonly cell: (certificate: JudgedCertificate) => Markup | string;
}

const COLUMNS: readonly Column[] = [
    { heading: "Stack", cell: ({ stack }) => stack },
    { heading: "Project", cell: ownerText },
    { heading: "Origin", cell: ({ origin }) => originText(origin) },
    { heading: "Subject", cell: ({ subject }) => subject },
    { heading: "Fingerprint", cell: fingerprintCell },
    { heading: "Days left", cell: ({ daysLeft }) => (daysLeft === undefined ? "" : String(daysLeft)) },
    { heading: "From", cell: ({ fromMs }) => dateCell(fromMs) },
    { heading: "Until", cell: ({ toMs }) => dateCell(toMs) },
    { heading: "Stale ids", cell: ({ staleCertIds }) => staleCertIds.join(", ") },
    { heading: "State", cell: stateText },
];

function table(certificates: readonly JudgedCertificate[]): Markup {
    return markup`<section class="card" aria-labelledby="table">
<h2 id="table">As a table</h2>
<table>
<thead><tr>${COLUMNS.map(({ heading }) => markup`<th scope="col">${heading}</th>`)}</tr></thead>
<tbody>
${certificates.map((one) => markup`<tr>${COLUMNS.map(({ heading, cell }) => filled(heading, cell(one)))}</tr>\n`)}</tbody>
</table>
</section>`;
}

function filled(heading: string, content: Markup | string): Markup {
    return markup`<td data-heading="${heading}">${content === "" ? "–" : content}</td>`;
}

function fingerprintCell(certificate: JudgedCertificate): Markup | string {
    const short = shortFingerprint(certificate);
    return short === "" ? "" : markup`<code>${short}</code>`;
}

function dateCell(ms: number | undefined): Markup | string {
    return ms === undefined ? "" : markup`<time datetime="${iso(ms)}">${iso(ms).slice(0, 10)}</time>`;
}

function stateText({ warnings, notes, isLookedUp }: JudgedCertificate): string {
    const words = [
        ...(isLookedUp ? ["Looked up"] : []),
        ...warnings.map(({ code }) => wordsOf(code)),
        ...notes.map(() => "Used in several places"),
    ];
    return words.length === 0 ? "In order" : words.join(", ");
}

function ownerText({ team, project }: JudgedCertificate): string {
    const name = project === "" ? "(not known)" : project;
    return team === undefined ? name : `${team}/${name}`;
}

/** As 24 Nov 2026, in UTC. */
function dateText(ms: number): string {
    const date = new Date(ms);
    return `${String(date.getUTCDate())} ${MONTH_NAMES[date.getUTCMonth()] ?? ""} ${String(date.getUTCFullYear())}`;
}
