import * as v from 'valibot';
import type { BenchRow } from './bench-row.ts';
import { lineComplaint, readJsonLines } from './json-lines.ts';

const name = v.pipe(v.string(), v.nonEmpty());
const finite = v.pipe(v.number(), v.finite());
const seed = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const moment = v.pipe(v.string(), v.isoTimestamp());

const row = v.looseObject({
  schema: v.literal('seedstorm-bench/1'),
  at: moment,
  commit: v.nullable(v.pipe(v.string(), v.regex(/^[0-9a-f]{7,64}$/))),
  committedAt: v.nullable(moment),
  dirty: v.boolean(),
  machine: name,
  node: name,
  benchmark: name,
  metric: name,
  variant: v.optional(name),
  value: finite,
  unit: v.string(),
  better: v.picklist(['higher', 'lower']),
  exact: v.boolean(),
  seeds: v.optional(v.strictTuple([seed, seed])),
  low: v.optional(finite),
  high: v.optional(finite),
});

/**
 * Reads the history of benchmarks: one JSON object a line. What a writer that was cut off left at the
 * very end is passed over.
 *
 * @param file where it comes from, for errors
 * @throws UsageError that names file, line and field
 */
export function parseBench(content: string, file: string): readonly BenchRow[] {
  return readJsonLines(content, file, 'a row of a benchmark', (value, where) => {
    const result = v.safeParse(row, value);
    if (!result.success) throw lineComplaint(result.issues[0], where, 'a row of a benchmark');
    return value as BenchRow;
  });
}
