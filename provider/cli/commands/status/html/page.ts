import { createHash } from "node:crypto";
import { COMMAND } from "../../../command";
import { lastingOf, placeOf, standingOf, type JudgedCertificate } from "../statusWarnings";
import { markup, Markup } from "./markup";
import { PAGE_STYLE } from "./pageStyle";
import { shareNeedingAttention, type ReportedStack, type StatusReport } from "../stackReport";
import { COLUMNS, originText, ownerOf } from "../statusText";
import { dateText, layOut, type Bar } from "./timeline";
import { axis, barPicture, definitions, icon } from "./timelineSvg";
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
${certificates.length === 0 ? [] : [tally(certificates), lifetimes(report), remarks(certificates), table(certificates)]}
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

/** A part of the page; `id` names its heading. */
function section(id: string, title: string, content: Markup): Markup {
    return markup`<section class="card" aria-labelledby="${id}">
<h2 id="${id}">${title}</h2>
${content}
</section>`;
}

function list(id: string, title: string, items: readonly Markup[]): Markup {
    return items.length === 0 ? markup`` : section(id, title, markup`<ul>${items}</ul>`);
}

function listed(label: Markup, subject: string, message: string): Markup {
    return markup`<li class="listed">${label}<div><strong>${subject}</strong> <span>${message}</span></div></li>\n`;
}

const PROBLEMS = { unreadable: "Not readable", "no-certificates": "Empty" } as const;

function problems(stacks: readonly ReportedStack[]): Markup {
    const troubled = stacks.flatMap(({ name, problem }) =>
        problem === undefined ? [] : [listed(badge("attention", PROBLEMS[problem.code]), name, problem.message)],
    );
    return list("problems", "Stacks with nothing to show", troubled);
}

/** What is counted at the top, the gravest last. */
const TALLY: Readonly<Record<Standing, string>> = {
    ...{ fine: "in order", "looked-up": "looked up", pending: "to be deleted" },
    ...{ soon: "expiring soon", attention: "with other findings", expired: "expired" },
};

function tally(certificates: readonly JudgedCertificate[]): Markup {
    const standings = certificates.map(standingOf);
    const badges = Object.entries(TALLY).flatMap(([standing, words]) => {
        const count = standings.filter((one) => one === standing).length;
        return count === 0 ? [] : [badge(standing, `${String(count)} ${words}`)];
    });
    return markup`<p class="tally">${badges}</p>`;
}

function lifetimes({ nowMs, certificates }: StatusReport): Markup {
    const timeline = layOut(certificates, nowMs);
    const stacks = [...new Set(certificates.map(({ stack }) => stack))].map((stack) => {
        const rows = certificates.flatMap((one, index) =>
            one.stack === stack ? [row(one, timeline.bars[index], nowMs)] : [],
        );
        return markup`<h3>${stack} <span>${counted(rows.length, "certificate")}</span></h3>\n<ol>\n${rows}</ol>\n`;
    });
    return section(
        "timeline",
        "Lifetimes",
        markup`${definitions(timeline)}
<p>The hatched end of a bar is its warning window.</p>
<div class="scale">${axis(timeline)}</div>
${stacks}`,
    );
}

function row(certificate: JudgedCertificate, bar: Bar | undefined, nowMs: number): Markup {
    const { origin, toMs, name } = certificate;
    const standing = standingOf(certificate);
    return markup`<li class="row">
<div class="what"><b>${originText(origin).replace(/^https:\/\//, "")}</b><span>${ownerOf(certificate)} · ${name}</span></div>
<div class="when">${barPicture(bar, standing, spoken(certificate, nowMs))}</div>
<div class="how">${badge(standing, standingText(certificate, standing, nowMs))}<span>${endText(toMs, nowMs)}</span></div>
</li>\n`;
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

function badge(standing: string, words: string): Markup {
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
        .flatMap((certificate) => certificate.warnings.map((warning) => ({ certificate, ...warning })))
        .sort((a, b) => WARNING_CODES.indexOf(a.code) - WARNING_CODES.indexOf(b.code))
        .map(({ certificate, code, message }) => {
            const { standing, words } = WARNINGS[code];
            return listed(badge(standing, words), `${certificate.stack} · ${placeOf(certificate)}`, message);
        });
    return list("remarks", "What to do", all);
}

function table(certificates: readonly JudgedCertificate[]): Markup {
    const columns = [...COLUMNS, { heading: "State", textOf: stateText }];
    const rows = certificates.map(
        (one) => markup`<tr>${columns.map(({ textOf }) => markup`<td>${textOf(one) || "–"}</td>`)}</tr>\n`,
    );
    return section(
        "table",
        "As a table",
        markup`<table>
<thead><tr>${columns.map(({ heading }) => markup`<th scope="col">${heading}</th>`)}</tr></thead>
<tbody>
${rows}</tbody>
</table>`,
    );
}

function stateText({ warnings, notes, isLookedUp }: JudgedCertificate): string {
    const words = [
        ...(isLookedUp ? ["Looked up"] : []),
        ...warnings.map(({ code }) => WARNINGS[code].words),
        ...notes.map(() => "Used in several places"),
    ];
    return words.length === 0 ? "In order" : words.join(", ");
}
