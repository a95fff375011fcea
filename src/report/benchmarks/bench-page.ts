import type { BenchRow } from '../../record/bench-row.ts';
import { disagreements, treeName } from '../../record/bench-series.ts';
import { plural } from '../format.ts';
import { type HtmlText, html, raw } from '../html-text.ts';
import { benchCard, changeText } from './bench-card.ts';
import { type BenchLine, type BenchSection, benchSections } from './bench-cards.ts';
import { benchStyle } from './bench-style.ts';
import { dayAndTime, unitText } from './bench-text.ts';

/** Nothing is fetched and no program runs: the page is pictures and text. */
const policy = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/** How the latest figures stand to those of the commit before. */
export interface BenchSummary {
  readonly figures: number;
  readonly better: number;
  readonly worse: number;
  /** Equal, or within what rounds differ by. */
  readonly alike: number;
  /** Without any earlier value. */
  readonly first: number;
  /** Exact figures that differ at one commit. */
  readonly disagreements: number;
}

/** Counts how the latest figures stand. */
export function benchSummary(rows: readonly BenchRow[]): BenchSummary {
  const lines = linesOf(benchSections(rows));
  const changes = lines.map(({ previous }) => previous?.change);
  const number = (change: string | undefined): number =>
    changes.filter((one) => one === change).length;
  return {
    figures: lines.length,
    better: number('better'),
    worse: number('worse'),
    alike: number('same') + number('noise'),
    first: number(undefined),
    disagreements: disagreements(rows).length,
  };
}

/**
 * The history of benchmarks as one HTML page: each metric over commits, the latest value against the
 * commit before and against the best.
 *
 * @param rows at least one
 */
export function benchPage(rows: readonly BenchRow[]): string {
  const sections = benchSections(rows);
  const latest = newest(sections);
  const machines = new Set(rows.map(({ machine }) => machine)).size;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="generator" content="seedstorm">
<title>Benchmarks at ${treeName(latest)} - seedstorm</title>
<style>${raw(benchStyle)}</style>
</head>
<body>
<header><div>
<h1>Benchmarks</h1>
<p class="facts">Latest: <code>${treeName(latest)}</code>, ${dayAndTime(latest.at)}, ${latest.machine}, Node ${latest.node}</p>
<nav aria-label="Benchmarks">${sections.map(({ benchmark }, at) => html`<a href="#benchmark-${at}">${benchmark}</a>`)}<a href="#measurements">measurements</a></nav>
</div></header>
<main>
${alarm(rows)}
${summary(rows, sections)}
${sections.map((section, at) => sectionOf(section, at, machines))}
${measurements(rows)}
</main>
</body>
</html>
`.text;
}

/** A row of the newest commit, or of what differed from one. */
function newest(sections: readonly BenchSection[]): BenchRow {
  const latest = sections.flatMap(({ cards }) => cards.map(({ trees }) => trees.at(-1)!));
  return latest.reduce((last, one) => (one.timeMs >= last.timeMs ? one : last)).row;
}

function linesOf(sections: readonly BenchSection[]): readonly BenchLine[] {
  return sections.flatMap(({ cards }) => cards.flatMap(({ lines }) => lines));
}

function alarm(rows: readonly BenchRow[]): HtmlText {
  const found = disagreements(rows);
  if (found.length === 0) return html``;
  return html`<div class="alarm" role="note"><strong>Not deterministic.</strong> Exact figures must be the same for a commit and its seeds:
<ul>${found.map(({ figure, commit, values }) => html`<li>${nameOf(figure)} at <code>${commit.slice(0, 8)}</code>: ${values.join(' and ')}`)}</ul></div>
`;
}

function nameOf({ benchmark, metric, variant }: BenchRow | BenchLine['series']['figure']): string {
  return [benchmark, metric, variant].filter((part) => part !== undefined).join(', ');
}

/** What got better or worse since the commit before, the largest changes first. */
function summary(rows: readonly BenchRow[], sections: readonly BenchSection[]): HtmlText {
  const { better, worse, alike, first, figures } = benchSummary(rows);
  const changed = linesOf(sections).filter(
    ({ previous }) => previous?.change === 'better' || previous?.change === 'worse',
  );
  changed.sort((a, b) => sizeOf(b) - sizeOf(a));
  const shown = changed.slice(0, 20);
  const since =
    first === figures
      ? `${plural(figures, 'figure')}, none measured before.`
      : `Against the commit before: ${worse} worse, ${better} better, ${alike} alike${first > 0 ? `, ${first} new` : ''}.`;
  return html`<p class="summary"><strong>${since}</strong></p>
${shown.length === 0 ? '' : changesTable(shown, changed.length)}${first === figures ? '' : legend}`;
}

const legend = html`<p class="about">A ring marks the best commit of a line, a band the range of the rounds that count. In real time a value has changed when the ranges do not meet; the rest is noise.</p>`;

function sizeOf({ latest, previous }: BenchLine): number {
  const before = previous!.point.row.value;
  return Math.abs(latest.row.value - before) / (Math.abs(before) || 1);
}

function changesTable(lines: readonly BenchLine[], all: number): HtmlText {
  return html`<div class="scroll"><table>
<thead><tr><th scope="col">changed<th scope="col" class="number">before<th scope="col" class="number">latest<th scope="col" class="number">change<th scope="col">commits</tr></thead>
<tbody>${lines.map((line) => {
    const { latest, previous } = line;
    const before = previous!.point.row;
    return html`<tr><th scope="row">${nameOf(line.series.figure)}
<td class="number">${unitText(before.value, before)}<td class="number">${unitText(latest.row.value, latest.row)}
<td class="number">${changeText(line, previous!)}<td class="detail"><code>${treeName(before)}</code> to <code>${treeName(latest.row)}</code></tr>
`;
  })}</tbody></table></div>
${lines.length < all ? html`<p class="about">and ${all - lines.length} more below</p>` : ''}`;
}

function sectionOf({ benchmark, cards }: BenchSection, at: number, machines: number): HtmlText {
  return html`<section aria-labelledby="benchmark-${at}"><h2 id="benchmark-${at}">${benchmark}</h2>
<div class="cards">${cards.map((card) => benchCard(card, machines > 1))}</div></section>
`;
}

/** When what was measured, newest first. */
function measurements(rows: readonly BenchRow[]): HtmlText {
  const groups = [...Map.groupBy(rows, ({ at, machine }) => `${at} ${machine}`).values()];
  groups.sort((a, b) => (a[0]!.at < b[0]!.at ? 1 : -1));
  return html`<details id="measurements"><summary>${plural(groups.length, 'measurement')}</summary>
<div class="scroll"><table>
<thead><tr><th scope="col">when<th scope="col">commit<th scope="col">benchmarks<th scope="col" class="number">figures<th scope="col">machine<th scope="col">Node</tr></thead>
<tbody>${groups.map((group) => {
    const row = group[0]!;
    const names = [...new Set(group.map(({ benchmark }) => benchmark))].join(', ');
    return html`<tr><td class="number">${dayAndTime(row.at)}<td><code>${treeName(row)}</code><td>${names}<td class="number">${group.length}<td>${row.machine}<td>${row.node}</tr>
`;
  })}</tbody></table></div>
<p class="about">Of several measurements of a commit in real time the best one counts: disturbance only ever adds. A commit with + had changes that were not committed.</p></details>
`;
}
