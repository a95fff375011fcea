import type { AuditRecord, Contradiction, ContradictionKind } from '../../record/audit-record.ts';
import type { ClaimStatus } from '../../record/status-record.ts';
import { doneWithoutEvidence } from './evidence-gaps.ts';
import { badTotals, disagreeingShares, incompleteButComplete } from './numbers.ts';
import { phaseContradictions } from './phases.ts';
import { readTracker } from './read-tracker.ts';
import type { EntryState, Tracker } from './tracker.ts';
import { disagree } from './words.ts';

/** Lines of a tracker that contradict each other, and what they say. */
export interface Found {
  readonly kind: ContradictionKind;
  readonly what: string;
  readonly lines: readonly number[];
}

/**
 * Lists the contradictions of a tracker that is kept by hand, in order of their first line.
 *
 * @param claims the claims of the project: what they do not hold is no evidence
 */
export function audit(
  text: string,
  file: string,
  claims: readonly ClaimStatus[] = [],
): AuditRecord {
  const tracker = readTracker(text);
  const found = [
    ...twoStatuses(tracker),
    ...badTotals(tracker),
    ...incompleteButComplete(tracker),
    ...disagreeingShares(tracker),
    ...phaseContradictions(tracker),
    ...doneWithoutEvidence(tracker, claims),
  ];
  const contradictions = found
    .toSorted((a, b) => (a.lines[0] ?? 0) - (b.lines[0] ?? 0))
    .map(({ kind, what, lines }): Contradiction => {
      const quoted = [...new Set(lines)].map((line) => {
        const quote = (tracker.lines[line - 1] ?? '').trim();
        return { line, text: quote };
      });
      return { kind, what, lines: quoted };
    });
  return { schema: 'seedstorm-audit/1', file, entries: tracker.entries.length, contradictions };
}

/** Names so short are those of many things: "unit tests". */
const tellingWords = 3;

/** One id, or one telling name, with two statuses. */
function twoStatuses({ entries }: Tracker): Found[] {
  const found: Found[] = [];
  const groups = new Map<string, (typeof entries)[number][]>();
  for (const entry of entries) {
    const [other] = entry.also.filter((state) => disagree(entry.state, state));
    if (other !== undefined) {
      const what = `${entry.id ?? `"${entry.name}"`} is ${entry.state} and ${other} in one line`;
      found.push({ kind: 'two statuses', what, lines: [entry.line] });
    }
    const isTelling = entry.name.split(' ').length >= tellingWords;
    const key = entry.id ?? (isTelling ? entry.name : undefined);
    if (key !== undefined) groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  for (const [key, group] of groups) {
    const [first] = group;
    const others = group.filter(({ state }) => disagree(first!.state, state));
    if (others.length === 0) continue;
    const said: readonly EntryState[] = [...new Set(others.map(({ state }) => state))];
    const name = first!.id ?? `"${key}"`;
    const where = others.map(({ line }) => line).join(', ');
    const what = `${name} is ${first!.state} here, and ${said.join(', ')} in line ${where}`;
    found.push({
      kind: 'two statuses',
      what,
      lines: [first!.line, ...others.map((one) => one.line)],
    });
  }
  return found;
}
