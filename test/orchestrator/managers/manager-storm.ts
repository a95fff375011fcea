import type { ClientsDefinition, Scenario, StormDefinition } from '../../../src/index.ts';
import { reigns, scenario, seconds } from '../../../src/index.ts';
import { nodeCiphers } from '../../../src/node-crypto/node-ciphers.ts';
import { hashPair } from '../../../src/systems/common/hash.ts';
import { managerComponent } from '../../../src/systems/orchestrator/manager/manager-component.ts';
import { defaultSettings } from '../../../src/systems/orchestrator/state/settings.ts';
import { simulationTimings } from '../../../src/systems/orchestrator/timings.ts';
import {
  noticedDamage,
  raftKnobs,
  raftOperator,
  settingsFrom,
} from '../../../src/systems/raft/index.ts';
import { History } from '../../../src/workload/history.ts';
import { managerCount, managerLadder, workerCount } from './manager-laws.ts';
import { type Intent, intentKinds, plainClient } from './plain-client.ts';
import { plainWorker } from './plain-worker.ts';

const clients = 3;
const timings = { ...simulationTimings, driftBoundPpm: 20_000 };
const settings = { ...defaultSettings, batch: 16 };
const keys = [{ id: 1, key: Uint8Array.from({ length: 32 }, (_, at) => at + 1) }];

const scriptedClients: ClientsDefinition = {
  name: 'scripted-clients',
  knobs: { 'clients.intents': { kind: 'between', low: 20, high: 60 } },
  drawIntents(config, seed): readonly Intent[] {
    return Array.from({ length: Number(config['clients.intents']) }, (_, at) => {
      const draw = hashPair(seed, at);
      const kind = intentKinds[draw % intentKinds.length]!;
      return { client: at % clients, kind, draw: Math.floor(draw / 8) % 1_000 };
    });
  },
  count: () => clients,
  newHistory: () => new History(),
  client(_config, peers, index, intents) {
    const own = (intents as readonly Intent[]).filter(({ client }) => client === index);
    const managers = peers.slice(0, managerCount);
    return plainClient({ managers, index, intents: own, timings });
  },
  census: () => ({}),
};

/** Three managers, workers and clients by script. */
export function managerStorm(
  storm: StormDefinition = reigns({ except: ['membership', 'wipe', 'bit-flip'] }),
): Scenario {
  return scenario({
    summary: 'Managers of the orchestrator, with workers and clients of the tests',
    system: {
      name: 'managers',
      knobs: { ...raftKnobs, nodes: { kind: 'one of', values: [managerCount + workerCount] } },
      node(config, peers, index) {
        const managers = peers.slice(0, managerCount);
        if (index >= managerCount) return plainWorker({ managers, index, timings });
        const raft = settingsFrom(config);
        const trust = { ciphers: nodeCiphers, keys };
        return managerComponent({ managers, index, raft, settings, timings, trust });
      },
      noticedDamage,
      operator: raftOperator,
      countsOnClocks: () => true,
    },
    clients: scriptedClients,
    storm,
    ladder: managerLadder,
    fixed: { 'raft.batchEntries': 64, 'raft.batchBytes': 65_536, 'raft.maxUncommitted': 1_000 },
    phases: { form: seconds(1), storm: seconds(8), settle: seconds(18) },
  });
}
