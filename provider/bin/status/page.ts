import { createHash } from "node:crypto";
import { html, Markup } from "./html";
import { iso, placeOf, type JudgedCertificate } from "./judgement";
import { PAGE_STYLE } from "./pageStyle";
import type { ReportedStack, StatusReport } from "./report";
import { lastingOf, standingOf, standingOfCode, wordsOf, type Standing } from "./standing";
import { counted, originText, shortFingerprint } from "./statusText";
import { layOut, MONTH_NAMES, type Bar } from "./timeline";
import { axis, barPicture, definitions, icon } from "./timelineSvg";

/** By this a page of ours is told from other files, which are not written over. */
export const PAGE_MARK = '<meta name="generator" content="pulumi-vercel-client-cert status">';

/**
 * A report as one page that needs nothing else: no script, no font, no picture of another place. Its policy allows
 * nothing but its own style sheet, so that what a state holds could not act even if it got in unescaped.
 */
export function statusPage(report: StatusReport): string {
    const { nowMs, certificates } = report;
    const timeline = layOut(certificates, nowMs);
    const rows = certificates.map((certificate, index) => ({ certificate, bar: timeline.bars[index] }));
    const stacks = [...new Set(certificates.map(({ stack }) => stack))];
    const styleHash = createHash("sha256").update(PAGE_STYLE).digest("base64");
    return html`<!doctype html>
        <html lang="en">
            <head>
                <meta charset="utf-8" />
                <meta
                    http-equiv="Content-Security-Policy"
                    content="default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'"
                />
                ${Markup.trusted(PAGE_MARK)}
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <meta name="referrer" content="no-referrer" />
                <title>${titleOf(report)}</title>
                <style>
                    ${Markup.trusted(PAGE_STYLE)}
                </style>
            </head>
            <body>
                ${definitions(timeline)}
                <header>
                    <h1>Client certificates</h1>
                    <p>
                        ${counted(certificates.length, "certificate")} in ${counted(report.stacks.length, "stack")}, as
                        the states told on
                        <time datetime="${iso(nowMs)}">${dateText(nowMs)}, ${iso(nowMs).slice(11, 16)} UTC</time>
                    </p>
                </header>
                <main>
                    ${tiles(certificates)} ${problems(report.stacks)}
                    ${
                        certificates.length === 0
                            ? []
                            : html`<section class="card timeline" aria-labelledby="timeline">
                                      <div class="head">
                                          <h2 id="timeline">Lifetimes</h2>
                                          ${legend()}
                                      </div>
                                      <div class="scale">${axis(timeline)}</div>
                                      ${stacks.map((stack) =>
                                          stackRows(
                                              stack,
                                              rows.filter(({ certificate }) => certificate.stack === stack),
                                              nowMs,
                                          ),
                                      )}
                                  </section>
                                  ${remarks(certificates)} ${table(certificates)}`
                    }
                </main>
                <footer>
                    <p>
                        Made by <code>vercel-client-cert status</code>. Vercel was not asked: what a refresh noticed
                        last is what is known.
                    </p>
                </footer>
            </body>
        </html> `.text;
}

function titleOf({ certificates }: StatusReport): string {
    const bad = certificates.filter(({ warnings }) => warnings.length > 0).length;
    return `Client certificates: ${bad === 0 ? "all in order" : `${String(bad)} not in order`}`;
}

const TILES: readonly (readonly [standing: Standing, words: string, counts: readonly Standing[]])[] = [
    ["fine", "in order", ["fine", "looked-up"]],
    ["soon", "ending soon", ["soon"]],
    ["expired", "expired", ["expired"]],
    ["attention", "other findings", ["attention", "pending"]],
];

function tiles(certificates: readonly JudgedCertificate[]): Markup {
    const standings = certificates.map(standingOf);
    return html`<ul class="tiles">
        ${TILES.map(([standing, words, counted]) => {
            const count = standings.filter((one) => counted.includes(one)).length;
            return html`<li class="tile ${standing}${count === 0 ? " none" : ""}">
                ${icon(standing)}<strong>${count}</strong> <span>${words}</span>
            </li>`;
        })}
    </ul>`;
}

function problems(stacks: readonly ReportedStack[]): Markup | readonly Markup[] {
    const troubled = stacks.flatMap(({ name, problem }) => (problem === undefined ? [] : [{ name, problem }]));
    if (troubled.length === 0) {
        return [];
    }
    return html`<section class="card problems" aria-labelledby="problems">
        <h2 id="problems">Stacks with nothing to show</h2>
        <ul>
            ${troubled.map(
                ({ name, problem }) =>
                    html`<li>
                        ${icon("attention")}
                        <div><strong>${name}</strong> <span>${problem.message}</span></div>
                    </li>`,
            )}
        </ul>
    </section>`;
}

function legend(): Markup {
    return html`<ul class="legend" aria-label="How to read the bars">
        <li>
            <svg class="bar fine" aria-hidden="true">
                <rect class="life" x="1" y="2" width="26" height="10" rx="2" />
                <rect class="outline" x="1" y="2" width="26" height="10" rx="2" /></svg
            >valid
        </li>
        <li>
            <svg class="bar soon" aria-hidden="true">
                <rect class="window" x="1" y="2" width="26" height="10" rx="2" />
                <rect class="outline" x="1" y="2" width="26" height="10" rx="2" /></svg
            >warning window
        </li>
        <li>
            <svg class="bar expired" aria-hidden="true">
                <rect class="life" x="1" y="2" width="26" height="10" rx="2" />
                <rect class="outline" x="1" y="2" width="26" height="10" rx="2" /></svg
            >expired
        </li>
        <li>
            <svg class="bar key" aria-hidden="true"><line class="today" x1="14" x2="14" y1="0" y2="14" /></svg>today
        </li>
    </ul>`;
}

interface Row {
    readonly certificate: JudgedCertificate;
    readonly bar: Bar | undefined;
}

function stackRows(stack: string, rows: readonly Row[], nowMs: number): Markup {
    return html`<section class="stack">
        <h3>${stack} <span>${counted(rows.length, "certificate")}</span></h3>
        <ol>
            ${rows.map(({ certificate, bar }) => row(certificate, bar, nowMs))}
        </ol>
    </section>`;
}

function row(certificate: JudgedCertificate, bar: Bar | undefined, nowMs: number): Markup {
    const { origin, project, team, toMs } = certificate;
    const standing = standingOf(certificate);
    const owner = team === undefined ? project : `${team}/${project}`;
    return html`<li class="row">
        <div class="what">
            <b>${originText(origin).replace(/^https:\/\//, "")}</b
            ><span>${owner === "" ? "project not known" : owner} · ${certificate.name}</span>
        </div>
        <div class="when">${barPicture(bar, standing, spoken(certificate, nowMs))}</div>
        <div class="how">
            ${badge(standing, standingText(certificate, standing, nowMs))}<span
                >${toMs === undefined ? "end not known" : `until ${dateText(toMs)}`}</span
            >
        </div>
    </li>`;
}

/** The number of days is what counts, unless something graver does. */
function standingText(certificate: JudgedCertificate, standing: Standing, nowMs: number): string {
    const [gravest] = certificate.warnings;
    switch (standing) {
        case "attention":
        case "pending":
        case "expired":
            return gravest === undefined ? "" : wordsOf(gravest.code);
        case "looked-up":
            return "Looked up";
        case "fine":
        case "soon":
            return lastingOf(certificate, nowMs);
    }
}

function badge(standing: Standing, words: string): Markup {
    return html`<em class="badge ${standing}">${icon(standing)}${words}</em>`;
}

function spoken(certificate: JudgedCertificate, nowMs: number): string {
    const { fromMs, toMs, warnsFromMs, warnings } = certificate;
    const dates =
        toMs === undefined
            ? "no dates known"
            : [
                  `valid${fromMs === undefined ? "" : ` from ${dateText(fromMs)}`} until ${dateText(toMs)}`,
                  lastingOf(certificate, nowMs),
                  ...(warnsFromMs === undefined ? [] : [`warned of from ${dateText(warnsFromMs)} on`]),
              ].join(", ");
    const states = warnings.map(({ code }) => wordsOf(code).toLowerCase());
    return `${originText(certificate.origin)}: ${dates}${states.length === 0 ? "" : `; ${states.join(", ")}`}`;
}

function remarks(certificates: readonly JudgedCertificate[]): Markup | readonly Markup[] {
    const all = certificates.flatMap((certificate) =>
        certificate.warnings.map((warning) => ({ certificate, warning })),
    );
    if (all.length === 0) {
        return [];
    }
    return html`<section class="card remarks" aria-labelledby="remarks">
        <h2 id="remarks">What to do</h2>
        <ul>
            ${all.map(
                ({ certificate, warning: { code, message } }) =>
                    html`<li>
                        ${badge(standingOfCode(code), wordsOf(code))}
                        <div>
                            <strong>${certificate.stack} · ${placeOf(certificate)}</strong> <span>${message}</span>
                        </div>
                    </li>`,
            )}
        </ul>
    </section>`;
}

type Column = readonly [heading: string, cell: (certificate: JudgedCertificate) => Markup | string];

const COLUMNS: readonly Column[] = [
    ["Stack", ({ stack }) => stack],
    ["Project", ({ team, project }) => (team === undefined ? project : `${team}/${project}`)],
    ["Origin", ({ origin }) => originText(origin)],
    ["Subject", ({ subject }) => subject],
    ["Fingerprint", (one) => (one.fingerprint === "" ? "" : html`<code>${shortFingerprint(one)}</code>`)],
    ["Days left", ({ daysLeft }) => (daysLeft === undefined ? "" : html`<span class="number">${daysLeft}</span>`)],
    ["From", ({ fromMs }) => time(fromMs)],
    ["Until", ({ toMs }) => time(toMs)],
    ["Stale ids", ({ staleCertIds }) => staleCertIds.join(", ")],
    ["State", (one) => stateOf(one)],
];

function stateOf({ warnings, notes, isLookedUp }: JudgedCertificate): string {
    const words = [
        ...(isLookedUp ? ["Looked up"] : []),
        ...warnings.map(({ code }) => wordsOf(code)),
        ...notes.map(() => "Used in several places"),
    ];
    return words.length === 0 ? "In order" : words.join(", ");
}

function table(certificates: readonly JudgedCertificate[]): Markup {
    return html`<section class="card" aria-labelledby="table">
        <h2 id="table">As a table</h2>
        <table>
            <thead>
                <tr>
                    ${COLUMNS.map(([heading]) => html`<th scope="col">${heading}</th>`)}
                </tr>
            </thead>
            <tbody>
                ${certificates.map(
                    (one) =>
                        html`<tr>
                            ${COLUMNS.map(([heading, cell]) => filled(heading, cell(one)))}
                        </tr>`,
                )}
            </tbody>
        </table>
    </section>`;
}

function filled(heading: string, content: Markup | string): Markup {
    return html`<td data-heading="${heading}">${content === "" ? "–" : content}</td>`;
}

function time(ms: number | undefined): Markup | string {
    return ms === undefined ? "" : html`<time datetime="${iso(ms)}">${iso(ms).slice(0, 10)}</time>`;
}

/** As 24 Nov 2026, in UTC. */
function dateText(ms: number): string {
    const date = new Date(ms);
    return `${String(date.getUTCDate())} ${MONTH_NAMES[date.getUTCMonth()] ?? ""} ${String(date.getUTCFullYear())}`;
}
