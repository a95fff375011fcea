import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import raftStorm from '../scenarios/raft-storm.ts';
import { count } from '../src/report/format.ts';
import { prepareRun } from '../src/run/prepare-run.ts';
import type { Benchmark, Figure } from './benchmark.ts';
import { steadyLoad } from './scenarios.ts';

const megabyte = 1_048_576;
const marks = [100, 500, 1_000, 2_000, 5_000, 10_000, 20_000];

/** Live memory after collections: over one long run, and between an early and a late seed. */
export const memory: Benchmark = {
  name: 'memory',
  summary: 'live memory over a run of 10,000,000 steps and over 20,000 seeds in one thread',
  long: true,
  measure(tell) {
    const figures: Figure[] = [];
    const mark = (metric: string, variant: string, seeds: readonly [number, number]): void => {
      const value = heapMegabytes();
      tell(`  ${variant}: ${value.toFixed(1)} MB`);
      figures.push({ metric, variant, value, unit: 'MB', better: 'lower', exact: false, seeds });
    };
    tell('one run of 10,000,000 steps, five nodes under a steady load, whole ladder');
    const run = prepareRun(steadyLoad(20_000, 200_000), { seed: 1, settings: { nodes: 5 } });
    for (let million = 1; million <= 10 && !run.done; million++) {
      run.advance(1_000_000);
      const steps = `${count(run.world.steps)} steps`;
      if (million === 1 || million === 10) mark('one long run', steps, [1, 1]);
    }
    tell('raft-storm, one seed after another in one thread');
    const last = Number(process.env.SEEDSTORM_BENCH_SEEDS ?? marks.at(-1));
    for (let seed = 1; seed <= last; seed++) {
      const one = prepareRun(raftStorm, { seed });
      one.advance();
      one.finish();
      if (marks.includes(seed)) mark('many seeds', `seed ${count(seed)}`, [1, seed]);
    }
    return { figures };
  },
};

let collect: (() => void) | undefined;

function heapMegabytes(): number {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  collect();
  collect();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / megabyte;
}
