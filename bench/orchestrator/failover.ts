import failover from '../../scenarios/orchestrator-failover.ts';
import type { ClusterHistory } from '../../src/index.ts';
import { nodeHost } from '../../src/run/host.ts';
import { prepareRun } from '../../src/run/prepare-run.ts';
import { installTrap } from '../../src/run/trap.ts';
import type { Benchmark, Figure } from '../benchmark.ts';

const defaultSeeds = 200;

/** From the loss of a leader to the first acknowledged write that was asked for after it. */
export const orchestratorFailover: Benchmark = {
  name: 'orchestrator-failover',
  summary:
    'virtual time from the loss of a leader of the orchestrator to the next acknowledged write',
  long: true,
  async measure(tell) {
    installTrap();
    const last = Number(process.env.SEEDSTORM_BENCH_SEEDS ?? defaultSeeds);
    const timesUs: number[] = [];
    for (let seed = 1; seed <= last; seed++) {
      timesUs.push(await nodeHost.slice((drain) => failoverUs(seed, drain)));
    }
    timesUs.sort((a, b) => a - b);
    const seeds = [1, last] as const;
    const figures: Figure[] = [
      ['median', 0.5],
      ['p99', 0.99],
      ['max', 1],
    ].map(([variant, share]) => {
      const at = Math.min(timesUs.length - 1, Math.floor(timesUs.length * Number(share)));
      const value = timesUs[at]! / 1_000_000;
      const about = { unit: 's', better: 'lower', exact: true, seeds } as const;
      return { metric: 'failover', variant: String(variant), value, ...about };
    });
    for (const { variant, value } of figures) tell(`  ${variant}: ${value.toFixed(3)} s`);
    tell(`\nVirtual time, seeds 1..${last}: exact for a commit, on any machine.`);
    return { figures };
  },
};

/** Throws when a rung broke, or no write was acknowledged. */
function failoverUs(seed: number, drain: (() => void) | undefined): number {
  let made: ClusterHistory | undefined;
  const onHistory = (history: unknown): void => {
    made = history as ClusterHistory;
  };
  const run = prepareRun(failover, { seed }, { onHistory }, drain);
  const when = run.caseFile.plan[0]?.when;
  if (when === undefined || !('atUs' in when)) throw new Error('no leader is lost in this seed');
  run.advance();
  const { record } = run.finish();
  if (record.verdict !== 'held')
    throw new Error(`seed ${seed}: ${JSON.stringify(record.violation)}`);
  const history = made!;
  let firstUs = Number.POSITIVE_INFINITY;
  for (let at = 0; at < history.length; at++) {
    if (history.invokedUs[at]! < when.atUs || history.consistency[at] !== 'command') continue;
    if (history.outcomeName(at) !== 'info') firstUs = Math.min(firstUs, history.completedUs[at]!);
  }
  if (firstUs === Number.POSITIVE_INFINITY)
    throw new Error(`seed ${seed}: nothing was acknowledged`);
  return firstUs - when.atUs;
}
