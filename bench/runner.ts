import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import type { BenchFigure, BenchRow } from '../src/record/bench-row.ts';
import { disagreements } from '../src/record/bench-series.ts';
import { didYouMean } from '../src/record/near-names.ts';
import { UsageError } from '../src/record/usage-error.ts';
import { table } from '../src/report/table.ts';
import { appendBench, beginBench, benchHistory, readBench } from '../src/run/bench-history.ts';
import { appendLines } from '../src/run/line-file.ts';
import type { Benchmark } from './benchmark.ts';

/** Where a run of benchmarks reads and writes. */
export interface Surroundings {
  /** The checkout that is measured. */
  readonly root: string;
  /** Takes what is found. */
  out(text: string): void;
  /** Takes chatter and complaints. */
  note(text: string): void;
}

interface Wishes {
  readonly chosen: readonly Benchmark[];
  readonly named: boolean;
  /** Undefined: nothing is kept. */
  readonly history: string | undefined;
}

/**
 * Runs benchmarks one after another and appends what they find to the history.
 *
 * @returns the exit code: 0 all is measured; 2 usage, or a history that cannot be read or written; 3 one that
 * was named has nothing to measure; 70 one failed, or an exact figure differs from an earlier one
 * of the same commit
 */
export async function runBenchmarks(
  args: readonly string[],
  all: readonly Benchmark[],
  surroundings: Surroundings,
): Promise<number> {
  try {
    const wishes = wishesOf(args, all, surroundings);
    return wishes === undefined ? 0 : await run(wishes, surroundings);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const { what, where, hint } = error;
    const lines = [`error: ${what}`, where === '' ? '' : `  at ${where}`, hint && `  ${hint}`];
    surroundings.note(lines.filter((line) => line !== '').join('\n'));
    return 2;
  }
}

const options = {
  list: { type: 'boolean' },
  only: { type: 'string' },
  history: { type: 'string' },
  'no-history': { type: 'boolean' },
} as const;

/** What is wanted; undefined when a list was enough. */
function wishesOf(
  args: readonly string[],
  all: readonly Benchmark[],
  { root, out }: Surroundings,
): Wishes | undefined {
  const values = valuesOf(args);
  if (values.list === true) {
    const rows = all.map(({ name, summary, long }) => [name, summary, long ? 'by name only' : '']);
    out(table([{ title: '' }, { title: '' }, { title: '' }], rows, '').join('\n'));
    return undefined;
  }
  const names = values.only?.split(',').map((name) => name.trim());
  const chosen =
    names === undefined
      ? all.filter(({ long }) => long !== true)
      : names.map((name) => benchmarkNamed(name, all));
  const keep = values['no-history'] !== true;
  const history = keep ? (values.history ?? join(root, benchHistory)) : undefined;
  return { chosen, named: names !== undefined, history };
}

function valuesOf(
  args: readonly string[],
): ReturnType<typeof parseArgs<{ options: typeof options }>>['values'] {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    const known = Object.keys(options).map((name) => `--${name}`);
    throw new UsageError((error as Error).message, '', `there are: ${known.join(', ')}`);
  }
}

function benchmarkNamed(name: string, all: readonly Benchmark[]): Benchmark {
  const found = all.find((one) => one.name === name);
  if (found !== undefined) return found;
  const names = all.map((one) => one.name);
  throw new UsageError(`there is no benchmark "${name}"`, '--only', didYouMean(name, names));
}

async function run(wishes: Wishes, surroundings: Surroundings): Promise<number> {
  const { chosen, named, history } = wishes;
  const { root, out, note } = surroundings;
  // Before the work begins: minutes of measuring must not end in a history that nothing fits into.
  const earlier: BenchRow[] = history === undefined ? [] : [...readBench(history)];
  if (history !== undefined) appendLines(history, []);
  const start = beginBench(root);
  let code = 0;
  let kept = 0;
  for (const [at, benchmark] of chosen.entries()) {
    const { name, summary } = benchmark;
    out(`${at === 0 ? '' : '\n'}${name}: ${summary}\n`);
    let figures: readonly BenchFigure[];
    try {
      const measured = await benchmark.measure(out);
      if ('nothing' in measured) {
        out(`nothing to measure: ${measured.nothing}`);
        if (named) code = Math.max(code, 3);
        continue;
      }
      figures = measured.figures.map((figure) => ({ benchmark: name, ...figure }));
    } catch (error) {
      note(`${name} failed: ${error instanceof Error ? error.stack : String(error)}`);
      code = 70;
      continue;
    }
    if (history === undefined) continue;
    const rows = appendBench(history, start, figures);
    kept += rows.length;
    for (const { figure, commit, values } of disagreements([...earlier, ...rows])) {
      if (start.dirty || commit !== start.commit || figure.benchmark !== name) continue;
      note(
        `${name}, ${figure.metric}${figure.variant ? `, ${figure.variant}` : ''}: ` +
          `the same commit and seeds gave ${values.join(' and ')}; that must not be`,
      );
      code = 70;
    }
  }
  if (history !== undefined)
    note(
      `${kept} rows appended to ${relative(root, history).startsWith('..') ? history : relative(root, history)}`,
    );
  return code;
}
