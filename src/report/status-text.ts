import {
  type ClaimState,
  type ClaimStatus,
  claimStates,
  type StateCounts,
  type StatusRecord,
} from '../record/status-record.ts';
import { count, percent, plural } from './format.ts';
import type { Paint } from './paint.ts';
import { table } from './table.ts';

/** All claims of some counts. */
export function totalOf(counts: StateCounts): number {
  return claimStates.reduce((sum, state) => sum + counts[state], 0);
}

/** Held ones as a share of all; other states are never added to them. */
export function heldText(counts: StateCounts): string {
  const total = totalOf(counts);
  return `${count(counts.HELD)} of ${plural(total, 'claim')} held (${percent(counts.HELD, total)})`;
}

/** The states other than HELD that there are, each with its number: `3 STALE, 1 FAILING`. */
export function otherStates(counts: StateCounts): string {
  return claimStates
    .filter((state) => state !== 'HELD' && counts[state] > 0)
    .map((state) => `${count(counts[state])} ${state}`)
    .join(', ');
}

/** How much of its budget a claim has: `500 of 2,000 seeds`. */
export function budgetText({ budget }: ClaimStatus): string {
  const { done, wanted, of } = budget;
  const noun = wanted === 1 ? of.replace(/s$/, '') : of;
  return done >= wanted ? `${count(wanted)} ${noun}` : `${count(done)} of ${count(wanted)} ${noun}`;
}

/** Where the evidence of a claim comes from: day and commit. */
export function evidenceText({ evidence }: ClaimStatus): string {
  if (evidence === undefined) return '-';
  const commit = evidence.commit === null ? '' : `, ${evidence.commit.slice(0, 8)}`;
  return `${evidence.at.slice(0, 10)}${commit}`;
}

/**
 * The status for a terminal.
 *
 * @param ages by commit, how many commits ago it was; only of those that are known
 */
export function statusReport(
  record: StatusRecord,
  ages: ReadonlyMap<string, number>,
  paint: Paint,
): string[] {
  const lines: string[] = [];
  for (const { name, counts } of record.groups) {
    lines.push(`${paint.strong(name)}  ${heldText(counts)}`);
    const statuses = record.claims.filter(({ claim }) => claim.group === name);
    const rows = statuses.map((status) => [
      statePaint(paint, status.state)(status.state),
      status.claim.id,
      budgetText(status),
      `${status.reason}${ageText(status, ages)}`,
    ]);
    lines.push(...table([{ title: '' }, { title: '' }, { title: '' }, { title: '' }], rows), '');
  }
  const red = record.claims.filter(({ replay }) => replay !== undefined);
  for (const { claim, replay } of red) lines.push(`${paint.bad(claim.id)}  ${replay}`);
  if (red.length > 0) lines.push('');
  const others = otherStates(record.counts);
  lines.push(`${paint.strong(heldText(record.counts))}${others === '' ? '' : `; ${others}`}`);
  return lines;
}

function ageText({ evidence, state }: ClaimStatus, ages: ReadonlyMap<string, number>): string {
  if (state === 'HELD' || evidence?.commit == null) return '';
  const age = ages.get(evidence.commit);
  if (age === undefined) return `, at ${evidence.commit.slice(0, 8)}`;
  return age === 0 ? ', at this commit' : `, ${plural(age, 'commit')} ago`;
}

function statePaint(paint: Paint, state: ClaimState): (text: string) => string {
  if (state === 'HELD') return paint.good;
  return state === 'FAILING' ? paint.bad : paint.doubtful;
}
