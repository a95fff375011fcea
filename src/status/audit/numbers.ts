import type { Found } from './audit.ts';
import type { Count, Entry, PhaseFact, Section, Tracker } from './tracker.ts';

/** Whether a section lies in another one, or is it. */
export function isWithin(section: Section, outer: Section): boolean {
  for (let one: Section | undefined = section; one !== undefined; one = one.parent) {
    if (one === outer) return true;
  }
  return false;
}

/** Members of a section: rows and points, each id once. */
export function membersOf(entries: readonly Entry[], section: Section): readonly Entry[] {
  const seen = new Set<string>();
  return entries.filter((entry) => {
    if (!entry.member || !isWithin(entry.section, section)) return false;
    const key = entry.id ?? `${entry.line}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** "Complete, 6 of 8". */
export function incompleteButComplete({ counts }: Tracker): Found[] {
  return counts
    .filter(({ saidComplete, done, of }) => saidComplete && done < of)
    .map(({ line, done, of, noun }) => ({
      kind: 'complete n of m',
      what: `called complete with ${done} of ${of}${noun === '' ? '' : ` ${noun}`}`,
      lines: [line],
    }));
}

/** Totals that are not the sum of their parts, counts that the lists do not bear out. */
export function badTotals(tracker: Tracker): Found[] {
  const found: Found[] = [];
  for (const { line, total, parts, of } of tracker.sums) {
    const sum = parts.reduce((all, part) => all + part, 0);
    if (sum === total) continue;
    const what = `${of}: the total is ${total}, its parts add up to ${parts.join(' + ')} = ${sum}`;
    found.push({ kind: 'totals', what, lines: [line] });
  }
  for (const count of tracker.counts) found.push(...countContradictions(count, tracker));
  for (const { line, section, total } of tracker.totals) {
    const members = membersOf(tracker.entries, outermost(section));
    if (members.length === 0 || members.length === total) continue;
    const what = `the total is ${total}, listed are ${members.length}`;
    found.push({ kind: 'totals', what, lines: [line] });
  }
  return found;
}

const work = /^(?:tasks?|items?|stor(?:y|ies)|features?|steps?|todos?|tickets?|issues?|points?)?$/;

function countContradictions(count: Count, { entries }: Tracker): Found[] {
  const { line, done, of, percent, noun, section } = count;
  const found: Found[] = [];
  if (percent !== undefined && Math.abs(percent - (100 * done) / of) > 1) {
    const share = ((100 * done) / of).toFixed(1).replace(/\.0$/, '');
    const what = `${done} of ${of} is ${share} %, not ${percent} %`;
    found.push({ kind: 'totals', what, lines: [line] });
  }
  const isRow = entries.some((entry) => entry.line === line);
  const members = membersOf(entries, section).filter((entry) => entry.line !== line);
  if (isRow || section.level === 0 || !work.test(noun) || members.length === 0) return found;
  const finished = members.filter(({ state }) => state === 'done');
  if (members.length !== of || finished.length !== done) {
    const what = `it says ${done} of ${of}, listed are ${finished.length} of ${members.length}`;
    found.push({ kind: 'totals', what, lines: [line] });
  }
  return found;
}

/** The document, or the part of it that is a document of its own. */
function outermost(section: Section): Section {
  return section.parent === undefined ? section : outermost(section.parent);
}

/** Different percentages of one thing. */
export function disagreeingShares({ phases }: Tracker): Found[] {
  const groups = new Map<string, PhaseFact[]>();
  for (const fact of phases) {
    if (fact.percent === undefined) continue;
    groups.set(fact.key, [...(groups.get(fact.key) ?? []), fact]);
  }
  return [...groups].flatMap(([key, facts]) => {
    const [first] = facts;
    const others = facts.filter((fact) => !isSameShare(first!, fact));
    if (others.length === 0) return [];
    const said = [first!, ...others].map(({ percent, approximate, line }) => {
      return `${approximate ? '~' : ''}${percent} % (line ${line})`;
    });
    const what = `${key === '' ? 'the whole' : key} is at ${said.join(', ')}`;
    return [{ kind: 'percentages', what, lines: [first!, ...others].map(({ line }) => line) }];
  });
}

function isSameShare(one: PhaseFact, other: PhaseFact): boolean {
  const tolerance = one.approximate || other.approximate ? 1 : 0;
  return Math.abs((one.percent ?? 0) - (other.percent ?? 0)) <= tolerance;
}
