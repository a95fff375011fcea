import { atScale } from '../../scenarios/orchestrator/scale.ts';
import { nodeHost } from '../../src/run/host.ts';
import { prepareRun } from '../../src/run/prepare-run.ts';
import { installTrap } from '../../src/run/trap.ts';
import type { ManagerNode } from '../../src/systems/orchestrator/manager/manager-component.ts';
import type { ClusterState } from '../../src/systems/orchestrator/state/state.ts';

/** What one run at some size has cost. */
export interface ScaleCost {
  readonly steps: number;
  readonly cpuMs: number;
  readonly wallMs: number;
  /** Largest resident set of the whole process. */
  readonly peakMegabytes: number;
  /** Bytes of the store of one manager. */
  readonly storeMegabytes: number;
  /** True time from the first request until every task was running, to a tenth of a second. */
  readonly runningUs: number;
}

const sliceUs = 100_000;
const firstUs = 4_000_000;
const megabyte = 1_048_576;

/** `node bench/orchestrator/one-scale.ts WORKERS SERVICES REPLICAS` prints a `ScaleCost`. */
async function measure(workers: number, services: number, replicas: number): Promise<ScaleCost> {
  installTrap();
  const clock = performance;
  const cpu = process.cpuUsage();
  const begun = clock.now();
  const cost = await nodeHost.slice((drain) => {
    const run = prepareRun(atScale({ workers, services, replicas }), { seed: 1 }, {}, drain);
    let runningUs = 0;
    for (let untilUs = sliceUs; !run.done; untilUs += sliceUs) {
      run.advance(Number.POSITIVE_INFINITY, untilUs);
      if (runningUs !== 0 || untilUs < firstUs) continue;
      if (runningIn(newest(run.world)) === services * replicas) runningUs = untilUs - firstUs;
    }
    const state = newest(run.world);
    const storeMegabytes = state === undefined ? 0 : state.save().length / megabyte;
    const { record } = run.finish();
    if (record.verdict !== 'held')
      throw new Error(JSON.stringify(record.violation ?? record.reasons));
    return { steps: record.steps, storeMegabytes, runningUs };
  });
  const { user, system } = process.cpuUsage(cpu);
  return {
    ...cost,
    cpuMs: (user + system) / 1_000,
    wallMs: clock.now() - begun,
    peakMegabytes: process.resourceUsage().maxRSS / 1_024,
  };
}

/** The store of the manager that has applied most. */
function newest(world: { state(node: number): unknown }): ClusterState | undefined {
  let best: ClusterState | undefined;
  for (let node = 0; node < 3; node++) {
    const manager = world.state(node) as ManagerNode | undefined;
    if (manager?.phase !== 'running') continue;
    const { state } = manager.service.machine;
    if (best === undefined || state.applied > best.applied) best = state;
  }
  return best;
}

function runningIn(state: ClusterState | undefined): number {
  let running = 0;
  for (const id of state?.tasks.keys() ?? []) {
    if (state!.tasks.get(id)!.observed === 'running') running += 1;
  }
  return running;
}

const [workers, services, replicas] = process.argv.slice(2).map(Number);
console.log(JSON.stringify(await measure(workers!, services!, replicas!)));
