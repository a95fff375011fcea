import { prepareRun } from '../src/run/prepare-run.ts';
import type { Scenario } from '../src/run/scenario-contract.ts';
import type { Config } from '../src/sim/system-definition.ts';
import type { World } from '../src/sim/world.ts';
import { bareLoop } from './bare-loop.ts';

/** What some seeds of a scenario cost. */
export interface Cost {
  readonly seeds: number;
  /** Steps in which component code ran. */
  readonly steps: number;
  readonly virtualUs: number;
  /** Processor time of everything: set-up, steps, ladder, last checks. */
  readonly cpuUs: number;
  /** Processor time of building worlds and drawing configs, plans and intents alone. */
  readonly setUpUs: number;
  /** Calls that completed, in the loop that is measured. */
  readonly completed: number;
  /** Messages per second of the bare loop, measured right before and after. */
  readonly bare: number;
}

/** Seeds of a scenario, one after another. */
export interface Load {
  readonly scenario: Scenario;
  readonly from: number;
  readonly to: number;
  readonly settings?: Config;
  /** False: without any rung. */
  readonly ladder?: boolean;
}

function cpuUs(since?: NodeJS.CpuUsage): number {
  const spent = process.cpuUsage(since);
  return spent.user + spent.system;
}

/** Runs the seeds one after another in this thread. */
function measure({ scenario, from, to, settings, ladder = true }: Load): Cost {
  const before = bareLoop(2_000_000);
  const begin = process.cpuUsage();
  let steps = 0;
  let virtualUs = 0;
  let setUpUs = 0;
  let completed = 0;
  for (let seed = from; seed <= to; seed++) {
    const beginSeed = process.cpuUsage();
    const input = settings === undefined ? { seed } : { seed, settings };
    const run = prepareRun(scenario, input, { ladder });
    setUpUs += cpuUs(beginSeed);
    run.advance();
    const { record } = run.finish();
    if (record.verdict === 'broken') {
      throw new Error(
        `seed ${seed} broke ${record.violation?.rung}: its figures would say nothing`,
      );
    }
    steps += (run.world as World).componentSteps;
    virtualUs += run.world.timeUs;
    completed += record.operations?.['outcome/ok'] ?? 0;
  }
  const spent = cpuUs(begin);
  const bare = (before + bareLoop(2_000_000)) / 2;
  return { seeds: to - from + 1, steps, virtualUs, cpuUs: spent, setUpUs, completed, bare };
}

/** What each of some rounds cost. */
export function costs(rounds: number, load: Load): readonly Cost[] {
  return Array.from({ length: rounds }, () => measure(load));
}

/** The round with the least processor time: what else the machine does only ever adds to it. */
export function least(all: readonly Cost[]): Cost {
  return all.reduce((least, cost) => (cost.cpuUs < least.cpuUs ? cost : least));
}
