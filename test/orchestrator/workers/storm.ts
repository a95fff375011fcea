import {
  type ClientsDefinition,
  everything,
  type Scenario,
  type StormDefinition,
  type SystemDefinition,
  scenario,
  seconds,
} from '../../../src/index.ts';
import { nodeCiphers } from '../../../src/node-crypto/node-ciphers.ts';
import {
  type OrchestratorTimings,
  simulationTimings,
} from '../../../src/systems/orchestrator/timings.ts';
import { workerComponent } from '../../../src/systems/orchestrator/worker/component.ts';
import { Demands, images } from './demands.ts';
import { workerLadder } from './laws.ts';
import { managerComponent, managers, Office } from './office.ts';

/** 5 %: the declared bound of the clocks. */
const driftPpm = 50_000;
export const timings: OrchestratorTimings = {
  ...simulationTimings,
  driftBoundPpm: driftPpm,
  fenceMarginUs: 20_000,
};

export const capacity = { cpuMillis: 8_000, memoryBytes: 2 ** 33 };

const system: SystemDefinition = {
  name: 'workers',
  knobs: { nodes: { kind: 'one of', values: [4, 3, 6] } },
  node: (_config, _peers, index) =>
    workerComponent({
      managers,
      name: `w${String.fromCharCode(97 + index)}`,
      token: 'one for all',
      description: { architecture: 'amd64', capacity },
      ...{ timings, ciphers: nodeCiphers, images },
    }),
  countsOnClocks: () => true,
};

const office: ClientsDefinition = {
  name: 'managers',
  knobs: {},
  drawIntents: () => [],
  count: () => managers.length,
  newHistory: () => new Office(timings, new Demands(7_000_000)),
  client: (_config, _peers, index, _intents, history) => managerComponent(history as Office, index),
  census: (history) => ({ ...(history as Office).counts }),
};

/** Workers under managers that never fail, in a storm. */
export function workerStorm(
  storm: StormDefinition = everything({ butRarely: ['wipe'] }),
): Scenario {
  return scenario({
    summary: 'Workers under scripted managers',
    system,
    clients: office,
    storm,
    ladder: workerLadder,
    phases: { form: seconds(1), storm: seconds(6), settle: seconds(9) },
    fixed: { 'clock.driftPpm': driftPpm },
  });
}

export default workerStorm();
