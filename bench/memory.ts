import raftStorm from '../scenarios/raft-storm.ts';
import { prepareRun } from '../src/run/prepare-run.ts';
import { steadyLoad } from './scenarios.ts';

const megabyte = 1_048_576;

function heapMegabytes(): number {
  if (globalThis.gc === undefined) {
    throw new Error('run it as: node --expose-gc bench/main.ts --memory');
  }
  globalThis.gc();
  globalThis.gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / megabyte;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Live memory after collections: over one long run, and between an early and a late seed. */
export async function watchMemory(): Promise<void> {
  say('one run of 10,000,000 steps, five nodes under a steady load, whole ladder');
  const scenario = steadyLoad(20_000, 200_000);
  const run = prepareRun(scenario, { seed: 1, settings: { nodes: 5 } });
  for (let million = 1; million <= 10 && !run.done; million++) {
    run.advance(1_000_000);
    say(`  ${run.world.steps.toLocaleString('en-US')} steps: ${heapMegabytes().toFixed(1)} MB`);
  }
  say('raft-storm, one seed after another in one thread');
  const marks = new Set([100, 500, 1_000, 2_000, 5_000, 10_000, 20_000]);
  const last = Number(process.env['SEEDSTORM_BENCH_SEEDS'] ?? 20_000);
  for (let seed = 1; seed <= last; seed++) {
    const one = prepareRun(raftStorm, { seed });
    one.advance();
    one.finish();
    if (marks.has(seed)) {
      say(`  seed ${seed.toLocaleString('en-US')}: ${heapMegabytes().toFixed(1)} MB`);
    }
  }
}
