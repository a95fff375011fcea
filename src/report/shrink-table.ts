import type { CaseSize, ShrinkRecord } from '../record/shrink-record.ts';
import { count } from './format.ts';

/** What shrinking made of the first failure of a planted bug. */
export interface ShrinkRow {
  readonly id: string;
  readonly title: string;
  /** Absent: no seed was red within the budget. */
  readonly seed?: number;
  readonly record?: ShrinkRecord;
  /** Processor time that shrinking took, all threads together. */
  readonly cpuMs?: number;
}

/** A Markdown table of shrunk cases, with medians below. @param budget seeds that each had */
export function shrinkTable(rows: readonly ShrinkRow[], budget: number): readonly string[] {
  const shrunk = rows.flatMap(({ record }) => (record === undefined ? [] : [record]));
  const lines = [
    '| mutant | rung | nodes | faults | operations | choices | less | bytes | seconds | of processor | minimal |',
    '|---|---|---|---|---|---|---|---|---|---|---|',
  ];
  for (const { id, record, cpuMs = 0 } of rows) {
    if (record === undefined) continue;
    const { before, after, rung, reductionPercent, bytes, wallMs, minimal } = record;
    const change = (of: keyof CaseSize): string => `${count(before[of])} → ${count(after[of])}`;
    const cells = [
      id,
      rung,
      change('nodes'),
      change('faults'),
      change('operations'),
      change('choices'),
      `${reductionPercent} %`,
      count(bytes),
      (wallMs / 1_000).toFixed(1),
      (cpuMs / 1_000).toFixed(1),
      minimal ? 'yes' : 'no',
    ];
    lines.push(`| ${cells.join(' | ')} |`);
  }
  const unseen = rows.filter(({ record }) => record === undefined).map(({ id }) => id);
  lines.push('', ...summary(shrunk, rows));
  if (unseen.length > 0) {
    lines.push('', `Not red within ${count(budget)} seeds, so not shrunk: ${unseen.join(', ')}.`);
  }
  return lines;
}

function summary(records: readonly ShrinkRecord[], rows: readonly ShrinkRow[]): readonly string[] {
  if (records.length === 0) return ['No mutant was red.'];
  const less = (part: 'faults' | 'operations' | 'choices'): string => {
    const shares = records
      .filter(({ before }) => before[part] > 0)
      .map(({ before, after }) => 100 * (1 - after[part] / before[part]));
    return `${median(shares).toFixed(1)} % of ${part}`;
  };
  const seconds = records.map(({ wallMs }) => wallMs / 1_000);
  const cpu = rows.flatMap(({ cpuMs }) => (cpuMs === undefined ? [] : [cpuMs / 1_000]));
  const minimal = records.filter((record) => record.minimal).length;
  const all = median(records.map(({ reductionPercent }) => reductionPercent));
  return [
    `${records.length} mutants. Median reduction: ${all.toFixed(1)} % of faults, operations and ` +
      `choices together; taken apart ${less('faults')}, ${less('operations')}, ${less('choices')}.`,
    `Median time ${median(seconds).toFixed(1)} s, longest ${Math.max(...seconds).toFixed(1)} s; ` +
      `of the processor ${median(cpu).toFixed(1)} s and ${Math.max(...cpu).toFixed(1)} s; ` +
      `${minimal} of ${records.length} proved 1-minimal; largest case file ` +
      `${count(Math.max(...records.map(({ bytes }) => bytes)))} bytes.`,
  ];
}

/** The middle of some numbers. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  if (sorted.length === 0) return 0;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}
