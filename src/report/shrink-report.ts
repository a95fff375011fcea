import type { CaseSize, ShrinkRecord } from '../record/shrink-record.ts';
import { count, duration, plural } from './format.ts';
import { type Paint, plainPaint } from './paint.ts';
import { table } from './table.ts';

/** How to print what shrinking did. */
export interface ShrinkReportOptions {
  readonly paint?: Paint;
}

/** The parts of a size, in the order in which people care. */
const parts = [
  ['nodes', 'nodes'],
  ['clients', 'clients'],
  ['faults', 'faults'],
  ['operations', 'operations'],
  ['choices', 'choices that are not calm'],
  ['settings', 'settings that are not calm'],
] as const;

/** What a case was, what is left of it, and whether less would do. */
export function shrinkReport(record: ShrinkRecord, options: ShrinkReportOptions = {}): string[] {
  const paint = options.paint ?? plainPaint;
  const { before, after, steps } = record;
  const rows = [
    ...parts.map(([name, title]) => [title, count(before[name]), count(after[name])]),
    ['steps until it breaks', count(steps[0]), count(steps[1])],
  ];
  const seconds = duration(record.wallMs * 1_000);
  const lines = [
    ...table(
      [{ title: '' }, { title: 'before', align: 'right' }, { title: 'after', align: 'right' }],
      rows,
    ),
    '',
    `  ${record.reductionPercent} % fewer faults, operations and choices, after ` +
      `${plural(record.candidates, 'candidate')} in ${seconds}`,
    `  ${paint.strong(provedText(record))}`,
  ];
  if (record.keyBefore !== undefined) {
    lines.push(
      `  the case file told of another failure (${record.keyBefore}): the bug has changed`,
    );
  }
  const others = Object.entries(record.otherKeys).sort((a, b) => b[1] - a[1]);
  if (others.length > 0) {
    lines.push('  other failures on the way, which were not followed');
    for (const [key, times] of others.slice(0, 3)) lines.push(`    ${key}  ${times} x`);
  }
  return lines;
}

function provedText({ minimal, ended }: ShrinkRecord): string {
  if (minimal) {
    return 'minimal: without any single one of them the failure is gone (each was tried)';
  }
  return ended === 'interrupted'
    ? 'interrupted: the smallest so far, perhaps less would do'
    : 'time is up: the smallest so far, perhaps less would do (--time gives more)';
}

/** A size in a few words: `3 nodes, 2 faults, 1 operation, 0 choices`. */
export function sizeText({ nodes, faults, operations, choices }: CaseSize): string {
  return [
    plural(nodes, 'node'),
    plural(faults, 'fault'),
    plural(operations, 'operation'),
    plural(choices, 'choice'),
  ].join(', ');
}
