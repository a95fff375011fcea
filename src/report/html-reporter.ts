import type { Finding, GatePart, GateRecord } from '../record/gate-record.ts';
import { redFindings } from '../record/gate-verdict.ts';
import type { SweepRecord } from '../record/sweep-record.ts';
import { failureBlock } from './failure-block.ts';
import { count, duration, short } from './format.ts';
import { codeText, gateText, knownText, partText, seedsText, verdictWord } from './gate-text.ts';
import { type HtmlText, html, link, raw } from './html-text.ts';
import { plainPageStyle } from './plain-page-style.ts';
import type { Reporter, ReporterOutput } from './reporter.ts';

/**
 * A summary page that opens from disk: the parts, each failure with the way to show it again and a
 * link to the report of its case where one was written, the ladder and the probes of each sweep.
 */
export function htmlReporter({ replace, linkTo }: ReporterOutput): Reporter {
  return {
    onPart: (_part, soFar) => replace(htmlPage(soFar, linkTo)),
    onEnd: (record) => replace(htmlPage(record, linkTo)),
  };
}

type LinkTo = ReporterOutput['linkTo'];

/** The page for a record. */
export function htmlPage(record: GateRecord, linkTo: LinkTo): string {
  const red = redFindings(record.parts);
  return html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>seedstorm: ${verdictWord(record.verdict)}</title>
<style>${raw(plainPageStyle)}</style>
<main>
<h1><span class="verdict ${record.verdict}">${verdictWord(record.verdict)}</span> seedstorm</h1>
<p>${gateText(record)}; ${codeText(record)}; ${record.at}</p>
<table>
<thead><tr><th>verdict<th>part<th>what<th>time</tr></thead>
<tbody>${record.parts.map(partRow)}</tbody>
</table>
${red.length === 0 ? '' : html`<h2>Failures</h2>${red.map((finding) => findingSection(finding, linkTo))}`}
${record.known.length === 0 ? '' : html`<h2>Known failures</h2><ul>${record.known.map((entry) => html`<li>${knownText(entry)}`)}</ul>`}
${record.parts.map(censusSection)}
</main>
</html>
`.text;
}

function partRow(part: GatePart): HtmlText {
  const words = [partText(part), ...part.reasons, ...part.notes];
  return html`<tr><td><span class="verdict ${part.verdict.replace(' ', '-')}">${part.verdict}</span>
<td>${part.name}<td>${words.map((line) => html`<div>${line}</div>`)}<td class="number">${duration(part.wallMs * 1_000)}</tr>
`;
}

function findingSection(finding: Finding, linkTo: LinkTo): HtmlText {
  const { rung, title, statement, scenario, fingerprint, record, replay, story = [] } = finding;
  const links = [
    ...(finding.report === undefined ? [] : [link(linkTo(finding.report), 'report of the case')]),
    ...(finding.case === undefined ? [] : [link(linkTo(finding.case), 'case file')]),
  ];
  return html`<section>
<h3>${rung} ${title}</h3>
<p>${statement}</p>
<p>${scenario}, ${seedsText(finding)}, fingerprint <code>${fingerprint}</code>
${links.map((one) => html` · ${one}`)}</p>
${story.map((line) => html`<p>${line}</p>`)}
<pre>${failureBlock(record, { replay }).join('\n')}</pre>
</section>
`;
}

function censusSection(part: GatePart): HtmlText | string {
  if (part.kind !== 'sweep' || part.record === undefined) return '';
  const { record } = part;
  return html`<details>
<summary>${part.name}: ladder and probes</summary>
<p>${speedText(record)}</p>
<table>
<thead><tr><th>rung<th>law<th>premise held<th>seeds broken</tr></thead>
<tbody>${record.rungs.map(
    ({ id, title, premise, broken }) =>
      html`<tr><td>${id}<td>${title}<td class="number">${premise === 0 ? 'never' : count(premise)}<td class="number">${broken === 0 ? '' : count(broken)}</tr>
`,
  )}</tbody>
</table>
<table>
<thead><tr><th>probe<th>times</tr></thead>
<tbody>${Object.entries(record.probes).map(
    ([name, times]) => html`<tr><td>${name}<td class="number">${count(times)}</tr>
`,
  )}</tbody>
</table>
</details>
`;
}

function speedText({ steps, virtualUs, newStatesPer1000, digest }: SweepRecord): string {
  return (
    `${count(steps)} steps in ${duration(virtualUs)} of virtual time, ` +
    `${short(newStatesPer1000)} new abstract states per 1,000 seeds, digest ${digest}`
  );
}
