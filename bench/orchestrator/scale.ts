import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { table } from '../../src/report/table.ts';
import type { Benchmark, Figure } from '../benchmark.ts';
import type { ScaleCost } from './one-scale.ts';

/** A hundred tasks on each worker, ten in each service. */
const curve = [10, 30, 100, 300].map((workers) => ({ workers, services: 10 * workers }));
const replicas = 10;
const program = fileURLToPath(new URL('./one-scale.ts', import.meta.url));

/**
 * The whole orchestrator at 10 to 300 workers: all its services deployed at once, the leader killed in
 * the middle, ladder on. Each size has a process of its own, so that its peak of memory is its own.
 */
export const orchestratorScale: Benchmark = {
  name: 'orchestrator-scale',
  summary: 'deploys of 1,000 to 30,000 tasks on 10 to 300 workers, the leader killed in the middle',
  long: true,
  measure(tell) {
    const figures: Figure[] = [];
    const rows: string[][] = [];
    const most = Number(process.env.SEEDSTORM_BENCH_WORKERS ?? curve.at(-1)!.workers);
    for (const { workers, services } of curve.filter((size) => size.workers <= most)) {
      const cost = measured(workers, services);
      const variant = `${workers} workers, ${services * replicas} tasks`;
      rows.push([variant, ...Object.values(cells(cost)).map(({ text }) => text)]);
      for (const [metric, { value, unit, better, exact }] of Object.entries(cells(cost))) {
        figures.push({ metric, variant, value, unit, better, exact, seeds: [1, 1] });
      }
    }
    const titles = ['', ...Object.keys(cells({ ...none }))];
    const columns = titles.map(
      (title, at) => ({ title, align: at === 0 ? 'left' : 'right' }) as const,
    );
    tell(table(columns, rows, '').join('\n'));
    return { figures };
  },
};

const none: ScaleCost = {
  ...{ steps: 1, cpuMs: 0, wallMs: 0, peakMegabytes: 0, storeMegabytes: 0, runningUs: 0 },
};

interface Cell extends Pick<Figure, 'value' | 'unit' | 'better' | 'exact'> {
  readonly text: string;
}

/** By metric. Real time is that of the processor: other work on the machine says nothing of ours. */
function cells(cost: ScaleCost): Readonly<Record<string, Cell>> {
  const { steps, cpuMs, wallMs, peakMegabytes, storeMegabytes, runningUs } = cost;
  const cell = (value: number, unit: string, exact = false): Cell => {
    const better = unit === 'steps/s' ? 'higher' : 'lower';
    return { value, unit, better, exact, text: `${Number(value.toPrecision(3))} ${unit}` };
  };
  return {
    steps: cell(steps, 'steps', true),
    'all running after': cell(runningUs / 1_000_000, 's', true),
    'wall time': cell(wallMs / 1_000, 's'),
    'processor time': cell(cpuMs / 1_000, 's'),
    'cost of a step': cell((cpuMs * 1_000) / steps, 'us'),
    rate: cell((steps * 1_000) / Math.max(1, cpuMs), 'steps/s'),
    'peak memory': cell(peakMegabytes, 'MB'),
    'state of a manager': cell(storeMegabytes, 'MB', true),
  };
}

function measured(workers: number, services: number): ScaleCost {
  const sizes = [workers, services, replicas].map(String);
  const child = spawnSync(process.execPath, [program, ...sizes], { encoding: 'utf8' });
  if (child.status !== 0) throw new Error(`${workers} workers: ${child.stderr}`);
  return JSON.parse(child.stdout.trim().split('\n').at(-1)!) as ScaleCost;
}
