import type { Found } from './audit.ts';
import type { Entry, PhaseFact, Section, Tracker } from './tracker.ts';

/** Finished members of a phase that is at 0 % or not started, open members of one that is finished. */
export function phaseContradictions({ entries, phases }: Tracker): Found[] {
  const found: Found[] = [];
  const seen = new Set<string>();
  for (const fact of phases) {
    if (fact.key === '') continue;
    const members = entries.filter((entry) => entry.member && belongsTo(entry, fact.key));
    const claimed = claimOf(fact);
    if (claimed === undefined || seen.has(`${fact.key} ${claimed}`)) continue;
    const others = members.filter(({ state }) => (state === 'done') === (claimed === 'none'));
    if (others.length === 0) continue;
    seen.add(`${fact.key} ${claimed}`);
    const names = others.map(({ id, name }) => id ?? `"${name}"`).join(', ');
    const said = saidOf(fact);
    const how = claimed === 'none' ? 'done are' : 'not done are';
    const what = `${fact.key} is ${said}, but ${how}: ${names}`;
    found.push({ kind: 'phase', what, lines: [fact.line, ...others.map(({ line }) => line)] });
  }
  return found;
}

/** What a fact says of all members of its phase at once. */
function claimOf({ state, percent }: PhaseFact): 'none' | 'all' | undefined {
  if (percent === 0 || (percent === undefined && state === 'open')) return 'none';
  if (percent === 100 || (percent === undefined && state === 'done')) return 'all';
  return undefined;
}

function saidOf({ state, percent }: PhaseFact): string {
  const share = percent === undefined ? [] : [`at ${percent} %`];
  const word = state === 'open' ? ['not started'] : state === 'done' ? ['done'] : [];
  return [...share, ...word].join(', ');
}

/** By the phase that the line names, else by the headings that it stands under. */
function belongsTo({ phase, section }: Entry, key: string): boolean {
  if (phase !== undefined) return phase === key;
  for (let one: Section | undefined = section; one !== undefined; one = one.parent) {
    if (one.key === key) return true;
  }
  return false;
}
