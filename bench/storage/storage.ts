import { table } from '../../src/report/table.ts';
import { nodeHost } from '../../src/run/host.ts';
import type { Benchmark, Figure } from '../benchmark.ts';
import type { OpenCluster } from './cluster.ts';
import { storageClasses, storageFigures } from './figures.ts';
import { clusterOpener } from './open-cluster.ts';

/**
 * The storage system in virtual time.
 * @param opener gives what opens clusters, given what drains the promises of their components
 * @param seeds first and last
 */
export function storageBenchmark(
  opener: (drain: () => void) => OpenCluster = clusterOpener,
  seeds: readonly [first: number, last: number] = [1, 1],
): Benchmark {
  return {
    name: 'storage',
    summary:
      'the storage system in virtual time: load, and a lost host or zone, for R(3) and four codes',
    long: true,
    async measure(tell) {
      const figures: Figure[] = [];
      for (const storageClass of storageClasses) {
        const found = await nodeHost.slice((drain) => {
          if (drain === undefined) throw new Error('this Node cannot drain promises at once');
          return storageFigures(opener(drain), storageClass, seeds);
        });
        figures.push(...found);
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
