import { type ClaimStatus, claimStates, type StatusRecord } from '../record/status-record.ts';
import { count, percent } from './format.ts';
import { type HtmlText, html, raw } from './html-text.ts';
import { markdownTable } from './markdown-table.ts';
import { plainPageStyle } from './plain-page-style.ts';
import { budgetText, evidenceText, heldText, otherStates, totalOf } from './status-text.ts';

/*
 * Pages that are committed. Nothing in them depends on the commit that they stand in, or committing
 * them would make them wrong: no age in commits, no hash of the tree, no time of day of their own.
 */

const computed =
  'Computed by `seedstorm status` from claims and evidence; `seedstorm status --check` is red after any edit by hand.';

const meanings: Readonly<Record<string, string>> = {
  HELD: 'passes on this tree, with its whole budget, and was put to the test',
  STALE: 'passed on an older tree',
  PARTIAL: 'nothing is red, but budget or test is not whole',
  FAILING: 'red when it was last run',
  CLAIMED: 'a document asserts it, no evidence shows it',
  NONE: 'no evidence',
};

/** What the name of a status file ends in. */
export type StatusFormat = 'md' | 'json' | 'html';

/** The status as a file, the same bytes on every machine. */
export function statusPage(record: StatusRecord, format: StatusFormat): string {
  if (format === 'json') return `${JSON.stringify(record, undefined, 2)}\n`;
  return format === 'md' ? `${markdownPage(record).join('\n')}\n` : htmlPage(record);
}

function summary(record: StatusRecord): string {
  const others = otherStates(record.counts);
  return others === '' ? '' : ` Apart from these: ${others}.`;
}

function groupRows({ groups, counts }: StatusRecord): readonly (readonly string[])[] {
  const all = groups.length > 1 ? [...groups, { name: 'All', counts }] : groups;
  return all.map((group) => [
    group.name,
    count(totalOf(group.counts)),
    ...claimStates.map((state) => count(group.counts[state])),
    percent(group.counts.HELD, totalOf(group.counts)),
  ]);
}

const groupTitles: readonly string[] = ['Group', 'Claims', ...claimStates, 'Held'];
const claimTitles: readonly string[] = ['State', 'Claim', '', 'Budget', 'Evidence', 'Why'];

function markdownPage(record: StatusRecord): string[] {
  const lines = [
    `# ${record.title}`,
    '',
    `${computed}`,
    '',
    `**${heldText(record.counts)}.**${summary(record)}`,
    '',
    ...markdownTable(groupTitles, ' ::::::::', groupRows(record)),
    '',
    ...claimStates.map((state) => `- ${state}: ${meanings[state]}.`),
  ];
  for (const { name } of record.groups) {
    const statuses = record.claims.filter(({ claim }) => claim.group === name);
    const rows = statuses.map((status) => [
      status.state,
      `\`${status.claim.id}\``,
      status.claim.text,
      budgetText(status),
      evidenceText(status),
      whyText(status),
    ]);
    lines.push('', `## ${name}`, '', ...markdownTable(claimTitles, '', rows));
    lines.push('', ...proofs(statuses));
  }
  return lines;
}

/** Each command once, with the claims that it serves. */
function proofs(statuses: readonly ClaimStatus[]): string[] {
  const ids = new Map<string, string[]>();
  for (const { claim, prove } of statuses) ids.set(prove, [...(ids.get(prove) ?? []), claim.id]);
  return [...ids].map(([prove, served]) => `- \`${prove}\`: ${served.join(', ')}`);
}

function whyText({ reason, replay }: ClaimStatus): string {
  return replay === undefined ? reason : `${reason}: \`${replay}\``;
}

function htmlPage(record: StatusRecord): string {
  return html`<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${record.title}</title>
<style>${raw(plainPageStyle)}</style>
<main>
<h1>${record.title}</h1>
<p>${computed.replaceAll('`', '')}</p>
<p><strong>${heldText(record.counts)}.</strong>${summary(record)}</p>
<table>
<thead><tr>${groupTitles.map((title) => html`<th>${title}`)}</tr></thead>
<tbody>${groupRows(record).map(
    ([name = '', ...numbers]) =>
      html`<tr><td>${name}${numbers.map((number) => html`<td class="number">${number}`)}</tr>
`,
  )}</tbody>
</table>
<dl>${claimStates.map((state) => html`<dt class="verdict ${state}">${state}<dd>${meanings[state]!}`)}</dl>
${record.groups.map(({ name }) => groupSection(name, record))}
</main>
</html>
`.text;
}

function groupSection(name: string, { claims }: StatusRecord): HtmlText {
  return html`<h2>${name}</h2>
<table>
<thead><tr><th>state<th>claim<th><th>budget<th>evidence<th>why</tr></thead>
<tbody>${claims.filter(({ claim }) => claim.group === name).map(claimRow)}</tbody>
</table>
`;
}

function claimRow(status: ClaimStatus): HtmlText {
  const { state, claim, reason, replay, prove } = status;
  const again = replay === undefined ? '' : html`<div><code>${replay}</code></div>`;
  return html`<tr><td class="verdict ${state}">${state}<td>${claim.id}<td>${claim.text}
<div><code>${prove}</code></div><td>${budgetText(status)}<td>${evidenceText(status)}<td>${reason}${again}</tr>
`;
}
