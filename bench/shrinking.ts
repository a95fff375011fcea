import { table } from '../src/report/table.ts';
import type { Benchmark, Figure } from './benchmark.ts';
import { shrinkMutants } from './shrink-mutants.ts';

/** Bugs of five families, which raft-storm shows within a few seeds. */
const only = ['D2', 'D6', 'E1', 'L1', 'L18'];
const seeds = [1, 300] as const;

/** How small the first failures of some planted bugs become, and at which cost. */
export const shrinking: Benchmark = {
  name: 'shrinking',
  summary: `what shrinking leaves of the failures of planted bugs (${only.join(', ')}), and its cost`,
  long: true,
  async measure(tell) {
    const figures: Figure[] = [];
    const lines: string[][] = [];
    const wishes = { only, seeds: seeds[1], seconds: 90, jobs: 1 };
    const rows = await shrinkMutants(wishes, () => {}, tell);
    for (const { id: variant, record, cpuMs = 0 } of rows) {
      if (record === undefined) throw new Error(`${variant} was not red within ${seeds[1]} seeds`);
      const { after, bytes, candidates } = record;
      const left = after.faults + after.operations + after.choices;
      const figure = (metric: string, value: number, unit: string): void => {
        figures.push({ metric, variant, value, unit, better: 'lower', exact: false, seeds });
      };
      // None is exact: shrinking goes by the clock.
      figure('faults, operations and choices left', left, '');
      figure('runs that shrinking took', candidates, 'runs');
      figure('size of the case', bytes, 'bytes');
      figure('processor time', cpuMs / 1_000, 's');
      const seconds = (cpuMs / 1_000).toFixed(1);
      lines.push([variant, ...[left, candidates, bytes].map(String), seconds]);
    }
    const titles = ['left', 'runs', 'bytes', 'seconds of processor'];
    const columns = titles.map((title) => ({ title, align: 'right' as const }));
    tell(table([{ title: '' }, ...columns], lines, '').join('\n'));
    return { figures };
  },
};
