import { table } from '../../src/report/table.ts';
import type { Benchmark, Figure } from '../benchmark.ts';
import type { OpenCluster } from './cluster.ts';
import { storageClasses, storageFigures } from './figures.ts';

const seeds = [1, 3] as const;

/**
 * The benchmark of the storage system.
 * @param open undefined: no cluster of the whole system can be run
 */
export function storageBenchmark(open: OpenCluster | undefined): Benchmark {
  return {
    name: 'storage',
    summary:
      'the storage system in virtual time: load, and a lost host or zone, for R(3) and four codes',
    measure(tell) {
      if (open === undefined) return { nothing: 'no cluster of the storage system can be run yet' };
      const figures: Figure[] = [];
      for (const storageClass of storageClasses) {
        figures.push(...storageFigures(open, storageClass, seeds));
      }
      tell(figuresTable(figures).join('\n'));
      tell(`\nVirtual time, seeds ${seeds[0]}..${seeds[1]}: exact for a commit, on any machine.`);
      return { figures };
    },
  };
}

/** A row for each metric, a column for each class. */
function figuresTable(figures: readonly Figure[]): readonly string[] {
  const names = storageClasses.map(([name]) => name);
  const rows = Map.groupBy(figures, ({ metric, unit }) => (unit ? `${metric}, ${unit}` : metric));
  const lines = [...rows].map(([title, row]) => [
    title,
    ...names.map((name) => {
      const found = row.find(({ variant }) => variant === name);
      return found === undefined ? '' : String(Number(found.value.toPrecision(4)));
    }),
  ]);
  const columns = names.map((title) => ({ title, align: 'right' as const }));
  return table([{ title: '' }, ...columns], lines, '');
}
